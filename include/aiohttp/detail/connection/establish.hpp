#pragma once

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/connection/connection.hpp>
#include <aiohttp/detail/connection/connection_key.hpp>
#include <aiohttp/detail/connection/dialer.hpp>
#include <aiohttp/detail/net/deadline.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

/// Opens a connection for `key`: dials its host and puts the layers on the byte stream that the
/// key asks for. `name` is what TLS checks the certificate against.
asio::awaitable<Error> establish(Dialer& dialer,
                                 ConnectionKey key,
                                 std::string name,
                                 Deadline& deadline,
                                 std::unique_ptr<Connection>& connection);

}  // namespace aiohttp::detail
