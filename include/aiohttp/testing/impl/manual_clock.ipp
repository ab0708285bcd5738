#pragma once

#include <algorithm>
#include <stdexcept>

#include <boost/asio/io_context.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/manual_clock.hpp>

namespace aiohttp::detail {

// Handlers that keep posting themselves must not hang a test for ever.
inline constexpr int most_handlers_a_step = 1'000'000;

AIOHTTP_DECL void poll_until_idle(boost::asio::io_context& io) {
    if (io.stopped()) {
        io.restart();
    }
    for (int i = 0; io.poll_one() != 0; ++i) {
        if (i == most_handlers_a_step) {
            throw std::runtime_error("ManualClock::advance: the io_context never becomes idle");
        }
    }
}

}  // namespace aiohttp::detail

namespace aiohttp::testing {

AIOHTTP_DECL ManualClock::ManualClock() {
    auto expected = aiohttp::detail::real_time;
    const auto now = Clock::now().time_since_epoch().count();
    if (!aiohttp::detail::manual_time.compare_exchange_strong(expected, now)) {
        throw std::logic_error("a ManualClock is alive already");
    }
}

AIOHTTP_DECL ManualClock::~ManualClock() {
    aiohttp::detail::manual_time.store(aiohttp::detail::real_time);
}

AIOHTTP_DECL void ManualClock::advance(Duration by) {
    if (by < Duration::zero()) {
        throw std::invalid_argument("ManualClock::advance: time does not run backwards");
    }
    aiohttp::detail::manual_time.fetch_add(by.count());
}

AIOHTTP_DECL void ManualClock::advance(boost::asio::io_context& io, Duration by) {
    if (by < Duration::zero()) {
        throw std::invalid_argument("ManualClock::advance: time does not run backwards");
    }
    aiohttp::detail::poll_until_idle(io);
    const auto step = std::max<Duration>(by / 1000, std::chrono::milliseconds(1));
    while (by > Duration::zero()) {
        const auto now = std::min(by, step);
        advance(now);
        by -= now;
        aiohttp::detail::poll_until_idle(io);
    }
}

}  // namespace aiohttp::testing
