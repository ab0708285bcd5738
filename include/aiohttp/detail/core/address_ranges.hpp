#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
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

/// Whether the first `bits` bits of two addresses are the same.
template <class Bytes>
constexpr bool same_prefix(const Bytes& a, const Bytes& b, unsigned bits) noexcept {
    const std::size_t whole = bits / 8;
    if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) {
        return false;
    }
    const unsigned rest = bits % 8;
    return rest == 0 || (a[whole] ^ b[whole]) >> (8U - rest) == 0;
}

/// Whether the address is one of the public Internet's hosts.
bool is_public(const Ipv4Bytes& address) noexcept;
/// The same; of an address that carries an IPv4 address, whether that one is public, too.
bool is_public(const Ipv6Bytes& address) noexcept;

}  // namespace aiohttp::detail
