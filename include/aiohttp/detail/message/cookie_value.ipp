#pragma once

#include <algorithm>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/cookie_value.hpp>
#include <aiohttp/detail/protocol/cookie_header.hpp>
#include <aiohttp/detail/protocol/set_cookie.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL std::string encode_cookie_value(std::string_view name,
                                             std::string_view value,
                                             bool quoting) {
    const auto is_separator = [](char c) {
        return is_forbidden_in_value(c) || is_blank(c) || c == '=' || c == ';' || c == ',';
    };
    if (name.empty() || std::ranges::any_of(name, is_separator)) {
        throw ValueError("cookie name " + quote(name) +
                         " is empty or holds a blank, a control character, \"=\", \";\" or \",\"");
    }
    if (has_control_character(value)) {
        throw ValueError("value of cookie " + quote(name) + " holds a control character");
    }
    if (quoting) {
        return quote_cookie_value(value);
    }
    if (value.find(';') != std::string_view::npos || trim(value) != value) {
        throw ValueError("value of cookie " + quote(name) +
                         " begins or ends with a blank or holds \";\", and quoting is off");
    }
    return std::string(value);
}

}  // namespace aiohttp::detail
