// Every time limit against a server that is too slow in just that phase. Limits are short where
// they are to pass, and far longer than the test where they are not.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <aiohttp/body.hpp>
#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/run_sync.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ClientTimeout;
using aiohttp::ConnectionTimeoutError;
using aiohttp::Phase;
using aiohttp::SocketTimeoutError;
using aiohttp::TCPConnectorOptions;
using aiohttp::TotalTimeoutError;
using aiohttp::testing::Async;
using aiohttp::testing::BlackHole;
using aiohttp::testing::eventually;
using aiohttp::testing::expect_cancelled;
using aiohttp::testing::failure;
using aiohttp::testing::Gate;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::run_sync;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

const Script stalled_body =
    Script().send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").stall();

/// Twelve pieces, with a pause before each.
class SlowBody final : public aiohttp::BodySource {
public:
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (left_ == 0) {
            co_return std::nullopt;
        }
        --left_;
        co_await aiohttp::sleep(10ms);
        co_return "piece";
    }

private:
    int left_ = 12;
};

}  // namespace

TEST_CASE("total ends a request that gets no answer", "[D42]") {
    Server server;
    server.route("/", Script().stall());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto begin = aiohttp::Clock::now();
        const auto error =
            co_await failure<TotalTimeoutError>(session.get(target.url()).timeout(20ms));
        CHECK(aiohttp::Clock::now() - begin >= 20ms);
        CHECK(error.code() == aiohttp::errc::total_timeout);
        CHECK(error.code() == aiohttp::condition::timeout);
        CHECK(error.error().phase() == Phase::wait);
        CHECK(error.error().retryable());
        CHECK(std::string(error.what()).find("total = 0.02 s") != std::string::npos);
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("total covers the body", "[D43]") {
    Server server;
    server.route("/", stalled_body);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url()).timeout(60ms);
        const auto error = co_await failure<TotalTimeoutError>(response.read());
        CHECK(error.error().phase() == Phase::body);
        // It stays, and there is nothing left to wait for.
        co_await failure<TotalTimeoutError>(response.read());
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("total that passes between two reads ends the next read", "[D43]") {
    Server server;
    server.route("/", stalled_body);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url()).timeout(60ms);
        co_await eventually([&] { return target.connections_open() == 0; });
        co_await failure<TotalTimeoutError>(response.content().read_any());
    });
}

TEST_CASE("total does not touch a body that has arrived whole", "[D43]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url()).timeout(60ms);
        co_await aiohttp::sleep(61ms);
        const auto body = co_await response.text();
        CHECK(body == "ok");
        CHECK(session.connector().stats().idle == 1);
    });
}

TEST_CASE("connect and pool cover the queue, when there is one", "[D45]") {
    Server server;
    Gate gate;
    server.route("/held", Reply(200, "held").after(gate));
    server.route("/", Reply(200, "ok"));
    run_client_with(
        ClientSessionOptions().connector(TCPConnectorOptions().limit(1)), server,
        [](ClientSession& session, Server& target, Gate& opened) -> Async {
            auto held = co_await aiohttp::create_task(session.get(target.url("/held")).text());
            const ClientTimeout connect{.connect = 10ms};
            const auto late = co_await failure<ConnectionTimeoutError>(
                session.get(target.url()).timeout(connect));
            CHECK(late.phase() == Phase::queue);
            CHECK(late.code() == aiohttp::errc::connection_timeout);
            CHECK(std::string(late.what()).find("connect = 0.01 s") != std::string::npos);
            const ClientTimeout pool{.pool = 10ms};
            const auto queued =
                co_await failure<ConnectionTimeoutError>(session.get(target.url()).timeout(pool));
            CHECK(queued.phase() == Phase::queue);
            CHECK(queued.retryable());
            const auto total =
                co_await failure<TotalTimeoutError>(session.get(target.url()).timeout(10ms));
            CHECK(total.error().phase() == Phase::queue);
            CHECK(session.connector().stats().waiting == 0);
            opened.open();
            co_await held.result();
            // An idle connection is there: no time is taken.
            const ClientTimeout none{.connect = 1ns, .pool = 1ns};
            const auto body = co_await session.get(target.url()).timeout(none).text();
            CHECK(body == "ok");
        },
        gate);
}

