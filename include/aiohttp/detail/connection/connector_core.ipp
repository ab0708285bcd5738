#pragma once

#include <chrono>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/connector_core.hpp>
#include <aiohttp/detail/connection/establish.hpp>
#include <aiohttp/detail/connection/http1_connection.hpp>
#include <aiohttp/detail/core/error_details.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL ConnectorCore::ConnectorCore(ConnectorPolicy policy, std::unique_ptr<Dialer> dialer)
    : policy_(std::move(policy)), dialer_(std::move(dialer)) {}

AIOHTTP_DECL void ConnectorCore::bind(const asio::any_io_executor& executor) {
    if (pool_) {
        if (executor != executor_) {
            throw RuntimeError(
                "the session is used from another executor than the one it is bound to");
        }
        return;
    }
    executor_ = executor;
    PoolPolicy policy;
    policy.limits.total = policy_.limit;
    policy.limits.per_host = policy_.limit_per_host;
    policy.limits.idle = policy_.max_idle;
    policy.limits.idle_per_host = policy_.max_idle_per_host;
    policy.limits.keepalive = policy_.keepalive_timeout.value_or(std::chrono::seconds(15));
    policy.max_age = policy_.max_connection_age;
    policy.force_close = policy_.force_close;
    pool_ = std::make_shared<Pool>(executor, policy, counters_);
    deadlines_ = std::make_shared<DeadlinePool>(executor);
    watch_.emplace(
        executor, [](void* self) noexcept { static_cast<ConnectorCore*>(self)->unbind(); }, this);
}

AIOHTTP_DECL void ConnectorCore::unbind() noexcept {
    // Whoever waits is woken: a coroutine that waits for an event of ours owns itself, and only
    // the context, which drops what is posted to it now, can take it down.
    interrupt(nullptr, false);
    deadlines_->detach();
    deadlines_.reset();
    pool_->close();
    counters_ = pool_->counters();
    pool_.reset();
    executor_ = {};
}

AIOHTTP_DECL std::shared_ptr<const TlsContext> ConnectorCore::tls_context(
    const ClientRequest& request) {
    if (request.url.scheme() != "https") {
        return nullptr;
    }
    if (request.options->tls) {
        return tls_contexts_.get(*request.options->tls);
    }
    if (!default_tls_ || !default_tls_->error.empty()) {
        default_tls_ = tls_contexts_.get(policy_.ssl);
    }
    return default_tls_;
}

/// What the request asks of its connection.
AIOHTTP_DECL ConnectionKeyView key_of(const ClientRequest& request,
                                      const std::shared_ptr<const TlsContext>& context) {
    if (request.absolute_form) {
        return {request.route->proxy.host(),
                request.route->proxy.port(),
                nullptr,
                {},
                request.route.get()};
    }
    return {request.url.host(), request.url.port(), context.get(), request.options->server_hostname,
            request.route.get()};
}

AIOHTTP_DECL bool ConnectorCore::try_acquire(const ClientRequest& request,
                                             Clock::time_point now,
                                             Lease& lease) {
    if (closed_) {
        return false;
    }
    const auto context = tls_context(request);
    lease = pool_->try_acquire(key_of(request, context), context, now);
    return lease && lease.connection() != nullptr;
}

AIOHTTP_DECL asio::awaitable<Error> ConnectorCore::acquire(const ClientRequest& request,
                                                           Deadline& deadline,
                                                           Lease& lease) {
    deadline.begin(Deadline::Limit::connect);
    return lease ? open(request, deadline, lease) : wait_and_open(request, deadline, lease);
}

AIOHTTP_DECL asio::awaitable<Error> ConnectorCore::wait_and_open(const ClientRequest& request,
                                                                 Deadline& deadline,
                                                                 Lease& lease) {
    if (closed_) {
        co_return closed_connector();
    }
    const auto context = tls_context(request);
    const auto pool = pool_;
    const auto error = co_await pool->acquire(key_of(request, context), context, deadline, lease);
    if (!error && lease.connection() == nullptr) {
        co_return co_await open(request, deadline, lease);
    }
    deadline.end(Deadline::Limit::connect);
    co_return error;
}

