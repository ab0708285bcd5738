#pragma once

#include <aiohttp/detail/connection/pool.hpp>
#include <aiohttp/detail/message/client_request.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

/// Whether a request that failed may be sent once more on a new connection without the caller
/// noticing: the connection was taken from the pool and turned out to be closed, and sending
/// again can do no harm (RFC 9110 9.2.2), because the method is idempotent or nothing was sent.
bool may_replay(const ClientRequest& request, const Lease& lease, const Error& error);

/// RFC 9110 9.2.2: sending it twice means the same as sending it once.
bool is_idempotent(std::string_view method) noexcept;

}  // namespace aiohttp::detail
