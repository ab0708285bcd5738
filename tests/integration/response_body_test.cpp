// Reading responses: headers, JSON, and bodies as streams.

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::ContentTypeError;
using aiohttp::IncompleteReadError;
using aiohttp::JSONDecodeError;
using aiohttp::LineTooLong;
using aiohttp::testing::Async;
using aiohttp::testing::eventually;
using aiohttp::testing::failure;
using aiohttp::testing::Gate;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

}  // namespace

TEST_CASE("json() wants a JSON media type, unless told otherwise", "[J156]") {
    Server server;
    server.route("/json", Reply(200, R"({"a":1})", "application/json; charset=utf-8"));
    server.route("/problem", Reply(200, R"({"a":2})", "application/problem+json"));
    server.route("/html", Reply(200, R"({"a":3})", "text/html"));
    server.route("/odd", Reply(200, R"({"a":4})", "a/b/c"));
    server.route("/none", Reply(200, "x", ""));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto json = co_await session.get(target.url("/json"));
        const auto first = co_await json.json();
        CHECK(first.at("a") == 1);
        CHECK(json.content_type() == "application/json");
        CHECK(json.charset() == "utf-8");
        auto problem = co_await session.get(target.url("/problem"));
        const auto second = co_await problem.json();
        CHECK(second.at("a") == 2);
        auto html = co_await session.get(target.url("/html"));
        const auto error = co_await failure<ContentTypeError>(html.json());
        CHECK(error.status() == 200);
        CHECK(error.code() == aiohttp::errc::content_type);
        CHECK(error.code() == aiohttp::condition::response);
        CHECK(error.headers()["Content-Type"] == "text/html");
        CHECK(std::string(error.what()).find("text/html") != std::string::npos);
        const auto third = co_await html.json("");
        CHECK(third.at("a") == 3);
        const auto same = co_await html.json("text/html");
        CHECK(same == third);
        auto odd = co_await session.get(target.url("/odd"));
        CHECK(odd.content_type() == "application/octet-stream");
        auto none = co_await session.get(target.url("/none"));
        CHECK(none.content_type() == "application/octet-stream");
        co_await failure<ContentTypeError>(none.json());
    });
}

TEST_CASE("what is not JSON, or JSON of another type, is an error", "[J156]") {
    Server server;
    server.route("/", Reply().json_text("{\"a\": [1, 2}"));
    server.route("/empty", Reply().json_text(""));
    server.route("/map", Reply().json_text(R"({"a":1,"b":2})"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto invalid = co_await failure<JSONDecodeError>(session.get(target.url()).as_json());
        CHECK(invalid.code() == aiohttp::errc::json_invalid);
        co_await failure<JSONDecodeError>(session.get(target.url("/empty")).as_json());
        using Map = std::map<std::string, int>;
        const auto map = co_await session.get(target.url("/map")).as<Map>();
        CHECK(map == Map{{"a", 1}, {"b", 2}});
        const auto wrong = co_await failure<JSONDecodeError>(
            session.get(target.url("/map")).as<std::vector<int>>());
        CHECK(wrong.code() == aiohttp::errc::json_type);
        auto response = co_await session.get(target.url("/map"));
        const auto typed = co_await response.json<Map>();
        CHECK(typed == map);
    });
}

