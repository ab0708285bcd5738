#pragma once

#include <memory>
#include <string>

#include <aiohttp/detail/connection/dialer.hpp>

namespace aiohttp::detail {

/// Connects to a Unix socket, whatever the host.
class UnixDialer final : public Dialer {
public:
    explicit UnixDialer(std::string path) : path_(std::move(path)) {}
    bool takes_proxies() const noexcept override { return false; }
    asio::awaitable<Error> dial(std::string host,
                                std::uint16_t port,
                                Deadline& deadline,
                                std::unique_ptr<Transport>& transport) override;

private:
    std::string path_;
};

}  // namespace aiohttp::detail
