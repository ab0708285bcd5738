// Tunnels through HTTP proxies: CONNECT.

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include <aiohttp/auth.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/proxy.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/timeout.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/proxy.hpp"
#include "support/tls.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::BasicAuth;
using aiohttp::ClientConnectorCertificateError;
using aiohttp::ClientConnectorSSLError;
using aiohttp::ClientHttpProxyError;
using aiohttp::ClientProxyConnectionError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ClientTimeout;
using aiohttp::ConnectionTimeoutError;
using aiohttp::Headers;
using aiohttp::Phase;
using aiohttp::Proxy;
using aiohttp::SocketTimeoutError;
using aiohttp::TCPConnectorOptions;
using aiohttp::TlsOptions;
using aiohttp::TotalTimeoutError;
using aiohttp::testing::Answer;
using aiohttp::testing::Async;
using aiohttp::testing::CertificateAuthority;
using aiohttp::testing::eventually;
using aiohttp::testing::expect_cancelled;
using aiohttp::testing::failure;
using aiohttp::testing::has;
using aiohttp::testing::HttpProxy;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::ServerRequest;
using aiohttp::testing::trusting;
using aiohttp::testing::tunnel_opened;

/// An https server that knows one page.
class Origin : public Server {
public:
    Origin() : Server(ServerOptions().tls()) { route("*", Reply(200, "secret")); }
};

/// What a request for https://origin.test/ ends with when the proxy answers CONNECT so.
template <class Exception>
std::string refusal(const Script& answer, const ClientTimeout& timeout = ClientTimeout()) {
    HttpProxy proxy;
    proxy.route("CONNECT *", answer);
    std::string text;
    run_client(
        proxy,
        [](ClientSession& session, HttpProxy& via, const ClientTimeout& limits,
           std::string& what) -> Async {
            const auto error = co_await failure<Exception>(
                session.get("https://origin.test/").proxy(via.proxy("me:pw")).timeout(limits));
            CHECK(error.error().phase() == Phase::proxy);
            CHECK(session.connector().stats().open == 0);
            what = error.what();
        },
        timeout, text);
    CHECK_FALSE(has(text, "pw"));
    return text;
}

}  // namespace

TEST_CASE("https goes through a tunnel, with TLS to the server inside", "[K162][K164]") {
    Origin origin;
    HttpProxy proxy;
    run_client_with(
        trusting(origin).header("X-Session", "1").auth(BasicAuth("session", "s")), origin,
        [](ClientSession& session, Origin& target, HttpProxy& via) -> Async {
            const Headers fields{{"X-Proxy", "1"}};
            auto response = co_await session.get(target.url("/a?b"))
                                .proxy(via.proxy("me:pw"))
                                .proxy_headers(fields)
                                .header("X-Request", "1")
                                .header("Proxy-Authorization", "Basic mine")
                                .cookie("c", "d");
            const auto body = co_await response.text();
            CHECK(body == "secret");
        },
        proxy);
    const auto target = "localhost:" + std::to_string(origin.port());
    REQUIRE(proxy.request_count() == 1);
    CHECK(proxy.request(0).raw_head == "CONNECT " + target + " HTTP/1.1\r\nHost: " + target +
                                           "\r\nX-Proxy: 1\r\nProxy-Authorization: " +
                                           BasicAuth("me", "pw").encode() + "\r\n\r\n");
    const auto request = origin.request(0);
    CHECK(request.target == "/a?b");
    CHECK(request.tls->server_name == "localhost");
    CHECK(request.header("Host") == target);
    CHECK(request.header("X-Session") == "1");
    CHECK(request.header("X-Request") == "1");
    CHECK(request.header_count("X-Proxy") == 0);
    CHECK(request.header_count("Proxy-Authorization") == 0);
}

