// Every phase of a request stalled in turn, and every way to end it there, to the millisecond.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/detail/connection/connector_core.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include <aiohttp/timeout.hpp>
#include "support/catch.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace aiohttp::testing;
using aiohttp::ClientTimeout;
using aiohttp::Clock;
using aiohttp::create_task;
using aiohttp::Duration;
using aiohttp::PoolStats;
using aiohttp::TCPConnectorOptions;

namespace {

using Limit = std::optional<Duration> ClientTimeout::*;

struct Row {
    const char* phase;
    MemoryScript stall;
    std::vector<std::pair<Limit, const char*>> limits;  // and the errors that they raise
    const char* url = "http://h.test/";
    const char* proxy = nullptr;
};

constexpr const char* head_of_9 = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";

std::vector<Row> rows() {
    const auto total = std::pair(&ClientTimeout::total, "total_timeout");
    const auto connect = std::pair(&ClientTimeout::connect, "connection_timeout");
    const auto sock_connect = std::pair(&ClientTimeout::sock_connect, "connection_timeout");
    const auto sock_read = std::pair(&ClientTimeout::sock_read, "socket_timeout");
    const auto sock_write = std::pair(&ClientTimeout::sock_write, "socket_timeout");
    const auto* const http_proxy = "http://p.test:3128";
    const auto* const socks_proxy = "socks5h://p.test";
    return {
        {"queue",
         MemoryScript().never_connect(),
         {total, connect, {&ClientTimeout::pool, "connection_timeout"}}},
        {"dns",
         MemoryScript().never_look_up(),
         {total, connect, {&ClientTimeout::dns, "connection_timeout"}}},
        {"connect", MemoryScript().never_connect(), {total, connect, sock_connect}},
        {"tls",
         MemoryScript(),
         {total, connect, sock_connect, {&ClientTimeout::tls, "connection_timeout"}},
         "https://h.test/"},
        // A proxy that never answers CONNECT, or does not even read it; then the same with SOCKS.
        {"proxy", MemoryScript(), {total, connect, sock_read}, "https://h.test/", http_proxy},
        {"proxy",
         MemoryScript().expect_bytes(20).send("HTTP/1.1 200 "),
         {total, connect, sock_read},
         "https://h.test/",
         http_proxy},
        {"proxy",
         MemoryScript().allow_writes(5),
         {total, connect, sock_write},
         "https://h.test/",
         http_proxy},
        {"proxy", MemoryScript(), {total, connect, sock_read}, "http://h.test/", socks_proxy},
        {"proxy",
         MemoryScript().allow_writes(2),
         {total, connect, sock_write},
         "http://h.test/",
         socks_proxy},
        // The same of a proxy that cannot be found or reached.
        {"dns",
         MemoryScript().never_look_up(),
         {total, connect, {&ClientTimeout::dns, "connection_timeout"}},
         "http://h.test/",
         socks_proxy},
        {"connect",
         MemoryScript().never_connect(),
         {total, connect, sock_connect},
         "https://h.test/",
         http_proxy},
        {"send", MemoryScript().allow_writes(20), {total, sock_write}},
        {"wait", MemoryScript().expect_request().wait(), {total, sock_read}},
        {"body",
         MemoryScript().expect_request().send(head_of_9).send("abc").wait(),
         {total, sock_read}},
    };
}

/// A session with a request that stalls in the row's phase.
struct Stalled {
    explicit Stalled(const Row& row)
        : rig(TCPConnectorOptions().limit(1)), url(row.url), proxy(row.proxy) {
        rig.memory->next(row.stall).otherwise(serves("next"));
        queued = row.phase == std::string("queue");
    }

    aiohttp::Request request() {
        auto request = rig.session.get(url);
        if (proxy != nullptr) {
            request.proxy(proxy);
        }
        return request;
    }

    /// The slot is taken by a request that is in nobody's way but in the queue's.
    asio::awaitable<void> prepare() {
        if (queued) {
            holder = co_await create_task(
                outcome_of(rig.session.get("http://other.test/").timeout(ClientTimeout::none())));
            co_await settle();
        }
    }

    /// What is left: nothing, and the next request succeeds.
    asio::awaitable<void> check_after() {
        if (queued) {
            holder.cancel();
            co_await holder.result();
        }
        CHECK(rig.stats() == PoolStats());
        CHECK(rig.memory->open_connections() == 0);
        CHECK(rig.memory->core()->deadlines().in_use() == 0);
        if (!rig.memory->closed()) {
            const auto outcome = co_await outcome_of(rig.session.get("http://h.test/"));
            CHECK(outcome == "200 next");
        }
    }

    MemoryRig rig;
    const char* url;
    const char* proxy;
    bool queued = false;
    aiohttp::Task<std::string> holder;
};

asio::awaitable<void> check_limit(Row row, Limit limit, std::string expected) {
    Stalled stalled(row);
    co_await stalled.prepare();
    auto timeout = ClientTimeout::none();
    timeout.*limit = 70ms;
    const auto begin = Clock::now();
    const auto outcome = co_await outcome_of(stalled.request().timeout(timeout));
    CHECK(Clock::now() - begin == 70ms);
    CHECK(outcome == expected + " in " + row.phase);
    co_await stalled.check_after();
}

enum class Ending { task_cancel, signal, session_close, connector_close };

asio::awaitable<void> check_ending(Row row, Ending ending) {
    Stalled stalled(row);
    auto& rig = stalled.rig;
    co_await stalled.prepare();
    const auto executor = co_await asio::this_coro::executor;
    auto request = stalled.request().timeout(ClientTimeout::none());
    asio::cancellation_signal signal;
    std::string outcome;
    const auto store = [&outcome](std::exception_ptr, std::string text) { outcome = text; };
    aiohttp::Task<std::string> task;
    if (ending == Ending::signal) {
        asio::co_spawn(executor, outcome_of(std::move(request)),
                       asio::bind_cancellation_slot(signal.slot(), store));
    } else {
        task = create_task(executor, outcome_of(std::move(request)));
    }
    co_await aiohttp::sleep(1s);
    const auto begin = Clock::now();
    switch (ending) {
        case Ending::task_cancel:
            task.cancel();
            break;
        case Ending::signal:
            signal.emit(asio::cancellation_type::terminal);
            break;
        case Ending::session_close:
            co_await rig.session.close();
            break;
        case Ending::connector_close:
            co_await rig.memory->close();
            break;
    }
    if (ending == Ending::signal) {
        co_await settle();
    } else {
        outcome = co_await task.result();
    }
    CHECK(Clock::now() == begin);
    const bool cancelled = ending == Ending::task_cancel || ending == Ending::signal;
    CHECK(outcome == (cancelled ? "cancelled" : std::string("connection_closed in ") + row.phase));
    co_await stalled.check_after();
}

}  // namespace

TEST_CASE("a limit ends each phase with its own error at its time", "[timeout][D42][D47]") {
    for (const auto& row : rows()) {
        for (const auto& [limit, error] : row.limits) {
            INFO(row.phase << ' ' << (row.proxy == nullptr ? "" : row.proxy) << ' ' << error);
            run_virtual(check_limit(row, limit, error));
        }
    }
}

TEST_CASE("a cancellation or a close ends each phase at once", "[timeout][A13][A19][A20]") {
    for (const auto& row : rows()) {
        for (const auto ending : {Ending::task_cancel, Ending::signal, Ending::session_close,
                                  Ending::connector_close}) {
            INFO(row.phase << ' ' << (row.proxy == nullptr ? "" : row.proxy) << ' '
                           << static_cast<int>(ending));
            run_virtual(check_ending(row, ending));
        }
    }
}
