// From a name to a connected socket: which addresses are tried, when, and from where. Other
// addresses of 127.0.0.0/8 and ::1 stand for other hosts.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/aiohttp.hpp>
#include <aiohttp/gather.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/fake_resolver.hpp"
#include "support/run_with.hpp"

namespace {

using namespace std::chrono_literals;
using namespace aiohttp;
using namespace aiohttp::testing;
namespace asio = boost::asio;
using Resolves = std::shared_ptr<FakeResolver>;
using Milliseconds = std::chrono::milliseconds;

/// A server at another address, and at a port that a server at 127.0.0.1 may have, too.
Server server_at(const std::string& address, std::uint16_t port = 0) {
    return Server(ServerOptions().address(address).port(port));
}

Resolves resolves(std::vector<std::string> addresses) {
    return std::make_shared<FakeResolver>(std::move(addresses));
}

/// Where the name leads to that `resolver` knows; it never needs DNS.
std::string url_of(const Server& server) {
    return "http://name.test:" + std::to_string(server.port()) + "/";
}

/// A name with two addresses where connecting takes for ever.
Resolves leads_to(const BlackHole& first, const BlackHole& second) {
    const auto resolver = resolves({"127.0.0.1", "127.0.0.1"});
    resolver->hosts[0].port = first.port();
    resolver->hosts[1].port = second.port();
    return resolver;
}

template <class Main, class... More>
void run_dialling(const TCPConnectorOptions& options, Main main, const More&... more) {
    run_with(ClientSessionOptions().connector(options), main, more...);
}

Milliseconds since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - start);
}

}  // namespace

TEST_CASE("a name that has no address is an error with host, port and cause", "[K170]") {
    const auto resolver = resolves({});
    resolver->error = asio::error::host_not_found;
    run_dialling(TCPConnectorOptions().resolver(resolver), [](ClientSession& session) -> Async {
        const auto error =
            co_await failure<ClientConnectorDNSError>(session.get("http://name.test:81/"));
        CHECK(error.host() == "name.test");
        CHECK(error.port() == 81);
        CHECK(error.os_error() == asio::error::host_not_found);
        CHECK(error.phase() == Phase::dns);
        CHECK(error.retryable());
        CHECK(std::string(error.what()).find("look-up of name.test failed: Host not found") !=
              std::string::npos);
    });
}

TEST_CASE("an empty answer is an error, and so is what a resolver throws", "[K170]") {
    const auto resolver = resolves({});
    run_dialling(
        TCPConnectorOptions().resolver(resolver),
        [](ClientSession& session, const auto& the_resolver) -> Async {
            const auto empty =
                co_await failure<ClientConnectorDNSError>(session.get("http://name.test/"));
            CHECK(empty.cause() == asio::error::no_data);
            the_resolver->complaint = "my table is gone";
            const auto thrown =
                co_await failure<ClientConnectorDNSError>(session.get("http://name.test/"));
            CHECK_FALSE(thrown.cause());
            CHECK(std::string(thrown.what()).find("my table is gone") != std::string::npos);
            CHECK(the_resolver->asked.size() == 2);
        },
        resolver);
}

TEST_CASE("a resolver of the user is asked once for ten concurrent requests", "[K171][K174]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    const auto resolver = resolves({"127.0.0.1"});
    resolver->takes = 20ms;
    const auto url = url_of(server);
    run_dialling(
        TCPConnectorOptions().resolver(resolver),
        [](ClientSession& session, const auto& the_url) -> Async {
            std::vector<asio::awaitable<std::string>> requests;
            for (int i = 0; i < 10; ++i) {
                requests.push_back(session.get(the_url).text());
            }
            const auto texts = co_await gather(std::move(requests));
            CHECK(texts == std::vector<std::string>(10, "ok"));
        },
        url);
    CHECK(resolver->asked == std::vector<std::string>{"name.test"});
    CHECK(server.connections_accepted() == 10);
    CHECK(server.request(0).header("host") == url.substr(7, url.size() - 8));
}

