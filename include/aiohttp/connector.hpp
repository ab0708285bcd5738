#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/clock.hpp>
#include <aiohttp/tls.hpp>

namespace aiohttp {

namespace detail {
class ConnectorCore;
class Dialer;
}  // namespace detail

/// What a connector's pool holds at a moment.
struct PoolStats {
    std::size_t open = 0;     ///< connections in use or idle, and those being opened
    std::size_t in_use = 0;   ///< serving a request, or being opened for one
    std::size_t idle = 0;     ///< waiting for the next request
    std::size_t waiting = 0;  ///< requests in the queue
    bool operator==(const PoolStats&) const = default;
};

/// The options of a TCPConnector; set in a chain: `TCPConnectorOptions().limit(10)`.
class TCPConnectorOptions {
public:
    TCPConnectorOptions();

    /// How many connections may be open at once; 0: no limit. Default 100. Requests beyond it
    /// wait in the order they came. Unlike in aiohttp idle connections count; the oldest of
    /// another host gives way when room is needed.
    TCPConnectorOptions& limit(std::size_t connections) &;
    TCPConnectorOptions&& limit(std::size_t connections) &&;
    /// The same for one host, port and TLS policy; 0: no limit, the default.
    TCPConnectorOptions& limit_per_host(std::size_t connections) &;
    TCPConnectorOptions&& limit_per_host(std::size_t connections) &&;
    /// How long an idle connection is kept. Default 15 seconds. ValueError unless positive, and
    /// together with force_close.
    TCPConnectorOptions& keepalive_timeout(Duration timeout) &;
    TCPConnectorOptions&& keepalive_timeout(Duration timeout) &&;
    /// Closes every connection after its exchange, and sends `Connection: close`. Default false.
    TCPConnectorOptions& force_close(bool on) &;
    TCPConnectorOptions&& force_close(bool on) &&;
    /// How TLS is made where a request does not say. Default: everything is verified.
    TCPConnectorOptions& ssl(TlsOptions options) &;
    TCPConnectorOptions&& ssl(TlsOptions options) &&;

    /// What was set.
    std::size_t limit() const noexcept { return limit_; }
    std::size_t limit_per_host() const noexcept { return limit_per_host_; }
    Duration keepalive_timeout() const noexcept;
    bool force_close() const noexcept { return force_close_; }
    const TlsOptions& ssl() const noexcept { return ssl_; }

private:
    std::size_t limit_ = 100;
    std::size_t limit_per_host_ = 0;
    std::optional<Duration> keepalive_timeout_;
    bool force_close_ = false;
    TlsOptions ssl_;
};

/// Where a session gets its connections from: a pool, and a way to open new ones. Sessions may
/// share one (ClientSessionOptions::connector). It belongs to the executor of the first request
/// made through it and must be used from that executor only.
class BaseConnector {
public:
    BaseConnector(const BaseConnector&) = delete;
    BaseConnector& operator=(const BaseConnector&) = delete;
    /// Closes at once, as close(); only responses handed out already can still be read.
    virtual ~BaseConnector();

    /// Closes every connection, also those in use: requests and reads under way throw
    /// ClientConnectionError. Requests in the queue do too. Calling it again does nothing.
    boost::asio::awaitable<void> close();
    /// Whether it was closed.
    bool closed() const noexcept;
    /// What the pool holds now.
    PoolStats stats() const noexcept;

    /// For the session.
    const std::shared_ptr<detail::ConnectorCore>& core() const noexcept { return core_; }

protected:
    /// For connectors that open connections in another way.
    BaseConnector(const TCPConnectorOptions& options, std::unique_ptr<detail::Dialer> dialer);

private:
    std::shared_ptr<detail::ConnectorCore> core_;
};

/// Connects over TCP, with TLS for https (aiohttp's TCPConnector).
class TCPConnector : public BaseConnector {
public:
    explicit TCPConnector(const TCPConnectorOptions& options = TCPConnectorOptions());
};

}  // namespace aiohttp
