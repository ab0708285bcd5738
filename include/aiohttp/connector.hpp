#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/clock.hpp>
#include <aiohttp/connector_options.hpp>

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

/// What has happened in a connector's pool since it was made. Every connection that was made is
/// still open or counted among those that were closed, once.
struct PoolCounters {
    std::uint64_t made = 0;         ///< connections opened
    std::uint64_t not_made = 0;     ///< attempts to open one that failed
    std::uint64_t reused = 0;       ///< requests that were given a connection that was open already
    std::uint64_t replayed = 0;     ///< requests sent again, unseen, as a reused one had closed
    std::uint64_t waited = 0;       ///< requests that had to queue
    std::size_t longest_queue = 0;  ///< how many of them at once, at most

    // Why connections were closed.
    std::uint64_t expired = 0;   ///< idle for keepalive_timeout, or what the server allows
    std::uint64_t aged = 0;      ///< older than max_connection_age
    std::uint64_t evicted = 0;   ///< idle, and gave way: to another host, or to max_idle
    std::uint64_t dead = 0;      ///< closed by the server while idle, or it spoke unasked
    std::uint64_t finished = 0;  ///< closed as agreed after a response: Connection: close
    std::uint64_t failed = 0;    ///< the request failed, was cancelled, or not read to its end
    std::uint64_t shut = 0;      ///< by the end of the connector
    /// All of those.
    std::uint64_t closed() const noexcept {
        return expired + aged + evicted + dead + finished + failed + shut;
    }
    bool operator==(const PoolCounters&) const = default;
};

/// The pool's connections to one host, with one TLS policy and server name.
struct HostStats {
    std::string host;
    std::uint16_t port = 0;
    bool tls = false;
    PoolStats pool;  ///< what there is of this host
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
    /// The same, but gives what is under way time to finish: idle connections close at once, new
    /// requests throw ClientConnectionError, and it returns as soon as the last request has ended
    /// and the last response is read or dropped. When `grace` has passed, what is left is ended as
    /// by close(). Cancelling it leaves what is under way alone. ValueError when `grace` is
    /// negative.
    boost::asio::awaitable<void> close(Duration grace);
    /// Whether it was closed, or is being closed.
    bool closed() const noexcept;
    /// What the pool holds now.
    PoolStats stats() const noexcept;
    /// The same, host by host, in no order.
    std::vector<HostStats> stats_by_host() const;
    /// What has happened in it so far.
    PoolCounters counters() const noexcept;

    /// For the session.
    const std::shared_ptr<detail::ConnectorCore>& core() const noexcept { return core_; }

protected:
    /// For connectors that open connections in another way.
    BaseConnector(const detail::ConnectorPolicy& policy, std::unique_ptr<detail::Dialer> dialer);

private:
    std::shared_ptr<detail::ConnectorCore> core_;
};

}  // namespace aiohttp
