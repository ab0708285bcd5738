#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/connection/connection_key.hpp>
#include <aiohttp/detail/connection/proxy_route.hpp>
#include <aiohttp/detail/net/deadline.hpp>
#include <aiohttp/detail/net/transport.hpp>
#include <aiohttp/detail/protocol/socks.hpp>
#include <aiohttp/error.hpp>

// How a proxy that is connected is asked for a connection to a key's host.
namespace aiohttp::detail {

/// Asks an HTTP proxy with CONNECT. When it wants Digest credentials, it is asked once more on the
/// same connection, or `again` says that this takes another one; `tries` counts.
asio::awaitable<Error> open_tunnel(std::shared_ptr<const ProxyRoute> route,
                                   ConnectionKey key,
                                   Deadline& deadline,
                                   std::unique_ptr<Transport>& transport,
                                   int& tries,
                                   bool& again);

/// Asks a SOCKS proxy.
asio::awaitable<Error> open_socks(std::shared_ptr<const ProxyRoute> route,
                                  SocksRequest request,
                                  ConnectionKey key,
                                  Deadline& deadline,
                                  std::unique_ptr<Transport>& transport);

/// The address to ask for, out of those of a name: the first one, with `v4` the first IPv4 one if
/// there is one. There must be an address.
std::string preferred_address(const std::vector<std::string>& addresses, bool v4);

}  // namespace aiohttp::detail
