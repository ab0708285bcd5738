#pragma once

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/connection/connection_key.hpp>
#include <aiohttp/detail/connection/dialer.hpp>
#include <aiohttp/detail/net/deadline.hpp>
#include <aiohttp/detail/net/transport.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp::detail {

/// Opens the byte stream of a connection for `key`: dials its host and puts the layers on it that
/// the key asks for. `url` is what is asked for, whose host TLS checks the certificate against
/// unless the key or the TLS options say otherwise.
asio::awaitable<Error> establish(Dialer& dialer,
                                 const ConnectionKey& key,
                                 const Url& url,
                                 Deadline& deadline,
                                 std::unique_ptr<Transport>& transport);

}  // namespace aiohttp::detail
