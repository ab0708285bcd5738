#pragma once

#include <memory>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/tcp_dialer.hpp>
#include <aiohttp/detail/net/name_lookup.hpp>
#include <aiohttp/tcp_connector.hpp>

namespace aiohttp {

namespace detail {

AIOHTTP_DECL std::shared_ptr<NameLookup> make_name_lookup(const TcpPolicy& options) {
    LookupPolicy policy;
    policy.resolver = options.resolver;
    policy.family = options.family;
    policy.use_cache = options.use_dns_cache;
    policy.ttl = options.ttl_dns_cache;
    policy.max_size = options.dns_cache_max_size;
    return std::make_shared<NameLookup>(std::move(policy));
}

AIOHTTP_DECL std::unique_ptr<Dialer> make_tcp_dialer(const TcpPolicy& options,
                                                     std::shared_ptr<NameLookup> names) {
    DialPolicy policy;
    policy.family = options.family;
    policy.happy_eyeballs_delay = options.happy_eyeballs_delay;
    policy.interleave = options.interleave.value_or(options.happy_eyeballs_delay ? 1U : 0U);
    policy.guard = options.address_guard;
    if (!options.local_host.empty()) {
        policy.socket.local.emplace(asio::ip::make_address(options.local_host), options.local_port);
    }
    policy.socket.keepalive = options.tcp_keepalive;
    policy.socket.keepalive_idle = options.tcp_keepalive_idle;
    policy.socket.hook = options.on_socket;
    return std::make_unique<TcpDialer>(std::move(names), std::move(policy));
}

}  // namespace detail

AIOHTTP_DECL TCPConnector::TCPConnector(const TCPConnectorOptions& options)
    : TCPConnector(options, detail::make_name_lookup(options.tcp())) {}

AIOHTTP_DECL TCPConnector::TCPConnector(const TCPConnectorOptions& options,
                                        std::shared_ptr<detail::NameLookup> names)
    : BaseConnector(options.policy(), detail::make_tcp_dialer(options.tcp(), names)),
      names_(std::move(names)) {}

AIOHTTP_DECL void TCPConnector::clear_dns_cache() noexcept {
    names_->clear();
}
AIOHTTP_DECL void TCPConnector::clear_dns_cache(const std::string& host, std::uint16_t port) {
    names_->clear(host, port);
}

}  // namespace aiohttp
