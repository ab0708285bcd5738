#pragma once

#include <aiohttp/address_guard.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/address_ranges.hpp>

namespace aiohttp {

AIOHTTP_DECL bool is_public_address(std::string_view address) noexcept {
    if (const auto v4 = detail::parse_ipv4(address)) {
        return detail::is_public(*v4);
    }
    const auto v6 = detail::parse_ipv6(address);
    return v6 && detail::is_public(*v6);
}

AIOHTTP_DECL AddressGuard no_private_addresses() {
    return [](const ResolvedHost& host) { return is_public_address(host.address); };
}

}  // namespace aiohttp
