// Names looked up by c-ares at a DNS server of the test.

#include <aiohttp/async_resolver.hpp>

#if defined(AIOHTTP_WITH_CARES)

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/dns_server.hpp"
#include "support/run_sync.hpp"
#include "support/run_with.hpp"

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace aiohttp;
using namespace aiohttp::testing;
namespace asio = boost::asio;

using Resolves = std::shared_ptr<AsyncResolver>;

/// The trailing dot keeps the search list of the machine's resolv.conf out.
constexpr const char* name = "name.test.";

Resolves resolver_at(const DnsServer& server, Duration timeout = 5s, int tries = 1) {
    return std::make_shared<AsyncResolver>(
        AsyncResolverOptions().nameservers({server.address()}).timeout(timeout).tries(tries));
}

/// The addresses of name.test, or the error.
asio::awaitable<std::string> look(Resolves resolver, AddressFamily family) {
    std::string text;
    try {
        const auto hosts = co_await resolver->resolve(name, 80, family);
        for (const auto& host : hosts) {
            CHECK(host.hostname == name);
            CHECK(host.port == 80);
            text += host.address + ' ';
        }
    } catch (const boost::system::system_error& error) {
        text = error.code().message();
    }
    co_return text;
}

std::string look_once(const Resolves& resolver, AddressFamily family = AddressFamily::any) {
    return run_sync(look(resolver, family));
}

DnsAnswer addresses(std::vector<std::string> list) {
    DnsAnswer answer;
    answer.addresses = std::move(list);
    return answer;
}

}  // namespace

TEST_CASE("c-ares finds the addresses that a name server tells", "[K170]") {
    DnsServer server([](const DnsQuestion& question) {
        CHECK(question.name == "name.test");
        return addresses({"127.0.0.2", "::1"});
    });
    const auto resolver = resolver_at(server);
    const auto both = look_once(resolver);
    CHECK(both.find("127.0.0.2 ") != std::string::npos);
    CHECK(both.find("::1 ") != std::string::npos);
    CHECK(look_once(resolver, AddressFamily::ipv4) == "127.0.0.2 ");
    CHECK(look_once(resolver, AddressFamily::ipv6) == "::1 ");
}

TEST_CASE("a truncated answer is asked for again over TCP") {
    DnsServer server([](const DnsQuestion& question) {
        std::vector<std::string> many;
        for (int i = 1; i <= 200; ++i) {
            many.push_back("127.0.1." + std::to_string(i));
        }
        auto answer = addresses(many);
        answer.truncated = !question.tcp;
        return answer;
    });
    const auto found = look_once(resolver_at(server), AddressFamily::ipv4);
    CHECK(std::count(found.begin(), found.end(), ' ') == 200);
    CHECK(server.udp_questions() == 1);
    CHECK(server.tcp_questions() == 1);
}

TEST_CASE("what a name server refuses or does not know is an error", "[K170]") {
    DnsAnswer reply;
    DnsServer server([&reply](const DnsQuestion&) { return reply; });
    const auto resolver = resolver_at(server);
    CHECK(look_once(resolver) == make_error_code(asio::error::no_data).message());
    reply.rcode = 3;
    CHECK(look_once(resolver) == make_error_code(asio::error::host_not_found).message());
    reply.rcode = 2;
    CHECK(look_once(resolver).find("DNS server") != std::string::npos);
}

TEST_CASE("garbage for an answer is an error") {
    for (const std::string& raw :
         {"\x85\x80"s, "\x85\x80\0\1\0\1\0\0\0\0\xc0\x0c"s,
          "\x85\x80\0\1\xff\xff\0\0\0\0\4name\4test\0\0\1\0\1"s, std::string(512, '\xff')}) {
        DnsServer server([&raw](const DnsQuestion&) {
            DnsAnswer answer;
            answer.raw = raw;
            return answer;
        });
        const auto found = look_once(resolver_at(server, 100ms));
        CHECK_FALSE(found.empty());
        CHECK(found.find("127.") == std::string::npos);
    }
}

