#pragma once

#include <aiohttp/detail/connection/dialer.hpp>
#include <aiohttp/detail/net/resolver.hpp>

namespace aiohttp::detail {

/// Resolves the host and connects to its addresses, one after the other.
class TcpDialer final : public Dialer {
public:
    explicit TcpDialer(std::unique_ptr<Resolver> resolver);
    asio::awaitable<Error> dial(std::string host,
                                std::uint16_t port,
                                Deadline& deadline,
                                std::unique_ptr<Transport>& transport) override;
    asio::awaitable<Error> resolve(std::string host,
                                   std::uint16_t port,
                                   Deadline& deadline,
                                   std::vector<std::string>& addresses) override;

private:
    std::shared_ptr<Resolver> resolver_;
};

}  // namespace aiohttp::detail
