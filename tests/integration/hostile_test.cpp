// Servers and callers that mean harm: the outcome is always a typed error, in bounded time and
// memory, and the pool serves the next request.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using aiohttp::ClientError;
using aiohttp::ClientResponseError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::InvalidUrlClientError;
using aiohttp::Pairs;
using aiohttp::TotalTimeoutError;
using aiohttp::ValueError;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

/// What must not get into a message from outside.
const std::vector<std::string> breaks{"\r\n", "\r", "\n", "\0"s, "\x7f", "\x01"};

}  // namespace

TEST_CASE("a header line of a megabyte is refused, unless it is allowed", "[J148]") {
    Server server;
    const std::string megabyte(1'000'000, 'x');
    server.route("/", Reply(200, "ok").header("X-Long", megabyte));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error = co_await failure<ClientResponseError>(session.get(target.url()));
        CHECK(std::string(error.what()).find("8190") != std::string::npos);
        CHECK(std::string(error.what()).size() < 10'000);
        auto response = co_await session.get(target.url()).max_field_size(1'100'000);
        CHECK(response.headers()["X-Long"].size() == 1'000'000);
    });
}

TEST_CASE("a status line, a name, a fold or a trailer of a megabyte is refused", "[J147][J148]") {
    Server server;
    const std::string megabyte(1'000'000, 'x');
    server.route("/status", Script().send("HTTP/1.1 200 " + megabyte + "\r\n\r\n").close());
    server.route("/name", Script().send("HTTP/1.1 200 OK\r\n" + megabyte + ": 1\r\n\r\n").close());
    server.route("/fold",
                 Script().send("HTTP/1.1 200 OK\r\nA: 1\r\n " + megabyte + "\r\n\r\n").close());
    server.route("/no-end", Script().send("HTTP/1.1 200 OK\r\nA: " + megabyte).stall());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const std::string path : {"/status", "/name", "/fold", "/no-end"}) {
            INFO(path);
            const auto error = co_await failure<ClientResponseError>(session.get(target.url(path)));
            CHECK(std::string(error.what()).find("8190") != std::string::npos);
        }
        target.route("/trailer", Script()
                                     .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                           "2\r\nok\r\n0\r\nA: " +
                                           std::string(1'000'000, 'x') + "\r\n\r\n")
                                     .close());
        const auto error = co_await failure<aiohttp::ClientPayloadError>(
            session.get(target.url("/trailer")).text());
        CHECK(std::string(error.what()).find("8190") != std::string::npos);
    });
}

TEST_CASE("header fields without end are refused", "[J148]") {
    Server server;
    std::string fields = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 100'000; ++i) {
        fields += "A: 1\r\n";
    }
    server.route("/", Script().send(fields).stall());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error = co_await failure<ClientResponseError>(session.get(target.url()));
        CHECK(std::string(error.what()).find("128") != std::string::npos);
    });
}

TEST_CASE("redirects without end end with the total time, when nothing else limits them", "[E65]") {
    Server server;
    server.route("*", Reply(302).header("Location", "/again"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await failure<TotalTimeoutError>(
            session.get(target.url()).max_redirects(0).timeout(200ms));
    });
    CHECK(server.requests().size() > 10);
}

TEST_CASE("a response that ends anywhere is an error, and the pool goes on") {
    Server server;
    const std::string whole =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nSet-Cookie: a=1; Path=/\r\n"
        "Transfer-Encoding: chunked\r\n\r\n5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\n"
        "X-Trailer: 1\r\n\r\n";
    server.route("/next", Reply(200, "next"));
    run_client(
        server,
        [](ClientSession& session, Server& target, const std::string& response) -> Async {
            for (std::size_t size = 0; size < response.size(); ++size) {
                target.route("/", Script().send(response.substr(0, size)).close());
                std::string outcome = "complete";
                try {
                    co_await session.get(target.url()).text();
                } catch (const ClientError&) {
                    outcome = "error";
                }
                if (outcome != "error") {
                    INFO("ended after " << size << " bytes");
                    CHECK(outcome == "error");
                }
            }
            target.route("/", Script().send(response));
            const auto complete = co_await session.get(target.url()).text();
            CHECK(complete == "hello world");
            const auto next = co_await session.get(target.url("/next")).text();
            CHECK(next == "next");
        },
        whole);
}

TEST_CASE("line ends and control characters get into no message", "[H124]") {
    Server server;
    server.route("*", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const auto& bad : breaks) {
            const auto evil = "a" + bad + "X-Evil: 1";
            CHECK_THROWS_AS(session.request("GET" + bad, target.url()), ValueError);
            CHECK_THROWS_AS(session.get(target.url()).header(evil, "1"), ValueError);
            CHECK_THROWS_AS(session.get(target.url()).header("X-A", evil), ValueError);
            CHECK_THROWS_AS(session.get(target.url()).cookie(evil, "1"), ValueError);
            CHECK_THROWS_AS(ClientSessionOptions().header("X-A", evil), ValueError);
            CHECK_THROWS_AS(session.headers().add("X-A", evil), ValueError);
            CHECK_THROWS_AS(ClientSessionOptions().cookies(Pairs(1, {evil, "1"})), ValueError);
        }
        co_return;
    });
    CHECK(server.requests().empty());
}

TEST_CASE("control characters of a URL get into no message and no log", "[H124]") {
    Server server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const auto& bad : breaks) {
            for (const auto& url :
                 {target.url("/a" + bad + "X-Evil: 1"), "http://a" + bad + "b/"}) {
                const auto error = co_await failure<InvalidUrlClientError>(session.get(url));
                CHECK(std::string(error.what()).find(bad) == std::string::npos);
                CHECK(error.error().url().find(bad) == std::string::npos);
            }
        }
    });
    CHECK(server.requests().empty());
}

TEST_CASE("control characters in parameters and forms are encoded", "[H124]") {
    Server server;
    server.route("*", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const auto& bad : breaks) {
            const auto evil = "a" + bad + "X-Evil: 1";
            const Pairs form(1, {evil, evil});
            co_await session.post(target.url()).param(evil, evil).form(form).text();
        }
    });
    CHECK(server.requests().size() == breaks.size());
    for (const auto& request : server.requests()) {
        CHECK(request.header_count("X-Evil") == 0);
        CHECK(request.target.find_first_of("\r\n"s + '\0') == std::string::npos);
    }
}