TEST_CASE("a connector's DNS cache can be cleared", "[K171]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    const auto resolver = resolves({"127.0.0.1"});
    const auto connector =
        std::make_shared<TCPConnector>(TCPConnectorOptions().resolver(resolver).force_close(true));
    const auto url = url_of(server);
    const auto port = server.port();
    run_with(
        ClientSessionOptions().connector(connector),
        [](ClientSession& session, const auto& the_url, const auto& the_resolver,
           const auto& the_connector, const auto& the_port) -> Async {
            co_await session.get(the_url).text();
            co_await session.get(the_url).text();
            CHECK(the_resolver->asked.size() == 1);
            the_connector->clear_dns_cache();
            co_await session.get(the_url).text();
            CHECK(the_resolver->asked.size() == 2);
            the_connector->clear_dns_cache("other.test", the_port);
            co_await session.get(the_url).text();
            CHECK(the_resolver->asked.size() == 2);
            the_connector->clear_dns_cache("name.test", the_port);
            co_await session.get(the_url).text();
            CHECK(the_resolver->asked.size() == 3);
        },
        url, resolver, connector, port);
}

TEST_CASE("a resolver that never answers holds up no limit and no cancellation", "[K172]") {
    const auto resolver = resolves({"127.0.0.1"});
    resolver->takes = std::chrono::hours(24);
    run_dialling(TCPConnectorOptions().resolver(resolver), [](ClientSession& session) -> Async {
        const auto start = std::chrono::steady_clock::now();
        ClientTimeout limit;
        limit.dns = 30ms;
        const auto dns = co_await failure<ConnectionTimeoutError>(
            session.get("http://name.test/").timeout(limit));
        CHECK(dns.phase() == Phase::dns);
        limit = ClientTimeout();
        limit.connect = 30ms;
        const auto connect = co_await failure<ConnectionTimeoutError>(
            session.get("http://name.test/").timeout(limit));
        CHECK(connect.phase() == Phase::dns);
        const auto total =
            co_await failure<TotalTimeoutError>(session.get("http://name.test/").timeout(30ms));
        CHECK(total.error().phase() == Phase::dns);

        auto task = co_await create_task(session.get("http://name.test/").text());
        co_await aiohttp::sleep(10ms);
        task.cancel();
        co_await expect_cancelled(task.result());
        CHECK(since(start) < 2s);
    });
    CHECK(resolver->running == 0);
    CHECK(resolver->asked.size() == 4);
}

TEST_CASE("closing a session ends its lookups", "[K172]") {
    const auto resolver = resolves({"127.0.0.1"});
    resolver->takes = std::chrono::hours(24);
    run_dialling(TCPConnectorOptions().resolver(resolver), [](ClientSession& session) -> Async {
        auto task = co_await create_task(session.get("http://name.test/").text());
        co_await aiohttp::sleep(10ms);
        co_await session.close();
        co_await failure<ClientConnectionError>(task.result());
    });
    CHECK(resolver->running == 0);
}

TEST_CASE("an address that refuses is followed by the next one at once", "[K173]") {
    auto server = server_at("127.0.0.2");
    server.route("/", Reply(200, "two"));
    const auto url = url_of(server);
    const std::optional<Duration> delay = GENERATE(std::optional<Duration>(10s), std::nullopt);
    run_dialling(
        TCPConnectorOptions()
            .resolver(resolves({"127.0.0.3", "127.0.0.4", "127.0.0.2"}))
            .happy_eyeballs_delay(delay),
        [](ClientSession& session, const auto& the_url) -> Async {
            const auto start = std::chrono::steady_clock::now();
            const auto text = co_await session.get(the_url).text();
            CHECK(text == "two");
            CHECK(since(start) < 2s);
        },
        url);
}