TEST_CASE("a silent name server is asked again, then given up") {
    DnsServer server([](const DnsQuestion&) {
        DnsAnswer answer;
        answer.silent = true;
        return answer;
    });
    const auto resolver = resolver_at(server, 20ms, 3);
    CHECK(look_once(resolver, AddressFamily::ipv4) ==
          make_error_code(asio::error::timed_out).message());
    CHECK(server.udp_questions() == 3);
}

TEST_CASE("a lookup that is cancelled ends at once and leaves nothing behind", "[K172]") {
    DnsServer server([](const DnsQuestion&) {
        DnsAnswer answer;
        answer.silent = true;
        return answer;
    });
    const auto connector = TCPConnectorOptions().resolver(resolver_at(server));
    run_with(ClientSessionOptions().connector(connector), [](ClientSession& session) -> Async {
        const auto start = std::chrono::steady_clock::now();
        auto task = co_await create_task(session.get("http://name.test/").text());
        co_await aiohttp::sleep(20ms);
        task.cancel();
        co_await expect_cancelled(task.result());
        ClientTimeout limit;
        limit.dns = 20ms;
        const auto error = co_await failure<ConnectionTimeoutError>(
            session.get("http://name.test/").timeout(limit));
        CHECK(error.phase() == Phase::dns);
        CHECK(std::chrono::steady_clock::now() - start < 2s);
    });
}

TEST_CASE("closing an AsyncResolver ends its lookups") {
    DnsServer server([](const DnsQuestion&) {
        DnsAnswer answer;
        answer.silent = true;
        return answer;
    });
    const auto resolver = resolver_at(server);
    run_sync([](Resolves the) -> Async {
        auto task = co_await create_task(look(the, AddressFamily::any));
        co_await aiohttp::sleep(20ms);
        the->close();
        auto text = co_await task.result();
        CHECK(text == "Operation canceled");
        text = co_await look(the, AddressFamily::any);
        CHECK(text == "Operation canceled");
    }(resolver));
}

TEST_CASE("an io_context may be destroyed while c-ares waits") {
    DnsServer server([](const DnsQuestion&) {
        DnsAnswer answer;
        answer.silent = true;
        return answer;
    });
    const auto resolver = resolver_at(server);
    const auto before = open_descriptors();
    {
        asio::io_context io;
        asio::co_spawn(io, look(resolver, AddressFamily::any),
                       [](std::exception_ptr, std::string) {});
        io.poll();
        CHECK(open_descriptors() > before + 1);
    }
    CHECK(open_descriptors() <= before);
}

TEST_CASE("a session connects to what c-ares finds", "[K174]") {
    Server server(ServerOptions().address("127.0.0.2"));
    server.route("/", Reply(200, "ok"));
    DnsServer names([](const DnsQuestion&) { return addresses({"127.0.0.2"}); });
    const auto url = "http://name.test.:" + std::to_string(server.port()) + "/";
    const auto connector = TCPConnectorOptions().resolver(resolver_at(names));
    run_with(
        ClientSessionOptions().connector(connector),
        [](ClientSession& session, const auto& the_url) -> Async {
            const auto text = co_await session.get(the_url).text();
            CHECK(text == "ok");
            const auto again = co_await session.get(the_url).text();
            CHECK(again == "ok");
        },
        url);
    CHECK(names.udp_questions() == 2);  // A and AAAA, once
}

TEST_CASE("a name server that is no address is refused") {
    for (const std::string server :
         {"localhost", "1.2.3", "127.0.0.1,127.0.0.2", "127.0.0.1:", "127.0.0.1:0",
          "127.0.0.1:65536", "[::1", "[::1]53", "[127.0.0.1]:53", ""}) {
        CHECK_THROWS_AS(AsyncResolver(AsyncResolverOptions().nameservers({server})), ValueError);
    }
    CHECK_THROWS_AS(AsyncResolverOptions().tries(0), ValueError);
    CHECK_THROWS_AS(AsyncResolverOptions().timeout(0s), ValueError);
    CHECK_NOTHROW(AsyncResolver(AsyncResolverOptions().nameservers({"[::1]:5353", "127.0.0.1"})));
}

#endif
