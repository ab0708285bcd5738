// Requests that must not reach the own network. No name here is looked up by the system.

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/fake_resolver.hpp"
#include "support/run_with.hpp"

namespace {

using namespace aiohttp;
using namespace aiohttp::testing;

ClientSessionOptions guarded(AddressGuard guard, std::vector<std::string> addresses = {}) {
    return ClientSessionOptions().connector(
        TCPConnectorOptions()
            .resolver(std::make_shared<FakeResolver>(std::move(addresses)))
            .address_guard(std::move(guard)));
}

}  // namespace

TEST_CASE("the guard refuses IP literals of the own network, however they are written") {
    run_with(guarded(no_private_addresses()), [](ClientSession& session) -> Async {
        const std::vector<std::pair<std::string, std::string>> urls = {
            {"http://127.0.0.1:1/", "127.0.0.1"},
            {"http://0.0.0.0:1/", "0.0.0.0"},
            {"http://[::]:1/", "::"},
            {"http://[::1]:1/", "::1"},
            {"http://[::ffff:127.0.0.1]:1/", "::ffff:127.0.0.1"},
            {"http://[::ffff:7f00:1]:1/", "::ffff:127.0.0.1"},
            {"http://[64:ff9b::7f00:1]:1/", "64:ff9b::7f00:1"},
            {"http://[2002:7f00:1::]:1/", "2002:7f00:1::"},
            {"http://169.254.169.254:1/latest/meta-data/", "169.254.169.254"},
            {"http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1:1/", "127.0.0.1"}};
        for (const auto& [url, address] : urls) {
            INFO(url);
            const auto error = co_await failure<ClientConnectorAddressError>(session.get(url));
            CHECK(error.address() == address);
            CHECK(error.code() == errc::address_refused);
            CHECK(error.code() == condition::connection);
            CHECK(error.phase() == Phase::connect);
            CHECK_FALSE(error.retryable());
        }
    });
}

TEST_CASE("the guard refuses names that lead to the own network") {
    for (const std::string address : {"127.0.0.1", "10.1.2.3", "::1", "::ffff:192.168.0.1"}) {
        run_with(
            guarded(no_private_addresses(), {address}),
            [](ClientSession& session, const auto& the_address) -> Async {
                const auto error = co_await failure<ClientConnectorAddressError>(
                    session.get("http://example.com:1/"));
                CHECK(error.host() == "example.com");
                CHECK(error.port() == 1);
                CHECK(error.address() == the_address);
                CHECK(std::string(error.what()).find("address_guard refuses " + the_address) !=
                      std::string::npos);
            },
            address);
    }
}

TEST_CASE("addresses that the guard refuses are left out") {
    Server server(ServerOptions().address("127.0.0.2"));
    server.route("/", Reply(200, "two"));
    std::vector<std::string> seen;
    const auto guard = [&seen](const ResolvedHost& host) {
        seen.push_back(host.hostname + ' ' + host.address + ' ' + std::to_string(host.port));
        return host.address == "127.0.0.2";
    };
    const auto port = std::to_string(server.port());
    run_with(
        guarded(guard, {"127.0.0.1", "127.0.0.2", "127.0.0.3"}),
        [](ClientSession& session, const auto& the_port) -> Async {
            const auto text = co_await session.get("http://name.test:" + the_port + "/").text();
            CHECK(text == "two");
        },
        port);
    CHECK(seen == std::vector<std::string>{"name.test 127.0.0.1 " + port,
                                           "name.test 127.0.0.2 " + port,
                                           "name.test 127.0.0.3 " + port});
}

TEST_CASE("the guard holds for the targets of redirects") {
    Server inner(ServerOptions().address("127.0.0.3"));
    inner.route("/", Reply(200, "secret"));
    Server outer;
    outer.route("/literal", Reply(302).header("Location", inner.url()));
    outer.route(
        "/name",
        Reply(302).header("Location", "http://inner.test:" + std::to_string(inner.port()) + "/"));
    const auto guard = [](const ResolvedHost& host) { return host.address == "127.0.0.1"; };
    run_with(
        guarded(guard, {"127.0.0.3"}),
        [](ClientSession& session, const auto& the_outer) -> Async {
            auto error = co_await failure<ClientConnectorAddressError>(
                session.get(the_outer.url("/literal")));
            CHECK(error.address() == "127.0.0.3");
            error =
                co_await failure<ClientConnectorAddressError>(session.get(the_outer.url("/name")));
            CHECK(error.host() == "inner.test");
        },
        outer);
    CHECK(inner.connections_accepted() == 0);
}

TEST_CASE("a name that moves to the own network later is refused then") {
    Server server;
    server.route("/", Reply(200, "ok"));
    const auto resolver = std::make_shared<StaticResolver>();
    resolver->set("name.test", {"127.0.0.1"});
    const auto guard = [](const ResolvedHost& host) { return host.address == "127.0.0.1"; };
    auto options = TCPConnectorOptions()
                       .resolver(resolver)
                       .use_dns_cache(false)
                       .force_close(true)
                       .address_guard(guard);
    run_with(
        ClientSessionOptions().connector(options),
        [](ClientSession& session, const auto& the_resolver, const auto& the_server) -> Async {
            const auto url = "http://name.test:" + std::to_string(the_server.port()) + "/";
            const auto text = co_await session.get(url).text();
            CHECK(text == "ok");
            the_resolver->set("name.test", {"127.0.0.9"});
            const auto error = co_await failure<ClientConnectorAddressError>(session.get(url));
            CHECK(error.address() == "127.0.0.9");
        },
        resolver, server);
}

TEST_CASE("a guard that throws refuses, and says why") {
    const auto guard = [](const ResolvedHost&) -> bool { throw std::runtime_error("not today"); };
    run_with(guarded(guard), [](ClientSession& session) -> Async {
        const auto error =
            co_await failure<ClientConnectorAddressError>(session.get("http://127.0.0.1:1/"));
        CHECK(std::string(error.what()).find("address_guard refuses 127.0.0.1: not today") !=
              std::string::npos);
    });
}

TEST_CASE("the guard holds for IP literals behind a proxy") {
    Server proxy;
    const auto at = "://127.0.0.1:" + std::to_string(proxy.port());
    const auto guard = [](const ResolvedHost& host) { return host.address == "127.0.0.1"; };
    run_with(
        guarded(guard),
        [](ClientSession& session, const auto& address) -> Async {
            for (const std::string scheme : {"http", "socks4", "socks4a", "socks5", "socks5h"}) {
                for (const std::string url : {"http://169.254.169.254/", "https://[fe80::1]/"}) {
                    INFO(scheme << ' ' << url);
                    const auto error = co_await failure<ClientConnectorAddressError>(
                        session.get(url).proxy(scheme + address));
                    CHECK(std::string(error.what()).find(url) != std::string::npos);
                }
            }
        },
        at);
    CHECK(proxy.connections_accepted() == 0);
}
