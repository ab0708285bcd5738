#include <aiohttp/clock.hpp>

#include <stdexcept>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <aiohttp/testing/manual_clock.hpp>
#include "support/catch.hpp"

using aiohttp::Clock;
using aiohttp::testing::ManualClock;
using namespace std::chrono_literals;
using Timer = boost::asio::basic_waitable_timer<Clock>;

TEST_CASE("the clock is the steady clock", "[clock]") {
    const auto before = std::chrono::steady_clock::now().time_since_epoch();
    const auto now = Clock::now().time_since_epoch();
    const auto after = std::chrono::steady_clock::now().time_since_epoch();
    CHECK(before <= now);
    CHECK(now <= after);
}

TEST_CASE("a manual clock stands still until it is advanced", "[clock]") {
    ManualClock clock;
    const auto start = Clock::now();
    CHECK(start == clock.now());
    CHECK(Clock::now() == start);
    clock.advance(2h);
    CHECK(Clock::now() - start == 2h);
    CHECK_THROWS_AS(clock.advance(-1ns), std::invalid_argument);
    CHECK(Clock::now() - start == 2h);
}

TEST_CASE("real time is back when the manual clock is gone", "[clock]") {
    {
        ManualClock clock;
        clock.advance(1000h);
    }
    const auto now = Clock::now().time_since_epoch();
    CHECK(now <= std::chrono::steady_clock::now().time_since_epoch());
    CHECK_FALSE(aiohttp::detail::is_manual_time());
}

TEST_CASE("there is one manual clock at a time", "[clock]") {
    {
        ManualClock clock;
        CHECK_THROWS_AS(ManualClock(), std::logic_error);
        CHECK(aiohttp::detail::is_manual_time());
    }
    CHECK_NOTHROW(ManualClock());
}

TEST_CASE("a timer under the manual clock fires when the time has been moved", "[clock]") {
    ManualClock clock;
    boost::asio::io_context io;
    Timer timer(io, 1h);
    int fired = 0;
    timer.async_wait([&](boost::system::error_code error) { fired += error ? 100 : 1; });
    io.poll();
    clock.advance(1h - 1ns);
    io.poll();
    CHECK(fired == 0);
    clock.advance(1ns);
    io.poll();
    CHECK(fired == 1);
}

TEST_CASE("advancing an io_context goes through its timers in order", "[clock]") {
    ManualClock clock;
    boost::asio::io_context io;
    const auto start = clock.now();
    std::vector<std::chrono::milliseconds> fired;
    Timer late(io, 200ms);
    Timer chained(io, 100ms);
    const auto note = [&](boost::system::error_code) {
        fired.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(clock.now() - start));
    };
    late.async_wait(note);
    chained.async_wait([&](boost::system::error_code error) {
        note(error);
        chained.expires_after(50ms);
        chained.async_wait(note);
    });
    clock.advance(io, 199ms);
    CHECK(fired == std::vector{100ms, 150ms});
    clock.advance(io, 801ms);
    CHECK(fired == std::vector{100ms, 150ms, 200ms});
    CHECK(clock.now() - start == 1s);
}

TEST_CASE("advancing an io_context does what is ready first", "[clock]") {
    ManualClock clock;
    boost::asio::io_context io;
    const auto start = clock.now();
    Clock::time_point posted_at;
    boost::asio::post(io, [&] { posted_at = clock.now(); });
    clock.advance(io, 1h);
    CHECK(posted_at == start);
    CHECK(clock.now() - start == 1h);
    CHECK_THROWS_AS(clock.advance(io, -1ns), std::invalid_argument);
}

TEST_CASE("an io_context that ran out of work can be advanced again", "[clock]") {
    ManualClock clock;
    boost::asio::io_context io;
    clock.advance(io, 1ms);
    REQUIRE(io.stopped());
    Timer timer(io, 1ms);
    bool fired = false;
    timer.async_wait([&](boost::system::error_code) { fired = true; });
    clock.advance(io, 1ms);
    CHECK(fired);
}
