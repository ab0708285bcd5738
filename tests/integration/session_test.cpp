// A session and the executors it is used on.

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

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