TEST_CASE("headers are found in any case, and kept in the order and case of the wire", "[J157]") {
    Server server;
    server.route("/dir/x", Reply(200, "ok")
                               .header("x-first", "1")
                               .header("X-FIRST", "2")
                               .header("Link", "</next?p=2>; rel=\"next\", <other>; rel=prev")
                               .header("Content-Disposition", "attachment; filename=\"a b.txt\""));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/dir/x"));
        const auto& headers = response.headers();
        CHECK(headers["X-First"] == "1");
        CHECK(headers.getall("x-First").size() == 2);
        std::vector<std::string> names;
        for (const auto field : headers) {
            names.emplace_back(field.name);
        }
        const auto lower = std::find(names.begin(), names.end(), "x-first");
        REQUIRE(lower != names.end());
        CHECK(*(lower + 1) == "X-FIRST");
        const auto links = response.links();
        REQUIRE(links.size() == 2);
        CHECK(links[0].rel == "next");
        CHECK(links[0].url == target.url("/next?p=2"));
        CHECK(links[1].url == target.url("/dir/other"));
        const auto disposition = response.content_disposition();
        REQUIRE(disposition);
        CHECK(disposition->type == "attachment");
        CHECK(disposition->filename == "a b.txt");
        CHECK(response.content_length() == 2U);
        CHECK(response.remote_endpoint() == "127.0.0.1:" + std::to_string(target.port()));
        CHECK(response.host() == "127.0.0.1");
        CHECK(response.method() == "GET");
    });
}

TEST_CASE("a body can be read in pieces of any kind", "[J158]") {
    Server server;
    server.route("/", Reply(200, "line one\nline two\nkey=value;rest of it"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        auto content = response.content();
        const auto nothing = co_await content.read(0);
        CHECK(nothing.empty());
        CHECK_FALSE(content.at_eof());
        const auto four = co_await content.read_exactly(4);
        CHECK(four == "line");
        const auto first = co_await content.readline();
        CHECK(first == " one\n");
        const auto second = co_await content.readline();
        CHECK(second == "line two\n");
        const auto pair = co_await content.read_until(";");
        CHECK(pair == "key=value;");
        const auto some = co_await content.read(4);
        CHECK(some == "rest");
        CHECK(content.total_bytes() == 32);
        const auto last = co_await content.readline();
        CHECK(last == " of it");
        CHECK(content.at_eof());
        const auto end = co_await content.read_any();
        CHECK(end.empty());
        const auto no_more = co_await content.next();
        CHECK_FALSE(no_more);
    });
}

TEST_CASE("too little and too much are errors of the stream", "[J158]") {
    Server server;
    server.route("/", Reply(200, "abc"));
    server.route("/long", Reply(200, std::string(2'000'000, 'x') + '\n'));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        auto content = response.content();
        const auto short_read = co_await failure<IncompleteReadError>(content.read_exactly(5));
        CHECK(short_read.error().body() == "abc");
        CHECK(short_read.code() == aiohttp::errc::incomplete_read);
        CHECK(short_read.code() == aiohttp::condition::payload);
        co_await failure<aiohttp::ValueError>(content.read_until(""));
        auto other = co_await session.get(target.url());
        co_await failure<LineTooLong>(other.content().readline(2));
        auto large = co_await session.get(target.url("/long"));
        co_await failure<LineTooLong>(large.content().readline());
    });
}

TEST_CASE("a line that is too long can be read in another way", "[J158]") {
    Server server;
    server.route("/", Reply(200, "abcdef\nrest"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        auto content = response.content();
        co_await failure<LineTooLong>(content.readline(6));
        const auto exact = co_await content.readline(7);
        CHECK(exact == "abcdef\n");
        co_await failure<LineTooLong>(content.read_until("#", 3));
        const auto rest = co_await content.read_until("#", 4);
        CHECK(rest == "rest");
    });
}

TEST_CASE("pieces of a bounded size", "[J158]") {
    Server server;
    server.route("/", Reply(200, std::string(1'000'000, 'x')));
    server.route("/chunks", Reply().chunked({"abcde", "fg"}));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        auto content = response.content();
        std::size_t total = 0;
        while (const auto piece = co_await content.next(1000)) {
            REQUIRE(!piece->empty());
            REQUIRE(piece->size() <= 1000);
            total += piece->size();
        }
        CHECK(total == 1'000'000);
        auto chunks = co_await session.get(target.url("/chunks"));
        auto pieces = chunks.content();
        std::string told;
        while (const auto piece = co_await pieces.next(3)) {
            told += *piece + ' ';
        }
        CHECK(told == "abc de fg ");
        co_await failure<aiohttp::ValueError>(pieces.next(0));
    });
}

