// http requests through an HTTP proxy, which gets them whole.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <aiohttp/auth.hpp>
#include <aiohttp/body.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/middleware.hpp>
#include <aiohttp/proxy.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/proxy.hpp"
#include "support/text.hpp"

namespace {

using aiohttp::BasicAuth;
using aiohttp::ClientConnectorDNSError;
using aiohttp::ClientProxyConnectionError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::Headers;
using aiohttp::no_proxy;
using aiohttp::Phase;
using aiohttp::Proxy;
using aiohttp::ProxyAuth;
using aiohttp::ValueError;
using aiohttp::testing::Answer;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::has;
using aiohttp::testing::HttpProxy;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;
using aiohttp::testing::ServerRequest;

}  // namespace

TEST_CASE("a proxy gets http requests with their whole URL, but for fragment and user info",
          "[K161]") {
    HttpProxy proxy;
    run_client(proxy, [](ClientSession& session, HttpProxy& via) -> Async {
        auto response =
            co_await session.get("http://me:pw@Origin.test:8080/a%20b?c=d#frag").proxy(via.proxy());
        CHECK(response.status() == 200);
        CHECK(response.url().str() == "http://origin.test:8080/a%20b?c=d");
        const auto body = co_await response.text();
        CHECK(body == "forwarded http://origin.test:8080/a%20b?c=d");
        co_await session.post("http://[::1]").proxy(via.proxy()).data("body").read();
    });
    const auto request = proxy.request(0);
    CHECK(request.target == "http://origin.test:8080/a%20b?c=d");
    CHECK(request.header("Host") == "origin.test:8080");
    CHECK(request.header("Authorization") == BasicAuth("me", "pw").encode());
    CHECK(request.header_count("Proxy-Authorization") == 0);
    CHECK(proxy.request(1).target == "http://[::1]/");
    CHECK(proxy.request(1).header("Host") == "[::1]");
    CHECK(proxy.request(1).body == "body");
}

TEST_CASE("407 and 502 of a proxy that forwards are responses", "[K161]") {
    HttpProxy proxy;
    proxy.route("/407", Reply(407, "who?").header("Proxy-Authenticate", "Basic realm=\"p\""));
    proxy.route("/502", Reply(502, "nobody there"));
    run_client(proxy, [](ClientSession& session, HttpProxy& via) -> Async {
        auto denied = co_await session.get("http://origin.test/407").proxy(via.proxy("me:pw"));
        CHECK(denied.status() == 407);
        const auto first = co_await denied.text();
        CHECK(first == "who?");
        auto bad = co_await session.get("http://origin.test/502").proxy(via.proxy());
        CHECK(bad.status() == 502);
        const auto second = co_await bad.text();
        CHECK(second == "nobody there");
    });
    CHECK(proxy.request_count() == 2);
}

TEST_CASE("a proxy that forwards gets its credentials, at once", "[K163]") {
    HttpProxy proxy;
    run_client_with(ClientSessionOptions().header("X-Session", "1"), proxy,
                    [](ClientSession& session, HttpProxy& via) -> Async {
                        const std::string url = "http://origin.test/";
                        co_await session.get(url).proxy(via.proxy("m%40e:s%20t")).read();
                        co_await session.get(url)
                            .proxy(via.proxy("m:s"))
                            .proxy_auth(BasicAuth("a", "b"))
                            .read();
                        co_await session.get(url)
                            .proxy(via.proxy("m:s"))
                            .header("Proxy-Authorization", "Basic mine")
                            .read();
                        co_await session.get(url)
                            .proxy(via.proxy())
                            .header("Proxy-Authorization", "Basic mine")
                            .read();
                        const Headers fields{{"Proxy-Authorization", "Basic field"}};
                        co_await session.get(url).proxy(via.proxy()).proxy_headers(fields).read();
                    });
    CHECK(proxy.request(0).header("Proxy-Authorization") == BasicAuth("m@e", "s t").encode());
    CHECK(proxy.request(0).header("X-Session") == "1");
    CHECK(proxy.request(1).header("Proxy-Authorization") == BasicAuth("a", "b").encode());
    CHECK(proxy.request(2).header("Proxy-Authorization") == BasicAuth("m", "s").encode());
    CHECK(proxy.request(2).header_count("Proxy-Authorization") == 1);
    CHECK(proxy.request(3).header("Proxy-Authorization") == "Basic mine");
    CHECK(proxy.request(4).header("Proxy-Authorization") == "Basic field");
}

