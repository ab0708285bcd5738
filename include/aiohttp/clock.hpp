#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include <boost/asio/wait_traits.hpp>

namespace aiohttp {

/// The library's monotonic clock. It is std::chrono::steady_clock, unless a
/// testing::ManualClock is alive: then time stands still and moves only by its advance(), so
/// that tests see hours pass without waiting. Every timer and every deadline uses it.
struct Clock {
    using duration = std::chrono::steady_clock::duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Clock>;
    static constexpr bool is_steady = true;

    /// The current time. Never throws.
    static time_point now() noexcept;
};

/// How long a wait may take: whole clock ticks.
using Duration = Clock::duration;

namespace detail {

/// Ticks shown by the manual clock, or real_time when there is none.
inline constexpr std::int64_t real_time = INT64_MIN;
inline std::atomic<std::int64_t> manual_time{real_time};

inline bool is_manual_time() noexcept {
    return manual_time.load(std::memory_order_relaxed) != real_time;
}

}  // namespace detail

inline Clock::time_point Clock::now() noexcept {
    const auto manual = detail::manual_time.load(std::memory_order_relaxed);
    if (manual != detail::real_time) [[unlikely]] {
        return time_point(duration(manual));
    }
    return time_point(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace aiohttp

/// Under a manual clock the reactor must not block until a real deadline, because only
/// advance() can make it come: it polls, and the timer queue compares against Clock::now().
template <>
struct boost::asio::wait_traits<aiohttp::Clock> {
    static aiohttp::Clock::duration to_wait_duration(const aiohttp::Clock::duration& wait) {
        return aiohttp::detail::is_manual_time() ? aiohttp::Clock::duration::zero() : wait;
    }
    static aiohttp::Clock::duration to_wait_duration(const aiohttp::Clock::time_point& expiry) {
        return to_wait_duration(expiry - aiohttp::Clock::now());
    }
};
