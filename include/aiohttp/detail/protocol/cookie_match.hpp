#pragma once

#include <string>
#include <string_view>

// Which hosts and paths a cookie is for: RFC 6265bis 5.1.3 and 5.1.4.
namespace aiohttp::detail {

/// Whether a host is an IP address, of version 6 (without brackets) or 4: also in the short, octal
/// and hexadecimal forms that resolvers take ("127.1", "0x7f000001").
bool is_ip_host(std::string_view host) noexcept;

/// Whether `host` is `domain` or below it. Both in lower case; an IP address matches itself only.
bool domain_matches(std::string_view host, std::string_view domain) noexcept;

/// Whether `path` is `cookie_path` or below it, by whole segments.
bool path_matches(std::string_view path, std::string_view cookie_path) noexcept;

/// The path of a cookie that was set by a response for `path` and has none itself: that up to,
/// not including, the last "/", or "/".
std::string_view default_cookie_path(std::string_view path) noexcept;

}  // namespace aiohttp::detail
