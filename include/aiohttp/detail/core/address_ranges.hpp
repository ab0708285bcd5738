#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

// Which IP addresses are for whom (the special-purpose registries of IANA, RFC 6890).
namespace aiohttp::detail {

using Ipv4Bytes = std::array<std::uint8_t, 4>;
using Ipv6Bytes = std::array<std::uint8_t, 16>;

/// A dotted quad; nothing when it is none.
std::optional<Ipv4Bytes> parse_ipv4(std::string_view text) noexcept;
/// An IPv6 address (RFC 4291 2.2), a zone behind it is dropped; nothing when it is none.
std::optional<Ipv6Bytes> parse_ipv6(std::string_view text) noexcept;

/// Whether the address is one of the public Internet's hosts.
bool is_public(const Ipv4Bytes& address) noexcept;
/// The same; of an address that carries an IPv4 address, whether that one is public, too.
bool is_public(const Ipv6Bytes& address) noexcept;

}  // namespace aiohttp::detail
