// Credentials, judged by httpbin.

#include <string>

#include <nlohmann/json.hpp>

#include <aiohttp/auth.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>

#include "httpbin.hpp"
#include "support/catch.hpp"

using aiohttp::BasicAuth;
using aiohttp::BearerAuth;
using aiohttp::ClientSession;
using aiohttp::testing::Async;
using aiohttp::testing::with_httpbin;

TEST_CASE("httpbin takes Basic credentials, and no wrong ones", "[httpbin][F83]") {
    with_httpbin([](ClientSession& session) -> Async {
        const BasicAuth right("Ada", "p\xc3\xa4ss:word");
        auto taken = co_await session.get("basic-auth/Ada/p%C3%A4ss:word").auth(right);
        CHECK(taken.status() == 200);
        const auto answer = co_await taken.json();
        CHECK(answer.at("user") == "Ada");
        const BasicAuth wrong("Ada", "guess");
        auto refused = co_await session.get("basic-auth/Ada/secret").auth(wrong);
        CHECK(refused.status() == 401);
        CHECK(refused.headers()["WWW-Authenticate"].find("Basic") == 0);
        auto hidden = co_await session.get("hidden-basic-auth/Ada/secret").auth(wrong);
        CHECK(hidden.status() == 404);
    });
}

TEST_CASE("httpbin takes a bearer token", "[httpbin]") {
    with_httpbin([](ClientSession& session) -> Async {
        const BearerAuth token("mF_9.B5f-4.1JqM");
        auto taken = co_await session.get("bearer").auth(token);
        const auto answer = co_await taken.json();
        CHECK(answer.at("token") == "mF_9.B5f-4.1JqM");
        auto refused = co_await session.get("bearer");
        CHECK(refused.status() == 401);
    });
}

TEST_CASE("the links of a page of httpbin are followed", "[httpbin][H115]") {
    with_httpbin([](ClientSession& session) -> Async {
        auto page = co_await session.get("links/4/0");
        const auto html = co_await page.text();
        std::size_t followed = 0;
        const std::string marker = "href='";
        for (auto at = html.find(marker); at != std::string::npos; at = html.find(marker, at)) {
            at += marker.size();
            const auto href = html.substr(at, html.find('\'', at) - at);
            auto next = co_await session.get(page.url().join(aiohttp::Url(href)));
            CHECK(next.status() == 200);
            CHECK(next.url().path() == href);
            co_await next.read();
            ++followed;
        }
        CHECK(followed == 3);
    });
}
