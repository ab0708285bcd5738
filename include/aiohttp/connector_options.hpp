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
    std::optional<Duration> max_connection_age;
    std::size_t max_idle = 0;
    std::size_t max_idle_per_host = 0;
    TlsOptions ssl;

    /// Throw ValueError for what cannot be.
    void set_keepalive_timeout(Duration timeout);
    void set_force_close(bool on);
    void set_max_connection_age(std::optional<Duration> age);
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
    /// How long an idle connection is kept. Default 15 seconds. A server that announces less
    /// (`Keep-Alive: timeout=5`) is believed, less a second in which a request may be on its way.
    /// ValueError unless positive, and together with force_close.
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
    /// How old a connection may become: an older one serves no further request, the next one looks
    /// the host up again and connects anew. For hosts that move, such as those behind DNS load
    /// balancing. Default nullopt: any age. ValueError unless positive.
    Self& max_connection_age(std::optional<Duration> age) & {
        policy_.set_max_connection_age(age);
        return self();
    }
    Self&& max_connection_age(std::optional<Duration> age) && {
        return std::move(max_connection_age(age));
    }
    /// How many idle connections are kept at most; beyond, the one that has been idle for longest
    /// closes. Default 0: no limit but those above.
    Self& max_idle(std::size_t connections) & {
        policy_.max_idle = connections;
        return self();
    }
    Self&& max_idle(std::size_t connections) && { return std::move(max_idle(connections)); }
    /// The same for one host, port and TLS policy. Default 0: no limit.
    Self& max_idle_per_host(std::size_t connections) & {
        policy_.max_idle_per_host = connections;
        return self();
    }
    Self&& max_idle_per_host(std::size_t connections) && {
        return std::move(max_idle_per_host(connections));
    }
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
    const std::optional<Duration>& max_connection_age() const noexcept {
        return policy_.max_connection_age;
    }
    std::size_t max_idle() const noexcept { return policy_.max_idle; }
    std::size_t max_idle_per_host() const noexcept { return policy_.max_idle_per_host; }
    const TlsOptions& ssl() const noexcept { return policy_.ssl; }
    const detail::ConnectorPolicy& policy() const noexcept { return policy_; }

private:
    friend Self;
    ConnectorOptions() = default;

    Self& self() noexcept { return static_cast<Self&>(*this); }

    detail::ConnectorPolicy policy_;
};

}  // namespace aiohttp
