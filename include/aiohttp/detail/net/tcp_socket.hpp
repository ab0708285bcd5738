#pragma once

#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include <aiohttp/detail/net/transport.hpp>
#include <aiohttp/resolved_host.hpp>
#include <aiohttp/socket_hook.hpp>

namespace aiohttp::detail {

/// How TCP sockets are made.
struct SocketSetup {
    std::optional<asio::ip::tcp::endpoint> local;  ///< what they are bound to
    bool keepalive = false;                        ///< SO_KEEPALIVE
    int keepalive_idle = 0;  ///< seconds of silence before a probe; 0: what the system has
    SocketHook hook;
};

/// What an attempt to connect came to.
struct ConnectOutcome {
    error_code error;
    std::string text;  ///< when the hook failed in a way that has no code: what it said
    explicit operator bool() const noexcept { return error || !text.empty(); }
};

/// Opens a socket for a connection to `peer` of `hostname`, as `setup` wants it.
ConnectOutcome open_socket(asio::ip::tcp::socket& socket,
                           const asio::ip::tcp::endpoint& peer,
                           const std::string& hostname,
                           const SocketSetup& setup);

/// "127.0.0.1:80" or "[::1]:80".
std::string to_string(const asio::ip::tcp::endpoint& endpoint);

/// The address as users see it.
ResolvedHost resolved_host(const std::string& hostname, const asio::ip::tcp::endpoint& endpoint);

}  // namespace aiohttp::detail
