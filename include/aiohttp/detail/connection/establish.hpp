#pragma once

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/connection/connection_key.hpp>
#include <aiohttp/detail/connection/dialer.hpp>
#include <aiohttp/detail/net/deadline.hpp>
#include <aiohttp/detail/net/transport.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

/// Opens the byte stream of a connection for `key`: dials its host and puts the layers on it that
/// the key asks for. `name` is what TLS checks the certificate against.
asio::awaitable<Error> establish(Dialer& dialer,
                                 ConnectionKey key,
                                 std::string name,
                                 Deadline& deadline,
                                 std::unique_ptr<Transport>& transport);

}  // namespace aiohttp::detail
