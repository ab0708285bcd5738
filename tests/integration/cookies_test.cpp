// Cookies over real connections: what the server is sent, and what the session keeps of its
// answers.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <aiohttp/cookie_jar.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/gather.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::CookieJar;
using aiohttp::CookieJarOptions;
using aiohttp::Pairs;
using aiohttp::Url;
using aiohttp::ValueError;
using aiohttp::testing::Async;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;

/// A server under the name localhost that sets cookies at /set and answers everything.
class CookieServer : public Server {
public:
    explicit CookieServer(std::vector<std::string> cookies = {"a=1; Path=/"})
        : Server(ServerOptions().host("localhost")) {
        Reply reply(200, "ok");
        for (auto& cookie : cookies) {
            reply.header("Set-Cookie", std::move(cookie));
        }
        route("/set", reply);
        route("*", Reply(200, "ok"));
    }
    /// The Cookie field of each request; "-" for one without.
    std::string cookies() const {
        std::string text;
        for (const auto& request : requests()) {
            text += text.empty() ? "" : " | ";
            text += request.header_count("cookie") == 0 ? "-" : request.header("cookie");
        }
        return text;
    }
};

/// Asks for /set and then for /.
Async set_and_get(ClientSession& session, Server& server) {
    co_await session.get(server.url("/set")).text();
    co_await session.get(server.url("/")).text();
}

}  // namespace

TEST_CASE("a session sends back the cookies that it is given", "[cookies][G93]") {
    CookieServer server;
    run_client(server, set_and_get);
    CHECK(server.cookies() == "- | a=1");
}

TEST_CASE("all Set-Cookie lines of a response count", "[cookies][G105]") {
    CookieServer server({"a=1; Path=/; HttpOnly", "b=\"x y\"; Path=/", "a=2; Path=/", "; Path=/"});
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/set"));
        const auto cookies = response.cookies();
        CHECK(cookies.size() == 2);
        CHECK(cookies.at("a").value == "2");
        CHECK_FALSE(cookies.at("a").http_only);
        CHECK(cookies.at("b").value == "\"x y\"");
        CHECK(cookies.at("b").domain == "localhost");
        co_await response.text();
        auto second = co_await session.get(target.url("/"));
        CHECK(second.cookies().empty());
        co_await second.text();
    });
    CHECK(server.cookies() == "- | a=2; b=\"x y\"");
}

TEST_CASE("an address gets cookies from a jar that is unsafe only", "[cookies][G102]") {
    const bool unsafe = GENERATE(true, false);
    Server server;
    server.route("*", Reply(200, "ok").header("Set-Cookie", "a=1"));
    const auto jar = std::make_shared<CookieJar>(CookieJarOptions().unsafe(unsafe));
    run_client_with(ClientSessionOptions().cookie_jar(jar), server, set_and_get);
    CHECK(jar->size() == (unsafe ? 1U : 0U));
    CHECK(server.request(1).header("cookie") == (unsafe ? "a=1" : ""));
}

TEST_CASE("a dummy jar sends nothing", "[cookies][G103]") {
    CookieServer server;
    const auto jar = std::make_shared<aiohttp::DummyCookieJar>();
    run_client_with(ClientSessionOptions().cookie_jar(jar), server, set_and_get);
    CHECK(server.cookies() == "- | -");
}

TEST_CASE("sessions can share a jar", "[cookies]") {
    CookieServer server;
    const auto jar = std::make_shared<CookieJar>();
    run_client_with(ClientSessionOptions().cookie_jar(jar), server, set_and_get);
    run_client_with(ClientSessionOptions().cookie_jar(jar), server, set_and_get);
    CHECK(server.cookies() == "- | a=1 | a=1 | a=1");
}

TEST_CASE("a jar that is null is the default one", "[cookies]") {
    CookieServer server;
    run_client_with(ClientSessionOptions().cookie_jar(nullptr), server, set_and_get);
    CHECK(server.cookies() == "- | a=1");
}

namespace {

/// A jar of somebody else, that gives what it is told.
class FixedJar final : public aiohttp::AbstractCookieJar {
public:
    explicit FixedJar(Pairs cookies) : cookies_(std::move(cookies)) {}
    void update_cookies(const Pairs& /*cookies*/, const Url& /*url*/) override {}
    void update_cookies_from_headers(std::span<const std::string_view> /*values*/,
                                     const Url& /*url*/) override {}
    Pairs filter_cookies(const Url& /*url*/) override { return cookies_; }
    void clear() override {}
    bool quote_cookie() const noexcept override { return true; }

private:
    Pairs cookies_;
};

}  // namespace

TEST_CASE("a jar of the caller's sends each name once, and nothing that is no value", "[cookies]") {
    CookieServer server;
    const Pairs twice{{"a", "1"}, {"b", "2"}, {"a", "3"}};
    run_client_with(ClientSessionOptions().cookie_jar(std::make_shared<FixedJar>(twice)), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url("/")).text();
                        co_await session.get(target.url("/")).cookie("b", "4").text();
                    });
    CHECK(server.cookies() == "a=3; b=2 | a=3; b=4");
    const Pairs bad{{"a", "1\r\nX: y"}};
    run_client_with(ClientSessionOptions().cookie_jar(std::make_shared<FixedJar>(bad)), server,
                    [](ClientSession& session, Server& target) -> Async {
                        auto request = session.get(target.url("/")).text();
                        const auto outcomes = co_await aiohttp::gather_settled(std::move(request));
                        CHECK_THROWS_AS(std::get<0>(outcomes).value(), ValueError);
                    });
    CHECK(server.request_count() == 2);
}

