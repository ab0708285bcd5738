#pragma once

#include <string>
#include <string_view>

#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/url_syntax.hpp>

// Host names and addresses as URLs and certificates know them.
namespace aiohttp::detail {

inline constexpr CharSet is_host_char{"-_.", true};
inline constexpr CharSet is_lower_host_char{"abcdefghijklmnopqrstuvwxyz0123456789-_."};

/// Whether it is a dotted quad in its canonical form.
bool is_ipv4(std::string_view text) noexcept;
/// Whether it is an IPv6 address, without brackets and zone (RFC 4291 2.2).
bool is_ipv6(std::string_view text) noexcept;
/// Whether resolvers take the name for an IPv4 address, in whichever form ("127.1",
/// "0x7f000001"): its last label, before a trailing dot, is a number (WHATWG URL 3.5).
bool ends_in_number(std::string_view name) noexcept;
/// A name that is no part of a URL as hosts are written there, in lower case and ASCII
/// (RFC 6265bis 5.1.2); what is no international name stays, and so matches no host.
std::string canonical_name(std::string_view name);
/// Checks a lower-case name; `host` is as the user wrote it.
bool check_host_name(std::string_view whole, std::string_view host, UrlProblem& problem);
/// Appends the host of a URL in its normal form; false when it cannot be one.
bool append_host(std::string& out, std::string_view host, UrlProblem& problem);

}  // namespace aiohttp::detail
