// Every phase of a request stalled in turn by a real peer, and every way to end it there: each
// limit with its own error in time, each cancellation at once; afterwards the pool serves the next
// request.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/detail/connection/connector_core.hpp>
#include <aiohttp/resolver.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/timeout.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ClientTimeout;
using aiohttp::Clock;
using aiohttp::create_task;
using aiohttp::Duration;
using aiohttp::PoolStats;
using aiohttp::TCPConnectorOptions;
using aiohttp::testing::Async;
using aiohttp::testing::BlackHole;
using aiohttp::testing::eventually;
using aiohttp::testing::Gate;
using aiohttp::testing::open_descriptors;
using aiohttp::testing::outcome_of;
using aiohttp::testing::Reply;
using aiohttp::testing::run_sync;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;

using Limit = std::optional<Duration> ClientTimeout::*;

/// Never has an answer.
class SilentResolver final : public aiohttp::Resolver {
public:
    boost::asio::awaitable<std::vector<aiohttp::ResolvedHost>> resolve(
        std::string, std::uint16_t, aiohttp::AddressFamily) override {
        ++asked;
        co_await aiohttp::sleep(1h);
        co_return std::vector<aiohttp::ResolvedHost>();
    }

    int asked = 0;
};

/// Peers that stall, each in a phase.
struct Peers {
    Peers() : plain(ServerOptions().socket_buffer(4096)) {
        plain.route("/ok", Reply(200, "ok"));
        plain.route("/wait", Script().stall());
        plain.route_at_head("/send", [](const auto&) { return Script().stop_reading(); });
        silent.on_accept(Script().stall());
    }

    /// Forgets what was asked before.
    void clear() {
        plain.clear_requests();
        sent = Gate();
        looks = 0;
        resolver->asked = 0;
        silent_before = silent.connections_accepted();
        plain.route(
            "/body",
            Script().send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab").open(sent).stall());
    }

    std::string silent_url(const std::string& scheme) const {
        return scheme + "://127.0.0.1:" + std::to_string(silent.port()) + '/';
    }
    /// Whether the silent one has been met, and the client knows.
    bool met_silent() { return silent.connections_accepted() == silent_before + 1 && ++looks > 2; }

    Gate sent;
    int looks = 0;
    std::size_t silent_before = 0;
    std::shared_ptr<SilentResolver> resolver = std::make_shared<SilentResolver>();
    Server plain;
    Server silent;
    BlackHole hole;
};

struct Row {
    const char* phase;
    std::vector<std::pair<Limit, const char*>> limits;  // and the errors that they raise
    std::function<aiohttp::Request(ClientSession&, Peers&)> request;
    // Whether it has come to the phase. What the server knows, the client has learnt by the time
    // its event loop has come round for the second time.
    std::function<bool(ClientSession&, Peers&)> is_there;
};

std::vector<Row> rows() {
    const auto total = std::pair(&ClientTimeout::total, "total_timeout");
    const auto connect = std::pair(&ClientTimeout::connect, "connection_timeout");
    const auto sock_connect = std::pair(&ClientTimeout::sock_connect, "connection_timeout");
    const auto sock_read = std::pair(&ClientTimeout::sock_read, "socket_timeout");
    const auto asked = [](ClientSession&, Peers& peers) {
        return peers.plain.request_count() == 1;
    };
    const auto met_silent = [](ClientSession&, Peers& peers) { return peers.met_silent(); };
    return {
        {"queue",
         {total, connect, {&ClientTimeout::pool, "connection_timeout"}},
         [](ClientSession& session, Peers& peers) { return session.get(peers.plain.url("/ok")); },
         [](ClientSession& session, Peers&) { return session.connector().stats().waiting == 1; }},
        {"dns",
         {total, connect, {&ClientTimeout::dns, "connection_timeout"}},
         [](ClientSession& session, Peers&) { return session.get("http://never.test/"); },
         [](ClientSession&, Peers& peers) {
             return peers.resolver->asked == 1 && ++peers.looks > 2;
         }},
        {"proxy",  // CONNECT is not answered
         {total, connect, sock_read},
         [](ClientSession& session, Peers& peers) {
             return session.get("https://origin.test/").proxy(peers.silent_url("http"));
         },
         met_silent},
        {"proxy",  // the SOCKS greeting is not answered
         {total, connect, sock_read},
         [](ClientSession& session, Peers& peers) {
             return session.get("http://127.0.0.1:1/").proxy(peers.silent_url("socks5"));
         },
         met_silent},
        {"connect",
         {total, connect, sock_connect},
         [](ClientSession& session, Peers& peers) { return session.get(peers.hole.url()); },
         [](ClientSession& session, Peers&) { return session.connector().stats().in_use == 1; }},
        {"tls",
         {total, connect, sock_connect, {&ClientTimeout::tls, "connection_timeout"}},
         [](ClientSession& session, Peers& peers) {
             return session.get(peers.silent_url("https"));
         },
         met_silent},
        {"send",
         {total, {&ClientTimeout::sock_write, "socket_timeout"}},
         [](ClientSession& session, Peers& peers) {
             return session.post(peers.plain.url("/send")).data(std::string(20'000'000, 'x'));
         },
         asked},
        {"wait",
         {total, sock_read},
         [](ClientSession& session, Peers& peers) { return session.get(peers.plain.url("/wait")); },
         asked},
        {"body",
         {total, sock_read},
         [](ClientSession& session, Peers& peers) { return session.get(peers.plain.url("/body")); },
         [](ClientSession&, Peers& peers) { return peers.sent.is_open() && ++peers.looks > 2; }},
    };
}

bool is_queue(const Row& row) {
    return row.phase == std::string("queue");
}

/// A session for one row. In the queue's, its only slot is taken.
struct Stalled {
    Stalled(const Row& of, const Peers& peers)
        : row(of),
          session(ClientSessionOptions()
                      .connector(TCPConnectorOptions().limit(1).resolver(peers.resolver))
                      .timeout(ClientTimeout::none())) {}

