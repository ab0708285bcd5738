#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/connection/connection_key.hpp>
#include <aiohttp/detail/connection/dialer.hpp>
#include <aiohttp/detail/net/deadline.hpp>
#include <aiohttp/detail/net/transport.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

/// Dialler::dial() for a key with a proxy: connects to it, with TLS when it is an https proxy, and
/// has it connect to the key's host. When the proxy forwards requests, it stays the peer.
asio::awaitable<Error> dial_through_proxy(Dialer& dialer,
                                          ConnectionKey key,
                                          Deadline& deadline,
                                          std::unique_ptr<Transport>& transport);

}  // namespace aiohttp::detail
