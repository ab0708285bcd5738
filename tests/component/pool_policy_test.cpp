// When the pool lets go of idle connections, and what it counts.

#include <algorithm>
#include <any>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/manual_clock.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include <aiohttp/trace.hpp>
#include "support/catch.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace aiohttp::testing;
using aiohttp::ClientSessionOptions;
using aiohttp::create_task;
using aiohttp::Duration;
using aiohttp::PoolCounters;
using aiohttp::PoolStats;
using aiohttp::TCPConnectorOptions;
using aiohttp::TraceConfig;
using aiohttp::TraceRequestStartParams;

namespace {

constexpr const char* url = "http://h.test/";

/// Answers every request, with this field in the head.
MemoryScript keeps_alive(const std::string& value) {
    return MemoryScript().expect_request().send(ok("x", "Keep-Alive: " + value + "\r\n")).repeat();
}

/// Two requests with `pause` between them: on how many connections.
asio::awaitable<std::size_t> connections(MemoryScript script,
                                         Duration pause,
                                         TCPConnectorOptions options) {
    MemoryRig rig(options);
    rig.memory->otherwise(script);
    co_await outcome_of(rig.session.get(url));
    co_await aiohttp::sleep(pause);
    const auto outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 x");
    co_return rig.memory->dialled();
}

/// Two requests whose trace callback takes longer than a connection may be idle.
asio::awaitable<void> trace_slowly(ManualClock* clock, std::size_t* dialled) {
    TraceConfig trace;
    trace.on_request_start(
        [clock](std::any&, const TraceRequestStartParams&) { clock->advance(10s); });
    MemoryRig rig(TCPConnectorOptions().keepalive_timeout(5s),
                  ClientSessionOptions().trace_config(trace));
    rig.memory->otherwise(serves("x"));
    for (int i = 0; i < 2; ++i) {
        const auto outcome = co_await outcome_of(rig.session.get(url));
        CHECK(outcome == "200 x");
    }
    *dialled = rig.memory->dialled();
}

struct Hint {
    const char* value;
    Duration pause;
    std::size_t dialled;
};

asio::awaitable<void> check_age() {
    MemoryRig rig(TCPConnectorOptions().max_connection_age(10s));
    rig.memory->otherwise(serves("x"));
    for (int i = 0; i < 5; ++i) {  // at 0, 3, 6, 9 and 12 seconds
        co_await outcome_of(rig.session.get(url));
        co_await aiohttp::sleep(3s);
    }
    CHECK(rig.memory->dialled() == 2);
    CHECK_FALSE(rig.memory->connection(0).open);
    CHECK(rig.session.connector().counters().aged == 1);
    CHECK(rig.session.connector().counters().expired == 0);
    // One that becomes too old while it is in use finishes its response.
    rig.memory->next(MemoryScript().expect_request().delay(11s).send(ok("slow")));
    co_await aiohttp::sleep(10s);
    const auto outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 slow");
    CHECK(rig.stats() == PoolStats());
    CHECK(rig.session.connector().counters().aged == 3);
}

asio::awaitable<void> check_age_with_waiter() {
    MemoryRig rig(TCPConnectorOptions().max_connection_age(1s).limit(1));
    rig.memory->next(MemoryScript().expect_request().delay(2s).send(ok("old")))
        .otherwise(serves("new"));
    auto first = co_await create_task(outcome_of(rig.session.get(url)));
    co_await settle();
    auto second = co_await create_task(outcome_of(rig.session.get(url)));
    auto outcome = co_await first.result();
    CHECK(outcome == "200 old");
    outcome = co_await second.result();
    CHECK(outcome == "200 new");
    CHECK(rig.memory->dialled() == 2);
}

asio::awaitable<void> check_max_idle() {
    MemoryRig rig(TCPConnectorOptions().max_idle(3).max_idle_per_host(2));
    rig.memory->otherwise(MemoryScript().expect_request().delay(1s).send(ok("x")).repeat());
    std::vector<aiohttp::Task<std::string>> tasks;
    for (const auto* host : {"http://a.test/", "http://b.test/"}) {
        for (int i = 0; i < 4; ++i) {
            tasks.push_back(co_await create_task(outcome_of(rig.session.get(host))));
        }
    }
    for (auto& task : tasks) {
        co_await task.result();
    }
    CHECK(rig.stats() == PoolStats{3, 0, 3, 0});
    CHECK(rig.session.connector().counters().evicted == 5);
    const auto hosts = rig.session.connector().stats_by_host();
    REQUIRE(hosts.size() == 2);
    CHECK(std::max(hosts[0].pool.idle, hosts[1].pool.idle) == 2);
}

asio::awaitable<void> check_counters() {
    MemoryRig rig(TCPConnectorOptions().limit(2).keepalive_timeout(5s));
    const auto counters = [&] { return rig.session.connector().counters(); };
    CHECK(counters() == PoolCounters());
    const auto head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
    rig.memory->next(MemoryScript().refuse());
    rig.memory->next(MemoryScript().expect_request().send(ok("closes", "Connection: close\r\n")));
    rig.memory->next(MemoryScript().expect_request().send(head).send("cut").close());
    rig.memory->next(MemoryScript().expect_request().send(ok("dies")).close());
    rig.memory->next(MemoryScript().expect_request().send(ok("one")).expect_request().reset());
    rig.memory->otherwise(MemoryScript().expect_request().delay(1s).send(ok("x")).repeat());
    co_await outcome_of(rig.session.get(url));
    CHECK(counters().not_made == 1);
    co_await outcome_of(rig.session.get(url));
    CHECK(counters().made == 1);
    CHECK(counters().finished == 1);
    co_await outcome_of(rig.session.get(url));
    CHECK(counters().failed == 1);
    co_await outcome_of(rig.session.get(url));
    CHECK(counters().dead == 0);
    co_await outcome_of(rig.session.get(url));  // finds it closed
    CHECK(counters().dead == 1);
    CHECK(counters().reused == 0);
    co_await outcome_of(rig.session.get(url));  // has it closed under its feet
    CHECK(counters().dead == 2);
    CHECK(counters().reused == 1);
    CHECK(counters().replayed == 1);
    CHECK(rig.stats().idle == 1);
    std::vector<aiohttp::Task<std::string>> tasks;
    for (int i = 0; i < 5; ++i) {
        tasks.push_back(co_await create_task(outcome_of(rig.session.get(url))));
    }
    co_await settle();
    REQUIRE(rig.session.connector().stats_by_host().size() == 1);
    const auto host = rig.session.connector().stats_by_host()[0];
    CHECK(host.host == "h.test");
    CHECK(host.port == 80);
    CHECK_FALSE(host.tls);
    CHECK(host.pool == PoolStats{2, 2, 0, 3});
    for (auto& task : tasks) {
        co_await task.result();
    }
    CHECK(counters().waited == 3);
    CHECK(counters().longest_queue == 3);
    CHECK(counters().reused == 5);
    co_await aiohttp::sleep(6s);
    CHECK(counters().expired == 2);
    CHECK(rig.session.connector().stats_by_host().empty());
    rig.memory->otherwise(serves("x"));
    co_await outcome_of(rig.session.get(url));
    co_await rig.session.close();
    CHECK(counters().shut == 1);
    CHECK(counters().made == counters().closed());
}

}  // namespace