TEST_CASE("a black hole is followed by the next address after 250 ms", "[K173]") {
    BlackHole hole;
    auto server = server_at("127.0.0.2", hole.port());
    server.route("/", Reply(200, "two"));
    const auto url = url_of(server);
    run_dialling(
        TCPConnectorOptions().resolver(resolves({"127.0.0.1", "127.0.0.2"})),
        [](ClientSession& session, const auto& the_url) -> Async {
            // Opens what an io_context opens once.
            co_await session.get("http://127.0.0.2" + the_url.substr(16)).text();
            const auto before = open_descriptors();
            const auto start = std::chrono::steady_clock::now();
            const auto text = co_await session.get(the_url).text();
            const auto took = since(start);
            CHECK(text == "two");
            CHECK(took >= 250ms);
            CHECK(took < 1000ms);
            // The loser is closed: one socket here, one at the server.
            CHECK(open_descriptors() <= before + 2);
        },
        url);
}

TEST_CASE("the address that is slow to be tried may be the only one that works", "[K173]") {
    BlackHole hole;
    auto server = server_at("127.0.0.2", hole.port());
    server.route("/", Reply(200, "two"));
    const auto url = url_of(server);
    run_dialling(
        TCPConnectorOptions()
            .resolver(resolves({"127.0.0.1", "127.0.0.3", "127.0.0.2"}))
            .happy_eyeballs_delay(50ms),
        [](ClientSession& session, const auto& the_url) -> Async {
            const auto text = co_await session.get(the_url).text();
            CHECK(text == "two");
        },
        url);
}

TEST_CASE("IPv6 and IPv4 take turns", "[K173]") {
    auto server = server_at("::1");
    server.route("/", Reply(200, "six"));
    const auto url = url_of(server);
    std::vector<std::string> tried;
    const auto hook = [&tried](int, const ResolvedHost& peer) { tried.push_back(peer.address); };
    run_dialling(
        TCPConnectorOptions().resolver(resolves({"127.0.0.3", "127.0.0.4", "::1"})).on_socket(hook),
        [](ClientSession& session, const auto& the_url) -> Async {
            const auto text = co_await session.get(the_url).text();
            CHECK(text == "six");
        },
        url);
    CHECK(tried == std::vector<std::string>{"127.0.0.3", "::1"});
}

TEST_CASE("when all addresses fail the error is that of the last one", "[K173]") {
    Server closed;
    const auto url = url_of(closed);
    closed.refuse_connections();
    const std::optional<Duration> delay = GENERATE(std::optional<Duration>(10s), std::nullopt);
    run_dialling(
        TCPConnectorOptions()
            .resolver(resolves({"127.0.0.1", "127.0.0.2", "127.0.0.3"}))
            .happy_eyeballs_delay(delay),
        [](ClientSession& session, const auto& the_url, const auto& the_port) -> Async {
            const auto error = co_await failure<ClientConnectorError>(session.get(the_url));
            CHECK(error.host() == "name.test");
            CHECK(error.port() == the_port);
            CHECK(error.os_error() == asio::error::connection_refused);
            CHECK(std::string(error.what()).find("(3 addresses tried)") != std::string::npos);
            CHECK(error.retryable());
        },
        url, closed.port());
}

TEST_CASE("a race ends in time, and leaves no socket behind", "[K173]") {
    const BlackHole first;
    const BlackHole second;
    run_dialling(TCPConnectorOptions().resolver(leads_to(first, second)).happy_eyeballs_delay(5ms),
                 [](ClientSession& session) -> Async {
                     ClientTimeout limit;
                     limit.sock_connect = 60ms;
                     const auto error = co_await failure<ConnectionTimeoutError>(
                         session.get("http://name.test/").timeout(limit));
                     CHECK(error.phase() == Phase::connect);
                 });
}

