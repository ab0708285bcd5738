// Response heads and framing as they come from a socket: what is accepted, and what is not.

#include <string>
#include <vector>

#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/text.hpp"

namespace {

using aiohttp::ClientPayloadError;
using aiohttp::ClientResponseError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ServerDisconnectedError;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::has;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

/// Serves the bytes, then closes.
class RawServer : public Server {
public:
    explicit RawServer(const std::string& bytes) { route("/", Script().send(bytes).close()); }
};

/// The message of the error that a response to GET gives.
template <class Error>
std::string refused(const std::string& bytes) {
    RawServer server(bytes);
    std::string message;
    run_client(
        server,
        [](ClientSession& session, Server& target, std::string& text) -> Async {
            const auto error = co_await failure<Error>(session.get(target.url()).text());
            text = error.what();
            CHECK(session.connector().stats().open == 0);
        },
        message);
    return message;
}

std::string malformed(const std::string& bytes) {
    return refused<ClientResponseError>(bytes);
}

std::string body_of(const std::string& bytes) {
    RawServer server(bytes);
    std::string body;
    run_client(
        server,
        [](ClientSession& session, Server& target, std::string& text) -> Async {
            text = co_await session.get(target.url()).text();
        },
        body);
    return body;
}

const std::string ok = "HTTP/1.1 200 OK\r\n";

}  // namespace

TEST_CASE("contradicting or senseless lengths are refused", "[J142]") {
    CHECK(has(malformed(ok + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"),
              "Transfer-Encoding"));
    CHECK(
        has(malformed(ok + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"), "Content-Length"));
    for (const char* const length : {"-1", "+5", "x", "", "1 2", "99999999999999999999"}) {
        CHECK(has(malformed(ok + "Content-Length: " + length + "\r\n\r\n"), "Content-Length"));
    }
    CHECK(has(malformed(ok + "Transfer-Encoding: chunked, chunked\r\n\r\n"), "chunked"));
}

TEST_CASE("chunks may have extensions and trailers", "[J143]") {
    RawServer server(ok +
                     "Transfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n"
                     "0\r\nX-Sum: 9\r\n\r\n");
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        const auto body = co_await response.text();
        CHECK(body == "abc0123456789");
        CHECK(response.trailers()["x-sum"] == "9");
    });
}

TEST_CASE("chunks that end early or make no sense are errors of the body", "[J143]") {
    const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
    CHECK(has(refused<ClientPayloadError>(chunked + "3\r\nabc\r\n"), "last chunk"));
    CHECK(has(refused<ClientPayloadError>(chunked + "3\r\nab"), "end of a chunk"));
    CHECK(has(refused<ClientPayloadError>(chunked + "xyz\r\nabc\r\n"), "bad chunk size"));
    CHECK(has(refused<ClientPayloadError>(chunked + "3\r\nabcd\r\n0\r\n\r\n"), "CRLF"));
    CHECK(has(refused<ClientPayloadError>(chunked + "0\r\nno colon\r\n\r\n"), "trailers"));
}

TEST_CASE("a body shorter than its length is an error, one longer is cut", "[J144]") {
    CHECK(has(refused<ClientPayloadError>(ok + "Content-Length: 5\r\n\r\nabc"), "3 of 5 bytes"));
    CHECK(body_of(ok + "Content-Length: 3\r\n\r\nabcdef") == "abc");
}

TEST_CASE("a body without a length goes on to the end of the connection", "[J145]") {
    RawServer server(ok + "\r\nall of it");
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto body = co_await session.get(target.url()).text();
        CHECK(body == "all of it");
        auto response = co_await session.get(target.url()).read_until_eof(false);
        const auto nothing = co_await response.text();
        CHECK(nothing.empty());
    });
}

TEST_CASE("interim responses are passed over", "[J146]") {
    CHECK(body_of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" +
                  ok + "Content-Length: 2\r\n\r\nok") == "ok");
}

TEST_CASE("interim responses without end are an error", "[J146]") {
    std::string interim;
    for (int i = 0; i < 100; ++i) {
        interim += "HTTP/1.1 102 Processing\r\n\r\n";
    }
    CHECK(has(malformed(interim + ok + "Content-Length: 2\r\n\r\nok"), "interim"));
}