TEST_CASE("sock_connect ends an attempt that nobody answers", "[D47]") {
    Server server;
    BlackHole hole;
    run_client(
        server,
        [](ClientSession& session, Server&, BlackHole& nowhere) -> Async {
            const ClientTimeout limit{.sock_connect = 10ms};
            const auto error =
                co_await failure<ConnectionTimeoutError>(session.get(nowhere.url()).timeout(limit));
            CHECK(error.phase() == Phase::connect);
            CHECK(error.retryable());
            CHECK(std::string(error.what()).find("127.0.0.1") != std::string::npos);
            const ClientTimeout connect{.connect = 10ms};
            co_await failure<ConnectionTimeoutError>(session.get(nowhere.url()).timeout(connect));
            const auto total =
                co_await failure<TotalTimeoutError>(session.get(nowhere.url()).timeout(10ms));
            CHECK(total.error().phase() == Phase::connect);
            CHECK(session.connector().stats().open == 0);
        },
        hole);
}

TEST_CASE("sock_read ends the wait for an answer that does not begin", "[D49]") {
    Server server;
    server.route("/", Script().stall());
    server.route("/begun", Script().send("HTTP/1.1 200 OK\r\nX-").stall());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const ClientTimeout limit{.sock_read = 10ms};
        const auto error =
            co_await failure<SocketTimeoutError>(session.get(target.url()).timeout(limit));
        CHECK(error.phase() == Phase::wait);
        CHECK(error.code() == aiohttp::errc::socket_timeout);
        co_await failure<SocketTimeoutError>(session.get(target.url("/begun")).timeout(limit));
    });
}

TEST_CASE("sock_read is for each gap, not for the whole body", "[D49]") {
    Server server;
    server.route("/", Reply().chunked(std::vector<std::string>(20, "x")).pause(10ms));
    server.route("/stalled", stalled_body);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto begin = aiohttp::Clock::now();
        const ClientTimeout ample{.sock_read = 150ms};
        const auto body = co_await session.get(target.url()).timeout(ample).text();
        CHECK(body.size() == 20);
        CHECK(aiohttp::Clock::now() - begin > 150ms);
        const ClientTimeout limit{.sock_read = 60ms};
        auto response = co_await session.get(target.url("/stalled")).timeout(limit);
        const auto error = co_await failure<SocketTimeoutError>(response.read());
        CHECK(error.phase() == Phase::body);
    });
}

TEST_CASE("sock_read does not run during a slow upload", "[D50]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const ClientTimeout limit{.sock_read = 100ms};
        auto source = std::make_unique<SlowBody>();
        const auto body =
            co_await session.post(target.url()).data(std::move(source)).timeout(limit).text();
        CHECK(body == "ok");
    });
    CHECK(server.request(0).body_size == 60);
}

TEST_CASE("sock_read does not run while a connection is idle", "[D51]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const ClientTimeout limit{.sock_read = 60ms};
        co_await session.get(target.url()).timeout(limit).text();
        co_await aiohttp::sleep(65ms);
        const auto body = co_await session.get(target.url()).text();
        CHECK(body == "ok");
    });
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("sock_read does not run while the caller is not reading", "[D52]") {
    Server server;
    const std::string large(3'000'000, 'x');
    server.route("/", Reply(200, large));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const ClientTimeout limit{.sock_read = 60ms};
        auto response = co_await session.get(target.url()).timeout(limit);
        co_await response.content().read(1000);
        co_await aiohttp::sleep(65ms);
        const auto rest = co_await response.content().read();
        CHECK(rest.size() == 2'999'000);
    });
}

