#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <aiohttp/cookie.hpp>

namespace aiohttp::detail {

/// RFC 6265bis 5.6: longer ones are dropped.
inline constexpr std::size_t max_cookie_size = 4096;  ///< bytes of name and value together
inline constexpr std::size_t max_attribute_size = 1024;

/// A Set-Cookie value taken apart; views into it. Of an attribute that comes twice, the last one.
struct SetCookie {
    std::string_view name;
    std::string_view value;
    std::string_view domain;  ///< without leading dot; empty: none
    std::string_view path;    ///< empty, or begins with "/"
    bool has_path_attribute = false;
    std::optional<std::int64_t> max_age;  ///< seconds
    std::optional<std::chrono::sys_seconds> expires;
    bool secure = false;
    bool http_only = false;
    SameSite same_site = SameSite::unset;
};

/// Parses a Set-Cookie value as user agents do (RFC 6265bis 5.6): one cookie a line, attributes
/// that are unknown, malformed or too long are ignored. Nullopt for a value without a cookie, with
/// a control character, or with a name and value too long.
std::optional<SetCookie> parse_set_cookie(std::string_view line);

/// Whether there is a control character other than tab.
bool has_control_character(std::string_view text) noexcept;

/// The value of a SameSite attribute.
SameSite parse_same_site(std::string_view value) noexcept;

}  // namespace aiohttp::detail
