// Through a real SOCKS proxy.

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

using aiohttp::ClientProxyConnectionError;
using aiohttp::ClientSession;
using aiohttp::Phase;
using aiohttp::testing::Async;
using aiohttp::testing::Danted;
using aiohttp::testing::Echo;
using aiohttp::testing::failure;
using aiohttp::testing::has;
using aiohttp::testing::missing;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;
using aiohttp::testing::trusting;

/// Names are localhost, addresses 127.0.0.1.
std::string by_name(const Server& server) {
    return "http://localhost:" + std::to_string(server.port()) + '/';
}

}  // namespace

// It does not know SOCKS4a, for curl neither.
TEST_CASE("http and https go through danted, by SOCKS4 and SOCKS5", "[K161]") {
    if (missing(Danted::program)) {
        return;
    }
    const Danted proxy;
    for (const char* const scheme : {"socks4", "socks5", "socks5h"}) {
        INFO(scheme);
        Echo plain(false);
        Echo secure(true);
        const auto url = proxy.url(scheme);
        run_client_with(
            trusting(secure).proxy(url), plain,
            [](ClientSession& session, Echo& target, Echo& tls) -> Async {
                const std::vector<std::string> urls{target.url(), by_name(target), tls.url()};
                for (const auto& each : urls) {
                    const auto echoed = co_await session.post(each).data("ping").text();
                    CHECK(echoed == "ping");
                }
                const auto large = co_await session.get(tls.url("/large")).read();
                CHECK(large.size() == 1'000'000);
            },
            secure);
        CHECK(secure.connections_accepted() == 1);
        CHECK(plain.connections_accepted() == 2);
    }
    CHECK(has(proxy.log(), "pass("));
}

TEST_CASE("danted takes login and password, and refuses wrong ones", "[K163]") {
    if (missing(Danted::program)) {
        return;
    }
    if (!Danted::may_ask_for_login()) {
        WARN("mount namespaces are not allowed here: danted's logins are not tested");
        return;
    }
    const Danted proxy(true);
    Echo plain(false);
    run_client(
        plain,
        [](ClientSession& session, Echo& target, const Danted& via) -> Async {
            const auto echoed = co_await session.post(target.url())
                                    .data("ping")
                                    .proxy(via.url("socks5h", "me:secret"))
                                    .text();
            CHECK(echoed == "ping");
            const auto wrong = co_await failure<ClientProxyConnectionError>(
                session.get(target.url()).proxy(via.url("socks5h", "me:wrong")));
            CHECK(has(wrong.what(), "refuses login and password"));
            const auto none = co_await failure<ClientProxyConnectionError>(
                session.get(target.url()).proxy(via.url("socks5h")));
            CHECK(has(none.what(), "the proxy wants credentials"));
            CHECK(none.phase() == Phase::proxy);
        },
        proxy);
}

TEST_CASE("danted says why it cannot connect") {
    if (missing(Danted::program)) {
        return;
    }
    const Danted proxy;
    Server gone;
    gone.refuse_connections();
    run_client(
        gone,
        [](ClientSession& session, Server& target, const Danted& via) -> Async {
            const auto refused = co_await failure<ClientProxyConnectionError>(
                session.get(target.url()).proxy(via.url("socks5")));
            CHECK(has(refused.what(), "connection refused (reply 5)"));
            // No rule of it lets that pass.
            const auto forbidden = co_await failure<ClientProxyConnectionError>(
                session.get("http://10.1.2.3/").proxy(via.url("socks5")));
            CHECK(has(forbidden.what(), "not allowed by its rules (reply 2)"));
            const auto rejected = co_await failure<ClientProxyConnectionError>(
                session.get(target.url()).proxy(via.url("socks4")));
            CHECK(has(rejected.what(), "(reply 91)"));
        },
        proxy);
}
