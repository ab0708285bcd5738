// SOCKS proxies, played by a script.

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <aiohttp/auth.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/proxy.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/timeout.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/tls.hpp"

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using aiohttp::ClientConnectorDNSError;
using aiohttp::ClientProxyConnectionError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ClientTimeout;
using aiohttp::ConnectionTimeoutError;
using aiohttp::Phase;
using aiohttp::TCPConnectorOptions;
using aiohttp::TlsOptions;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::has;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;

const auto granted4 = "\x00\x5a\x00\x00\x00\x00\x00\x00"s;
const auto granted5 = "\x05\x00\x00\x01\x7f\x00\x00\x01\x1f\x90"s;

std::string at(const Server& proxy, std::string_view scheme, std::string_view credentials = {}) {
    return std::string(scheme) + "://" + std::string(credentials) +
           (credentials.empty() ? "" : "@") + "127.0.0.1:" + std::to_string(proxy.port());
}

/// A SOCKS5 proxy without credentials that answers a request of `size` bytes, and tunnels.
Script socks5(std::size_t size, std::uint16_t port) {
    return Script().read(3).send("\x05\x00"s).read(size).send(granted5).tunnel_to(port);
}

/// How a request through a proxy that answers so, and then closes, fails.
std::string broken(std::string_view scheme, const Script& script) {
    Server proxy;
    proxy.on_accept(script);
    std::string text;
    run_client(
        proxy,
        [](ClientSession& session, Server& via, std::string_view& of, std::string& what) -> Async {
            const auto error = co_await failure<ClientProxyConnectionError>(
                session.get("http://10.1.2.3/").proxy(at(via, of, "me:secret")));
            CHECK(error.phase() == Phase::proxy);
            CHECK(error.port() == via.port());
            CHECK(session.connector().stats().open == 0);
            what = error.what();
        },
        scheme, text);
    CHECK_FALSE(has(text, "secret"));
    return text;
}

}  // namespace

TEST_CASE("http and https go through a SOCKS5 proxy", "[K161]") {
    Server origin;
    origin.route("/", Reply(200, "plain"));
    Server secure(ServerOptions().tls());
    secure.route("/", Reply(200, "secret"));
    Server proxy;
    run_client_with(
        ClientSessionOptions().connector(
            TCPConnectorOptions().ssl(TlsOptions().ca_pem(secure.ca_pem()))),
        origin,
        [](ClientSession& session, Server& target, Server& tls, Server& via) -> Async {
            via.on_accept(socks5(4 + 4 + 2, target.port()));
            const auto first = co_await session.get(target.url())
                                   .proxy(at(via, "socks5"))
                                   .header("Proxy-Authorization", "mine")
                                   .text();
            CHECK(first == "plain");
            const auto second = co_await session.get(target.url()).proxy(at(via, "socks5")).text();
            CHECK(second == "plain");
            CHECK(via.connections_accepted() == 1);
            via.on_accept(socks5(4 + 1 + 9 + 2, tls.port()));
            const auto third = co_await session.get(tls.url()).proxy(at(via, "socks5h")).text();
            CHECK(third == "secret");
        },
        secure, proxy);
    CHECK(origin.request(0).target == "/");
    CHECK(origin.request(0).header_count("Proxy-Authorization") == 0);
    CHECK(secure.request(0).tls->server_name == "localhost");
}

TEST_CASE("who looks a name up is in the scheme of a SOCKS proxy", "[K161]") {
    Server origin;
    origin.route("/", Reply(200, "plain"));
    Server proxy;
    run_client(
        origin,
        [](ClientSession& session, Server& target, Server& via) -> Async {
            // The name is only known to the proxy.
            const auto url = "http://only.invalid:" + std::to_string(target.port()) + '/';
            via.on_accept(socks5(4 + 1 + 12 + 2, target.port()));
            const auto first = co_await session.get(url).proxy(at(via, "socks5h")).text();
            CHECK(first == "plain");
            via.on_accept(Script().read(8 + 1 + 13).send(granted4).tunnel_to(target.port()));
            const auto second = co_await session.get(url).proxy(at(via, "socks4a")).text();
            CHECK(second == "plain");
            const auto before = via.connections_accepted();
            for (const char* const scheme : {"socks4", "socks5"}) {
                const auto error = co_await failure<ClientConnectorDNSError>(
                    session.get(url).proxy(at(via, scheme)));
                CHECK(error.host() == "only.invalid");
            }
            CHECK(via.connections_accepted() == before);
            // 127.0.0.1, of whichever addresses the name has.
            const auto here = "http://localhost:" + std::to_string(target.port()) + '/';
            via.on_accept(Script().read(9).send(granted4).tunnel_to(target.port()));
            const auto third = co_await session.get(here).proxy(at(via, "socks4")).text();
            CHECK(third == "plain");
        },
        proxy);
}

