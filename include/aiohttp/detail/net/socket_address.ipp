#pragma once

#include <cstring>

#include <boost/asio/ip/tcp.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/socket_address.hpp>
#include <aiohttp/detail/net/tcp_socket.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL int system_family(AddressFamily family) noexcept {
    switch (family) {
        case AddressFamily::ipv4:
            return AF_INET;
        case AddressFamily::ipv6:
            return AF_INET6;
        case AddressFamily::any:
            break;
    }
    return AF_UNSPEC;
}

AIOHTTP_DECL void append_address(std::vector<ResolvedHost>& hosts,
                                 const std::string& hostname,
                                 const sockaddr* address,
                                 std::size_t size,
                                 std::uint16_t port) {
    asio::ip::tcp::endpoint endpoint;
    const bool is_ip = address->sa_family == AF_INET || address->sa_family == AF_INET6;
    if (!is_ip || size > endpoint.capacity()) {
        return;
    }
    std::memcpy(endpoint.data(), address, size);
    endpoint.resize(size);
    endpoint.port(port);
    hosts.push_back(resolved_host(hostname, endpoint));
}

}  // namespace aiohttp::detail