TEST_CASE("a race that is cancelled or closed leaves nothing behind", "[K173]") {
    const BlackHole first;
    const BlackHole second;
    const bool close = GENERATE(false, true);
    run_dialling(
        TCPConnectorOptions().resolver(leads_to(first, second)).happy_eyeballs_delay(5ms),
        [](ClientSession& session, const bool& by_close) -> Async {
            auto task = co_await create_task(session.get("http://name.test/").text());
            co_await aiohttp::sleep(30ms);
            CHECK_FALSE(task.done());
            if (by_close) {
                co_await session.close();
                co_await failure<ClientConnectionError>(task.result());
            } else {
                task.cancel();
                co_await expect_cancelled(task.result());
            }
        },
        close);
}

TEST_CASE("an io_context may be destroyed while lookups are under way", "[K172]") {
    const auto resolver = resolves({"127.0.0.1"});
    resolver->takes = std::chrono::hours(24);
    ClientSession session(
        ClientSessionOptions().connector(TCPConnectorOptions().resolver(resolver)));
    for (int round = 0; round < 2; ++round) {
        asio::io_context io;
        for (int i = 0; i < 3; ++i) {
            asio::co_spawn(io, session.get("http://name.test/").text(),
                           [](std::exception_ptr, std::string) {});
        }
        io.poll();
        CHECK(resolver->running == 1);
    }
    CHECK(resolver->running == 0);
    CHECK(resolver->asked.size() == 2);
}

TEST_CASE("an io_context may be destroyed during a race", "[K173]") {
    const BlackHole first;
    const BlackHole second;
    const auto before = open_descriptors();
    {
        ClientSession session(ClientSessionOptions().connector(
            TCPConnectorOptions().resolver(leads_to(first, second)).happy_eyeballs_delay(1ms)));
        asio::io_context io;
        asio::co_spawn(io, session.get("http://name.test/").text(),
                       [](std::exception_ptr, std::string) {});
        io.run_for(30ms);
    }
    CHECK(open_descriptors() <= before);
}

TEST_CASE("local_addr is where connections come from", "[K174]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    std::string from;
    const auto hook = [&from](int descriptor, const ResolvedHost&) {
        sockaddr_in bound{};
        socklen_t size = sizeof(bound);
        ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &size);
        from = std::to_string(ntohl(bound.sin_addr.s_addr) & 0xffU);
    };
    run_dialling(
        TCPConnectorOptions().local_addr("127.0.0.7").on_socket(hook),
        [](ClientSession& session, const auto& the_url) -> Async {
            const auto text = co_await session.get(the_url).text();
            CHECK(text == "ok");
            const auto error =
                co_await failure<ClientConnectorError>(session.get("http://[::1]:1/"));
            CHECK(std::string(error.what()).find("local_addr") != std::string::npos);
        },
        server.url());
    CHECK(from == "7");
}

TEST_CASE("a local address that the machine does not have is an error") {
    Server server;
    run_dialling(
        TCPConnectorOptions().local_addr("192.0.2.1"),
        [](ClientSession& session, const auto& the_url) -> Async {
            const auto error = co_await failure<ClientConnectorError>(session.get(the_url));
            CHECK(error.os_error() == boost::system::errc::address_not_available);
        },
        server.url());
}

TEST_CASE("family leaves the other addresses out", "[K174]") {
    auto six = server_at("::1");
    six.route("/", Reply(200, "six"));
    auto four = server_at("127.0.0.1", six.port());
    four.route("/", Reply(200, "four"));
    const auto url = url_of(six);
    const auto resolver = resolves({"::1", "127.0.0.1"});
    run_dialling(
        TCPConnectorOptions().resolver(resolver).family(AddressFamily::ipv4),
        [](ClientSession& session, const auto& the_url) -> Async {
            const auto text = co_await session.get(the_url).text();
            CHECK(text == "four");
            const auto error =
                co_await failure<ClientConnectorError>(session.get("http://[::1]:1/"));
            CHECK(std::string(error.what()).find("family") != std::string::npos);
        },
        url);
    CHECK(resolver->families.at(0) == AddressFamily::ipv4);
    run_dialling(
        TCPConnectorOptions().resolver(resolver).family(AddressFamily::ipv6),
        [](ClientSession& session, const auto& the_url) -> Async {
            const auto text = co_await session.get(the_url).text();
            CHECK(text == "six");
        },
        url);
}