TEST_CASE("lines are pulled, empty ones too", "[J158]") {
    Server server;
    server.route("/", Reply(200, "one\n\n\r\nfour"));
    server.route("/ends", Reply(200, "one\n"));
    server.route("/none", Reply(200, ""));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto lines_of = [](ClientSession& from,
                                 std::string url) -> boost::asio::awaitable<std::string> {
            auto response = co_await from.get(url);
            auto content = response.content();
            std::string all;
            while (const auto line = co_await content.next_line()) {
                all += '[' + *line + ']';
            }
            const auto end = co_await content.next_line();
            CHECK_FALSE(end);
            co_return all;
        };
        const auto some = co_await lines_of(session, target.url());
        CHECK(some == "[one\n][\n][\r\n][four]");
        const auto ends = co_await lines_of(session, target.url("/ends"));
        CHECK(ends == "[one\n]");
        const auto none = co_await lines_of(session, target.url("/none"));
        CHECK(none.empty());
        auto response = co_await session.get(target.url());
        co_await failure<LineTooLong>(response.content().next_line(3));
    });
}

TEST_CASE("what is in memory can be read without waiting", "[J158]") {
    Server server;
    Gate gate;
    server.route("/", Script()
                          .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "3\r\nabc\r\n4\r\ndefg\r\n")
                          .wait_for(gate)
                          .send("2\r\nhi\r\n0\r\n\r\n"));
    server.route("/whole", Reply(200, "whole"));
    run_client(
        server,
        [](ClientSession& session, Server& target, Gate& opened) -> Async {
            auto response = co_await session.get(target.url());
            auto content = response.content();
            const auto begin = co_await content.read_exactly(1);
            CHECK(begin == "a");
            CHECK(content.read_nowait(0).empty());
            CHECK(content.read_nowait(3) == "bcd");
            CHECK(content.read_nowait() == "efg");
            CHECK(content.read_nowait().empty());
            CHECK_FALSE(content.at_eof());
            CHECK_FALSE(content.exception());
            auto waiting = co_await aiohttp::create_task(content.read());
            CHECK_THROWS_AS(content.read_nowait(), aiohttp::RuntimeError);
            opened.open();
            const auto rest = co_await waiting.result();
            CHECK(rest == "hi");
            CHECK(content.read_nowait().empty());
            CHECK(content.total_bytes() == 9);
            auto whole = co_await session.get(target.url("/whole"));
            CHECK(whole.content().read_nowait() == "whole");
            CHECK(whole.content().at_eof());
        },
        gate);
}

TEST_CASE("a stream tells what is wrong with it", "[J158]") {
    Server server;
    server.route("/short",
                 Script().send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").close());
    server.route("/stalled",
                 Script().send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").stall());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto truncated = co_await session.get(target.url("/short"));
        auto content = truncated.content();
        CHECK_FALSE(content.exception());
        co_await failure<aiohttp::ClientPayloadError>(content.read());
        const auto error = content.exception();
        CHECK(error.kind() == aiohttp::errc::payload_truncated);
        CHECK(error.url() == target.url("/short"));
        CHECK_THROWS_AS(content.read_nowait(), aiohttp::ClientPayloadError);

        auto released = co_await session.get(target.url("/stalled"));
        released.release();
        CHECK(released.content().exception().kind() == aiohttp::errc::connection_closed);

        auto late =
            co_await session.get(target.url("/stalled")).timeout(std::chrono::milliseconds(30));
        auto stream = late.content();
        co_await eventually([&stream] { return static_cast<bool>(stream.exception()); });
        CHECK(stream.exception().kind() == aiohttp::errc::total_timeout);
    });
}

TEST_CASE("lines and separators may lie across pieces", "[J158]") {
    Server server;
    server.route("/", Script().send_slowly("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n"
                                           "ab\r\n--cd\r\n--efg"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        auto content = response.content();
        const auto first = co_await content.read_until("\r\n--");
        CHECK(first == "ab\r\n--");
        const auto second = co_await content.read_until("\r\n--");
        CHECK(second == "cd\r\n--");
        const auto rest = co_await content.read();
        CHECK(rest == "efg");
    });
}

