// When a response gives its connection up, and what outlives what.

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

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
using aiohttp::ClientConnectionError;
using aiohttp::ClientPayloadError;
using aiohttp::ClientResponse;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::testing::Async;
using aiohttp::testing::eventually;
using aiohttp::testing::expect_cancelled;
using aiohttp::testing::failure;
using aiohttp::testing::Gate;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_sync;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerRequest;

const std::string megabyte(1'000'000, 'x');

}  // namespace

TEST_CASE("a small body that nobody reads leaves the connection in the pool", "[B24]") {
    Server server;
    server.route("/", Reply(200, "small"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (int i = 0; i < 3; ++i) {
            auto response = co_await session.get(target.url());
            CHECK(response.status() == 200);
        }
        CHECK(session.connector().stats().idle == 1);
    });
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("a large body that nobody reads costs the connection", "[B25]") {
    Server server;
    server.route("/", Reply(200, megabyte));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (int i = 0; i < 2; ++i) {
            auto response = co_await session.get(target.url());
            CHECK_FALSE(response.closed());
            CHECK(session.connector().stats().in_use == 1);
        }
        CHECK(session.connector().stats().open == 0);
    });
    CHECK(server.connections_accepted() == 2);
}

TEST_CASE("a released body cannot be read, one that had arrived can", "[B26]") {
    Server server;
    server.route("/large", Reply(200, megabyte));
    server.route("/small", Reply(200, "small"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto large = co_await session.get(target.url("/large"));
        large.release();
        CHECK(large.closed());
        CHECK(session.connector().stats().open == 0);
        const auto error = co_await failure<ClientConnectionError>(large.read());
        CHECK(error.code() == aiohttp::errc::connection_closed);
        auto small = co_await session.get(target.url("/small"));
        small.close();
        const auto body = co_await small.text();
        CHECK(body == "small");
    });
}

TEST_CASE("a body can be read again and again, without I/O", "[B27]") {
    Server server;
    server.route("/", Reply(200, megabyte));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        const auto first = co_await response.read();
        co_await session.close();
        const auto second = co_await response.read();
        const auto text = co_await response.text();
        CHECK(first == megabyte);
        CHECK(second == megabyte);
        CHECK(text == megabyte);
    });
}

TEST_CASE("a response is closed as soon as its body is at its end", "[B28]") {
    Server server;
    server.route("/small", Reply(200, "small"));
    server.route("/large", Reply(200, megabyte));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto small = co_await session.get(target.url("/small"));
        CHECK(small.closed());
        CHECK(session.connector().stats().idle == 1);
        auto large = co_await session.get(target.url("/large"));
        CHECK_FALSE(large.closed());
        auto content = large.content();
        co_await content.read_exactly(megabyte.size());
        CHECK(large.closed());
        CHECK(content.at_eof());
        CHECK(session.connector().stats().idle == 1);
        const auto body = co_await small.text();
        CHECK(body == "small");
    });
}

TEST_CASE("an exception while a response is held frees its slot", "[B29]") {
    Server server;
    server.route("/", Reply(200, megabyte));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        try {
            auto response = co_await session.get(target.url());
            throw std::runtime_error("user error");
        } catch (const std::runtime_error& error) {
            CHECK(error.what() == std::string("user error"));
        }
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("a body that fails is an error, and its connection is not reused", "[B30]") {
    Server server;
    const Script short_body =
        Script().send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").close();
    server.route("/", {short_body, Reply(200, "ok")});
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        const auto error = co_await failure<ClientPayloadError>(response.read());
        CHECK(error.code() == aiohttp::errc::payload_truncated);
        CHECK(response.closed());
        // The error stays.
        co_await failure<ClientPayloadError>(response.read());
        CHECK(session.connector().stats().open == 0);
        const auto body = co_await session.get(target.url()).text();
        CHECK(body == "ok");
    });
}