TEST_CASE("a proxy that refuses the tunnel says why", "[K162]") {
    HttpProxy proxy;
    proxy.route("CONNECT *",
                Reply(403, "not there").reason("Not for you").header("X-Why", "because"));
    run_client(proxy, [](ClientSession& session, HttpProxy& via) -> Async {
        const auto error = co_await failure<ClientHttpProxyError>(
            session.get("https://Origin.test:444/").proxy(via.proxy("me:secret")));
        CHECK(error.status() == 403);
        CHECK(error.message() == "Not for you");
        CHECK(error.headers()["X-Why"] == "because");
        CHECK(error.code() == aiohttp::errc::proxy_refused);
        CHECK(error.code() == aiohttp::condition::response);
        CHECK(error.phase() == Phase::proxy);
        CHECK(error.peer() == "127.0.0.1:" + std::to_string(via.port()));
        CHECK(has(error.what(), "GET https://origin.test:444/: proxy http://127.0.0.1:"));
        CHECK(has(error.what(), "CONNECT origin.test:444 was answered with 403 Not for you"));
        CHECK_FALSE(has(error.what(), "secret"));
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("407 and 502 to CONNECT are refusals", "[K162]") {
    for (const int status : {407, 502, 302, 101}) {
        INFO(status);
        CHECK(has(refusal<ClientHttpProxyError>(
                      Script().send("HTTP/1.1 " + std::to_string(status) +
                                    " No\r\nProxy-Authenticate: Basic realm=p\r\n"
                                    "Content-Length: 4\r\n\r\nbody")),
                  "answered with " + std::to_string(status) + " No"));
    }
}

TEST_CASE("a proxy that answers CONNECT with garbage, or breaks off, is not taken for one") {
    CHECK(has(refusal<ClientProxyConnectionError>(Script().send("SSH-2.0-OpenSSH_9.2\r\n").close()),
              "its answer to CONNECT is malformed"));
    CHECK(has(refusal<ClientProxyConnectionError>(Script().close()),
              "it closed the connection before it answered CONNECT"));
    CHECK(has(refusal<ClientProxyConnectionError>(Script().send("HTTP/1.1 200 OK\r\n").close()),
              "it closed the connection before it answered CONNECT"));
    CHECK(has(refusal<ClientProxyConnectionError>(Script().reset()), "the connection broke"));
}

TEST_CASE("an answer to CONNECT may be cut short anywhere") {
    const std::string answer = "HTTP/1.1 200 OK\r\nVia: 1\r\n\r\n";
    HttpProxy proxy;
    std::size_t size = 0;
    proxy.route("CONNECT *", [&](const ServerRequest&) -> Answer {
        return Script().send(answer.substr(0, size)).close();
    });
    for (; size < answer.size(); ++size) {
        run_client(proxy, [](ClientSession& session, HttpProxy& via) -> Async {
            co_await failure<ClientProxyConnectionError>(
                session.get("https://origin.test/").proxy(via.proxy()));
        });
    }
}

TEST_CASE("a proxy that does not answer CONNECT runs into the time limits", "[D46]") {
    const auto stalled = Script().stall();
    auto text = refusal<ConnectionTimeoutError>(
        stalled, ClientTimeout{.total = std::nullopt, .connect = 50ms});
    CHECK(has(text, "connect = 0.05 s passed in phase proxy"));
    text = refusal<SocketTimeoutError>(stalled, ClientTimeout{.sock_read = 50ms});
    CHECK(has(text, "sock_read"));
    text = refusal<TotalTimeoutError>(stalled, ClientTimeout{.total = 50ms});
    CHECK(has(text, "total"));
}

TEST_CASE("the wait for a proxy's answer is no part of sock_connect", "[D46]") {
    Origin origin;
    HttpProxy proxy;
    proxy.route("CONNECT *", [](const ServerRequest& request) -> Answer {
        return Script()
            .delay(300ms)
            .send(tunnel_opened)
            .tunnel_to(aiohttp::testing::port_of(request.target));
    });
    run_client_with(
        trusting(origin), origin,
        [](ClientSession& session, Origin& target, HttpProxy& via) -> Async {
            const auto body = co_await session.get(target.url())
                                  .proxy(via.proxy())
                                  .timeout(ClientTimeout{.sock_connect = 200ms})
                                  .text();
            CHECK(body == "secret");
        },
        proxy);
}

TEST_CASE("a request that waits for the proxy's answer can be cancelled") {
    HttpProxy proxy;
    proxy.route("CONNECT *", Script().stall());
    run_client(proxy, [](ClientSession& session, HttpProxy& via) -> Async {
        auto task = co_await aiohttp::create_task(
            session.get("https://origin.test/").proxy(via.proxy()).text());
        co_await eventually([&] { return via.request_count() == 1; });
        task.cancel();
        co_await expect_cancelled(task.result());
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("a tunnel serves further requests to its server through the same proxy", "[K165][A17]") {
    Origin origin;
    HttpProxy proxy;
    HttpProxy other;
    run_client_with(
        trusting(origin), origin,
        [](ClientSession& session, Origin& target, HttpProxy& via, HttpProxy& second) -> Async {
            for (int i = 0; i < 3; ++i) {
                co_await session.get(target.url()).proxy(via.proxy()).read();
            }
            CHECK(via.request_count() == 1);
            co_await session.get(target.url()).proxy(second.proxy()).read();
            CHECK(second.request_count() == 1);
            co_await session.get(target.url()).proxy(via.proxy("me:pw")).read();
            CHECK(via.request_count() == 2);
            co_await session.get(target.url()).read();
            co_await session.get(target.url()).proxy(second.proxy()).read();
            CHECK(via.request_count() == 2);
            CHECK(second.request_count() == 1);
        },
        proxy, other);
    CHECK(origin.connections_accepted() == 4);
}

TEST_CASE("TLS goes to an https proxy, and through it to the server", "[K162]") {
    Origin origin;
    HttpProxy proxy(ServerOptions().tls());
    run_client_with(
        trusting(origin), origin,
        [](ClientSession& session, Origin& target, HttpProxy& via) -> Async {
            const auto trusted = Proxy(via.proxy("me:pw")).ssl(TlsOptions().ca_pem(via.ca_pem()));
            const auto first = co_await session.get(target.url()).proxy(trusted).text();
            CHECK(first == "secret");
            // Plain http through it, too: shared by all servers.
            const auto second = co_await session.get("http://a.test/").proxy(trusted).text();
            CHECK(second == "forwarded http://a.test/");
            const auto third = co_await session.get("http://b.test/").proxy(trusted).text();
            CHECK(third == "forwarded http://b.test/");
            // The connector's options are not the proxy's.
            const auto error = co_await failure<ClientConnectorCertificateError>(
                session.get(target.url()).proxy(via.proxy("me:pw")));
            CHECK(has(error.what(), "proxy https://localhost:"));
            CHECK_FALSE(has(error.what(), "pw"));
            CHECK(error.port() == via.port());
            CHECK(error.phase() == Phase::tls);
        },
        proxy);
    CHECK(proxy.request(0).method == "CONNECT");
    CHECK(proxy.request(0).tls->server_name == "localhost");
    CHECK(proxy.request(0).header("Proxy-Authorization") == BasicAuth("me", "pw").encode());
    CHECK(proxy.connections_accepted() == 3);
    CHECK(origin.request(0).header_count("Proxy-Authorization") == 0);
}

TEST_CASE("the TLS options of an https proxy may name what its certificate is for") {
    HttpProxy proxy(ServerOptions().address("127.0.0.2").tls());
    Origin origin;
    run_client_with(
        trusting(origin), origin,
        [](ClientSession& session, Origin& /*target*/, HttpProxy& via) -> Async {
            auto tls = TlsOptions().ca_pem(via.ca_pem()).server_name("localhost");
            const auto text =
                co_await session.get("http://a.test/")
                    .proxy(Proxy("https://127.0.0.2:" + std::to_string(via.port())).ssl(tls))
                    .text();
            CHECK(text == "forwarded http://a.test/");
        },
        proxy);
    CHECK(proxy.request(0).tls->server_name == "localhost");
}

TEST_CASE("an https proxy without TLS options has those of the connector") {
    const CertificateAuthority authority;
    Server origin(ServerOptions().certificate(authority.issue()).tls());
    origin.route("/", Reply(200, "secret"));
    HttpProxy proxy(ServerOptions().certificate(authority.issue()).tls());
    run_client_with(
        ClientSessionOptions().connector(
            TCPConnectorOptions().ssl(TlsOptions().ca_pem(authority.pem()))),
        origin,
        [](ClientSession& session, Server& target, HttpProxy& via) -> Async {
            const auto body = co_await session.get(target.url()).proxy(via.proxy()).text();
            CHECK(body == "secret");
        },
        proxy);
}

TEST_CASE("the certificate of the server is checked within a tunnel") {
    Origin origin;
    HttpProxy proxy;
    run_client(
        origin,
        [](ClientSession& session, Origin& target, HttpProxy& via) -> Async {
            const auto error = co_await failure<ClientConnectorCertificateError>(
                session.get(target.url()).proxy(via.proxy()));
            CHECK(error.host() == "localhost");
            CHECK(error.port() == target.port());
            CHECK_FALSE(has(error.what(), "proxy"));
        },
        proxy);
}

TEST_CASE("what follows the answer to CONNECT comes from the server, and is not lost") {
    HttpProxy proxy;
    run_client(proxy, [](ClientSession& session, HttpProxy& via) -> Async {
        via.route("CONNECT *", Script().send(tunnel_opened + "no TLS at all, and no HTTP"));
        co_await failure<ClientConnectorSSLError>(
            session.get("https://origin.test/").proxy(via.proxy()));
        via.route("CONNECT *", Script()
                                   .send(tunnel_opened + "HTTP/1.1 200 OK\r\nContent-Le")
                                   .read_request()
                                   .send("ngth: 5\r\n\r\nearly"));
        const auto body =
            co_await session.get("http://origin.test/").proxy(Proxy(via.proxy()).tunnel()).text();
        CHECK(body == "early");
    });
}

TEST_CASE("a tunnel is opened for http when the proxy is told so") {
    Server origin;
    origin.route("/a", Reply(200, "plain"));
    HttpProxy proxy;
    run_client(
        origin,
        [](ClientSession& session, Server& target, HttpProxy& via) -> Async {
            const auto tunnel = Proxy(via.proxy("me:pw")).tunnel();
            const auto body = co_await session.get(target.url("/a"))
                                  .proxy(tunnel)
                                  .header("Proxy-Authorization", "mine")
                                  .text();
            CHECK(body == "plain");
        },
        proxy);
    CHECK(proxy.request(0).method == "CONNECT");
    CHECK(proxy.request(0).target == "127.0.0.1:" + std::to_string(origin.port()));
    CHECK(origin.request(0).target == "/a");
    CHECK(origin.request(0).header_count("Proxy-Authorization") == 0);
}

TEST_CASE("a redirect from http to https goes from the proxy into a tunnel", "[K163]") {
    Origin origin;
    HttpProxy proxy;
    proxy.route("/from", Reply(302).header("Location", origin.url("/to")));
    run_client_with(
        trusting(origin), origin,
        [](ClientSession& session, Origin& target, HttpProxy& via) -> Async {
            static_cast<void>(target);
            const auto body =
                co_await session.get("http://start.test/from").proxy(via.proxy("me:pw")).text();
            CHECK(body == "secret");
        },
        proxy);
    CHECK(proxy.request(1).method == "CONNECT");
    CHECK(proxy.request(1).header("Proxy-Authorization") == BasicAuth("me", "pw").encode());
    CHECK(origin.request(0).header_count("Proxy-Authorization") == 0);
    CHECK(origin.request(0).target == "/to");
}

TEST_CASE("a proxy that dies behind its tunnel breaks the requests in it") {
    HttpProxy proxy;
    proxy.route("CONNECT *", Script().send(tunnel_opened).close());
    run_client(proxy, [](ClientSession& session, HttpProxy& via) -> Async {
        co_await failure<ClientConnectorSSLError>(
            session.get("https://origin.test/").proxy(via.proxy()));
        co_await failure<aiohttp::ServerDisconnectedError>(
            session.get("http://origin.test/").proxy(Proxy(via.proxy()).tunnel()));
    });
}