TEST_CASE("read_chunk tells where the server's chunks end", "[J158]") {
    Server server;
    server.route("/joined", Reply().chunked({"abc", "defg"}));
    server.route("/apart", Reply().chunked({"abc", "defg"}).pause(std::chrono::milliseconds(1)));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const char* const path : {"/joined", "/apart"}) {
            auto response = co_await session.get(target.url(path));
            auto content = response.content();
            std::vector<std::string> chunks(1);
            for (auto piece = co_await content.read_chunk();
                 !piece.data.empty() || piece.end_of_http_chunk;
                 piece = co_await content.read_chunk()) {
                chunks.back() += piece.data;
                if (piece.end_of_http_chunk) {
                    chunks.emplace_back();
                }
            }
            CHECK(chunks == std::vector<std::string>{"abc", "defg", ""});
        }
    });
}

TEST_CASE("two reads at a time are refused, and the first goes on", "[J158]") {
    Server server;
    Gate gate;
    server.route(
        "/",
        Script().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n").wait_for(gate).send("later"));
    run_client(
        server,
        [](ClientSession& session, Server& target, Gate& opened) -> Async {
            auto response = co_await session.get(target.url());
            auto first = co_await aiohttp::create_task(response.read());
            co_await failure<aiohttp::RuntimeError>(response.content().read_any());
            opened.open();
            const auto body = co_await first.result();
            CHECK(body == "later");
        },
        gate);
}

TEST_CASE("a large download comes in bounded pieces", "[J159]") {
    Server server;
    server.route("/", Reply(200, std::string(50'000'000, 'x')));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        auto content = response.content();
        std::size_t total = 0;
        std::size_t largest = 0;
        while (auto piece = co_await content.next()) {
            total += piece->size();
            largest = std::max(largest, piece->size());
        }
        CHECK(total == 50'000'000);
        CHECK(content.total_bytes() == total);
        CHECK(largest <= 256 * 1024);
        CHECK(session.connector().stats().idle == 1);
    });
}

TEST_CASE("a slow reader slows the server down", "[J159]") {
    Server server;
    Gate sent;
    server.route("/told", Script()
                              .send("HTTP/1.1 200 OK\r\nContent-Length: 30000000\r\n\r\n")
                              .send(std::string(30'000'000, 'x'))
                              .open(sent));
    run_client(
        server,
        [](ClientSession& session, Server& target, Gate& told) -> Async {
            auto response = co_await session.get(target.url("/told"));
            auto content = response.content();
            co_await content.read_exactly(1000);
            // The server cannot get rid of it while nobody reads.
            CHECK_FALSE(told.wait(std::chrono::milliseconds(20)));
            const auto rest = co_await content.read();
            CHECK(rest.size() == 29'999'000);
            CHECK(told.wait());
        },
        sent);
}

TEST_CASE("a line may be as long as it likes", "[J158]") {
    Server server;
    server.route("/", Reply(200, "one\ntwo"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        const auto one = co_await response.content().readline(std::string::npos);
        CHECK(one == "one\n");
        const auto two = co_await response.content().read_until("xyz", std::string::npos);
        CHECK(two == "two");
    });
}

TEST_CASE("a number that no double can be is an error of JSON", "[J156]") {
    Server server;
    server.route("/", Reply().json_text(R"({"a":1e999})"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await failure<JSONDecodeError>(session.get(target.url()).as_json());
    });
}

TEST_CASE("a body that was released is not at its end", "[B26]") {
    Server server;
    server.route("/", Reply(200, std::string(1'000'000, 'x')));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        auto content = response.content();
        co_await content.read(10);
        response.release();
        CHECK_FALSE(content.at_eof());
        co_await failure<aiohttp::ClientConnectionError>(content.read_any());
    });
}