TEST_CASE("proxy_headers are sent with http requests, where the request has no such field",
          "[K164]") {
    HttpProxy proxy;
    run_client_with(ClientSessionOptions().header("X-Session", "mine"), proxy,
                    [](ClientSession& session, HttpProxy& via) -> Async {
                        const Headers fields{{"X-Proxy", "1"},        {"X-Proxy", "2"},
                                             {"X-Session", "theirs"}, {"X-Own", "theirs"},
                                             {"User-Agent", "agent"}, {"Via", "here"}};
                        co_await session.get("http://origin.test/")
                            .proxy(via.proxy())
                            .proxy_headers(fields)
                            .header("X-Own", "mine")
                            .read();
                    });
    const auto request = proxy.request(0);
    CHECK(request.header("X-Proxy") == "1");
    CHECK(request.header_count("X-Proxy") == 2);
    CHECK(request.header("X-Session") == "mine");
    CHECK(request.header_count("X-Session") == 1);
    CHECK(request.header("X-Own") == "mine");
    CHECK(request.header_count("X-Own") == 1);
    CHECK(request.header("User-Agent") == "agent");
    CHECK(request.header_count("User-Agent") == 1);
}

TEST_CASE("http requests to all servers share a proxy's connections", "[K165][A17]") {
    HttpProxy proxy;
    HttpProxy other;
    run_client(
        proxy,
        [](ClientSession& session, HttpProxy& via, HttpProxy& second) -> Async {
            co_await session.get("http://a.test/").proxy(via.proxy()).read();
            co_await session.get("http://b.test:81/").proxy(via.proxy()).read();
            CHECK(via.connections_accepted() == 1);
            co_await session.get("http://a.test/").proxy(via.proxy("me:pw")).read();
            CHECK(via.connections_accepted() == 2);
            co_await session.get("http://a.test/").proxy(via.proxy("me:other")).read();
            CHECK(via.connections_accepted() == 3);
            const Headers fields{{"X-A", "b"}};
            co_await session.get("http://a.test/").proxy(via.proxy()).proxy_headers(fields).read();
            CHECK(via.connections_accepted() == 4);
            co_await session.get("http://a.test/").proxy(second.proxy()).read();
            CHECK(via.connections_accepted() == 4);
            CHECK(second.connections_accepted() == 1);
            // The same again: nothing new is opened.
            co_await session.get("http://c.test/").proxy(via.proxy("me:pw")).read();
            co_await session.get("http://c.test/").proxy(via.proxy()).proxy_headers(fields).read();
            co_await session.get("http://c.test/").proxy(second.proxy()).read();
            // The proxy as a server is another matter.
            co_await session.get(via.url("/")).read();
        },
        other);
    CHECK(proxy.connections_accepted() == 5);
    CHECK(other.connections_accepted() == 1);
}

TEST_CASE("a session has a proxy, and a request another one or none", "[K161]") {
    HttpProxy proxy;
    HttpProxy other;
    Server origin;
    origin.route("/", Reply(200, "direct"));
    const Headers fields{{"X-Proxy", "1"}};
    run_client_with(
        ClientSessionOptions()
            .proxy(proxy.proxy())
            .proxy_auth(BasicAuth("me", "pw"))
            .proxy_headers(fields),
        origin,
        [](ClientSession& session, Server& target, HttpProxy& second) -> Async {
            const auto url = target.url();
            const auto first = co_await session.get(url).text();
            CHECK(first == "forwarded " + url);
            const auto direct = co_await session.get(url).proxy(no_proxy).text();
            CHECK(direct == "direct");
            const auto third = co_await session.get(url).proxy(second.proxy()).text();
            CHECK(third == "forwarded " + url);
            const auto fourth = co_await session.get(url).proxy_auth(BasicAuth("a", "b")).text();
            CHECK(fourth == "forwarded " + url);
        },
        other);
    CHECK(proxy.request(0).header("Proxy-Authorization") == BasicAuth("me", "pw").encode());
    CHECK(proxy.request(0).header("X-Proxy") == "1");
    CHECK(proxy.request(1).header("Proxy-Authorization") == BasicAuth("a", "b").encode());
    CHECK(origin.request(0).header_count("X-Proxy") == 0);
    // The session's are not for a proxy that a request names.
    CHECK(other.request(0).header_count("Proxy-Authorization") == 0);
    CHECK(other.request(0).header_count("X-Proxy") == 0);
}

