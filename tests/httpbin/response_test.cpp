// httpbin's responses: statuses, headers, media types and bodies.
#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

#include <aiohttp/aiohttp.hpp>
#include <aiohttp/json.hpp>
#include "httpbin.hpp"
#include "support/catch.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::testing::Async;
using aiohttp::testing::with_httpbin;
using nlohmann::json;

}  // namespace

TEST_CASE("status codes are told as they are") {
    with_httpbin([](ClientSession& session) -> Async {
        for (const int status : {200, 201, 204, 304, 400, 404, 418, 429, 500, 503}) {
            auto response = co_await session.get("status/" + std::to_string(status));
            CHECK(response.status() == status);
            CHECK(response.ok() == (status < 400));
            CHECK_FALSE(response.reason().empty());
            co_await response.read();
        }
        CHECK(session.connector().stats().open == 1);
    });
}

TEST_CASE("raise_for_status throws for an error and nothing else") {
    with_httpbin([](ClientSession& session) -> Async {
        co_await session.get("status/201").raise_for_status();
        std::string teapot;
        try {
            co_await session.get("status/418").raise_for_status();
        } catch (const aiohttp::ClientResponseError& error) {
            CHECK(error.status() == 418);
            CHECK(error.headers().contains("x-more-info"));
            teapot = error.what();
        }
        CHECK(teapot.find("418") != std::string::npos);
        auto response = co_await session.get("status/503");
        CHECK_THROWS_AS(response.raise_for_status(), aiohttp::ClientResponseError);
    });
}

TEST_CASE("response headers are told, repeated ones too") {
    with_httpbin([](ClientSession& session) -> Async {
        auto response = co_await session.get("response-headers")
                            .param("X-One", "1")
                            .param("X-Two", "a")
                            .param("X-Two", "b");
        CHECK(response.headers()["x-one"] == "1");
        CHECK(response.headers().count("X-TWO") == 2);
        CHECK(response.headers().getall("x-two").back() == "b");
        co_await response.read();
    });
}

TEST_CASE("a JSON body is parsed") {
    with_httpbin([](ClientSession& session) -> Async {
        auto response = co_await session.get("uuid");
        CHECK(response.content_type() == "application/json");
        const auto document = co_await response.json();
        CHECK(document.at("uuid").get<std::string>().size() == 36);
        const auto again = co_await response.text();
        CHECK(json::parse(again) == document);
        const auto origin = co_await session.get("ip").as<json>();
        CHECK(origin.contains("origin"));
    });
}

TEST_CASE("json refuses what is not JSON") {
    with_httpbin([](ClientSession& session) -> Async {
        auto html = co_await session.get("html");
        std::string refused;
        try {
            co_await html.json();
        } catch (const aiohttp::ContentTypeError& error) {
            refused = error.what();
        }
        CHECK(refused.find("text/html") != std::string::npos);
        const auto text = co_await html.text();
        CHECK(text.find("Herman Melville") != std::string::npos);
        bool malformed = false;
        try {
            co_await html.json("");
        } catch (const aiohttp::JSONDecodeError&) {
            malformed = true;
        }
        CHECK(malformed);
    });
}

TEST_CASE("media types and charsets are told") {
    with_httpbin([](ClientSession& session) -> Async {
        auto html = co_await session.get("encoding/utf8");
        CHECK(html.content_type() == "text/html");
        CHECK(html.charset() == "utf-8");
        const auto text = co_await html.text();
        CHECK(text.size() == html.content_length());
        auto xml = co_await session.get("xml");
        CHECK(xml.content_type() == "application/xml");
        const auto slides = co_await xml.text();
        CHECK(slides.find("<slideshow") != std::string::npos);
        auto robots = co_await session.get("robots.txt");
        CHECK(robots.content_type() == "text/plain");
        const auto rules = co_await robots.text();
        CHECK(rules == "User-agent: *\nDisallow: /deny\n");
        auto image = co_await session.get("image/png");
        CHECK(image.content_type() == "image/png");
        const auto pixels = co_await image.read();
        CHECK(pixels.substr(0, 4) == "\x89PNG");
    });
}

TEST_CASE("bytes arrive as many as asked for") {
    with_httpbin([](ClientSession& session) -> Async {
        for (const std::size_t size : {0U, 1U, 1000U, 102400U}) {
            auto response = co_await session.get("bytes/" + std::to_string(size));
            const auto bytes = co_await response.read();
            CHECK(bytes.size() == size);
            CHECK(response.content_length() == size);
        }
    });
}

TEST_CASE("base64 is decoded by the server") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto text = co_await session.get("base64/SGVsbG8sIHdvcmxkIQ==").text();
        CHECK(text == "Hello, world!");
    });
}

TEST_CASE("validators and ranges are passed through") {
    with_httpbin([](ClientSession& session) -> Async {
        auto cached = co_await session.get("cache").header("If-None-Match", "anything");
        CHECK(cached.status() == 304);
        auto tagged = co_await session.get("etag/abc").header("If-Match", "other");
        CHECK(tagged.status() == 412);
        auto ranged = co_await session.get("range/26").header("Range", "bytes=2-5");
        CHECK(ranged.status() == 206);
        CHECK(ranged.headers()["Content-Range"] == "bytes 2-5/26");
        const auto letters = co_await ranged.text();
        CHECK(letters == "cdef");
    });
}
