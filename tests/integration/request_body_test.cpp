// Bodies of requests: what is sent for each kind, and what happens when it cannot be.

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <aiohttp/body.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ValueError;
using aiohttp::testing::Async;
using aiohttp::testing::eventually;
using aiohttp::testing::failure;
using aiohttp::testing::Gate;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerRequest;

/// A server that answers everything.
class AnyServer : public Server {
public:
    AnyServer() { route("*", Reply(200, "ok")); }
};

/// Gives a few pieces; may announce a length, and may throw instead of the last piece.
class Pieces final : public aiohttp::BodySource {
public:
    explicit Pieces(std::vector<std::string> pieces,
                    std::optional<std::uint64_t> length = std::nullopt,
                    bool throws = false)
        : pieces_(std::move(pieces)), length_(length), throws_(throws) {}

    std::optional<std::uint64_t> size() const override { return length_; }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (given_ == pieces_.size()) {
            if (throws_) {
                throw std::runtime_error("no more to give");
            }
            co_return std::nullopt;
        }
        co_return pieces_[given_++];
    }
    std::string content_type() const override { return "text/csv"; }

private:
    std::vector<std::string> pieces_;
    std::optional<std::uint64_t> length_;
    bool throws_;
    std::size_t given_ = 0;
};

/// Counts the bytes it was asked for.
class Endless final : public aiohttp::BodySource {
public:
    explicit Endless(std::size_t& given) : given_(given) {}
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        given_ += 10'000;
        co_return std::string(10'000, 'x');
    }

private:
    std::size_t& given_;
};

struct Point {
    int x = 0;
    int y = 0;
};

void to_json(nlohmann::json& document, const Point& point) {
    document = nlohmann::json{{"x", point.x}, {"y", point.y}};
}

}  // namespace

TEST_CASE("text, bytes and forms carry their type and length", "[I127]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.post(target.url()).data("text").text();
        const std::string raw("\0\xff", 2);
        const auto bytes = std::as_bytes(std::span(raw));
        co_await session.post(target.url()).data(bytes).text();
        const aiohttp::Pairs fields = {{"a", "b c"}, {"d", "e&f"}};
        co_await session.post(target.url()).form(fields).text();
        co_await session.post(target.url()).data("<a/>").header("content-type", "a/xml").text();
    });
    CHECK(server.request(0).body == "text");
    CHECK(server.request(0).header("Content-Type") == "text/plain; charset=utf-8");
    CHECK(server.request(0).header("Content-Length") == "4");
    CHECK(server.request(0).header_count("Transfer-Encoding") == 0);
    CHECK(server.request(1).body == std::string("\0\xff", 2));
    CHECK(server.request(1).header("Content-Type") == "application/octet-stream");
    CHECK(server.request(2).body == "a=b+c&d=e%26f");
    CHECK(server.request(2).header("Content-Type") == "application/x-www-form-urlencoded");
    CHECK(server.request(3).header("Content-Type") == "a/xml");
    CHECK(server.request(3).header_count("Content-Type") == 1);
}

TEST_CASE("a request without a body says so where its method usually has one", "[I127][I129]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.post(target.url()).text();
        co_await session.delete_(target.url()).text();
        co_await session.get(target.url()).text();
        co_await session.options(target.url()).text();
        co_await session.put(target.url()).data("").text();
    });
    CHECK(server.request(0).header("Content-Length") == "0");
    CHECK(server.request(0).header("Content-Type") == "application/octet-stream");
    CHECK(server.request(1).header("Content-Length") == "0");
    CHECK(server.request(1).header_count("Content-Type") == 0);
    CHECK(server.request(2).header_count("Content-Length") == 0);
    CHECK(server.request(2).header_count("Content-Type") == 0);
    CHECK(server.request(2).header_count("Transfer-Encoding") == 0);
    CHECK(server.request(3).header_count("Content-Length") == 0);
    CHECK(server.request(4).header("Content-Length") == "0");
    CHECK(server.connections_accepted() == 1);
    CHECK(server.malformed_requests() == 0);
}

