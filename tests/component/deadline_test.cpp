#include <aiohttp/detail/net/deadline.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/net/deadline_pool.hpp>
#include <aiohttp/testing/manual_clock.hpp>
#include "support/catch.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using aiohttp::ClientTimeout;
using aiohttp::errc;
using aiohttp::Phase;
using aiohttp::detail::Deadline;
using aiohttp::detail::DeadlinePool;
using aiohttp::detail::Silence;
using aiohttp::detail::TimerQueue;
using aiohttp::testing::ManualClock;
using Limit = Deadline::Limit;

namespace {

/// Counts how often it is aborted.
class Operation final : public aiohttp::detail::Abortable {
public:
    void abort() noexcept override { ++aborted; }
    int aborted = 0;
};

/// Counts how often it is told that its time has come, and fails at first.
class Waiter final : public TimerQueue::Entry {
public:
    int failures = 0;
    int told = 0;

private:
    void on_time() override {
        if (failures-- > 0) {
            throw std::bad_alloc();
        }
        ++told;
    }
};

struct Fixture {
    ClientTimeout all() const {
        ClientTimeout timeout;
        timeout.total = 100ms;
        timeout.connect = 40ms;
        timeout.sock_connect = 30ms;
        timeout.sock_read = 20ms;
        timeout.sock_write = 20ms;
        timeout.pool = 10ms;
        timeout.dns = 10ms;
        timeout.tls = 10ms;
        return timeout;
    }

