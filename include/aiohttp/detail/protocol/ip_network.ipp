#pragma once

#include <algorithm>

#include <arpa/inet.h>

#include <aiohttp/detail/config.hpp>
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
    if (is_ipv4(text)) {
        const std::string address(text);
        std::ranges::copy(v4_mapped, parsed.bytes.begin());
        ::inet_pton(AF_INET, address.c_str(), parsed.bytes.data() + v4_mapped.size());
        return parsed;
    }
    const std::string address(text.substr(0, text.find('%')));
    if (is_ipv6(address) && ::inet_pton(AF_INET6, address.c_str(), parsed.bytes.data()) == 1) {
        return parsed;
    }
    return std::nullopt;
}

AIOHTTP_DECL bool IpNetwork::contains(const IpBytes& other) const noexcept {
    const bool of_v4 = prefix >= 8 * v4_mapped.size() && address.is_v4();
    if (other.is_v4() && !of_v4) {
        return false;  // "::/0" is every IPv6 address, and no IPv4 one
    }
    for (unsigned bit = 0; bit < prefix; bit += 8) {
        const unsigned rest = prefix - bit;
        const unsigned mask = rest >= 8 ? 0xffU : (0xff00U >> rest) & 0xffU;
        const unsigned difference =
            static_cast<unsigned>(address.bytes[bit / 8]) ^ other.bytes[bit / 8];
        if ((difference & mask) != 0) {
            return false;
        }
    }
    return true;
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