TEST_CASE("a server that announces how long it keeps a connection is believed", "[pool][A6]") {
    // A second earlier, or half the time: a request must arrive before the server closes.
    const auto hint =
        GENERATE(Hint{"timeout=5", 3999ms, 1}, Hint{"timeout=5", 4001ms, 2},
                 Hint{"timeout=5, max=100", 4001ms, 2}, Hint{"max=100, Timeout = 5", 4001ms, 2},
                 Hint{"timeout=1", 499ms, 1}, Hint{"timeout=1", 501ms, 2}, Hint{"timeout=0", 0s, 2},
                 Hint{"max=1", 0s, 2}, Hint{"max=0", 0s, 2}, Hint{"max=2", 0s, 1},
                 // Never for longer than the client wants to.
                 Hint{"timeout=600", 14s, 1}, Hint{"timeout=600", 16s, 2},
                 Hint{"timeout=99999999999999999999", 14s, 1});
    INFO(hint.value);
    CHECK(run_virtual(connections(keeps_alive(hint.value), hint.pause, TCPConnectorOptions())) ==
          hint.dialled);
}

TEST_CASE("a Keep-Alive field that is malformed is ignored", "[pool][A6]") {
    const std::string value = GENERATE("", ",", "timeout", "timeout=", "timeout=-1", "timeout=1x",
                                       "timeout=0x1", "timeout=\"1\"", "=1", "max=", "max=one",
                                       "timeouts=1", "time out=1", "timeout;1", "1");
    INFO(value);
    const auto options = TCPConnectorOptions().keepalive_timeout(1s);
    CHECK(run_virtual(connections(keeps_alive(value), 900ms, options)) == 1);
}

TEST_CASE("a connection past max_connection_age serves no further request", "[pool]") {
    run_virtual(check_age());
    run_virtual(check_age_with_waiter());
}

TEST_CASE("a connection that expires while a trace callback runs is not used", "[pool]") {
    ManualClock clock;
    asio::io_context io(1);
    std::size_t dialled = 0;
    asio::co_spawn(io, trace_slowly(&clock, &dialled), asio::detached);
    clock.advance(io, 1ms);
    CHECK(dialled == 2);
}

TEST_CASE("a keepalive_timeout beyond the clock's range never comes", "[pool]") {
    for (const auto timeout : {Duration::max(), Duration::max() - 1ns}) {
        const auto options = TCPConnectorOptions().keepalive_timeout(timeout);
        CHECK(run_virtual(connections(serves("x"), 60s, options)) == 1);
        CHECK(run_virtual(connections(keeps_alive("timeout=5"), 10s, options)) == 2);
    }
}

TEST_CASE("idle connections beyond max_idle and max_idle_per_host close", "[pool]") {
    run_virtual(check_max_idle());
}

TEST_CASE("the pool counts what happens to its connections", "[pool]") {
    run_virtual(check_counters());
}

TEST_CASE("max_connection_age must be positive", "[pool]") {
    CHECK_THROWS_AS(TCPConnectorOptions().max_connection_age(0s), aiohttp::ValueError);
    CHECK_THROWS_AS(TCPConnectorOptions().max_connection_age(-1s), aiohttp::ValueError);
    const auto options =
        TCPConnectorOptions().max_connection_age(1h).max_connection_age(std::nullopt);
    CHECK_FALSE(options.max_connection_age().has_value());
    CHECK(options.max_idle() == 0);
    CHECK(options.max_idle_per_host() == 0);
}
