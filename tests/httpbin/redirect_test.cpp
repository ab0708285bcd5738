// Redirects and Basic credentials against httpbin.
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include <aiohttp/auth.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/session.hpp>
#include "httpbin.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using aiohttp::BasicAuth;
using aiohttp::ClientSession;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::httpbin_url;
using aiohttp::testing::with_httpbin;
using nlohmann::json;

}  // namespace

TEST_CASE("httpbin's redirects lead to its /get", "[E58]") {
    with_httpbin([](ClientSession& session) -> Async {
        for (const auto* path : {"redirect/3", "relative-redirect/3", "absolute-redirect/3"}) {
            auto response = co_await session.get(path);
            CHECK(response.status() == 200);
            CHECK(response.url().str() == httpbin_url() + "get");
            CHECK(response.history().size() == 3);
        }
    });
}

TEST_CASE("httpbin redirects too often for the default", "[E64]") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto error = co_await failure<aiohttp::TooManyRedirects>(session.get("redirect/12"));
        CHECK(error.history().size() == 10);
        auto response = co_await session.get("redirect/12").max_redirects(0);
        CHECK(response.history().size() == 12);
    });
}

TEST_CASE("httpbin sees the method and the body again after 307, and a GET after 303",
          "[E59][E60]") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto again = co_await session.post("redirect-to")
                               .param("url", "/anything")
                               .param("status_code", 307)
                               .data("body")
                               .as<json>();
        CHECK(again.at("method") == "POST");
        CHECK(again.at("data") == "body");
        const auto get = co_await session.post("redirect-to")
                             .param("url", "/anything")
                             .param("status_code", 303)
                             .data("body")
                             .as<json>();
        CHECK(get.at("method") == "GET");
        CHECK(get.at("data") == "");
        CHECK_FALSE(get.at("headers").contains("Content-Type"));
    });
}

TEST_CASE("httpbin's redirect is returned when it is not to be followed", "[E63]") {
    with_httpbin([](ClientSession& session) -> Async {
        auto response = co_await session.get("redirect/1").allow_redirects(false);
        CHECK(response.status() == 302);
        CHECK(response.headers()["location"] == "/get");
    });
}

TEST_CASE("httpbin accepts Basic credentials", "[F83][F84]") {
    with_httpbin([](ClientSession& session) -> Async {
        auto anonymous = co_await session.get("basic-auth/user/pass");
        CHECK(anonymous.status() == 401);
        const auto answer =
            co_await session.get("basic-auth/user/pass").auth(BasicAuth("user", "pass")).as<json>();
        CHECK(answer.at("authenticated") == true);
        auto url = httpbin_url();
        url.insert(url.find("//") + 2, "user:pass@");
        auto response = co_await session.get(url + "basic-auth/user/pass");
        CHECK(response.status() == 200);
    });
}
