#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/net/deadline.hpp>
#include <aiohttp/detail/net/transport.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

/// Opens the byte stream to a host; what makes one connector different from another.
class Dialer {
public:
    virtual ~Dialer() = default;
    /// On success `transport` is connected. Works within `deadline` and says in it what it does.
    virtual asio::awaitable<Error> dial(std::string host,
                                        std::uint16_t port,
                                        Deadline& deadline,
                                        std::unique_ptr<Transport>& transport) = 0;
    /// The IP addresses of `host`, at least one on success: for SOCKS proxies that do not look
    /// names up. Who opens streams in a way that needs no addresses has none.
    virtual asio::awaitable<Error> resolve(std::string host,
                                           std::uint16_t port,
                                           Deadline& deadline,
                                           std::vector<std::string>& addresses);
};

}  // namespace aiohttp::detail
