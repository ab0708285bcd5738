#pragma once

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/host_name.hpp>
#include <aiohttp/detail/protocol/cookie_match.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL bool is_ip_host(std::string_view host) noexcept {
    // No top-level domain is a number, so a host that ends in one is an address.
    return host.find(':') != std::string_view::npos || ends_in_number(host);
}

AIOHTTP_DECL bool domain_matches(std::string_view host, std::string_view domain) noexcept {
    if (host == domain) {
        return true;
    }
    return host.size() > domain.size() && !domain.empty() && host.ends_with(domain) &&
           host[host.size() - domain.size() - 1] == '.' && !is_ip_host(host);
}

AIOHTTP_DECL bool path_matches(std::string_view path, std::string_view cookie_path) noexcept {
    return path.starts_with(cookie_path) &&
           (path.size() == cookie_path.size() || cookie_path.ends_with('/') ||
            path[cookie_path.size()] == '/');
}

AIOHTTP_DECL std::string_view default_cookie_path(std::string_view path) noexcept {
    const auto slash = path.rfind('/');
    if (!path.starts_with('/') || slash == 0) {
        return "/";
    }
    return path.substr(0, slash);
}

}  // namespace aiohttp::detail
