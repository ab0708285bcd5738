#pragma once

#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>

namespace aiohttp {

/// asyncio.run(): makes an io_context, runs `main` on it in the calling thread and returns when
/// `main` has ended, rethrowing its exception.
///
/// It does not wait for what `main` leaves behind: tasks and groups of this library that are
/// still running are cancelled and given a bounded number of turns to unwind (they do not wait
/// for the network any more), then the io_context is destroyed with all that is left on it.
/// Signals are not handled: SIGINT ends the process as always, unless `main` awaits a
/// boost::asio::signal_set.
void run(boost::asio::awaitable<void> main);

namespace detail {

template <typename T>
boost::asio::awaitable<void> store_result(boost::asio::awaitable<T> main, std::optional<T>* out) {
    out->emplace(co_await std::move(main));
}

}  // namespace detail

/// The same for a coroutine with a result, which it returns.
template <typename T>
T run(boost::asio::awaitable<T> main) {
    std::optional<T> result;
    run(detail::store_result(std::move(main), &result));
    return std::move(*result);
}

}  // namespace aiohttp