TEST_CASE("cancelling a read closes the connection and leaves the pool usable", "[B31]") {
    Server server;
    server.route("/stalled",
                 Script().send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").stall());
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        {
            auto response = co_await session.get(target.url("/stalled"));
            auto reading = co_await aiohttp::create_task(response.read());
            reading.cancel();
            co_await expect_cancelled(reading.result());
        }
        CHECK(session.connector().stats().open == 0);
        const auto body = co_await session.get(target.url()).text();
        CHECK(body == "ok");
    });
}

TEST_CASE("an answer that comes during the upload is delivered, and the connection closed",
          "[B32]") {
    Server server;
    server.route_at_head("/", [](const ServerRequest&) { return Reply(413, "too large").close(); });
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.post(target.url()).data(std::string(20'000'000, 'x'));
        CHECK(response.status() == 413);
        const auto body = co_await response.text();
        CHECK(body == "too large");
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("a connection whose upload was cut short is not reused, even if it is kept", "[B32]") {
    Server server;
    server.route_at_head("/", [](const ServerRequest&) {
        return Script().send("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n").stop_reading();
    });
    // Not run_client(): the server holds its side until it stops.
    const auto main = [](Server& target) -> Async {
        ClientSession session;
        auto response = co_await session.put(target.url()).data(std::string(20'000'000, 'x'));
        CHECK(response.status() == 403);
        CHECK(session.connector().stats().open == 0);
    };
    run_sync(main(server));
}

TEST_CASE("a closed session refuses requests, and may be closed twice", "[B33]") {
    Server server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.close();
        co_await session.close();
        CHECK(session.closed());
        const auto error = co_await failure<aiohttp::RuntimeError>(session.get(target.url()));
        CHECK(std::string(error.what()) == "Session is closed");
    });
    CHECK(server.connections_accepted() == 0);
}

TEST_CASE("a response outlives its session, body included", "[B33]") {
    Server server;
    Gate gate;
    server.route("/large", Reply(200, megabyte));
    server.route(
        "/later",
        Script().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n").wait_for(gate).send("later"));
    run_client(
        server,
        [](ClientSession&, Server& target, Gate& opened) -> Async {
            std::optional<ClientResponse> large;
            std::optional<ClientResponse> later;
            {
                ClientSession inner;
                large.emplace(co_await inner.get(target.url("/large")));
                later.emplace(co_await inner.get(target.url("/later")));
            }
            opened.open();
            const auto body = co_await large->read();
            CHECK(body == megabyte);
            const auto text = co_await later->text();
            CHECK(text == "later");
        },
        gate);
}

TEST_CASE("a stream outlives its response", "[B33]") {
    Server server;
    server.route("/", Reply(200, megabyte));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        std::optional<ClientResponse> response;
        response.emplace(co_await session.get(target.url()));
        auto content = response->content();
        response.reset();
        const auto body = co_await content.read();
        CHECK(body == megabyte);
    });
}

TEST_CASE("a request that is never awaited does nothing", "[B33]") {
    Server server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        {
            const auto unused = session.get(target.url());
        }
        co_return;
    });
    CHECK(server.connections_accepted() == 0);
}

TEST_CASE("a request outlives the session object, but does not run without it", "[B33]") {
    Server server;
    run_client(server, [](ClientSession&, Server& target) -> Async {
        std::optional<ClientSession> inner(std::in_place);
        auto request = inner->get(target.url());
        inner.reset();
        co_await failure<aiohttp::RuntimeError>(std::move(request));
    });
}

TEST_CASE("releasing a response ends a read that is under way", "[B26]") {
    Server server;
    server.route("/", Script().send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").stall());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        auto reading = co_await aiohttp::create_task(response.read());
        response.release();
        const auto error = co_await failure<ClientConnectionError>(reading.result());
        CHECK(error.code() == aiohttp::errc::connection_closed);
        CHECK(response.closed());
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("assigning a response gives up the one before, also during its read", "[B26]") {
    Server server;
    server.route("/stalled",
                 Script().send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").stall());
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/stalled"));
        auto reading = co_await aiohttp::create_task(response.read());
        response = co_await session.get(target.url());
        co_await failure<ClientConnectionError>(reading.result());
        const auto body = co_await response.text();
        CHECK(body == "ok");
    });
}
