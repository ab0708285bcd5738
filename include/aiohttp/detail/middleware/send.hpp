#pragma once

#include <memory>

#include <aiohttp/detail/connection/connector_core.hpp>
#include <aiohttp/detail/message/response_state.hpp>

namespace aiohttp::detail {

/// Sends the request on a connection of the pool, replacing once a connection that turns out to
/// be stale, and gives `response` its head and its body. The deadline stays with the body.
boost::asio::awaitable<Error> send(std::shared_ptr<ConnectorCore> connector,
                                   ClientRequest& request,
                                   DeadlinePool::Handle& deadline,
                                   ResponseState& response);

}  // namespace aiohttp::detail
