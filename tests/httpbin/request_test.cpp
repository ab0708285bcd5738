// What httpbin says about the requests that reach it.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <aiohttp/aiohttp.hpp>
#include <aiohttp/json.hpp>
#include "httpbin.hpp"
#include "support/catch.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::testing::Async;
using aiohttp::testing::httpbin_url;
using aiohttp::testing::with_httpbin;
using nlohmann::json;

/// "piece 0", "piece 1", ... of unknown length in all.
class Pieces : public aiohttp::BodySource {
public:
    explicit Pieces(int count) : count_(count) {}
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        std::optional<std::string> piece;
        if (made_ < count_) {
            piece = "piece " + std::to_string(made_++);
        }
        co_return piece;
    }
    std::string content_type() const override { return "text/plain"; }

private:
    int count_;
    int made_ = 0;
};

}  // namespace

TEST_CASE("every verb arrives as what it is") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto get = co_await session.get("get").as<json>();
        CHECK(get.at("url") == httpbin_url() + "get");
        const auto post = co_await session.post("post").data("a").as<json>();
        CHECK(post.at("data") == "a");
        const auto put = co_await session.put("put").data("b").as<json>();
        CHECK(put.at("data") == "b");
        const auto patch = co_await session.patch("patch").data("c").as<json>();
        CHECK(patch.at("data") == "c");
        const auto removed = co_await session.delete_("delete").data("d").as<json>();
        CHECK(removed.at("data") == "d");
        const auto anything = co_await session.request("put", "anything/a/b").as<json>();
        CHECK(anything.at("method") == "PUT");
        CHECK(anything.at("url") == httpbin_url() + "anything/a/b");
    });
}

TEST_CASE("HEAD has the length and no body") {
    with_httpbin([](ClientSession& session) -> Async {
        auto response = co_await session.head("bytes/100");
        CHECK(response.status() == 200);
        CHECK(response.content_length() == 100);
        const auto body = co_await response.read();
        CHECK(body.empty());
        const auto next = co_await session.get("get");
        CHECK(next.ok());
    });
}

TEST_CASE("OPTIONS tells the methods") {
    with_httpbin([](ClientSession& session) -> Async {
        auto response = co_await session.options("get");
        CHECK(response.status() == 200);
        const auto allowed = response.headers().getall("Allow");
        CHECK_FALSE(allowed.empty());
        CHECK(response.headers().has_token("Allow", "GET"));
        co_await response.read();
    });
}

TEST_CASE("query parameters arrive unescaped, repeated ones too") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto answer = co_await session.get("get?first=0")
                                .param("text", "a b&c=d/é")
                                .param("number", 7)
                                .param("twice", "1")
                                .param("twice", "2")
                                .as<json>();
        const json expected{
            {"first", "0"}, {"text", "a b&c=d/é"}, {"number", "7"}, {"twice", {"1", "2"}}};
        CHECK(answer.at("args") == expected);
    });
}

TEST_CASE("headers arrive, the automatic ones too") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto answer =
            co_await session.get("headers").header("X-Custom", "some value").as<json>();
        const auto& headers = answer.at("headers");
        CHECK(headers.at("X-Custom") == "some value");
        CHECK(headers.at("Accept") == "*/*");
        CHECK(httpbin_url() == "http://" + headers.at("Host").get<std::string>() + "/");
    });
}

TEST_CASE("the user agent is the library's, or the caller's") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto own = co_await session.get("user-agent").as<json>();
        CHECK(own.at("user-agent") == std::string("aiohttp-cpp/") + aiohttp::version);
        const auto set = co_await session.get("user-agent").header("User-Agent", "x/1").as<json>();
        CHECK(set.at("user-agent") == "x/1");
    });
}

TEST_CASE("a JSON body arrives as JSON") {
    with_httpbin([](ClientSession& session) -> Async {
        const json document{{"text", "ü\n\"quoted\""}, {"list", {1, 2.5, nullptr}}, {"on", true}};
        const auto answer = co_await session.post("post").json(document).as<json>();
        CHECK(answer.at("json") == document);
        CHECK(answer.at("headers").at("Content-Type") == "application/json");
    });
}

TEST_CASE("a form arrives as a form") {
    with_httpbin([](ClientSession& session) -> Async {
        const aiohttp::Pairs fields{{"name", "J. Ü & Co"}, {"twice", "1"}, {"twice", "2"}};
        const auto answer = co_await session.post("post").form(fields).as<json>();
        const json expected{{"name", "J. Ü & Co"}, {"twice", {"1", "2"}}};
        CHECK(answer.at("form") == expected);
        CHECK(answer.at("data") == "");
    });
}

TEST_CASE("a bytes body arrives byte for byte") {
    with_httpbin([](ClientSession& session) -> Async {
        const std::string text("\x00\x01\xff", 3);
        const auto answer =
            co_await session.post("post").data(std::as_bytes(std::span(text))).as<json>();
        CHECK(answer.at("data") == "data:application/octet-stream;base64,AAH/");
    });
}

TEST_CASE("an empty body has the length zero") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto answer = co_await session.post("post").as<json>();
        CHECK(answer.at("data") == "");
        CHECK(answer.at("headers").at("Content-Length") == "0");
    });
}

TEST_CASE("a body of unknown length arrives chunked") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto answer =
            co_await session.post("post").data(std::make_unique<Pieces>(3)).as<json>();
        CHECK(answer.at("data") == "piece 0piece 1piece 2");
        CHECK(answer.at("headers").at("Transfer-Encoding") == "chunked");
    });
}

TEST_CASE("a megabyte goes there and comes back") {
    with_httpbin([](ClientSession& session) -> Async {
        const std::string megabyte(1'000'000, 'x');
        const auto answer = co_await session.put("anything").data(megabyte).as<json>();
        CHECK((answer.at("data").get<std::string>() == megabyte));
    });
}

TEST_CASE("an HTTP/1.0 request is answered") {
    with_httpbin([](ClientSession& session) -> Async {
        const aiohttp::HttpVersion old{1, 0};
        const auto answer = co_await session.get("get").version(old).as<json>();
        CHECK(answer.at("url") == httpbin_url() + "get");
    });
}
