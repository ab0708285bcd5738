#pragma once

#include <cstdint>
#include <string>

namespace aiohttp {

/// Which addresses are wanted.
enum class AddressFamily : std::uint8_t { any, ipv4, ipv6 };

/// One address of a host, as resolvers give them and hooks of a connector see them.
struct ResolvedHost {
    std::string hostname;    ///< The name that was looked up; for an IP literal the literal.
    std::string address;     ///< "192.0.2.1", "2001:db8::1" or "fe80::1%eth0".
    std::uint16_t port = 0;  ///< Where to connect; 0 from a resolver: the port that was asked for.
    AddressFamily family = AddressFamily::any;  ///< Of the address; a resolver may leave `any`.
    bool operator==(const ResolvedHost&) const = default;
};

}  // namespace aiohttp
