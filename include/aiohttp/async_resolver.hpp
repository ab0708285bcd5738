#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/clock.hpp>
#include <aiohttp/resolver.hpp>

// Only in a library that was built with c-ares (CMake: AIOHTTP_WITH_CARES, on when it is found).
#if defined(AIOHTTP_WITH_CARES)

namespace aiohttp {

/// The options of an AsyncResolver; set in a chain: `AsyncResolverOptions().tries(2)`.
class AsyncResolverOptions {
public:
    AsyncResolverOptions();

    /// The name servers to ask: IP literals, each with a port if it is not 53 ("127.0.0.1:5353",
    /// "[::1]:5353"). Default: the system's.
    AsyncResolverOptions& nameservers(std::vector<std::string> servers) &;
    AsyncResolverOptions&& nameservers(std::vector<std::string> servers) &&;
    /// How long to wait for a server's first answer; later attempts wait longer. Default: the
    /// system's, mostly 5 seconds. ValueError unless it is 1 millisecond at least.
    AsyncResolverOptions& timeout(Duration first) &;
    AsyncResolverOptions&& timeout(Duration first) &&;
    /// How often each server is asked. Default: the system's, mostly 4. ValueError unless positive.
    AsyncResolverOptions& tries(int count) &;
    AsyncResolverOptions&& tries(int count) &&;

    const std::vector<std::string>& nameservers() const noexcept { return nameservers_; }
    std::optional<Duration> timeout() const noexcept { return timeout_; }
    std::optional<int> tries() const noexcept { return tries_; }

private:
    std::vector<std::string> nameservers_;
    std::optional<Duration> timeout_;
    std::optional<int> tries_;
};

/// DNS without threads, on c-ares: sockets and timers run on the executor of whoever asks, and a
/// lookup that is cancelled ends at once. It reads /etc/hosts and /etc/resolv.conf as the system
/// does, but knows no other sources of nsswitch.conf (mDNS, LDAP). May be shared by connectors on
/// any executors.
class AsyncResolver final : public Resolver {
public:
    /// Throws ValueError for a name server that is no IP address.
    explicit AsyncResolver(AsyncResolverOptions options = AsyncResolverOptions());
    ~AsyncResolver() override;

    boost::asio::awaitable<std::vector<ResolvedHost>> resolve(std::string host,
                                                              std::uint16_t port,
                                                              AddressFamily family) override;
    void close() noexcept override;

private:
    struct Listed;
    struct Query;
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace aiohttp

#endif
