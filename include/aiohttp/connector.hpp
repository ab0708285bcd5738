#pragma once

#include <cstddef>
#include <memory>

#include <boost/asio/awaitable.hpp>

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
    BaseConnector(const detail::ConnectorPolicy& policy, std::unique_ptr<detail::Dialer> dialer);

private:
    std::shared_ptr<detail::ConnectorCore> core_;
};

}  // namespace aiohttp
