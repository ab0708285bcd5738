// Through a real HTTP proxy.

#include <string>
#include <vector>

#include <aiohttp/error.hpp>
#include <aiohttp/proxy.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/proxies.hpp"
#include "support/tls.hpp"

#include "proxy_programs.hpp"

namespace {

using aiohttp::ClientHttpProxyError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::Proxy;
using aiohttp::TlsOptions;
using aiohttp::testing::Async;
using aiohttp::testing::Echo;
using aiohttp::testing::failure;
using aiohttp::testing::has;
using aiohttp::testing::missing;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::Tinyproxy;
using aiohttp::testing::trusting;

}  // namespace

TEST_CASE("http goes through tinyproxy", "[K161]") {
    if (missing(Tinyproxy::program)) {
        return;
    }
    const Tinyproxy proxy;
    Echo origin(false);
    run_client_with(ClientSessionOptions().proxy(proxy.url("http")), origin,
                    [](ClientSession& session, Echo& target) -> Async {
                        const auto echoed =
                            co_await session.post(target.url("/a?b#c")).data("ping").text();
                        CHECK(echoed == "ping");
                        const auto large = co_await session.get(target.url("/large")).read();
                        CHECK(large.size() == 1'000'000);
                    });
    CHECK(origin.request(0).target == "/a?b");
    CHECK(has(origin.request(0).header("Via"), "tinyproxy"));
}

TEST_CASE("https goes through tinyproxy in a tunnel", "[K162][K165]") {
    if (missing(Tinyproxy::program)) {
        return;
    }
    const Tinyproxy proxy;
    Echo origin(true);
    run_client_with(trusting(origin).proxy(proxy.url("http")), origin,
                    [](ClientSession& session, Echo& target) -> Async {
                        const auto echoed = co_await session.post(target.url()).data("ping").text();
                        CHECK(echoed == "ping");
                        const auto large = co_await session.get(target.url("/large")).read();
                        CHECK(large.size() == 1'000'000);
                    });
    CHECK(origin.connections_accepted() == 1);
    CHECK(has(proxy.log(), "CONNECT localhost:" + std::to_string(origin.port())));
}

TEST_CASE("tinyproxy takes credentials, and refuses who has none", "[K163]") {
    if (missing(Tinyproxy::program)) {
        return;
    }
    const Tinyproxy proxy("BasicAuth me secret");
    Echo origin(true);
    Echo plain(false);
    run_client_with(
        trusting(origin), origin,
        [](ClientSession& session, Echo& target, Echo& open, const Tinyproxy& via) -> Async {
            const auto good = via.url("http", "me:secret");
            for (const auto& url : std::vector<std::string>{target.url(), open.url()}) {
                const auto echoed = co_await session.post(url).data("ping").proxy(good).text();
                CHECK(echoed == "ping");
            }
            const auto bad = via.url("http", "me:wrong");
            const auto denied = co_await session.get(open.url()).proxy(bad);
            CHECK((denied.status() == 401 || denied.status() == 407));
            const auto error =
                co_await failure<ClientHttpProxyError>(session.get(target.url()).proxy(bad));
            CHECK((error.status() == 401 || error.status() == 407));
            CHECK_FALSE(has(error.what(), "wrong"));
            co_await failure<ClientHttpProxyError>(
                session.get(target.url()).proxy(via.url("http")));
        },
        plain, proxy);
    CHECK(origin.request(0).header_count("Proxy-Authorization") == 0);
}

TEST_CASE("tinyproxy refuses a tunnel to a port that it must not connect to", "[K162]") {
    if (missing(Tinyproxy::program)) {
        return;
    }
    const Tinyproxy proxy("ConnectPort 1");
    Echo origin(true);
    run_client(
        origin,
        [](ClientSession& session, Echo& target, const Tinyproxy& via) -> Async {
            const auto error = co_await failure<ClientHttpProxyError>(
                session.get(target.url()).proxy(via.url("http")));
            CHECK(error.status() == 403);
        },
        proxy);
    CHECK(origin.connections_accepted() == 0);
}

TEST_CASE("a server that tinyproxy cannot reach is its 5xx") {
    if (missing(Tinyproxy::program)) {
        return;
    }
    const Tinyproxy proxy;
    Server gone;
    gone.refuse_connections();
    run_client(
        gone,
        [](ClientSession& session, Server& target, const Tinyproxy& via) -> Async {
            const auto response = co_await session.get(target.url()).proxy(via.url("http"));
            CHECK(response.status() >= 500);
            const auto error = co_await failure<ClientHttpProxyError>(
                session.get("https://127.0.0.1:" + std::to_string(target.port()))
                    .proxy(via.url("http")));
            CHECK(error.status() >= 500);
        },
        proxy);
}

TEST_CASE("TLS goes through TLS to a proxy, here tinyproxy behind a relay", "[K162]") {
    if (missing(Tinyproxy::program)) {
        return;
    }
    const Tinyproxy proxy;
    Server relay(ServerOptions().tls());
    relay.on_accept(Script().start_tls().tunnel_to(proxy.port()));
    Echo origin(true);
    Echo plain(false);
    run_client_with(
        trusting(origin).proxy(Proxy(relay.url("")).ssl(TlsOptions().ca_pem(relay.ca_pem()))),
        origin,
        [](ClientSession& session, Echo& target, Echo& open) -> Async {
            const auto large = co_await session.get(target.url("/large")).read();
            CHECK(large.size() == 1'000'000);
            const auto echoed =
                co_await session.post(target.url()).data(std::string(300'000, 'y')).read();
            CHECK(echoed.size() == 300'000);
            const auto forwarded = co_await session.post(open.url()).data("ping").text();
            CHECK(forwarded == "ping");
        },
        plain);
    CHECK(origin.connections_accepted() == 1);
}