TEST_CASE("101 is final and its connection is not kept", "[J146]") {
    Server server;
    server.route("/", Script()
                          .send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
                                "Upgrade: other\r\n\r\n")
                          .stall());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        CHECK(response.status() == 101);
        const auto body = co_await response.read();
        CHECK(body.empty());
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("the status line is limited", "[J147]") {
    const std::string start = "HTTP/1.1 200 ";
    const std::string reason(8190, 'r');
    RawServer server(start + reason + "\r\nContent-Length: 0\r\n\r\n");
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        CHECK(response.reason().size() == 8190);
        co_await failure<ClientResponseError>(session.get(target.url()).max_line_size(8189));
    });
    CHECK(has(malformed(start + reason + "r\r\nContent-Length: 0\r\n\r\n"), "8190 bytes"));
    run_client_with(ClientSessionOptions().max_line_size(100), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await failure<ClientResponseError>(session.get(target.url()));
                        co_await session.get(target.url()).max_line_size(8190);
                    });
}

TEST_CASE("fields are limited in size and number", "[J148]") {
    const std::string end = "Content-Length: 0\r\n\r\n";
    CHECK(has(malformed(ok + "X-A: " + std::string(8190, 'a') + "\r\n" + end), "8190 bytes"));
    CHECK(body_of(ok + "X-A: " + std::string(8000, 'a') + "\r\n" + end).empty());
    std::string many;
    for (int i = 0; i < 127; ++i) {
        many += "X-" + std::to_string(i) + ": a\r\n";
    }
    CHECK(body_of(ok + many + end).empty());
    CHECK(has(malformed(ok + many + "X-More: a\r\n" + end), "128"));
    RawServer server(ok + many + "X-More: a\r\n" + end);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url()).max_headers(129);
        CHECK(response.headers().size() == 129);
        co_await failure<ClientResponseError>(session.get(target.url()).max_field_size(3));
    });
    run_client_with(
        ClientSessionOptions().max_headers(129), server,
        [](ClientSession& session, Server& target) -> Async {
            co_await session.get(target.url()).text();
            co_await failure<ClientResponseError>(session.get(target.url()).max_headers(128));
        });
    run_client_with(ClientSessionOptions().max_headers(129).max_field_size(3), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await failure<ClientResponseError>(session.get(target.url()));
                        co_await session.get(target.url()).max_field_size(100).text();
                    });
}

TEST_CASE("lines that are no fields are refused", "[J149]") {
    for (const auto& line :
         {std::string("no colon"), std::string("X-A : a"), std::string(": a"),
          std::string("X A: a"), std::string("X-A: a\0b", 8), std::string("X-A: a\rb")}) {
        CHECK_FALSE(malformed(ok + line + "\r\nContent-Length: 0\r\n\r\n").empty());
    }
}

TEST_CASE("bare line feeds and folded lines are accepted", "[J149]") {
    RawServer server("HTTP/1.1 200 OK\nX-Folded: a\r\n  b\r\nContent-Length: 2\n\nok");
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        CHECK(response.headers()["X-Folded"] == "a b");
        const auto body = co_await response.text();
        CHECK(body == "ok");
    });
}

TEST_CASE("the status line must make sense, but needs no reason", "[J150]") {
    for (const char* const line : {"HTTP/1.1 99 X", "HTTP/2 200 OK", "HTTP/1.1 2000 X", "ICY 200",
                                   "HTTP/1.1 abc X", "garbage"}) {
        const auto message = malformed(std::string(line) + "\r\nContent-Length: 0\r\n\r\n");
        CHECK(has(message, "malformed response"));
    }
    RawServer server("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok");
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        CHECK(response.status() == 200);
        CHECK(response.reason().empty());
    });
}

TEST_CASE("a connection that ends before or in the head is a disconnect", "[J151]") {
    CHECK(has(refused<ServerDisconnectedError>(""), "server disconnected"));
    CHECK(has(refused<ServerDisconnectedError>("HTTP/1.1 200 OK\r\nX-A"),
              "in the middle of the response head"));
}

TEST_CASE("heads and bodies may arrive byte by byte", "[J143]") {
    Server server;
    server.route("/", Script().send_slowly("HTTP/1.1 100 Continue\r\n\r\n" + ok +
                                           "Transfer-Encoding: chunked\r\n\r\n"
                                           "2\r\nab\r\n1;x\r\nc\r\n0\r\nX-T: t\r\n\r\n"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (int i = 0; i < 2; ++i) {
            const auto body = co_await session.get(target.url()).text();
            CHECK(body == "abc");
        }
    });
    CHECK(server.connections_accepted() == 1);
}