AIOHTTP_DECL asio::awaitable<Error> ConnectorCore::reopen(const ClientRequest& request,
                                                          Deadline& deadline,
                                                          Lease& lease) {
    lease.set(nullptr);
    if (pool_) {
        pool_->count(&PoolCounters::replayed);
    }
    deadline.begin(Deadline::Limit::connect);
    return open(request, deadline, lease);
}

AIOHTTP_DECL asio::awaitable<Error> ConnectorCore::dial(const ClientRequest& request,
                                                        Deadline& deadline,
                                                        const Lease& lease,
                                                        std::unique_ptr<Transport>& transport) {
    deadline.tell(ConnectionEvent::create_start);
    return establish(*dialer_, lease.key(), request.url, deadline, transport);
}

AIOHTTP_DECL asio::awaitable<Error> ConnectorCore::begin_open(
    const ClientRequest& request,
    Deadline& deadline,
    Lease& lease,
    std::unique_ptr<Transport>& transport) {
    deadline.begin(Deadline::Limit::connect);
    return dial(request, deadline, lease, transport);
}

AIOHTTP_DECL Error ConnectorCore::end_open(const Error& error,
                                           Deadline& deadline,
                                           Lease& lease,
                                           std::unique_ptr<Transport> transport) {
    deadline.end(Deadline::Limit::sock_connect);
    deadline.end(Deadline::Limit::connect);
    if (error) {
        if (pool_) {
            pool_->count(&PoolCounters::not_made);
        }
        return error;
    }
    if (closed_) {
        return make_error(errc::connection_closed, Phase::connect, "the connector is closed");
    }
    deadline.tell(ConnectionEvent::create_end);
    ConnectionPtr connection = std::make_unique<Http1Connection>(std::move(transport), buffers_);
    connection->set_number(++opened_);
    lease.set(std::move(connection));
    return Error();
}

AIOHTTP_DECL asio::awaitable<Error> ConnectorCore::open(const ClientRequest& request,
                                                        Deadline& deadline,
                                                        Lease& lease) {
    std::unique_ptr<Transport> transport;
    const auto error = co_await dial(request, deadline, lease, transport);
    co_return end_open(error, deadline, lease, std::move(transport));
}

AIOHTTP_DECL void ConnectorCore::interrupt(const void* owner, bool spare_bodies) noexcept {
    if (deadlines_) {
        const auto deadlines = deadlines_;
        deadlines->interrupt(
            owner,
            make_error(errc::connection_closed, Phase::none,
                       owner == nullptr ? "the connector was closed" : "the session was closed"),
            spare_bodies);
    }
}

AIOHTTP_DECL void ConnectorCore::close(bool spare_bodies) noexcept {
    if (std::exchange(closed_, true)) {
        return;
    }
    interrupt(nullptr, spare_bodies);
    if (pool_) {
        pool_->close();
    }
}

AIOHTTP_DECL Error closed_connector() {
    return make_error(errc::connection_closed, Phase::queue, "the connector is closed");
}

AIOHTTP_DECL PoolStats ConnectorCore::stats() const noexcept {
    PoolStats stats;
    if (pool_) {
        stats.in_use = pool_->in_use();
        stats.idle = pool_->idle();
        stats.open = stats.in_use + stats.idle;
        stats.waiting = pool_->waiting();
    }
    return stats;
}

AIOHTTP_DECL std::vector<HostStats> ConnectorCore::stats_by_host() const {
    return pool_ ? pool_->stats_by_host() : std::vector<HostStats>();
}

AIOHTTP_DECL PoolCounters ConnectorCore::counters() const noexcept {
    return pool_ ? pool_->counters() : counters_;
}

}  // namespace aiohttp::detail
