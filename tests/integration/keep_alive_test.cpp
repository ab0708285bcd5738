// Which connections are kept for the next request, and which are not.

#include <chrono>
#include <string>
#include <vector>

#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::TCPConnectorOptions;
using aiohttp::testing::Async;
using aiohttp::testing::Gate;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

/// Gets /first, then /second, and returns how many connections that took.
std::size_t connections_for_two(Server& server) {
    server.route("/second", Reply(200, "second"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto first = co_await session.get(target.url("/first"));
        co_await first.read();
        const auto second = co_await session.get(target.url("/second")).text();
        CHECK(second == "second");
    });
    return server.connections_accepted();
}

std::size_t connections_after(const Script& first) {
    Server server;
    server.route("/first", first);
    return connections_for_two(server);
}

}  // namespace

TEST_CASE("a second request goes over the connection of the first", "[A1]") {
    Server server;
    server.route("/first", Reply(200, "first"));
    CHECK(connections_for_two(server) == 1);
    CHECK(server.request(1).connection == 0);
    CHECK(server.request(0).header("Connection").empty());
}

TEST_CASE("a body that arrives after its head leaves the connection reusable", "[A1]") {
    Server server;
    server.route("/first", Reply().chunked({"a", "b", "c"}).pause(1ms));
    CHECK(connections_for_two(server) == 1);
}

TEST_CASE("the answer to HEAD has no body, whatever its length says", "[A2]") {
    Server server;
    server.route("/", Reply(200, std::string(100, 'x')));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto head = co_await session.head(target.url());
        CHECK(head.content_length() == 100U);
        const auto nothing = co_await head.read();
        CHECK(nothing.empty());
        const auto body = co_await session.get(target.url()).text();
        CHECK(body.size() == 100);
    });
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("204 and 304 end with their head, even with a Content-Length", "[A3]") {
    for (const char* const status : {"204 No Content", "304 Not Modified"}) {
        CHECK(connections_after(Script().send(std::string("HTTP/1.1 ") + status +
                                              "\r\nContent-Length: 5\r\n\r\n")) == 1);
    }
}

TEST_CASE("after Connection: close the next request makes a connection", "[A4]") {
    Server server;
    server.route("/first", Reply(200, "first").close());
    CHECK(connections_for_two(server) == 2);
    // The server may say so and forget to do it.
    CHECK(connections_after(Script().send(
              "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: x, Close\r\n\r\nx")) == 2);
}

TEST_CASE("a connection of HTTP/1.0 is kept only when the server says so", "[A5]") {
    CHECK(connections_after(Script().send("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx")) == 2);
    CHECK(connections_after(Script().send("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n"
                                          "Connection: keep-alive\r\n\r\nx")) == 1);
}

TEST_CASE("a body that ends with the connection leaves nothing to reuse", "[A1]") {
    Server server;
    server.route("/first", Reply(200, "first").no_content_length());
    CHECK(connections_for_two(server) == 2);
}

TEST_CASE("an idle connection is closed when keepalive_timeout has passed", "[A6]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    auto options = ClientSessionOptions().connector(TCPConnectorOptions().keepalive_timeout(20ms));
    run_client_with(
        std::move(options), server, [](ClientSession& session, Server& target) -> Async {
            co_await session.get(target.url()).text();
            CHECK(session.connector().stats().idle == 1);
            // Nobody asks for a connection meanwhile: it is closed by itself.
            co_await aiohttp::testing::eventually([&] { return target.connections_open() == 0; });
            CHECK(session.connector().stats().open == 0);
            co_await session.get(target.url()).text();
        });
    CHECK(server.connections_accepted() == 2);
}

TEST_CASE("force_close closes after every exchange and says so", "[A7]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    auto options = ClientSessionOptions().connector(TCPConnectorOptions().force_close(true));
    run_client_with(std::move(options), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url()).text();
                        co_await session.post(target.url()).data("x").text();
                        CHECK(session.connector().stats().open == 0);
                    });
    CHECK(server.connections_accepted() == 2);
    CHECK(server.request(0).header("Connection") == "close");
    CHECK(server.request(1).header("Connection") == "close");
}

TEST_CASE("force_close and keepalive_timeout exclude each other", "[A7]") {
    CHECK_THROWS_AS(TCPConnectorOptions().force_close(true).keepalive_timeout(1s),
                    aiohttp::ValueError);
    CHECK_THROWS_AS(TCPConnectorOptions().keepalive_timeout(1s).force_close(true),
                    aiohttp::ValueError);
    CHECK_THROWS_AS(TCPConnectorOptions().keepalive_timeout(0s), aiohttp::ValueError);
}

TEST_CASE("an answer nobody asked for ends an idle connection, and is never served", "[A21]") {
    Server server;
    server.route("/", Reply(200, "mine"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url()).text();
        CHECK(target.send_on_idle(
                  "HTTP/1.1 408 Request Timeout\r\nContent-Length: 5\r\n\r\nstale") == 1);
        auto response = co_await session.get(target.url());
        CHECK(response.status() == 200);
        const auto body = co_await response.text();
        CHECK(body == "mine");
    });
    CHECK(server.connections_accepted() == 2);
}

TEST_CASE("bytes behind a complete response discard the connection", "[A22]") {
    const std::string response = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    CHECK(connections_after(Script().send(response + "H")) == 2);
    CHECK(connections_after(Script().send(response + "\r\n")) == 2);
    CHECK(connections_after(Script().send(response + response)) == 2);
    CHECK(connections_after(Script().send("HTTP/1.1 204 No Content\r\n\r\nx")) == 2);
    CHECK(connections_after(Script().send(response)) == 1);
}

TEST_CASE("an idle connection that the server closed is replaced without an error", "[A23]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url()).text();
        CHECK(target.close_idle_connections() == 1);
        co_await session.get(target.url()).text();
        CHECK(target.reset_idle_connections() == 1);
        // A method that must not be sent twice either: nothing had been sent.
        const auto posted = co_await session.post(target.url()).data("x").text();
        CHECK(posted == "ok");
    });
    CHECK(server.connections_accepted() == 3);
    CHECK(server.request_count() == 3);
}

TEST_CASE("many idle connections that died are passed over in one request", "[A23]") {
    Server server;
    Gate gate;
    server.route("/held", Reply(200, "held").after(gate));
    server.route("/", Reply(200, "ok"));
    run_client(
        server,
        [](ClientSession& session, Server& target, Gate& opened) -> Async {
            std::vector<aiohttp::Task<std::string>> tasks;
            for (int i = 0; i < 5; ++i) {
                auto task = co_await aiohttp::create_task(session.get(target.url("/held")).text());
                tasks.push_back(std::move(task));
            }
            co_await aiohttp::testing::eventually([&] { return target.request_count() == 5; });
            opened.open();
            for (auto& task : tasks) {
                co_await task.result();
            }
            CHECK(session.connector().stats().idle == 5);
            CHECK(target.close_idle_connections() == 5);
            const auto body = co_await session.get(target.url()).text();
            CHECK(body == "ok");
            CHECK(session.connector().stats().open == 1);
        },
        gate);
    CHECK(server.connections_accepted() == 6);
}

TEST_CASE("a request that says close is the last one of its connection", "[A4]") {
    Server server;
    server.route("*", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url()).header("Connection", "Keep-Alive, CLOSE").text();
        co_await session.get(target.url()).text();
        co_await session.get(target.url()).text();
    });
    CHECK(server.connections_accepted() == 2);
}