TEST_CASE("IP literals are not looked up", "[K174]") {
    Server server;
    server.route("/", Reply(200, "four"));
    auto six = server_at("::1");
    six.route("/", Reply(200, "six"));
    const auto resolver = resolves({});
    run_dialling(
        TCPConnectorOptions().resolver(resolver),
        [](ClientSession& session, const auto& the_a, const auto& the_b) -> Async {
            auto text = co_await session.get(the_a).text();
            CHECK(text == "four");
            text = co_await session.get(the_b).text();
            CHECK(text == "six");
        },
        server.url(), six.url());
    CHECK(resolver->asked.empty());
}

TEST_CASE("the socket hook may set options, and the keep-alive option is set", "[K174]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    int keepalive = 0;
    int idle = 0;
    const auto hook = [&](int descriptor, const ResolvedHost& peer) {
        CHECK(peer.hostname == "127.0.0.1");
        CHECK(peer.port == server.port());
        CHECK(peer.family == AddressFamily::ipv4);
        socklen_t size = sizeof(int);
        ::getsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &keepalive, &size);
        ::getsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &size);
    };
    const auto main = [](ClientSession& session, const std::string& the_url) -> Async {
        const auto text = co_await session.get(the_url).text();
        CHECK(text == "ok");
    };
    run_dialling(TCPConnectorOptions().on_socket(hook), main, server.url());
    CHECK(keepalive == 0);
    run_dialling(TCPConnectorOptions().on_socket(hook).tcp_keepalive(90s), main, server.url());
    CHECK(keepalive == 1);
    CHECK(idle == 90);
    run_dialling(TCPConnectorOptions().on_socket(hook).tcp_keepalive(true), main, server.url());
    CHECK(keepalive == 1);
    CHECK(idle != 90);
}

TEST_CASE("a socket hook that throws makes connecting fail", "[K174]") {
    Server server;
    const auto addresses = GENERATE(1, 2);
    const std::vector<std::string> hosts = {"127.0.0.1", "127.0.0.2"};
    auto options = TCPConnectorOptions().resolver(
        resolves(std::vector<std::string>(hosts.begin(), hosts.begin() + addresses)));
    const auto url = url_of(server);
    options.on_socket(
        [](int, const ResolvedHost&) { throw std::runtime_error("no mark for you"); });
    run_dialling(
        options,
        [](ClientSession& session, const auto& the_url) -> Async {
            const auto error = co_await failure<ClientConnectorError>(session.get(the_url));
            CHECK(std::string(error.what()).find("on_socket: no mark for you") !=
                  std::string::npos);
        },
        url);
    options.on_socket([](int, const ResolvedHost&) {
        throw boost::system::system_error(asio::error::no_permission);
    });
    run_dialling(
        options,
        [](ClientSession& session, const auto& the_url) -> Async {
            const auto error = co_await failure<ClientConnectorError>(session.get(the_url));
            CHECK(error.os_error() == asio::error::no_permission);
        },
        url);
    CHECK(server.connections_accepted() == 0);
}

TEST_CASE("options of a connector that cannot be are refused") {
    CHECK_THROWS_AS(TCPConnectorOptions().ttl_dns_cache(0s), ValueError);
    CHECK_THROWS_AS(TCPConnectorOptions().dns_cache_max_size(0), ValueError);
    CHECK_THROWS_AS(TCPConnectorOptions().happy_eyeballs_delay(-1s), ValueError);
    CHECK_THROWS_AS(TCPConnectorOptions().tcp_keepalive(0s), ValueError);
    CHECK_THROWS_AS(TCPConnectorOptions().tcp_keepalive(32768s), ValueError);
    CHECK_THROWS_AS(TCPConnectorOptions().local_addr("localhost"), ValueError);
    CHECK_THROWS_AS(StaticResolver(StaticResolver::Hosts{{"a.test", {"1.2.3"}}}), ValueError);
}

