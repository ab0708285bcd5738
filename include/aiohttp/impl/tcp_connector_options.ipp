#pragma once

#include <string>
#include <utility>

#include <boost/asio/ip/address.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/tcp_connector.hpp>

namespace aiohttp {

AIOHTTP_DECL TCPConnectorOptions::TCPConnectorOptions() = default;

AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::resolver(
    std::shared_ptr<Resolver> resolver) & {
    tcp_.resolver = std::move(resolver);
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::resolver(
    std::shared_ptr<Resolver> resolver) && {
    return std::move(this->resolver(std::move(resolver)));
}

AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::use_dns_cache(bool on) & {
    tcp_.use_dns_cache = on;
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::use_dns_cache(bool on) && {
    return std::move(this->use_dns_cache(on));
}

AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::ttl_dns_cache(
    std::optional<Duration> ttl) & {
    if (ttl && *ttl <= Duration::zero()) {
        throw ValueError("ttl_dns_cache must be positive; nullopt keeps addresses for ever");
    }
    tcp_.ttl_dns_cache = ttl;
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::ttl_dns_cache(
    std::optional<Duration> ttl) && {
    return std::move(this->ttl_dns_cache(ttl));
}

AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::dns_cache_max_size(std::size_t names) & {
    if (names == 0) {
        throw ValueError("dns_cache_max_size must be positive; use_dns_cache(false) has no cache");
    }
    tcp_.dns_cache_max_size = names;
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::dns_cache_max_size(std::size_t names) && {
    return std::move(this->dns_cache_max_size(names));
}

AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::family(AddressFamily family) & {
    tcp_.family = family;
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::family(AddressFamily family) && {
    return std::move(this->family(family));
}

AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::happy_eyeballs_delay(
    std::optional<Duration> delay) & {
    if (delay && *delay <= Duration::zero()) {
        throw ValueError("happy_eyeballs_delay must be positive; nullopt switches it off");
    }
    tcp_.happy_eyeballs_delay = delay;
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::happy_eyeballs_delay(
    std::optional<Duration> delay) && {
    return std::move(this->happy_eyeballs_delay(delay));
}

AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::interleave(
    std::size_t first_family_count) & {
    tcp_.interleave = first_family_count;
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::interleave(
    std::size_t first_family_count) && {
    return std::move(this->interleave(first_family_count));
}

AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::tcp_keepalive(bool on) & {
    tcp_.tcp_keepalive = on;
    tcp_.tcp_keepalive_idle = 0;
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::tcp_keepalive(bool on) && {
    return std::move(this->tcp_keepalive(on));
}

AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::tcp_keepalive(std::chrono::seconds idle) & {
    constexpr int longest = 32767;  // what Linux takes
    if (idle.count() < 1 || idle.count() > longest) {
        throw ValueError("tcp_keepalive must be 1 to 32767 seconds, not " +
                         std::to_string(idle.count()));
    }
    tcp_.tcp_keepalive = true;
    tcp_.tcp_keepalive_idle = static_cast<int>(idle.count());
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::tcp_keepalive(
    std::chrono::seconds idle) && {
    return std::move(this->tcp_keepalive(idle));
}

AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::on_socket(SocketHook hook) & {
    tcp_.on_socket = std::move(hook);
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::on_socket(SocketHook hook) && {
    return std::move(this->on_socket(std::move(hook)));
}

AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::address_guard(AddressGuard guard) & {
    tcp_.address_guard = std::move(guard);
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::address_guard(AddressGuard guard) && {
    return std::move(this->address_guard(std::move(guard)));
}

AIOHTTP_DECL TCPConnectorOptions& TCPConnectorOptions::local_addr(std::string host,
                                                                  std::uint16_t port) & {
    boost::system::error_code malformed;
    boost::asio::ip::make_address(host, malformed);
    if (malformed) {
        throw ValueError("local_addr must be an IP address, not '" + host + "'");
    }
    tcp_.local_host = std::move(host);
    tcp_.local_port = port;
    return *this;
}
AIOHTTP_DECL TCPConnectorOptions&& TCPConnectorOptions::local_addr(std::string host,
                                                                   std::uint16_t port) && {
    return std::move(this->local_addr(std::move(host), port));
}

}  // namespace aiohttp
