#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiohttp::detail {

/// An IP address as its bytes; an IPv4 address as the IPv6 one that is mapped to it.
struct IpBytes {
    std::array<std::uint8_t, 16> bytes{};

    bool is_v4() const noexcept;
    /// Four bytes, of an IPv4 address.
    std::string v4_bytes() const;
    /// All sixteen.
    std::string v6_bytes() const;
    bool operator==(const IpBytes&) const = default;
};

/// The address that the text is: a dotted quad, or IPv6 (RFC 4291 2.2) without brackets. The
/// zone of an IPv6 address ("%eth0") is left out.
std::optional<IpBytes> parse_ip_address(std::string_view text);

/// An address block, as "10.0.0.0/8" or "fe80::/10" (RFC 4632 3.1).
struct IpNetwork {
    IpBytes address;
    unsigned prefix = 128;  ///< bits, of 128 also for IPv4

    bool contains(const IpBytes& other) const noexcept;
};

/// An address, which is a block of one, or a block.
std::optional<IpNetwork> parse_ip_network(std::string_view text);

}  // namespace aiohttp::detail
