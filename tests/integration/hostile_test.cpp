// Servers and callers that mean harm: the outcome is always a typed error, in bounded time and
// memory, and the pool serves the next request.

#include <chrono>
#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/error.hpp>
#include <aiohttp/multipart_reader.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/coding.hpp"
#include "support/memory_peak.hpp"

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using aiohttp::ClientError;
using aiohttp::ClientPayloadError;
using aiohttp::ClientResponse;
using aiohttp::ClientResponseError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ContentCoding;
using aiohttp::InvalidUrlClientError;
using aiohttp::MultipartReader;
using aiohttp::Pairs;
using aiohttp::TotalTimeoutError;
using aiohttp::ValueError;
using aiohttp::testing::Async;
using aiohttp::testing::clear_peak;
using aiohttp::testing::encoded;
using aiohttp::testing::encoded_zeros;
using aiohttp::testing::failure;
using aiohttp::testing::peak_counts;
using aiohttp::testing::peak_memory;
using aiohttp::testing::prose;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

/// What must not get into a message from outside.
const std::vector<std::string> breaks{"\r\n", "\r", "\n", "\0"s, "\x7f", "\x01"};

/// A response that a test cuts off.
struct Cuttable {
    std::string head;
    std::string body;
};

std::string chunk(const std::string& data) {
    std::ostringstream size;
    size << std::hex << data.size();
    return size.str() + "\r\n" + data + "\r\n";
}

/// The text of the response, or of its parts, or which kind of error it ends with.
boost::asio::awaitable<std::string> outcome_of(boost::asio::awaitable<ClientResponse> request) {
    try {
        auto response = co_await std::move(request);
        std::string text = "complete: ";
        if (!response.content_type().starts_with("multipart/")) {
            const auto whole = co_await response.text();
            co_return text + whole;
        }
        MultipartReader reader(response);
        while (auto part = co_await reader.next()) {
            const auto piece = co_await part->text();
            text += piece;
        }
        co_return text;
    } catch (const ClientPayloadError&) {
        co_return "payload error";
    } catch (const ClientError&) {
        co_return "error";
    }
}

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
        const auto error =
            co_await failure<ClientPayloadError>(session.get(target.url("/trailer")).text());
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

TEST_CASE("a coded or multipart body that ends anywhere is an error, and the pool goes on",
          "[I141][J153]") {
    const auto text = prose(300);
    const auto gzip = encoded(ContentCoding::gzip, text);
    const std::string coded = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n";
    const auto multipart = "--b\r\n\r\n" + text.substr(0, 150) +
                           "\r\n--b\r\nContent-Encoding: gzip\r\n\r\n" +
                           encoded(ContentCoding::gzip, text.substr(150)) + "\r\n--b--";
    std::vector<Cuttable> cases{
        {coded + "Content-Length: " + std::to_string(gzip.size()) + "\r\n\r\n", gzip},
        {coded + "Transfer-Encoding: chunked\r\n\r\n",
         chunk(gzip.substr(0, 50)) + chunk(gzip.substr(50)) + "0\r\n\r\n"},
        {coded + "\r\n", gzip},
        {"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n", multipart}};
    Server server;
    server.route("/next", Reply(200, "next"));
    run_client(
        server,
        [](ClientSession& session, Server& target, const std::vector<Cuttable>& responses,
           const std::string& wanted) -> Async {
            for (const auto& [head, body] : responses) {
                INFO(head);
                const auto whole = head + body;
                for (std::size_t size = 0; size < whole.size(); ++size) {
                    target.route("/", Script().send(whole.substr(0, size)).close());
                    const auto outcome = co_await outcome_of(session.get(target.url()));
                    // Nothing at all is complete when the end of the connection ends the body.
                    const bool empty = size == head.size() && head == responses[2].head;
                    const auto* const expected = size < head.size() ? "error"
                                                 : empty            ? "complete: "
                                                                    : "payload error";
                    if (outcome != expected) {
                        INFO("ended after " << size << " bytes");
                        CHECK(outcome == expected);
                    }
                    const auto next = co_await session.get(target.url("/next")).text();
                    if (next != "next") {
                        FAIL("after " << size << " bytes: " << next);
                    }
                }
                target.route("/", Script().send(whole).close());
                const auto complete = co_await outcome_of(session.get(target.url()));
                CHECK(complete == "complete: " + wanted);
            }
        },
        cases, text);
}

TEST_CASE("a bomb of ten gigabytes meets its limit at once, or streams in little memory",
          "[J154]") {
    // Members of gzip follow one another: 1000 of ten megabytes each.
    const auto member = encoded_zeros(ContentCoding::gzip, 10'000'000);
    std::string bomb;
    for (int i = 0; i < 1000; ++i) {
        bomb += member;
    }
    Server server;
    server.route(
        "/twice",
        Reply(200, encoded(ContentCoding::gzip, bomb)).header("Content-Encoding", "gzip, gzip"));
    server.route("/gzip", Reply(200, std::move(bomb)).header("Content-Encoding", "gzip"));
    server.route("/next", Reply(200, "next"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const auto* const path : {"/gzip", "/twice"}) {
            INFO(path);
            clear_peak();
            const auto before = peak_memory();
            const auto begin = std::chrono::steady_clock::now();
            const auto error = co_await failure<ClientPayloadError>(
                session.get(target.url(path)).max_body_size(1'000'000).text());
            CHECK(std::string(error.what()).find("max_body_size 1000000") != std::string::npos);
            CHECK(std::chrono::steady_clock::now() - begin < 5s);
            {
                auto response = co_await session.get(target.url(path));
                auto content = response.content();
                std::size_t total = 0;
                while (total < 50'000'000) {
                    const auto piece = co_await content.next();
                    total += piece.value().size();
                }
                CHECK_FALSE(response.closed());
            }
            CHECK((!peak_counts || peak_memory() - before < std::size_t{16} << 20U));
            const auto next = co_await session.get(target.url("/next")).text();
            CHECK(next == "next");
        }
    });
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
