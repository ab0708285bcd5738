#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include <aiohttp/clock.hpp>
#include <aiohttp/tls.hpp>

namespace aiohttp {

namespace detail {

/// What every connector can be told.
struct ConnectorPolicy {
    std::size_t limit = 100;
    std::size_t limit_per_host = 0;
    std::optional<Duration> keepalive_timeout;
    bool force_close = false;
    TlsOptions ssl;

    /// Throw ValueError for what cannot be.
    void set_keepalive_timeout(Duration timeout);
    void set_force_close(bool on);
};

}  // namespace detail

/// The options that all connectors share; `Self` is the class of options they are set on, in a
/// chain: `TCPConnectorOptions().limit(10)`.
template <class Self>
class ConnectorOptions {
public:
    /// How many connections may be open at once; 0: no limit. Default 100. Requests beyond it
    /// wait in the order they came. Unlike in aiohttp idle connections count; the oldest of
    /// another host gives way when room is needed.
    Self& limit(std::size_t connections) & {
        policy_.limit = connections;
        return self();
    }
    Self&& limit(std::size_t connections) && { return std::move(limit(connections)); }
    /// The same for one host, port and TLS policy; 0: no limit, the default.
    Self& limit_per_host(std::size_t connections) & {
        policy_.limit_per_host = connections;
        return self();
    }
    Self&& limit_per_host(std::size_t connections) && {
        return std::move(limit_per_host(connections));
    }
    /// How long an idle connection is kept. Default 15 seconds. ValueError unless positive, and
    /// together with force_close.
    Self& keepalive_timeout(Duration timeout) & {
        policy_.set_keepalive_timeout(timeout);
        return self();
    }
    Self&& keepalive_timeout(Duration timeout) && { return std::move(keepalive_timeout(timeout)); }
    /// Closes every connection after its exchange, and sends `Connection: close`. Default false.
    Self& force_close(bool on) & {
        policy_.set_force_close(on);
        return self();
    }
    Self&& force_close(bool on) && { return std::move(force_close(on)); }
    /// How TLS is made where a request does not say. Default: everything is verified.
    Self& ssl(TlsOptions options) & {
        policy_.ssl = std::move(options);
        return self();
    }
    Self&& ssl(TlsOptions options) && { return std::move(ssl(std::move(options))); }

    /// What was set.
    std::size_t limit() const noexcept { return policy_.limit; }
    std::size_t limit_per_host() const noexcept { return policy_.limit_per_host; }
    Duration keepalive_timeout() const noexcept {
        return policy_.keepalive_timeout.value_or(std::chrono::seconds(15));
    }
    bool force_close() const noexcept { return policy_.force_close; }
    const TlsOptions& ssl() const noexcept { return policy_.ssl; }
    const detail::ConnectorPolicy& policy() const noexcept { return policy_; }

protected:
    ConnectorOptions() = default;

private:
    Self& self() noexcept { return static_cast<Self&>(*this); }

    detail::ConnectorPolicy policy_;
};

}  // namespace aiohttp
