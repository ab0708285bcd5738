// The one transparent replay: only on a reused connection, only before an answer, and only when
// nothing can be done twice.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/body.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::ClientConnectionResetError;
using aiohttp::ClientSession;
using aiohttp::ServerDisconnectedError;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

/// A body of three pieces, which may be able to start again.
class Pieces final : public aiohttp::BodySource {
public:
    explicit Pieces(bool rewinds) : rewinds_(rewinds) {}

    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (given_ == 3) {
            co_return std::nullopt;
        }
        ++given_;
        co_return "piece" + std::to_string(given_);
    }
    bool rewind() override {
        given_ = rewinds_ ? 0 : given_;
        return rewinds_;
    }

private:
    bool rewinds_;
    int given_ = 0;
};

/// A server whose first connection answers /first and then hangs up on /second, `drops` times.
void drop_second(Server& server, int drops, const Script& way = Script().close()) {
    std::vector<aiohttp::testing::Answer> answers(static_cast<std::size_t>(drops), way);
    answers.emplace_back(Reply(200, "second"));
    server.route("/first", Reply(200, "first"));
    server.route("/second", answers);
}

}  // namespace

TEST_CASE("a GET on a pooled connection that the server drops is sent again", "[C34]") {
    for (const auto& way : {Script().close(), Script().reset()}) {
        Server server;
        drop_second(server, 1, way);
        run_client(server, [](ClientSession& session, Server& target) -> Async {
            co_await session.get(target.url("/first")).text();
            const auto body = co_await session.get(target.url("/second")).text();
            CHECK(body == "second");
        });
        CHECK(server.request_count() == 3);
        CHECK(server.connections_accepted() == 2);
    }
}

TEST_CASE("a POST on a pooled connection that the server drops fails after one try", "[C35]") {
    Server server;
    drop_second(server, 1);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/first")).text();
        const auto error = co_await failure<ServerDisconnectedError>(
            session.post(target.url("/second")).data("x"));
        CHECK_FALSE(error.retryable());
    });
    CHECK(server.request_count() == 2);
}

TEST_CASE("a PUT is sent again with the same body", "[C36]") {
    Server server;
    drop_second(server, 1);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/first")).text();
        co_await session.put(target.url("/second")).data("the same body").text();
    });
    REQUIRE(server.request_count() == 3);
    CHECK(server.request(1).body == "the same body");
    CHECK(server.request(2).body == "the same body");
}

TEST_CASE("a body that can rewind is sent again from its start", "[C36]") {
    Server server;
    drop_second(server, 1);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/first")).text();
        auto body = std::make_unique<Pieces>(true);
        co_await session.put(target.url("/second")).data(std::move(body)).text();
    });
    REQUIRE(server.request_count() == 3);
    CHECK(server.request(1).body == "piece1piece2piece3");
    CHECK(server.request(2).body == "piece1piece2piece3");
}

TEST_CASE("a body that cannot rewind is not sent again, nor is an empty one instead", "[C37]") {
    Server server;
    drop_second(server, 1);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/first")).text();
        auto body = std::make_unique<Pieces>(false);
        co_await failure<ServerDisconnectedError>(
            session.put(target.url("/second")).data(std::move(body)));
    });
    CHECK(server.request_count() == 2);
}

TEST_CASE("a server that drops twice is not tried a third time", "[C38]") {
    Server server;
    drop_second(server, 2);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/first")).text();
        const auto error =
            co_await failure<ServerDisconnectedError>(session.get(target.url("/second")));
        CHECK(error.retryable());
    });
    CHECK(server.request_count() == 3);
}

TEST_CASE("a fresh connection that is dropped is an error at once", "[C39]") {
    Server server;
    drop_second(server, 1);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error =
            co_await failure<ServerDisconnectedError>(session.get(target.url("/second")));
        CHECK(error.phase() == aiohttp::Phase::wait);
        CHECK(error.retryable());
    });
    CHECK(server.request_count() == 1);
}

TEST_CASE("a fresh connection that is reset is an error at once", "[C39]") {
    Server server;
    drop_second(server, 1, Script().reset());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await failure<ClientConnectionResetError>(session.get(target.url("/second")));
    });
    CHECK(server.request_count() == 1);
}

TEST_CASE("once a byte of an answer has come nothing is sent again", "[C34]") {
    Server server;
    drop_second(server, 1, Script().send("HTTP/1.1 2").close());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/first")).text();
        co_await failure<ServerDisconnectedError>(session.get(target.url("/second")));
    });
    CHECK(server.request_count() == 2);
}

TEST_CASE("a timeout is never followed by a retry", "[C40]") {
    Server server;
    drop_second(server, 1, Script().stall());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/first")).text();
        co_await failure<aiohttp::TotalTimeoutError>(
            session.get(target.url("/second")).timeout(10ms));
        CHECK(target.wait_for_requests(2));
    });
    CHECK(server.request_count() == 2);
}

TEST_CASE("idempotent methods are sent again, others are not", "[C41]") {
    for (const char* const method : {"DELETE", "OPTIONS", "HEAD", "TRACE", "QUERY"}) {
        Server server;
        drop_second(server, 1);
        run_client(
            server,
            [](ClientSession& session, Server& target, const char* const& name) -> Async {
                co_await session.get(target.url("/first")).text();
                auto response = co_await session.request(name, target.url("/second"));
                CHECK(response.status() == 200);
            },
            method);
        CHECK(server.request_count() == 3);
    }
    for (const char* const method : {"PATCH", "MKCOL"}) {
        Server server;
        drop_second(server, 1);
        run_client(
            server,
            [](ClientSession& session, Server& target, const char* const& name) -> Async {
                co_await session.get(target.url("/first")).text();
                co_await failure<ServerDisconnectedError>(
                    session.request(name, target.url("/second")));
            },
            method);
        CHECK(server.request_count() == 2);
    }
}
