#pragma once

#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <aiohttp/error.hpp>

namespace aiohttp {

/// The non-throwing form of any awaitable of the library:
///
///     auto result = co_await aiohttp::as_result(session.get(url));
///     if (!result) { log(result.error().message()); }
///
/// ClientError and TimeoutError become the value; value() throws them again with their type.
/// Mistakes in the call (ValueError, RuntimeError) and cancellation still throw.
template <class T>
boost::asio::awaitable<boost::system::result<T, Error>> as_result(
    boost::asio::awaitable<T> operation) {
    Error failure;
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(operation);
            co_return boost::system::result<T, Error>();
        } else {
            co_return co_await std::move(operation);
        }
    } catch (const ClientError& error) {
        failure = error.error();
    } catch (const TimeoutError& error) {
        failure = error.error();
    }
    co_return failure;
}

}  // namespace aiohttp
