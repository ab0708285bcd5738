// What the errors of real exchanges say: type, code, condition, phase, peer, URL, and whether
// trying again makes sense. The other files look at errors where they belong to a behaviour.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <aiohttp/as_result.hpp>
#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/text.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::as_result;
using aiohttp::ClientConnectorDNSError;
using aiohttp::ClientConnectorError;
using aiohttp::ClientError;
using aiohttp::ClientPayloadError;
using aiohttp::ClientResponseError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::condition;
using aiohttp::errc;
using aiohttp::Phase;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::has;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

std::string with_credentials(const Server& server, std::string_view path) {
    return "http://user:secret@127.0.0.1:" + std::to_string(server.port()) + std::string(path);
}

std::string peer_of(const Server& server) {
    return "127.0.0.1:" + std::to_string(server.port());
}

}  // namespace

TEST_CASE("a refused connection names host, port and reason", "[K170]") {
    Server server;
    server.refuse_connections();
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error = co_await failure<ClientConnectorError>(
            session.post(with_credentials(target, "/x?token=1")).data("x"));
        CHECK(error.code() == errc::connect_failed);
        CHECK(error.code() == condition::connection);
        CHECK_FALSE(error.code() == condition::timeout);
        CHECK(error.phase() == Phase::connect);
        CHECK(error.method() == "POST");
        CHECK(error.url() == target.url("/x?token=1"));
        CHECK(error.peer() == peer_of(target));
        CHECK(error.host() == "127.0.0.1");
        CHECK(error.port() == target.port());
        CHECK(error.os_error() == boost::system::errc::connection_refused);
        CHECK(error.retryable());
        CHECK(has(error.what(), "connect to " + peer_of(target) + " failed"));
        CHECK(has(error.what(), "refused"));
        CHECK_FALSE(has(error.what(), "secret"));
        CHECK_FALSE(has(error.url(), "secret"));
    });
}

TEST_CASE("all addresses of a name are tried before connecting fails", "[K170]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        // localhost may be ::1 first, where nobody listens.
        const auto url = "http://localhost:" + std::to_string(target.port()) + '/';
        const auto body = co_await session.get(url).text();
        CHECK(body == "ok");
        target.refuse_connections();
        CHECK(target.close_idle_connections() == 1);
        const auto error = co_await failure<ClientConnectorError>(session.get(url));
        CHECK(error.host() == "localhost");
    });
}

TEST_CASE("a name without an address is an error of its own", "[K170]") {
    Server server;
    run_client(server, [](ClientSession& session, Server&) -> Async {
        const auto error =
            co_await failure<ClientConnectorDNSError>(session.get("http://name.invalid:81/"));
        CHECK(error.code() == errc::dns_failed);
        CHECK(error.code() == condition::connection);
        CHECK(error.phase() == Phase::dns);
        CHECK(error.host() == "name.invalid");
        CHECK(error.port() == 81);
        CHECK(error.cause());
        CHECK(error.retryable());
        CHECK(has(error.what(), "name.invalid"));
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("a disconnect tells peer and phase", "[J151]") {
    Server server;
    server.route("*", Script().close());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error = co_await failure<aiohttp::ServerDisconnectedError>(
            session.get(with_credentials(target, "/")));
        CHECK(error.code() == errc::server_disconnected);
        CHECK(error.code() == condition::connection);
        CHECK(error.phase() == Phase::wait);
        CHECK(error.peer() == peer_of(target));
        CHECK(error.url() == target.url());
        CHECK(error.retryable());
        CHECK_FALSE(has(error.what(), "secret"));
        const auto posted = co_await failure<aiohttp::ServerDisconnectedError>(
            session.post(target.url()).data("x"));
        CHECK_FALSE(posted.retryable());
    });
}

TEST_CASE("a reset is told from a disconnect", "[J151]") {
    Server server;
    server.route("*", Script().reset());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error =
            co_await failure<aiohttp::ClientConnectionResetError>(session.get(target.url()));
        CHECK(error.code() == errc::connection_reset);
        CHECK(error.code() == condition::connection);
        CHECK(error.cause() == boost::system::errc::connection_reset);
        CHECK(error.retryable());
    });
}

TEST_CASE("a malformed response counts as status 400", "[J142]") {
    Server server;
    server.route("*", Script().send("garbage\r\n\r\n").close());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error =
            co_await failure<ClientResponseError>(session.get(with_credentials(target, "/")));
        CHECK(error.code() == errc::malformed_response);
        CHECK(error.code() == condition::response);
        CHECK(error.status() == 400);
        CHECK(error.phase() == Phase::wait);
        CHECK(error.peer() == peer_of(target));
        CHECK_FALSE(error.retryable());
        CHECK(has(error.what(), "garbage"));
        CHECK_FALSE(has(error.what(), "secret"));
    });
}

TEST_CASE("a truncated body tells how much was missing", "[J144]") {
    Server server;
    server.route("*", Script().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc").close());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(with_credentials(target, "/"));
        const auto error = co_await failure<ClientPayloadError>(response.read());
        CHECK(error.code() == errc::payload_truncated);
        CHECK(error.code() == condition::payload);
        CHECK(error.phase() == Phase::body);
        CHECK(error.method() == "GET");
        CHECK(error.url() == target.url());
        CHECK(error.peer() == peer_of(target));
        CHECK(has(error.what(), "body ended after 3 of 5 bytes"));
        CHECK_FALSE(has(error.what(), "secret"));
    });
}

