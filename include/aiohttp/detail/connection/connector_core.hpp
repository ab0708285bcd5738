#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/connector_options.hpp>
#include <aiohttp/detail/connection/dialer.hpp>
#include <aiohttp/detail/connection/pool.hpp>
#include <aiohttp/detail/connection/proxy_route.hpp>
#include <aiohttp/detail/connection/spare_buffers.hpp>
#include <aiohttp/detail/message/client_request.hpp>
#include <aiohttp/detail/net/context_watch.hpp>
#include <aiohttp/detail/net/deadline_pool.hpp>
#include <aiohttp/detail/net/tls_context.hpp>

namespace aiohttp::detail {

/// What stands behind a connector: its pool, its deadlines, its TLS contexts and its way to open
/// connections. Lives as long as a session or a request uses it.
class ConnectorCore {
public:
    ConnectorCore(ConnectorPolicy policy, std::unique_ptr<Dialer> dialer);

    /// Binds the connector to the executor of its first request, until its io_context is gone;
    /// throws RuntimeError when a request comes from another in between.
    void bind(const asio::any_io_executor& executor);

    DeadlinePool& deadlines() noexcept { return *deadlines_; }
    bool force_close() const noexcept { return policy_.force_close; }

    /// What makes its connections.
    const Dialer& dialer() const noexcept { return *dialer_; }
    /// The way through a proxy for the connections made here.
    std::shared_ptr<const ProxyRoute> route(const std::shared_ptr<const Proxy>& proxy) {
        return routes_.get(proxy, tls_contexts_, policy_.ssl);
    }

    /// An idle connection for the request, at once; false when acquire() is needed, which goes on
    /// with what `lease` holds then.
    bool try_acquire(const ClientRequest& request, Clock::time_point now, Lease& lease);
    /// A live connection for the request: waits for a slot, opens a connection.
    asio::awaitable<Error> acquire(const ClientRequest& request, Deadline& deadline, Lease& lease);
    /// The same in steps, for a lease that holds a slot already and a caller that waits in its own
    /// coroutine: awaits this and gives end_open() what it came to. A frame less while it connects.
    asio::awaitable<Error> begin_open(const ClientRequest& request,
                                      Deadline& deadline,
                                      Lease& lease,
                                      std::unique_ptr<Transport>& transport);
    Error end_open(const Error& error,
                   Deadline& deadline,
                   Lease& lease,
                   std::unique_ptr<Transport> transport);
    /// A new connection for a slot whose connection turned out to be stale.
    asio::awaitable<Error> reopen(const ClientRequest& request, Deadline& deadline, Lease& lease);

    /// Ends what `owner` has under way. With `spare_bodies`, responses handed out go on.
    void interrupt(const void* owner, bool spare_bodies) noexcept;
    /// Closes the pool and ends what is under way; responses handed out as for interrupt().
    void close(bool spare_bodies) noexcept;
    /// Refuses new requests and closes what is idle.
    void drain();
    /// Waits until what `owner` has under way, or anybody when it is null, has come to its end, but
    /// no longer than `most`. Throws when it is cancelled.
    asio::awaitable<void> wait_until_quiet(const void* owner, Duration most);
    bool closed() const noexcept { return closed_ || draining_; }
    PoolStats stats() const noexcept;
    std::vector<HostStats> stats_by_host() const;
    PoolCounters counters() const noexcept;

private:
    asio::awaitable<Error> dial(const ClientRequest& request,
                                Deadline& deadline,
                                const Lease& lease,
                                std::unique_ptr<Transport>& transport);
    asio::awaitable<Error> open(const ClientRequest& request, Deadline& deadline, Lease& lease);
    asio::awaitable<Error> wait_and_open(const ClientRequest& request,
                                         Deadline& deadline,
                                         Lease& lease);
    void unbind() noexcept;
    std::shared_ptr<const TlsContext> tls_context(const ClientRequest& request);

    ConnectorPolicy policy_;
    std::unique_ptr<Dialer> dialer_;
    TlsContexts tls_contexts_;
    ProxyRoutes routes_;
    std::shared_ptr<const TlsContext> default_tls_;
    asio::any_io_executor executor_;
    std::shared_ptr<Pool> pool_;
    std::shared_ptr<DeadlinePool> deadlines_;
    std::shared_ptr<SpareBuffers> buffers_ = std::make_shared<SpareBuffers>();
    std::optional<ContextWatch> watch_;
    PoolCounters counters_;  // of the pools that were
    bool draining_ = false;
    std::uint64_t opened_ = 0;  // connections so far
    bool closed_ = false;
};

/// What a request is told that a connector does not take any more.
Error closed_connector();

/// Ends what `owner` has under way, or the whole connector when it is null, giving it `grace` to
/// finish by itself.
asio::awaitable<void> close_gracefully(std::shared_ptr<ConnectorCore> connector,
                                       const void* owner,
                                       Duration grace);

}  // namespace aiohttp::detail