TEST_CASE("a SOCKS5 proxy gets login and password", "[K163]") {
    Server origin;
    origin.route("/", Reply(200, "plain"));
    Server proxy;
    run_client(
        origin,
        [](ClientSession& session, Server& target, Server& via) -> Async {
            via.on_accept(Script()
                              .read(4)
                              .send("\x05\x02"s)
                              .read(1 + 3 + 7)
                              .send("\x01\x00"s)
                              .read(10)
                              .send(granted5)
                              .tunnel_to(target.port()));
            const auto body =
                co_await session.get(target.url()).proxy(at(via, "socks5", "me:secret")).text();
            CHECK(body == "plain");
        },
        proxy);
    CHECK(broken("socks5", Script().read(4).send("\x05\x02"s).read(11).send("\x01\x01"s).close())
              .ends_with("no connection to 10.1.2.3:80: the proxy refuses login and password"));
    CHECK(has(broken("socks5", Script().read(4).send("\x05\xff"s).close()),
              "takes neither our credentials nor none"));
}

TEST_CASE("a SOCKS proxy that cannot connect says why") {
    CHECK(has(broken("socks5", Script()
                                   .read(4)
                                   .send("\x05\x00"s)
                                   .read(10)
                                   .send("\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00"s)),
              "no connection to 10.1.2.3:80: connection refused (reply 5)"));
    CHECK(has(broken("socks4", Script().read(11).send("\x00\x5b\x00\x00\x00\x00\x00\x00"s)),
              "no connection to 10.1.2.3:80: request rejected or failed (reply 91)"));
}

TEST_CASE("a SOCKS proxy that answers with garbage is not taken for one") {
    const auto http = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"s;
    CHECK(has(broken("socks5h", Script().read(4).send(http)), "the answer is not SOCKS5"));
    CHECK(has(broken("socks4a", Script().read(11).send(http)), "the answer is not SOCKS4"));
}

TEST_CASE("a SOCKS answer may be cut short at every byte") {
    for (std::size_t size = 0; size < granted4.size(); ++size) {
        CHECK(has(broken("socks4", Script().read(11).send(granted4.substr(0, size)).close()),
                  "it closed the connection in the middle of the SOCKS handshake"));
    }
    for (std::size_t size = 0; size < 2; ++size) {
        CHECK(has(broken("socks5", Script().read(4).send("\x05\x02"s.substr(0, size)).close()),
                  "in the middle of the SOCKS handshake"));
    }
    for (std::size_t size = 0; size < granted5.size(); ++size) {
        CHECK(has(broken("socks5", Script()
                                       .read(4)
                                       .send("\x05\x02"s)
                                       .read(11)
                                       .send("\x01\x00"s)
                                       .read(10)
                                       .send(granted5.substr(0, size))
                                       .close()),
                  "in the middle of the SOCKS handshake"));
    }
    CHECK(has(broken("socks5", Script().read(4).reset()), "the connection broke"));
}

TEST_CASE("a SOCKS answer byte by byte, and the server's first words with it, are understood") {
    Server origin;
    origin.route("/", Reply(200, "plain"));
    Server proxy;
    run_client(
        origin,
        [](ClientSession& session, Server& target, Server& via) -> Async {
            via.on_accept(Script()
                              .read(3)
                              .send_slowly("\x05\x00"s)
                              .read(10)
                              .send_slowly(granted5)
                              .tunnel_to(target.port()));
            const auto slowly = co_await session.get(target.url()).proxy(at(via, "socks5")).text();
            CHECK(slowly == "plain");
            // In one piece with the answer.
            via.on_accept(
                Script()
                    .read(3)
                    .send("\x05\x00"s)
                    .read(10)
                    .send(granted5 + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly"));
            const auto second =
                co_await session.get("http://10.9.8.7/").proxy(at(via, "socks5")).text();
            CHECK(second == "early");
        },
        proxy);
}

TEST_CASE("a SOCKS proxy that says nothing runs into the connect timeout", "[D46]") {
    Server proxy;
    proxy.on_accept(Script().stall());
    run_client(proxy, [](ClientSession& session, Server& via) -> Async {
        for (const char* const scheme : {"socks4", "socks5"}) {
            const auto error = co_await failure<ConnectionTimeoutError>(
                session.get("http://10.1.2.3/")
                    .proxy(at(via, scheme))
                    .timeout(ClientTimeout{.connect = 50ms}));
            CHECK(error.phase() == Phase::proxy);
        }
    });
}
