#pragma once

#include <utility>

#include <aiohttp/connector.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/connector_core.hpp>
#include <aiohttp/detail/connection/tcp_dialer.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp {

AIOHTTP_DECL TCPConnectorOptions::TCPConnectorOptions() = default;

AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::limit(std::size_t connections) & {
    limit_ = connections;
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::limit(std::size_t connections) && {
    return std::move(limit(connections));
}
AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::limit_per_host(std::size_t connections) & {
    limit_per_host_ = connections;
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::limit_per_host(std::size_t connections) && {
    return std::move(limit_per_host(connections));
}
AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::keepalive_timeout(Duration timeout) & {
    if (timeout <= Duration::zero()) {
        throw ValueError("keepalive_timeout must be positive");
    }
    if (force_close_) {
        throw ValueError("keepalive_timeout cannot be set together with force_close");
    }
    keepalive_timeout_ = timeout;
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::keepalive_timeout(Duration timeout) && {
    return std::move(keepalive_timeout(timeout));
}
AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::force_close(bool on) & {
    if (on && keepalive_timeout_) {
        throw ValueError("force_close cannot be set together with keepalive_timeout");
    }
    force_close_ = on;
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::force_close(bool on) && {
    return std::move(force_close(on));
}
AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::ssl(TlsOptions options) & {
    ssl_ = std::move(options);
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::ssl(TlsOptions options) && {
    return std::move(ssl(std::move(options)));
}
AIOHTTP_DECL Duration TCPConnectorOptions::keepalive_timeout() const noexcept {
    return keepalive_timeout_.value_or(std::chrono::seconds(15));
}

AIOHTTP_DECL BaseConnector::BaseConnector(const TCPConnectorOptions& options,
                                          std::unique_ptr<detail::Dialer> dialer)
    : core_(std::make_shared<detail::ConnectorCore>(options, std::move(dialer))) {}
AIOHTTP_DECL BaseConnector::~BaseConnector() {
    core_->close(true);
}

AIOHTTP_DECL boost::asio::awaitable<void> BaseConnector::close() {
    core_->close(false);
    co_return;
}
AIOHTTP_DECL bool BaseConnector::closed() const noexcept {
    return core_->closed();
}
AIOHTTP_DECL PoolStats BaseConnector::stats() const noexcept {
    return core_->stats();
}

AIOHTTP_DECL TCPConnector::TCPConnector(const TCPConnectorOptions& options)
    : BaseConnector(
          options,
          std::make_unique<detail::TcpDialer>(std::make_unique<detail::ThreadedResolver>())) {}

}  // namespace aiohttp