TEST_CASE("a body that is reset is an error of the body", "[J144]") {
    Server server;
    aiohttp::testing::Gate gate;
    server.route(
        "/",
        Script().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc").wait_for(gate).reset());
    run_client(
        server,
        [](ClientSession& session, Server& target, aiohttp::testing::Gate& opened) -> Async {
            auto response = co_await session.get(target.url());
            opened.open();
            const auto error = co_await failure<ClientPayloadError>(response.read());
            CHECK(error.code() == errc::payload_truncated);
            CHECK(error.cause() == boost::system::errc::connection_reset);
        },
        gate);
}

TEST_CASE("raise_for_status throws with status, headers and the beginning of the body", "[J160]") {
    Server server;
    server.route("/missing", Reply(404, "no such thing").reason("Not Here").header("X-A", "b"));
    server.route("/busy", Reply(503, "later"));
    server.route("/ok", Reply(200, "ok"));
    run_client_with(ClientSessionOptions().raise_for_status(true), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const auto error = co_await failure<ClientResponseError>(
                            session.get(with_credentials(target, "/missing")));
                        CHECK(error.status() == 404);
                        CHECK(error.message() == "Not Here");
                        CHECK(error.headers()["X-A"] == "b");
                        CHECK(error.body() == "no such thing");
                        CHECK(error.code() == errc::bad_status);
                        CHECK(error.code() == condition::response);
                        CHECK(error.url() == target.url("/missing"));
                        CHECK_FALSE(error.retryable());
                        const auto busy =
                            co_await failure<ClientResponseError>(session.get(target.url("/busy")));
                        CHECK(busy.retryable());
                        auto spared =
                            co_await session.get(target.url("/missing")).raise_for_status(false);
                        CHECK_FALSE(spared.ok());
                        CHECK_THROWS_AS(spared.raise_for_status(), ClientResponseError);
                        const auto body = co_await spared.text();
                        CHECK(body == "no such thing");
                        co_await session.get(target.url("/ok")).text();
                        CHECK(session.connector().stats().idle == 1);
                    });
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("an error response with a large body frees its connection", "[J160]") {
    Server server;
    server.route("/", Reply(500, std::string(5'000'000, 'x')));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error =
            co_await failure<ClientResponseError>(session.get(target.url()).raise_for_status());
        CHECK(error.status() == 500);
        CHECK(error.body().size() <= 4096);
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("URLs that cannot be used are named without credentials", "[H119]") {
    Server server;
    run_client(server, [](ClientSession& session, Server&) -> Async {
        const auto scheme =
            co_await failure<aiohttp::NonHttpUrlClientError>(session.get("ftp://u:secret@h/x"));
        CHECK(scheme.code() == errc::non_http_url);
        CHECK(scheme.code() == condition::url);
        CHECK(has(scheme.what(), "ftp://h/x"));
        CHECK_FALSE(has(scheme.what(), "secret"));
        const auto port =
            co_await failure<aiohttp::InvalidUrlClientError>(session.get("http://u:secret@h:x/"));
        CHECK(port.code() == errc::invalid_url);
        CHECK(port.code() == condition::url);
        CHECK_FALSE(has(port.what(), "secret"));
        CHECK_FALSE(port.retryable());
    });
}

TEST_CASE("as_result gives errors as values, which throw as what they are", "[K170]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    server.route("/slow", Script().stall());
    server.route("/drop", Script().close());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto good = co_await as_result(session.get(target.url()));
        REQUIRE(good.has_value());
        CHECK(good->status() == 200);
        auto text = co_await as_result(good->text());
        REQUIRE(text.has_value());
        CHECK(*text == "ok");
        auto dropped = co_await as_result(session.get(target.url("/drop")));
        REQUIRE(dropped.has_error());
        CHECK(dropped.error().code() == errc::server_disconnected);
        CHECK_THROWS_AS(dropped.value(), aiohttp::ServerDisconnectedError);
        auto late = co_await as_result(session.get(target.url("/slow")).timeout(5ms));
        REQUIRE(late.has_error());
        CHECK(late.error().code() == condition::timeout);
        CHECK_THROWS_AS(late.value(), aiohttp::TotalTimeoutError);
        auto closing = co_await as_result(session.close());
        CHECK(closing.has_value());
        // A call in the wrong state still throws.
        co_await failure<aiohttp::RuntimeError>(as_result(session.get(target.url())));
    });
}

TEST_CASE("closing the session ends requests in every phase with an error that says so", "[A19]") {
    Server server;
    aiohttp::testing::BlackHole hole;
    server.route("/", Script().stall());
    run_client(
        server,
        [](ClientSession& session, Server& target, aiohttp::testing::BlackHole& nowhere) -> Async {
            auto waiting = co_await aiohttp::create_task(session.get(target.url()).text());
            auto connecting = co_await aiohttp::create_task(session.get(nowhere.url()).text());
            co_await aiohttp::testing::eventually([&] { return target.request_count() == 1; });
            co_await session.close();
            const auto first = co_await failure<aiohttp::ClientConnectionError>(waiting.result());
            CHECK(first.code() == errc::connection_closed);
            CHECK(first.phase() == Phase::wait);
            CHECK_FALSE(first.retryable());
            CHECK(has(first.what(), "the session was closed"));
            const auto second =
                co_await failure<aiohttp::ClientConnectionError>(connecting.result());
            CHECK(second.phase() == Phase::connect);
        },
        hole);
}
