#pragma once

#include <aiohttp/clock.hpp>

namespace aiohttp::detail {

/// The end of a wait that begins at `now`: the clock's last moment, which never comes, when it
/// would be beyond the clock's range.
inline Clock::time_point end_of_wait(Clock::time_point now, Duration wait) noexcept {
    const bool never = wait > Duration::zero() && now > Clock::time_point::max() - wait;
    return never ? Clock::time_point::max() : now + wait;
}

}  // namespace aiohttp::detail
