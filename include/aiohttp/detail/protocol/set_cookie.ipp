#pragma once

#include <algorithm>
#include <charconv>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/protocol/cookie_date.hpp>
#include <aiohttp/detail/protocol/set_cookie.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL bool has_control_character(std::string_view text) noexcept {
    return std::ranges::any_of(text, is_forbidden_in_value);
}

/// Cuts off what is before the next ";", and the ";".
AIOHTTP_DECL std::string_view next_cookie_part(std::string_view& rest) noexcept {
    const auto semicolon = rest.find(';');
    const auto part = rest.substr(0, semicolon);
    rest.remove_prefix(semicolon == std::string_view::npos ? rest.size() : semicolon + 1);
    return part;
}

/// An optional "-" and digits; a number too large is the largest one.
AIOHTTP_DECL std::optional<std::int64_t> parse_max_age(std::string_view text) noexcept {
    const bool negative = text.starts_with('-');
    const auto digits = text.substr(negative ? 1 : 0);
    if (digits.empty() || !std::ranges::all_of(digits, is_digit)) {
        return std::nullopt;
    }
    std::int64_t seconds = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (parsed.ec == std::errc::result_out_of_range) {
        seconds = INT64_MAX;
    }
    return negative ? -seconds : seconds;
}

AIOHTTP_DECL SameSite parse_same_site(std::string_view value) noexcept {
    if (iequals(value, "none")) {
        return SameSite::none;
    }
    if (iequals(value, "lax")) {
        return SameSite::lax;
    }
    return iequals(value, "strict") ? SameSite::strict : SameSite::unset;
}

AIOHTTP_DECL void take_attribute(SetCookie& cookie, std::string_view name, std::string_view value) {
    if (value.size() > max_attribute_size) {
        return;
    }
    if (iequals(name, "expires")) {
        if (const auto date = parse_cookie_date(value)) {
            cookie.expires = date;
        }
    } else if (iequals(name, "max-age")) {
        if (const auto seconds = parse_max_age(value)) {
            cookie.max_age = seconds;
        }
    } else if (iequals(name, "domain")) {
        cookie.domain = value.substr(value.starts_with('.') ? 1 : 0);
    } else if (iequals(name, "path")) {
        cookie.has_path_attribute = value.starts_with('/');
        cookie.path = cookie.has_path_attribute ? value : std::string_view();
    } else if (iequals(name, "secure")) {
        cookie.secure = true;
    } else if (iequals(name, "httponly")) {
        cookie.http_only = true;
    } else if (iequals(name, "samesite")) {
        cookie.same_site = parse_same_site(value);
    }
}

AIOHTTP_DECL std::optional<SetCookie> parse_set_cookie(std::string_view line) {
    if (has_control_character(line)) {
        return std::nullopt;
    }
    SetCookie cookie;
    const auto pair = next_cookie_part(line);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) {
        cookie.value = trim(pair);
    } else {
        cookie.name = trim(pair.substr(0, equals));
        cookie.value = trim(pair.substr(equals + 1));
    }
    const auto size = cookie.name.size() + cookie.value.size();
    if (size == 0 || size > max_cookie_size) {
        return std::nullopt;
    }
    while (!line.empty()) {
        const auto part = next_cookie_part(line);
        const auto sign = std::min(part.find('='), part.size());
        take_attribute(cookie, trim(part.substr(0, sign)),
                       trim(part.substr(std::min(sign + 1, part.size()))));
    }
    return cookie;
}

}  // namespace aiohttp::detail
