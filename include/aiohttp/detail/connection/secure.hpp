#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/net/deadline.hpp>
#include <aiohttp/detail/net/tls_context.hpp>
#include <aiohttp/detail/net/transport.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

/// Puts TLS on a connected transport, which it replaces: a handshake within `deadline`, with
/// `name` for SNI and the certificate. `host` and `port` are what an error names.
asio::awaitable<Error> secure(std::unique_ptr<Transport>& transport,
                              std::shared_ptr<const TlsContext> context,
                              std::string name,
                              std::string host,
                              std::uint16_t port,
                              Deadline& deadline);

/// The error of TLS options that no context can be made from.
Error unusable_tls(const TlsContext& context, const std::string& host, std::uint16_t port);

}  // namespace aiohttp::detail
