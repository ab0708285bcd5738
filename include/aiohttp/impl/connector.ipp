#pragma once

#include <utility>

#include <aiohttp/connector.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/connector_core.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp {

AIOHTTP_DECL void detail::ConnectorPolicy::set_keepalive_timeout(Duration timeout) {
    if (timeout <= Duration::zero()) {
        throw ValueError("keepalive_timeout must be positive");
    }
    if (force_close) {
        throw ValueError("keepalive_timeout cannot be set together with force_close");
    }
    keepalive_timeout = timeout;
}
AIOHTTP_DECL void detail::ConnectorPolicy::set_force_close(bool on) {
    if (on && keepalive_timeout) {
        throw ValueError("force_close cannot be set together with keepalive_timeout");
    }
    force_close = on;
}
AIOHTTP_DECL void detail::ConnectorPolicy::set_max_connection_age(std::optional<Duration> age) {
    if (age && *age <= Duration::zero()) {
        throw ValueError("max_connection_age must be positive; nullopt switches it off");
    }
    max_connection_age = age;
}

AIOHTTP_DECL BaseConnector::BaseConnector(const detail::ConnectorPolicy& policy,
                                          std::unique_ptr<detail::Dialer> dialer)
    : core_(std::make_shared<detail::ConnectorCore>(policy, std::move(dialer))) {}
AIOHTTP_DECL BaseConnector::~BaseConnector() {
    core_->close(true);
}

AIOHTTP_DECL boost::asio::awaitable<void> BaseConnector::close() {
    core_->close(false);
    co_return;
}
AIOHTTP_DECL boost::asio::awaitable<void> BaseConnector::close(Duration grace) {
    return detail::close_gracefully(core_, nullptr, grace);
}
AIOHTTP_DECL bool BaseConnector::closed() const noexcept {
    return core_->closed();
}
AIOHTTP_DECL PoolStats BaseConnector::stats() const noexcept {
    return core_->stats();
}
AIOHTTP_DECL std::vector<HostStats> BaseConnector::stats_by_host() const {
    return core_->stats_by_host();
}
AIOHTTP_DECL PoolCounters BaseConnector::counters() const noexcept {
    return core_->counters();
}

}  // namespace aiohttp
