// httpbin's bodies in content codings and charsets.
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

TEST_CASE("gzip, deflate and brotli are decoded", "[J152]") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto gzip = co_await session.get("gzip").as<json>();
        CHECK(gzip.at("gzipped") == true);
        const auto deflate = co_await session.get("deflate").as<json>();
        CHECK(deflate.at("deflated") == true);
        auto response = co_await session.get("brotli");
        if (response.status() == 200) {  // an httpbin without the module answers with an error
            const auto brotli = co_await response.json<json>();
            CHECK(brotli.at("brotli") == true);
        }
    });
}

TEST_CASE("the codings offered are those that can be undone", "[J152]") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto seen = co_await session.get("headers").as<json>();
        CHECK(seen.at("headers").at("Accept-Encoding") == "gzip, deflate, br, zstd");
    });
}

TEST_CASE("auto_decompress(false) gives what came over the wire", "[J154]") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto raw = co_await session.get("gzip").auto_decompress(false).read();
        CHECK(raw.starts_with("\x1f\x8b"));
    });
}

TEST_CASE("a page in UTF-8 is text", "[J155]") {
    with_httpbin([](ClientSession& session) -> Async {
        auto response = co_await session.get("encoding/utf8");
        CHECK(response.get_encoding() == "utf-8");
        const auto text = co_await response.text();
        // Debian's httpbin has another text in the page's place.
        const bool replaced = text.starts_with("Not much going on here.");
        CHECK((replaced || text.find("∮ E⋅da = Q") != std::string::npos));
    });
}
