#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include <aiohttp/detail/net/transport.hpp>

namespace aiohttp::detail {

struct Resolution {
    error_code error;
    std::vector<asio::ip::tcp::endpoint> endpoints;
};

/// Turns a host name into addresses.
class Resolver {
public:
    virtual ~Resolver() = default;
    /// Looks `host` up. The operation it waits in is announced through `watch`, so that a deadline
    /// can leave it at any time; the lookup itself may go on unobserved.
    virtual asio::awaitable<Resolution> resolve(std::string host,
                                                std::uint16_t port,
                                                class Deadline& deadline) = 0;
};

/// getaddrinfo() on a few threads of its own, because it blocks and cannot be interrupted: a slow
/// name holds up neither other names nor cancellation nor the destructor. Threads start when they
/// are needed and end with the resolver or, when a lookup hangs, as soon as it comes back.
class ThreadedResolver final : public Resolver {
public:
    ThreadedResolver();
    ~ThreadedResolver() override;
    asio::awaitable<Resolution> resolve(std::string host,
                                        std::uint16_t port,
                                        Deadline& deadline) override;

private:
    struct Pool;
    std::shared_ptr<Pool> pool_;
};

}  // namespace aiohttp::detail