    ManualClock clock;
    asio::io_context io{1};
    // Background timers alone do not keep an io_context running.
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
    Operation operation;
    TimerQueue timers{io.get_executor()};
    Deadline deadline{timers, 0};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a limit that passes aborts the operation under way", "[deadline]") {
    deadline.start(all());
    deadline.watch(Phase::wait, &operation);
    deadline.begin(Limit::sock_read);
    clock.advance(io, 19ms);
    CHECK(operation.aborted == 0);
    CHECK_FALSE(deadline.verdict());
    clock.advance(io, 1ms);
    CHECK(operation.aborted == 1);
    CHECK(deadline.verdict().kind() == errc::socket_timeout);
    CHECK(deadline.verdict().phase() == Phase::wait);
    CHECK_THAT(deadline.verdict().message(), Catch::Matchers::Contains("sock_read = 0.02 s"));
    // The first verdict stays, and aborts once.
    clock.advance(io, 1s);
    CHECK(operation.aborted == 1);
    CHECK(deadline.verdict().kind() == errc::socket_timeout);
}

TEST_CASE_METHOD(Fixture, "each limit has its kind of error", "[deadline][D53]") {
    const std::pair<Limit, errc> kinds[] = {
        {Limit::total, errc::total_timeout},      {Limit::connect, errc::connection_timeout},
        {Limit::pool, errc::connection_timeout},  {Limit::dns, errc::connection_timeout},
        {Limit::tls, errc::connection_timeout},   {Limit::sock_connect, errc::connection_timeout},
        {Limit::sock_read, errc::socket_timeout}, {Limit::sock_write, errc::socket_timeout}};
    for (const auto& [limit, kind] : kinds) {
        deadline.start(all());
        deadline.begin(limit);
        clock.advance(io, 100ms);
        CHECK(deadline.verdict().kind() == kind);
        deadline.finish();
    }
}

TEST_CASE_METHOD(Fixture, "a limit that was ended or is not set never fires", "[deadline]") {
    auto timeout = ClientTimeout::none();
    timeout.sock_read = 20ms;
    deadline.start(timeout);
    deadline.watch(Phase::wait, &operation);
    for (const auto limit : {Limit::total, Limit::connect, Limit::pool, Limit::dns, Limit::tls,
                             Limit::sock_connect, Limit::sock_write, Limit::sock_read}) {
        deadline.begin(limit);
    }
    deadline.end(Limit::sock_read);
    clock.advance(io, 1h);
    CHECK(operation.aborted == 0);
    CHECK_FALSE(deadline.verdict());
}

TEST_CASE_METHOD(Fixture, "a limit that begins again counts from then", "[deadline][D49]") {
    deadline.start(all());
    deadline.watch(Phase::body, &operation);
    for (int i = 0; i < 4; ++i) {
        deadline.begin(Limit::sock_read);
        clock.advance(io, 19ms);
        deadline.end(Limit::sock_read);
    }
    CHECK_FALSE(deadline.verdict());
    deadline.begin(Limit::sock_read);
    clock.advance(io, 19ms);
    CHECK_FALSE(deadline.verdict());
    clock.advance(io, 1ms);
    CHECK(deadline.verdict().kind() == errc::socket_timeout);
}

TEST_CASE_METHOD(Fixture, "of several limits the earliest decides", "[deadline]") {
    deadline.start(all());
    deadline.begin(Limit::connect);
    deadline.begin(Limit::sock_connect);
    deadline.watch(Phase::connect, &operation);
    clock.advance(io, 30ms);
    CHECK_THAT(deadline.verdict().message(), Catch::Matchers::Contains("sock_connect"));
}

TEST_CASE_METHOD(Fixture,
                 "a deadline that is used again forgets the exchange before",
                 "[deadline][D51]") {
    deadline.start(all());
    deadline.watch(Phase::wait, &operation);
    deadline.begin(Limit::sock_read);
    deadline.finish();
    clock.advance(io, 1h);
    CHECK(operation.aborted == 0);
    CHECK_FALSE(deadline.verdict());

    deadline.start(all());
    clock.advance(io, 99ms);
    CHECK_FALSE(deadline.verdict());
    clock.advance(io, 1ms);
    CHECK(deadline.verdict().kind() == errc::total_timeout);
    CHECK(deadline.verdict().phase() == Phase::none);

    deadline.finish();
    deadline.start(all());
    CHECK_FALSE(deadline.verdict());
}

TEST_CASE_METHOD(Fixture, "a shorter limit than the one before is not late", "[deadline]") {
    auto timeout = ClientTimeout::none();
    timeout.total = 1h;
    deadline.start(timeout);
    deadline.finish();
    timeout.total = 5ms;
    deadline.start(timeout);
    clock.advance(io, 5ms);
    CHECK(deadline.verdict().kind() == errc::total_timeout);
}

TEST_CASE_METHOD(Fixture, "a limit beyond the clock's range never comes", "[deadline]") {
    auto timeout = ClientTimeout::none();
    timeout.total = aiohttp::Duration::max();
    deadline.start(timeout);
    clock.advance(io, 1h);
    CHECK_FALSE(deadline.verdict());
}

TEST_CASE_METHOD(Fixture,
                 "an interrupted exchange says why and what it was doing",
                 "[deadline][A19]") {
    deadline.start(all());
    deadline.watch(Phase::connect, &operation);
    deadline.interrupt(aiohttp::detail::make_error(errc::connection_closed, Phase::none,
                                                   "the session was closed"));
    CHECK(operation.aborted == 1);
    CHECK(deadline.verdict().kind() == errc::connection_closed);
    CHECK(deadline.verdict().phase() == Phase::connect);
    // No limit begins any more.
    deadline.begin(Limit::sock_read);
    clock.advance(io, 1h);
    CHECK(operation.aborted == 1);
    CHECK(deadline.verdict().kind() == errc::connection_closed);
}

TEST_CASE_METHOD(Fixture, "an armed deadline does not keep the io_context running", "[deadline]") {
    deadline.start(all());
    work.reset();
    CHECK(io.poll() == 0);
    CHECK(io.stopped());
}

TEST_CASE_METHOD(Fixture, "a deadline may be destroyed while it is armed", "[deadline]") {
    auto other = std::make_unique<Deadline>(timers, 1);
    other->start(all());
    other->watch(Phase::wait, &operation);
    other.reset();
    clock.advance(io, 1h);
    CHECK(operation.aborted == 0);
}

TEST_CASE_METHOD(Fixture,
                 "interrupting a pool of deadlines concerns one owner or all",
                 "[deadline][A18]") {
    const auto pool = std::make_shared<DeadlinePool>(io.get_executor());
    const int owners[2] = {};
    auto first = pool->start(&owners[0], all());
    auto reading = pool->start(&owners[0], all());
    auto second = pool->start(&owners[1], all());
    reading->watch(Phase::body, &operation);
    const auto reason =
        aiohttp::detail::make_error(errc::connection_closed, Phase::none, "the session was closed");
    pool->interrupt(&owners[0], reason, true);
    CHECK(first->verdict());
    CHECK_FALSE(reading->verdict());
    CHECK_FALSE(second->verdict());
    // The one that was spared has no owner any more: its address may be another session's now.
    pool->interrupt(&owners[0], reason, false);
    CHECK_FALSE(reading->verdict());
    CHECK_FALSE(second->verdict());
    pool->interrupt(nullptr, reason, false);
    CHECK(reading->verdict());
    CHECK(operation.aborted == 1);
    CHECK(second->verdict());
}

TEST_CASE_METHOD(Fixture, "deadlines go back to their pool and are used again", "[deadline]") {
    const auto pool = std::make_shared<DeadlinePool>(io.get_executor());
    const int owner = 0;
    auto first = pool->start(&owner, all());
    auto* const used = first.get();
    first.reset();
    auto second = pool->start(&owner, all());
    CHECK(second.get() == used);
    auto third = pool->start(&owner, all());
    CHECK(third.get() != used);
}

TEST_CASE_METHOD(Fixture, "whoever waits for silence costs the others little", "[deadline]") {
    // The processor time it takes to give so many deadlines back, while somebody waits for that.
    const auto give_back = [&](std::size_t count) {
        const auto pool = std::make_shared<DeadlinePool>(io.get_executor());
        const std::array<int, 2> owners{};
        std::vector<DeadlinePool::Handle> handles;
        for (std::size_t i = 0; i < count; ++i) {
            handles.push_back(pool->start(&owners[i % 2], ClientTimeout::none()));
        }
        Silence one(pool, &owners[1]);
        Silence all(pool, nullptr);
        const auto begin = std::clock();
        for (auto& handle : handles) {
            handle.reset();
        }
        const auto time = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
        CHECK_FALSE(pool->busy(nullptr));
        return time;
    };
    give_back(1000);
    CHECK(give_back(20'000) < 2.0);
}

TEST_CASE_METHOD(Fixture, "silence is noticed in whatever order the deadlines end", "[deadline]") {
    const auto pool = std::make_shared<DeadlinePool>(io.get_executor());
    const std::array<int, 2> owners{};
    std::array<DeadlinePool::Handle, 5> handles;
    for (auto& handle : handles) {
        handle = pool->start(&owners[0], ClientTimeout::none());
    }
    auto other = pool->start(&owners[1], ClientTimeout::none());
    Silence silence(pool, &owners[0]);
    std::optional<bool> quiet;
    asio::co_spawn(io, silence.wait(io.get_executor(), 1h),
                   [&](std::exception_ptr, bool result) { quiet = result; });
    for (const std::size_t i : {2U, 3U, 0U, 4U}) {
        handles[i].reset();
        io.poll();
        CHECK_FALSE(quiet);
        if (i == 4) {  // one that is behind, where nobody was busy any more
            handles[i] = pool->start(&owners[0], ClientTimeout::none());
            handles[1].reset();
            io.poll();
            CHECK_FALSE(quiet);
            handles[i].reset();
        }
    }
    io.poll();
    CHECK(quiet == true);
}

TEST_CASE_METHOD(Fixture,
                 "no time is lost when there is no memory to deal with one",
                 "[deadline]") {
    std::array<Waiter, 4> waiters;
    waiters[0].failures = 1;
    waiters[1].failures = 1;
    for (auto* const waiter : {&waiters[0], &waiters[1], &waiters[2]}) {
        timers.arm_before(*waiter, clock.now() + 10ms);
    }
    timers.arm_before(waiters[3], clock.now() + 20ms);
    clock.advance(10ms);
    CHECK_THROWS_AS(io.poll(), std::bad_alloc);
    CHECK_THROWS_AS(io.poll(), std::bad_alloc);
    io.poll();
    for (const std::size_t i : {0U, 1U, 2U}) {
        CHECK(waiters[i].told == 1);
    }
    clock.advance(10ms);
    io.poll();
    CHECK(waiters[3].told == 1);
}
