// Cookies against httpbin.
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include <aiohttp/cookie_jar.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/session.hpp>
#include "httpbin.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/run_sync.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::CookieJar;
using aiohttp::CookieJarOptions;
using aiohttp::testing::Async;
using aiohttp::testing::httpbin_url;
using nlohmann::json;

/// with_httpbin() with a jar for IP addresses, because that is httpbin's host.
void with_jar(Async (*test)(ClientSession&)) {
    const auto jar = std::make_shared<CookieJar>(CookieJarOptions().unsafe(true));
    ClientSession session(ClientSessionOptions().base_url(httpbin_url()).cookie_jar(jar));
    aiohttp::testing::run_sync(test(session));
}

Async expect_cookies(ClientSession& session, std::string expected) {
    const auto answer = co_await session.get("cookies").as<json>();
    CHECK(answer.at("cookies").dump() == expected);
}

}  // namespace

TEST_CASE("httpbin gets the cookies back that it has set", "[cookies][G93][E76]") {
    with_jar([](ClientSession& session) -> Async {
        const auto set =
            co_await session.get("cookies/set").param("a", "1").param("b", "x").as<json>();
        CHECK(set.at("cookies").size() == 2);
        co_await expect_cookies(session, R"({"a":"1","b":"x"})");
        co_await session.get("cookies/set/a/2").text();
        co_await expect_cookies(session, R"({"a":"2","b":"x"})");
    });
}

TEST_CASE("httpbin deletes a cookie by setting one that has ended", "[cookies][G101]") {
    with_jar([](ClientSession& session) -> Async {
        co_await session.get("cookies/set").param("a", "1").param("b", "x").text();
        auto response = co_await session.get("cookies/delete?a").allow_redirects(false);
        CHECK(response.cookies().contains("a"));
        co_await response.read();
        co_await expect_cookies(session, R"({"b":"x"})");
    });
}

TEST_CASE("httpbin understands values that had to be quoted", "[cookies][G107]") {
    with_jar([](ClientSession& session) -> Async {
        const auto answer =
            co_await session.get("cookies").cookie("a", "x/y, \"z\"; w").cookie("b", "").as<json>();
        CHECK(answer.at("cookies").at("a") == "x/y, \"z\"; w");
        CHECK(answer.at("cookies").at("b") == "");
    });
}