TEST_CASE("a proxy that cannot be reached is named, without its credentials", "[K165]") {
    std::uint16_t port = 0;
    {
        Server gone;
        port = gone.port();
    }
    Server origin;
    run_client(
        origin,
        [](ClientSession& session, Server& target, std::uint16_t& closed) -> Async {
            const auto proxy = "http://me:secret@127.0.0.1:" + std::to_string(closed);
            const std::vector<std::string> urls{target.url(), "https://origin.test/"};
            for (const auto& url : urls) {
                const auto error =
                    co_await failure<ClientProxyConnectionError>(session.get(url).proxy(proxy));
                CHECK(error.code() == aiohttp::errc::proxy_failed);
                CHECK(error.code() == aiohttp::condition::connection);
                CHECK(error.cause() == boost::system::errc::connection_refused);
                CHECK(error.phase() == Phase::proxy);
                CHECK(error.host() == "127.0.0.1");
                CHECK(error.port() == closed);
                CHECK(error.retryable());
                CHECK(has(error.what(), "proxy http://127.0.0.1:" + std::to_string(closed)));
                CHECK_FALSE(has(error.what(), "secret"));
            }
            CHECK(session.connector().stats().open == 0);
        },
        port);
    CHECK(origin.connections_accepted() == 0);
}

TEST_CASE("a proxy whose name has no address is a failed look-up", "[K165]") {
    Server origin;
    run_client(origin, [](ClientSession& session, Server& target) -> Async {
        for (const char* const proxy : {"http://proxy.invalid:3128", "socks5h://proxy.invalid"}) {
            const auto error =
                co_await failure<ClientConnectorDNSError>(session.get(target.url()).proxy(proxy));
            CHECK(error.host() == "proxy.invalid");
            CHECK(error.phase() == Phase::dns);
            CHECK(has(error.what(), proxy));
        }
    });
    CHECK(origin.connections_accepted() == 0);
}

TEST_CASE("setting a proxy that cannot be is the caller's mistake", "[K166]") {
    Server server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        CHECK_THROWS_AS(session.get(target.url()).proxy("ftp://h"), ValueError);
        CHECK_THROWS_AS(ClientSessionOptions().proxy("h:3128"), ValueError);
        const Headers host{{"Host", "x"}};
        CHECK_THROWS_AS(session.get(target.url()).proxy_headers(host), ValueError);
        CHECK_THROWS_AS(ClientSessionOptions().proxy_headers(host), ValueError);
        const auto too_long = BasicAuth(std::string(300, 'x'), "y");
        co_await failure<ValueError>(
            session.get(target.url()).proxy("socks5://127.0.0.1:1").proxy_auth(too_long));
        CHECK_THROWS_AS(ClientSession(ClientSessionOptions()
                                          .proxy("socks5://127.0.0.1:1")
                                          .proxy_auth(ProxyAuth::digest("a", "b"))),
                        ValueError);
    });
    CHECK(server.connections_accepted() == 0);
}

TEST_CASE("redirects stay with an explicit proxy, and its credentials with it", "[K163][F69]") {
    HttpProxy proxy;
    proxy.route("/from", Reply(302).header("Location", "http://other.test/to"));
    run_client(proxy, [](ClientSession& session, HttpProxy& via) -> Async {
        auto response = co_await session.get("http://origin.test/from").proxy(via.proxy("me:pw"));
        const auto body = co_await response.text();
        CHECK(body == "forwarded http://other.test/to");
        co_await session.get("http://origin.test/from")
            .proxy(via.proxy())
            .header("Proxy-Authorization", "Basic mine")
            .read();
    });
    CHECK(proxy.request(1).header("Proxy-Authorization") == BasicAuth("me", "pw").encode());
    // The caller's own field was for the first origin.
    CHECK(proxy.request(2).header("Proxy-Authorization") == "Basic mine");
    CHECK(proxy.request(3).header_count("Proxy-Authorization") == 0);
}

TEST_CASE("a middleware that sends the request elsewhere has it go through the proxy") {
    HttpProxy proxy;
    const auto elsewhere =
        [](aiohttp::ClientRequest& request,
           aiohttp::Next next) -> boost::asio::awaitable<aiohttp::ClientResponse> {
        request.set_url(aiohttp::Url("http://elsewhere.test/x"));
        co_return co_await next(request);
    };
    run_client_with(ClientSessionOptions().middleware(elsewhere).proxy(proxy.proxy("me:pw")), proxy,
                    [](ClientSession& session, HttpProxy&) -> Async {
                        const auto body = co_await session.get("http://origin.test/").text();
                        CHECK(body == "forwarded http://elsewhere.test/x");
                    });
    CHECK(proxy.request(0).header("Host") == "elsewhere.test");
    CHECK(proxy.request(0).header("Proxy-Authorization") == BasicAuth("me", "pw").encode());
}

TEST_CASE("a proxy's idle connection that was closed is replaced without an error", "[A23]") {
    HttpProxy proxy;
    run_client(proxy, [](ClientSession& session, HttpProxy& via) -> Async {
        co_await session.get("http://a.test/").proxy(via.proxy()).read();
        via.close_idle_connections();
        co_await session.get("http://b.test/").proxy(via.proxy()).read();
    });
    CHECK(proxy.connections_accepted() == 2);
}