TEST_CASE("JSON is sent compact, of documents and of the caller's types", "[I128]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const nlohmann::json document = {{"a", 1}};
        co_await session.post(target.url()).json(document).text();
        const Point point{1, 2};
        co_await session.post(target.url()).json(point).text();
        co_await session.post(target.url()).json_text("[1,  2]").text();
        co_await session.post(target.url())
            .json(document)
            .header("Content-Type", "application/vnd.api+json")
            .text();
    });
    CHECK(server.request(0).body == R"({"a":1})");
    CHECK(server.request(0).header("Content-Type") == "application/json");
    CHECK(server.request(1).body == R"({"x":1,"y":2})");
    CHECK(server.request(2).body == "[1,  2]");
    CHECK(server.request(2).header("Content-Type") == "application/json");
    CHECK(server.request(3).header("Content-Type") == "application/vnd.api+json");
}

TEST_CASE("the session's serializer writes the JSON", "[I128]") {
    AnyServer server;
    const auto spaced = [](const nlohmann::json& document) { return document.dump(1); };
    run_client_with(ClientSessionOptions().json_serialize(spaced), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const nlohmann::json document = {{"a", 1}};
                        co_await session.post(target.url()).json(document).text();
                    });
    CHECK(server.request(0).body == "{\n \"a\": 1\n}");
}

TEST_CASE("a body of unknown length is sent in chunks, one of known length is not", "[I130]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const std::vector<std::string> parts = {"ab", "", "cde"};
        auto unknown = std::make_unique<Pieces>(parts);
        co_await session.post(target.url()).data(std::move(unknown)).text();
        auto known = std::make_unique<Pieces>(parts, 5);
        co_await session.post(target.url()).data(std::move(known)).text();
    });
    CHECK(server.request(0).body == "abcde");
    CHECK(server.request(0).header("Transfer-Encoding") == "chunked");
    CHECK(server.request(0).header_count("Content-Length") == 0);
    CHECK(server.request(0).header("Content-Type") == "text/csv");
    CHECK(server.request(1).body == "abcde");
    CHECK(server.request(1).header("Content-Length") == "5");
    CHECK(server.request(1).header_count("Transfer-Encoding") == 0);
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("a body of unknown length cannot be sent with HTTP/1.0", "[I130]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const std::vector<std::string> parts = {"ab"};
        auto unknown = std::make_unique<Pieces>(parts);
        const aiohttp::HttpVersion old{1, 0};
        co_await failure<ValueError>(
            session.post(target.url()).data(std::move(unknown)).version(old));
    });
    CHECK(server.connections_accepted() == 0);
}

TEST_CASE("an exception of the body's source ends the request and its connection", "[I130]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const std::vector<std::string> parts = {"ab"};
        auto failing = std::make_unique<Pieces>(parts, std::nullopt, true);
        const auto error = co_await failure<std::runtime_error>(
            session.post(target.url()).data(std::move(failing)));
        CHECK(error.what() == std::string("no more to give"));
        CHECK(session.connector().stats().open == 0);
        co_await eventually([&] { return target.connections_open() == 0; });
    });
}

TEST_CASE("a body of another length than announced fails, and is never completed", "[I135]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const std::vector<std::string> parts = {"abc", "def"};
        for (const std::uint64_t announced : {5U, 7U}) {
            auto wrong = std::make_unique<Pieces>(parts, announced);
            const auto error = co_await failure<aiohttp::ClientPayloadError>(
                session.post(target.url()).data(std::move(wrong)));
            CHECK(error.phase() == aiohttp::Phase::send);
        }
        CHECK(session.connector().stats().open == 0);
    });
    CHECK(server.request_count() == 0);
}