TEST_CASE("the cookies of a request override the jar and are not kept", "[cookies][G104]") {
    CookieServer server({"a=1; Path=/", "b=2; Path=/"});
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/set")).text();
        const Pairs more = {{"c", "x/y"}, {"a", "8"}};
        co_await session.get(target.url("/")).cookie("a", "7").cookies(more).text();
        co_await session.get(target.url("/")).text();
    });
    CHECK(server.cookies() == "- | a=8; b=2; c=\"x/y\" | a=1; b=2");
}

TEST_CASE("the cookies of a session go to every host, addresses included", "[cookies][G105]") {
    CookieServer named;
    Server address;
    address.route("*", Reply(200, "ok"));
    const Pairs shared = {{"s", "1"}, {"t", "2"}};
    run_client_with(
        ClientSessionOptions().cookies(shared), named,
        [](ClientSession& session, Server& first, Server& second) -> Async {
            co_await session.get(first.url("/")).text();
            co_await session.get(second.url("/")).text();
        },
        address);
    CHECK(named.request(0).header("cookie") == "s=1; t=2");
    CHECK(address.request(0).header("cookie") == "s=1; t=2");
}

TEST_CASE("the caller's Cookie field is merged with the jar, which wins", "[cookies][G106]") {
    CookieServer server({"a=1; Path=/"});
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto url = target.url("/");
        co_await session.get(url).header("Cookie", "x=1;y = 2 ;").text();
        co_await session.get(target.url("/set")).text();
        co_await session.get(url).header("Cookie", "x=1; a=0").header("Cookie", "z=3").text();
        co_await session.get(url).header("Cookie", "x=1").cookie("x", "2").text();
        session.headers().set("Cookie", "of=session");
        co_await session.get(url).text();
        co_await session.get(url).header("Cookie", "x=1").text();
    });
    CHECK(server.cookies() ==
          "x=1;y = 2 ; | - | x=1; a=1; z=3 | x=2; a=1 | of=session; a=1 | x=1; a=1");
    CHECK(server.request(2).header_count("cookie") == 1);
}

TEST_CASE("values are quoted unless the jar says otherwise", "[cookies][G107]") {
    const bool quoted = GENERATE(true, false);
    CookieServer server;
    const auto jar = std::make_shared<CookieJar>(CookieJarOptions().quote_cookie(quoted));
    const Pairs shared = {{"s", "a/b"}};
    run_client_with(ClientSessionOptions().cookie_jar(jar).cookies(shared), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url("/")).cookie("r", "c/d").text();
                    });
    CHECK(server.cookies() == (quoted ? "s=\"a/b\"; r=\"c/d\"" : "s=a/b; r=c/d"));
}

TEST_CASE("bad names and values are refused before anything is sent", "[cookies]") {
    CookieServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto request = session.get(target.url("/"));
        CHECK_THROWS_AS(request.cookie("a", "1\r\nX: y"), ValueError);
        CHECK_THROWS_AS(request.cookie("a\n", "1"), ValueError);
        CHECK_THROWS_AS(request.cookie("", "1"), ValueError);
        const Pairs bad = {{"a=b", "1"}};
        CHECK_THROWS_AS(request.cookies(bad), ValueError);
        co_return;
    });
    CHECK_THROWS_AS(ClientSessionOptions().cookies({{"a", std::string("\0", 1)}}), ValueError);
    CHECK(server.request_count() == 0);
}

TEST_CASE("a cookie set by a redirect goes with the next hop and stays in the jar",
          "[cookies][E76]") {
    CookieServer server;
    server.route("/from",
                 Reply(302).header("Location", "/to").header("Set-Cookie", "hop=1; Path=/"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/from"));
        CHECK(response.cookies().empty());
        CHECK(response.history().at(0).cookies().at("hop").value == "1");
        co_await response.text();
        const auto kept = session.cookie_jar().cookie_header(Url(target.url("/")));
        CHECK(kept == "hop=1");
    });
    CHECK(server.cookies() == "- | hop=1");
}

TEST_CASE("the cookies of a request stay with its origin", "[cookies][E69][E71]") {
    CookieServer server;
    CookieServer other;
    other.route("/back", Reply(302).header("Location", server.url("/end")));
    server.route("/same", Reply(302).header("Location", "/end"));
    server.route("/away", Reply(302).header("Location", other.url("/back")));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const auto* path : {"/same", "/away"}) {
            const auto url = target.url(path);
            co_await session.get(url).cookie("a", "1").header("Cookie", "b=2").text();
        }
    });
    CHECK(server.cookies() == "b=2; a=1 | b=2; a=1 | b=2; a=1 | -");
    CHECK(other.cookies() == "-");
}

TEST_CASE("thousands of Set-Cookie lines in one response are taken", "[cookies]") {
    std::vector<std::string> lines;
    for (int i = 0; i < 10'000; ++i) {
        lines.push_back("n" + std::to_string(i) + "=1; Path=/never/" + std::to_string(i % 10));
    }
    CookieServer server(lines);
    const auto jar = std::make_shared<CookieJar>(CookieJarOptions().max_cookies_per_domain(50));
    run_client_with(ClientSessionOptions().cookie_jar(jar).max_headers(20'000), server,
                    set_and_get);
    CHECK(jar->size() == 50);
    CHECK(server.cookies() == "- | -");
}
