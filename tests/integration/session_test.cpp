// A session and the executors it is used on.

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <nlohmann/json.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::testing::Async;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::Server;

class OkServer : public Server {
public:
    OkServer() { route("*", Reply(200, "ok")); }
};

}  // namespace

TEST_CASE("a session belongs to the executor of its first request", "[B33]") {
    OkServer server;
    asio::io_context first;
    asio::io_context second;
    {
        ClientSession session;
        auto body = asio::co_spawn(first, session.get(server.url()).text(), asio::use_future);
        first.run();
        CHECK(body.get() == "ok");
        auto foreign = asio::co_spawn(second, session.get(server.url()).text(), asio::use_future);
        second.run();
        CHECK_THROWS_AS(foreign.get(), aiohttp::RuntimeError);
        first.restart();
        auto again = asio::co_spawn(first, session.get(server.url()).text(), asio::use_future);
        first.run();
        CHECK(again.get() == "ok");
    }
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("a session made with an executor is bound to it from the start", "[B33]") {
    OkServer server;
    asio::io_context own;
    asio::io_context other;
    {
        ClientSession session(own.get_executor());
        auto foreign = asio::co_spawn(other, session.get(server.url()).text(), asio::use_future);
        other.run();
        CHECK_THROWS_AS(foreign.get(), aiohttp::RuntimeError);
        auto body = asio::co_spawn(own, session.get(server.url()).text(), asio::use_future);
        own.run();
        CHECK(body.get() == "ok");
    }
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("idle connections and deadlines do not keep run() from returning", "[A6]") {
    OkServer server;
    asio::io_context io;
    {
        ClientSession session;
        std::optional<aiohttp::ClientResponse> unread;
        server.route("/large", Reply(200, std::string(5'000'000, 'x')));
        auto body = asio::co_spawn(io, session.get(server.url()).text(), asio::use_future);
        auto response =
            asio::co_spawn(io, session.get(server.url("/large")).timeout(1h), asio::use_future);
        const auto begin = std::chrono::steady_clock::now();
        io.run();
        CHECK(std::chrono::steady_clock::now() - begin < 5s);
        CHECK(body.get() == "ok");
        unread.emplace(response.get());
        CHECK(session.connector().stats().idle == 1);
        CHECK(session.connector().stats().in_use == 1);
        // And goes on when there is work again.
        io.restart();
        auto rest = asio::co_spawn(io, unread->read(), asio::use_future);
        io.run();
        CHECK(rest.get().size() == 5'000'000);
    }
    CHECK(server.wait_for_connections_open(0));
}

TEST_CASE("sessions can be moved, requests under way included", "[B33]") {
    OkServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        ClientSession inner;
        auto request = inner.get(target.url());
        ClientSession moved(std::move(inner));
        auto response = co_await std::move(request);
        CHECK(response.status() == 200);
        ClientSession assigned;
        assigned = std::move(moved);
        const auto body = co_await assigned.get(target.url()).text();
        CHECK(body == "ok");
        CHECK(assigned.connector().stats().idle == 1);
        co_await session.get(target.url()).text();
    });
    CHECK(server.connections_accepted() == 2);
}

TEST_CASE("a request may be configured in several statements", "[H121]") {
    OkServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto request = session.post(target.url("/x"));
        request.header("X-A", "1").param("p", "2");
        request.data("body");
        auto response = co_await std::move(request);
        CHECK(response.ok());
    });
    CHECK(server.request(0).target == "/x?p=2");
    CHECK(server.request(0).header("X-A") == "1");
    CHECK(server.request(0).body == "body");
}

TEST_CASE("a session tells how it was set up") {
    const ClientSession plain;
    CHECK(plain.base_url().empty());
    CHECK(plain.timeout().total == 5min);
    CHECK(plain.version() == aiohttp::HttpVersion{1, 1});
    CHECK_FALSE(plain.raise_for_status());
    CHECK(plain.skip_auto_headers().empty());
    CHECK(plain.auto_decompress());
    CHECK(plain.connector_owner());
    CHECK(plain.requote_redirect_url());
    CHECK_FALSE(plain.trust_env());
    CHECK(plain.headers().empty());
    const ClientSession session(aiohttp::ClientSessionOptions()
                                    .base_url("http://h/api/")
                                    .header("X-A", "b")
                                    .timeout(7s)
                                    .version({1, 0})
                                    .raise_for_status(true)
                                    .skip_auto_header("Accept")
                                    .auto_decompress(false)
                                    .connector_owner(false)
                                    .requote_redirect_url(false));
    CHECK(session.base_url().str() == "http://h/api/");
    CHECK(session.timeout().total == 7s);
    CHECK(session.version() == aiohttp::HttpVersion{1, 0});
    CHECK(session.raise_for_status());
    CHECK(session.skip_auto_headers() == std::vector<std::string>{"Accept"});
    CHECK_FALSE(session.auto_decompress());
    CHECK_FALSE(session.connector_owner());
    CHECK_FALSE(session.requote_redirect_url());
    CHECK(session.headers()["x-a"] == "b");
}

TEST_CASE("a request that was awaited or moved from says so") {
    OkServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto request = session.get(target.url());
        co_await std::move(request);
        CHECK_THROWS_AS(request.param("a", 1), aiohttp::RuntimeError);
        CHECK_THROWS_AS(request.json_text("{}"), aiohttp::RuntimeError);
        CHECK_THROWS_AS(std::move(request).text(), aiohttp::RuntimeError);
        auto first = session.get(target.url());
        auto second = std::move(first);
        CHECK_THROWS_AS(first.header("X-A", "b"), aiohttp::RuntimeError);
        CHECK_THROWS_AS(std::move(first).read(), aiohttp::RuntimeError);
        CHECK_THROWS_AS(std::move(first).as_json(), aiohttp::RuntimeError);
        CHECK_THROWS_AS(std::move(first).download_to("/tmp/never"), aiohttp::RuntimeError);
        second.header("X-A", "b");
        co_await std::move(second).text();
        CHECK(target.request(1).header("X-A") == "b");
        // A new request in its place is as good as any.
        first = session.get(target.url());
        co_await std::move(first.header("X-A", "c"));
        CHECK(target.request(2).header("X-A") == "c");
    });
}