TEST_CASE("a static resolver pins names, and hands the others on") {
    Server server;
    server.route("/", Reply(200, "ok"));
    const auto others = resolves({"127.0.0.1"});
    const auto pinned = std::make_shared<StaticResolver>(
        StaticResolver::Hosts{{"pinned.test", {"::2", "127.0.0.1"}}}, others);
    const auto port = ':' + std::to_string(server.port()) + '/';
    run_dialling(
        TCPConnectorOptions().resolver(pinned).family(AddressFamily::ipv4),
        [](ClientSession& session, const auto& the_port) -> Async {
            auto text = co_await session.get("http://pinned.test" + the_port).text();
            CHECK(text == "ok");
            text = co_await session.get("http://else.test" + the_port).text();
            CHECK(text == "ok");
        },
        port);
    CHECK(others->asked == std::vector<std::string>{"else.test"});
    run_dialling(
        TCPConnectorOptions().resolver(std::make_shared<StaticResolver>()),
        [](ClientSession& session, const auto& the_port) -> Async {
            const auto error = co_await failure<ClientConnectorDNSError>(
                session.get("http://pinned.test" + the_port));
            CHECK(error.cause() == asio::error::host_not_found);
        },
        port);
}

TEST_CASE("the system's resolver knows localhost, in the family that is asked for", "[K174]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    const auto resolver = std::make_shared<ThreadedResolver>();
    run_dialling(
        TCPConnectorOptions().resolver(resolver).family(AddressFamily::ipv4),
        [](ClientSession& session, const auto& the_resolver, const auto& the_server) -> Async {
            const auto url = "http://localhost:" + std::to_string(the_server.port()) + "/";
            const auto text = co_await session.get(url).text();
            CHECK(text == "ok");
            const auto hosts = co_await the_resolver->resolve("localhost", 81, AddressFamily::ipv4);
            REQUIRE_FALSE(hosts.empty());
            CHECK(hosts[0].hostname == "localhost");
            CHECK(hosts[0].address == "127.0.0.1");
            CHECK(hosts[0].port == 81);
            CHECK(hosts[0].family == AddressFamily::ipv4);
            the_resolver->close();
            const auto error =
                co_await failure<ClientConnectorDNSError>(session.get("http://localhost:1/"));
            CHECK(error.cause() == asio::error::operation_aborted);
        },
        resolver, server);
}

TEST_CASE("an address whose TLS fails is followed by the next one", "[K173]") {
    const CertificateAuthority known;
    Server bad(ServerOptions().address("127.0.0.2").tls());
    Server good(ServerOptions().address("127.0.0.3").port(bad.port()).certificate(known.issue()));
    good.route("/", Reply(200, "three"));
    const auto url = "https://localhost:" + std::to_string(bad.port()) + "/";
    auto connector = TCPConnectorOptions().ssl(TlsOptions().ca_pem(known.pem()));
    run_dialling(
        TCPConnectorOptions(connector).resolver(resolves({"127.0.0.2", "127.0.0.3"})),
        [](ClientSession& session, const auto& the_url) -> Async {
            const auto text = co_await session.get(the_url).text();
            CHECK(text == "three");
            CHECK(session.connector().stats().open == 1);
        },
        url);
    CHECK(bad.connections_accepted() == 1);
    run_dialling(
        TCPConnectorOptions(connector).resolver(resolves({"127.0.0.2", "127.0.0.4"})),
        [](ClientSession& session, const auto& the_url) -> Async {
            // Nobody is at the other address: what the first one failed at is told.
            co_await failure<ClientConnectorCertificateError>(session.get(the_url));
            CHECK(session.connector().stats().open == 0);
        },
        url);
}