    Async prepare(Peers& peers) {
        peers.clear();
        if (is_queue(row)) {
            holder = co_await create_task(outcome_of(session.get(peers.hole.url())));
        }
    }

    Async check_after(Peers& peers) {
        if (is_queue(row)) {
            holder.cancel();
            co_await holder.result();
        }
        CHECK(session.connector().stats() == PoolStats());
        CHECK(session.connector().core()->deadlines().in_use() == 0);
        if (!session.connector().closed()) {
            const auto outcome = co_await outcome_of(session.get(peers.plain.url("/ok")));
            CHECK(outcome == "200 ok");
        }
        co_await session.close();
    }

    const Row& row;
    ClientSession session;
    aiohttp::Task<std::string> holder;
};

/// How long a machine under load may keep us from noticing; the best of some attempts counts.
constexpr auto tolerance = 100ms;
constexpr int attempts = 5;

/// Tells when a plain timer fires: a machine under load is late with that one, too.
class Control {
public:
    using Steady = std::chrono::steady_clock;

    Control(const asio::any_io_executor& executor, Duration after)
        : due_(Steady::now() + after), timer_(executor, due_) {
        timer_.async_wait([fired = fired_](boost::system::error_code) { *fired = Steady::now(); });
    }
    /// How long ago a timer was due, as far as the machine lets timers be in time.
    Duration late() const { return Steady::now() - std::max(due_, *fired_); }

private:
    Steady::time_point due_;
    std::shared_ptr<Steady::time_point> fired_ = std::make_shared<Steady::time_point>();
    asio::steady_timer timer_;
};

Async limit_once(const Row& row, Limit limit, std::string expected, Peers& peers, Duration& late) {
    Stalled stalled(row, peers);
    co_await stalled.prepare(peers);
    auto timeout = ClientTimeout::none();
    timeout.*limit = 50ms;
    auto request = row.request(stalled.session, peers);
    const auto executor = co_await asio::this_coro::executor;
    const auto begin = Clock::now();
    const Control control(executor, 50ms);
    const auto outcome = co_await outcome_of(std::move(request).timeout(timeout));
    late = std::min(late, control.late());
    CHECK(outcome == expected + " in " + row.phase);
    CHECK(Clock::now() - begin >= 50ms);
    co_await stalled.check_after(peers);
}

Async check_limits(Peers& peers) {
    const auto all = rows();
    for (const auto& row : all) {
        for (const auto& [limit, error] : row.limits) {
            INFO(row.phase << ' ' << error);
            auto late = Duration::max();
            for (int i = 0; i < attempts && late >= tolerance; ++i) {
                co_await limit_once(row, limit, error, peers, late);
            }
            CHECK(late < tolerance);
        }
    }
}

enum class Ending { task_cancel, signal, session_close, connector_close };

Async end_once(const Row& row, Ending ending, Peers& peers, Duration& late) {
    Stalled stalled(row, peers);
    co_await stalled.prepare(peers);
    const auto executor = co_await asio::this_coro::executor;
    auto request = row.request(stalled.session, peers);
    asio::cancellation_signal signal;
    std::optional<std::string> outcome;
    const auto store = [&outcome](std::exception_ptr, std::string text) { outcome = text; };
    asio::co_spawn(executor, outcome_of(std::move(request)),
                   asio::bind_cancellation_slot(signal.slot(), store));
    co_await eventually([&] { return row.is_there(stalled.session, peers); });
    const auto begin = Clock::now();
    if (ending == Ending::session_close) {
        co_await stalled.session.close();
    } else if (ending == Ending::connector_close) {
        co_await stalled.session.connector().close();
    } else {
        signal.emit(asio::cancellation_type::terminal);
    }
    co_await eventually([&] { return outcome.has_value(); });
    late = std::min(late, Duration(Clock::now() - begin));
    CHECK(*outcome == (ending == Ending::signal
                           ? "cancelled"
                           : std::string("connection_closed in ") + row.phase));
    co_await stalled.check_after(peers);
}

Async cancel_task_once(const Row& row, Peers& peers, Duration& late) {
    Stalled stalled(row, peers);
    co_await stalled.prepare(peers);
    auto task = co_await create_task(outcome_of(row.request(stalled.session, peers)));
    co_await eventually([&] { return row.is_there(stalled.session, peers); });
    const auto begin = Clock::now();
    task.cancel();
    const auto outcome = co_await task.result();
    late = std::min(late, Duration(Clock::now() - begin));
    CHECK(outcome == "cancelled");
    co_await stalled.check_after(peers);
}

Async check_endings(Peers& peers) {
    const auto all = rows();
    for (const auto& row : all) {
        for (const auto ending : {Ending::task_cancel, Ending::signal, Ending::session_close,
                                  Ending::connector_close}) {
            INFO(row.phase << ' ' << static_cast<int>(ending));
            auto late = Duration::max();
            for (int i = 0; i < attempts && late >= tolerance; ++i) {
                if (ending == Ending::task_cancel) {
                    co_await cancel_task_once(row, peers, late);
                } else {
                    co_await end_once(row, ending, peers, late);
                }
            }
            CHECK(late < tolerance);
        }
    }
}

/// Without peers no socket is left.
void run(Async (*check)(Peers&)) {
    const auto before = open_descriptors();
    {
        Peers peers;
        run_sync(check(peers));
    }
    CHECK(open_descriptors() <= before);
}

}  // namespace

TEST_CASE("a limit ends the phase that a real peer stalls in, in time and with its own error",
          "[D42][D43][D45][D47][D48][D49]") {
    run(check_limits);
}

TEST_CASE("a cancellation or a close ends the phase that a real peer stalls in, at once",
          "[A13][A14][A19][A20]") {
    run(check_endings);
}