TEST_CASE("a Content-Length that does not fit the body is a mistake of the caller", "[I135]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const char* const length : {"1", "5", "x", "-1", ""}) {
            co_await failure<ValueError>(
                session.post(target.url()).data("abc").header("Content-Length", length));
        }
        co_await failure<ValueError>(
            session.post(target.url()).data("abc").header("Transfer-Encoding", "gzip"));
        co_await session.post(target.url()).data("abc").header("Content-Length", "3").text();
        co_await session.post(target.url())
            .data("abc")
            .header("Transfer-Encoding", "chunked")
            .text();
    });
    REQUIRE(server.request_count() == 2);
    CHECK(server.request(0).header_count("Content-Length") == 1);
    CHECK(server.request(1).header("Transfer-Encoding") == "chunked");
    CHECK(server.request(1).header_count("Content-Length") == 0);
    CHECK(server.request(1).body == "abc");
}

TEST_CASE("20 MB in memory are sent as they are", "[I140]") {
    Server server;
    server.route("/", [](const ServerRequest& request) {
        return Reply(200, std::to_string(request.body_size));
    });
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto answer =
            co_await session.put(target.url()).data(std::string(20'000'000, 'x')).text();
        CHECK(answer == "20000000");
    });
    CHECK(server.connections_accepted() == 1);
    CHECK(server.request(0).body == std::string(20'000'000, 'x'));
}

TEST_CASE("a slow server slows the body's source down", "[I140]") {
    Server server(aiohttp::testing::ServerOptions().socket_buffer(8192));
    Gate gate;
    server.route_at_head("/", [gate](const ServerRequest&) {
        return Script().wait_for(gate).send("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n").close();
    });
    run_client(
        server,
        [](ClientSession& session, Server& target, Gate& opened) -> Async {
            std::size_t given = 0;
            auto source = std::make_unique<Endless>(given);
            auto upload = co_await aiohttp::create_task(
                session.post(target.url()).data(std::move(source)).text());
            // As much as the kernel's buffers hold is asked for, and no more.
            std::size_t before = 1;
            while (before != given) {
                before = given;
                co_await aiohttp::sleep(std::chrono::milliseconds(5));
            }
            CHECK(given < 20'000'000);
            opened.open();
            co_await upload.result();
        },
        gate);
}

TEST_CASE("an answer ends an upload of unknown length", "[B32]") {
    Server server;
    server.route_at_head("/", [](const ServerRequest&) { return Reply(413, "enough").close(); });
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        std::size_t given = 0;
        auto source = std::make_unique<Endless>(given);
        auto response = co_await session.post(target.url()).data(std::move(source));
        CHECK(response.status() == 413);
        const auto body = co_await response.text();
        CHECK(body == "enough");
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("a body is sent in chunks when that is asked for", "[I129][I136]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.post(target.url()).data("text").chunked().text();
        co_await session.get(target.url()).chunked().text();
        co_await session.post(target.url()).chunked().text();
        co_await session.post(target.url()).data("").chunked().text();
        co_await session.post(target.url()).data("text").chunked().chunked(false).text();
        for (const char* const name : {"Content-Length", "Transfer-Encoding"}) {
            const auto* const value = name[0] == 'C' ? "4" : "chunked";
            co_await failure<ValueError>(
                session.post(target.url()).data("text").chunked().header(name, value));
        }
        const aiohttp::HttpVersion old{1, 0};
        co_await failure<ValueError>(
            session.post(target.url()).data("text").chunked().version(old));
    });
    REQUIRE(server.request_count() == 5);
    CHECK(server.request(0).header("Transfer-Encoding") == "chunked");
    CHECK(server.request(0).header_count("Content-Length") == 0);
    CHECK(server.request(0).body == "text");
    for (const std::size_t bodiless : {1U, 2U}) {
        CHECK(server.request(bodiless).header_count("Transfer-Encoding") == 0);
    }
    CHECK(server.request(1).header_count("Content-Length") == 0);
    CHECK(server.request(3).header("Transfer-Encoding") == "chunked");
    CHECK(server.request(3).body.empty());
    CHECK(server.request(4).header("Content-Length") == "4");
    CHECK(server.connections_accepted() == 1);
    CHECK(server.malformed_requests() == 0);
}
