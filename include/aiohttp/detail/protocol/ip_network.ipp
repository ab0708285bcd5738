#pragma once

#include <algorithm>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/address_ranges.hpp>
#include <aiohttp/detail/core/decimal.hpp>
#include <aiohttp/detail/core/host_name.hpp>
#include <aiohttp/detail/protocol/ip_network.hpp>

namespace aiohttp::detail {

inline constexpr std::array<unsigned char, 12> v4_mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

AIOHTTP_DECL bool IpBytes::is_v4() const noexcept {
    return std::equal(v4_mapped.begin(), v4_mapped.end(), bytes.begin());
}

AIOHTTP_DECL std::string IpBytes::v4_bytes() const {
    return {bytes.begin() + v4_mapped.size(), bytes.end()};
}

AIOHTTP_DECL std::string IpBytes::v6_bytes() const {
    return {bytes.begin(), bytes.end()};
}

AIOHTTP_DECL std::optional<IpBytes> parse_ip_address(std::string_view text) {
    IpBytes parsed;
    if (const auto v4 = is_ipv4(text) ? parse_ipv4(text) : std::nullopt) {
        std::ranges::copy(v4_mapped, parsed.bytes.begin());
        std::ranges::copy(*v4, parsed.bytes.begin() + v4_mapped.size());
        return parsed;
    }
    if (const auto v6 = is_ipv6(text.substr(0, text.find('%'))) ? parse_ipv6(text) : std::nullopt) {
        parsed.bytes = *v6;
        return parsed;
    }
    return std::nullopt;
}

AIOHTTP_DECL bool IpNetwork::contains(const IpBytes& other) const noexcept {
    const bool of_v4 = prefix >= 8 * v4_mapped.size() && address.is_v4();
    if (other.is_v4() && !of_v4) {
        return false;  // "::/0" is every IPv6 address, and no IPv4 one
    }
    return same_prefix(address.bytes, other.bytes, prefix);
}

AIOHTTP_DECL std::optional<IpNetwork> parse_ip_network(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parse_ip_address(text.substr(0, slash));
    if (!address) {
        return std::nullopt;
    }
    IpNetwork network{*address};
    if (slash != std::string_view::npos) {
        const bool v4 = is_ipv4(text.substr(0, slash));
        const auto bits = parse_decimal(text.substr(slash + 1));
        if (!bits || *bits > (v4 ? 32U : 128U)) {
            return std::nullopt;
        }
        network.prefix = static_cast<unsigned>(*bits) + (v4 ? 96U : 0U);
    }
    return network;
}

}  // namespace aiohttp::detail
