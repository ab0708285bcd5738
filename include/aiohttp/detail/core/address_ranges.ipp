#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstddef>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/address_ranges.hpp>

namespace aiohttp::detail {

/// inet_pton() for a view.
template <class Bytes>
std::optional<Bytes> parse_address(int family, std::string_view text) noexcept {
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    Bytes bytes{};
    if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    std::ranges::copy(text, terminated.begin());
    if (::inet_pton(family, terminated.data(), bytes.data()) != 1) {
        return std::nullopt;
    }
    return bytes;
}

AIOHTTP_DECL std::optional<Ipv4Bytes> parse_ipv4(std::string_view text) noexcept {
    return parse_address<Ipv4Bytes>(AF_INET, text);
}

AIOHTTP_DECL std::optional<Ipv6Bytes> parse_ipv6(std::string_view text) noexcept {
    return parse_address<Ipv6Bytes>(AF_INET6, text.substr(0, text.find('%')));
}

/// The addresses whose first `length` bits are those of `prefix`.
template <class Bytes>
struct AddressRange {
    Bytes prefix;
    unsigned length;

    constexpr bool has(const Bytes& address) const noexcept {
        return same_prefix(prefix, address, length);
    }
};

inline constexpr std::array<AddressRange<Ipv4Bytes>, 14> special_ipv4{{
    {{0, 0, 0, 0}, 8},        // this network
    {{10, 0, 0, 0}, 8},       // private
    {{100, 64, 0, 0}, 10},    // shared by customers of a carrier
    {{127, 0, 0, 0}, 8},      // loopback
    {{169, 254, 0, 0}, 16},   // link-local, clouds' metadata services
    {{172, 16, 0, 0}, 12},    // private
    {{192, 0, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2, 0}, 24},     // documentation
    {{192, 88, 99, 0}, 24},   // 6to4 relays
    {{192, 168, 0, 0}, 16},   // private
    {{198, 18, 0, 0}, 15},    // benchmarks
    {{198, 51, 100, 0}, 24},  // documentation
    {{203, 0, 113, 0}, 24},   // documentation
    {{224, 0, 0, 0}, 3},      // multicast, reserved, broadcast
}};

inline constexpr AddressRange<Ipv6Bytes> ipv4_mapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff},
                                                     96};
inline constexpr AddressRange<Ipv6Bytes> nat64{{0, 0x64, 0xff, 0x9b}, 96};
inline constexpr AddressRange<Ipv6Bytes> six_to_four{{0x20, 0x02}, 16};
inline constexpr AddressRange<Ipv6Bytes> global_unicast{{0x20}, 3};

// Within 2000::/3; all that is outside is not global.
inline constexpr std::array<AddressRange<Ipv6Bytes>, 4> special_ipv6{{
    {{0x20, 0x01, 0x00}, 23},        // protocol assignments, Teredo, ORCHID
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x3f, 0xfe}, 16},              // the 6bone, given back
    {{0x3f, 0xff, 0x00}, 20},        // documentation
}};

AIOHTTP_DECL bool is_public(const Ipv4Bytes& address) noexcept {
    return std::ranges::none_of(special_ipv4,
                                [&](const auto& range) { return range.has(address); });
}

AIOHTTP_DECL bool is_public(const Ipv6Bytes& address) noexcept {
    const auto carries_public = [&](std::size_t offset) {
        Ipv4Bytes carried{};
        std::copy_n(address.begin() + static_cast<std::ptrdiff_t>(offset), carried.size(),
                    carried.begin());
        return is_public(carried);
    };
    if (ipv4_mapped.has(address) || nat64.has(address)) {
        return carries_public(12);
    }
    if (six_to_four.has(address)) {
        return carries_public(2);
    }
    return global_unicast.has(address) &&
           std::ranges::none_of(special_ipv6,
                                [&](const auto& range) { return range.has(address); });
}

}  // namespace aiohttp::detail
