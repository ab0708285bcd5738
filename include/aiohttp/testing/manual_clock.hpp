#pragma once

#include <aiohttp/clock.hpp>

namespace boost::asio {
class io_context;
}

namespace aiohttp::testing {

/// Makes time stand still while it is alive: aiohttp::Clock, and with it every timeout of the
/// library, moves only by advance(). One at a time in a process; create it before the timers
/// it shall govern, because those armed earlier keep their real deadlines.
///
/// Under a manual clock the io_context must be driven by poll(), or by advance() below: run()
/// would spin, asking again and again whether time has moved.
///
/// ```
/// aiohttp::testing::ManualClock clock;
/// boost::asio::io_context io;
/// boost::asio::co_spawn(io, client(), boost::asio::detached);
/// clock.advance(io, 30s);   // everything that happens within thirty seconds has happened
/// ```
class ManualClock {
public:
    /// Stops the clock at the present. Throws std::logic_error if another one is alive.
    ManualClock();
    /// Time runs by itself again.
    ~ManualClock();
    ManualClock(const ManualClock&) = delete;
    ManualClock& operator=(const ManualClock&) = delete;

    /// The time shown.
    [[nodiscard]] Clock::time_point now() const noexcept { return Clock::now(); }

    /// Moves the time on. Nothing runs; timers that are due fire when the io_context is polled.
    /// Throws std::invalid_argument if `by` is negative.
    void advance(Duration by);

    /// Lets `io` do all that is ready, then moves the time on by `by` in equal steps, letting
    /// `io` do all that is ready after each: timers fire in order, and a timer started by
    /// another one's handler counts from then. A step is a thousandth of `by`, at least one
    /// millisecond, so a timer fires at most that much late.
    /// Throws what the handlers throw, and std::invalid_argument if `by` is negative.
    void advance(boost::asio::io_context& io, Duration by);
};

}  // namespace aiohttp::testing
