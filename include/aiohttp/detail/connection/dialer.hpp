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
    /// After dial(), whose stream turned out to be of no use: the same to another address than
    /// those in `but`, which are as Transport::remote_endpoint() tells them. Without error and
    /// `transport` there is none.
    virtual asio::awaitable<Error> dial_another(std::string host,
                                                std::uint16_t port,
                                                std::vector<std::string> but,
                                                Deadline& deadline,
                                                std::unique_ptr<Transport>& transport);
    /// Why a proxy may not be asked to connect to the host, as far as that can be told here.
    virtual Error refuse(const std::string& host, std::uint16_t port) const;
    /// Whether the streams can go to a proxy instead of the host.
    virtual bool takes_proxies() const noexcept { return true; }
    /// The IP addresses of `host`, at least one on success: for SOCKS proxies that do not look
    /// names up. Who opens streams in a way that needs no addresses has none.
    virtual asio::awaitable<Error> resolve(std::string host,
                                           std::uint16_t port,
                                           Deadline& deadline,
                                           std::vector<std::string>& addresses);
};

}  // namespace aiohttp::detail