TEST_CASE("sock_write ends an upload that the server does not take", "[D49]") {
    Server server(aiohttp::testing::ServerOptions().socket_buffer(4096));
    server.route_at_head("/", [](const auto&) { return Script().stop_reading(); });
    // Not run_client(): the server holds its side until it stops.
    const auto main = [](Server& target) -> Async {
        ClientSession session;
        const ClientTimeout limit{.sock_write = 20ms};
        const auto error = co_await failure<SocketTimeoutError>(
            session.post(target.url()).data(std::string(20'000'000, 'x')).timeout(limit));
        CHECK(error.phase() == Phase::send);
        CHECK(std::string(error.what()).find("sock_write = 0.02 s") != std::string::npos);
        const auto total = co_await failure<TotalTimeoutError>(
            session.post(target.url()).data(std::string(20'000'000, 'x')).timeout(20ms));
        CHECK(total.error().phase() == Phase::send);
        CHECK(session.connector().stats().open == 0);
    };
    run_sync(main(server));
}

TEST_CASE("all timeouts can be caught as one, those but total as errors of the client too",
          "[D53]") {
    Server server;
    server.route("/", Script().stall());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const ClientTimeout read{.sock_read = 5ms};
        int caught = 0;
        try {
            co_await session.get(target.url()).timeout(5ms);
        } catch (const aiohttp::ClientError&) {
            FAIL("total is no ClientError");
        } catch (const aiohttp::TimeoutError& error) {
            CHECK(error.error().code() == aiohttp::condition::timeout);
            ++caught;
        }
        try {
            co_await session.get(target.url()).timeout(read);
        } catch (const aiohttp::TimeoutError& error) {
            CHECK(error.error().code() == aiohttp::condition::timeout);
            ++caught;
        }
        try {
            co_await session.get(target.url()).timeout(read);
        } catch (const aiohttp::ServerTimeoutError&) {
            ++caught;
        }
        try {
            co_await session.get(target.url()).timeout(read);
        } catch (const aiohttp::ClientError&) {
            ++caught;
        }
        CHECK(caught == 4);
    });
}

TEST_CASE("without limits a request waits until it is cancelled", "[D54]") {
    Server server;
    server.route("/", Script().stall());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto task = co_await aiohttp::create_task(
            session.get(target.url()).timeout(ClientTimeout::none()).text());
        co_await eventually([&] { return target.request_count() == 1; });
        CHECK_FALSE(task.done());
        task.cancel();
        co_await expect_cancelled(task.result());
    });
}

TEST_CASE("a request's limits replace the session's, all of them", "[D56]") {
    Server server;
    server.route("/", Script().stall());
    server.route("/slow", Reply(200, "slow").delay(60ms));
    const ClientTimeout session_limits{.sock_read = 20ms};
    run_client_with(
        ClientSessionOptions().timeout(session_limits), server,
        [](ClientSession& session, Server& target) -> Async {
            co_await failure<SocketTimeoutError>(session.get(target.url()));
            co_await failure<TotalTimeoutError>(session.get(target.url()).timeout(10ms));
            const auto body = co_await session.get(target.url("/slow")).timeout(10s).text();
            CHECK(body == "slow");
        });
}

TEST_CASE("after a timeout the connection is closed, not reused", "[D57]") {
    Server server;
    server.route("/", {Reply(200, "first"), Script().stall(), Reply(200, "third")});
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url()).text();
        co_await failure<TotalTimeoutError>(session.get(target.url()).timeout(30ms));
        co_await eventually([&] { return target.connections_open() == 0; });
        const auto body = co_await session.get(target.url()).text();
        CHECK(body == "third");
    });
    CHECK(server.connections_accepted() == 2);
}

TEST_CASE("a limit must be positive", "[D54]") {
    CHECK_THROWS_AS(ClientSessionOptions().timeout(0s), aiohttp::ValueError);
    const ClientTimeout negative{.sock_read = -1s};
    CHECK_THROWS_AS(ClientSessionOptions().timeout(negative), aiohttp::ValueError);
    ClientSession session;
    auto request = session.get("http://localhost/");
    CHECK_THROWS_AS(request.timeout(0ms), aiohttp::ValueError);
}
