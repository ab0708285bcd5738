#pragma once

#include <boost/asio/awaitable.hpp>

#include <aiohttp/clock.hpp>

namespace aiohttp {

/// asyncio.sleep(): completes when `duration` has passed on aiohttp::Clock. Zero or less only
/// lets everything else that is ready run first.
/// Cancellation throws boost::system::system_error(boost::asio::error::operation_aborted).
boost::asio::awaitable<void> sleep(Duration duration);

}  // namespace aiohttp
