#pragma once

#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>

namespace aiohttp::testing {

/// Runs a test's main coroutine on a fresh io_context and rethrows its exception. Throws
/// std::runtime_error if it takes more than 20 s, or if anything is still pending on the
/// io_context when it has ended: a timer, a read, a coroutine nobody waited for.
void run_sync_void(boost::asio::awaitable<void> main);

template <typename T>
boost::asio::awaitable<void> keep_result(boost::asio::awaitable<T> main, std::optional<T>* out) {
    out->emplace(co_await std::move(main));
}

/// The same, returning the coroutine's result.
template <typename T>
T run_sync(boost::asio::awaitable<T> main) {
    std::optional<T> result;
    run_sync_void(keep_result(std::move(main), &result));
    return std::move(*result);
}

inline void run_sync(boost::asio::awaitable<void> main) {
    run_sync_void(std::move(main));
}

/// run_sync() under a ManualClock that is moved on, a millisecond at a time, whenever nothing is
/// left to do: sleeps and timeouts take no real time, and their order is always the same. Throws
/// std::runtime_error if the coroutine has not ended after 100 s on that clock.
void run_virtual_void(boost::asio::awaitable<void> main);

template <typename T>
T run_virtual(boost::asio::awaitable<T> main) {
    std::optional<T> result;
    run_virtual_void(keep_result(std::move(main), &result));
    return std::move(*result);
}

inline void run_virtual(boost::asio::awaitable<void> main) {
    run_virtual_void(std::move(main));
}

}  // namespace aiohttp::testing
