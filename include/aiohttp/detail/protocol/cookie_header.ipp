#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/protocol/cookie_header.hpp>

namespace aiohttp::detail {

inline constexpr CharSet is_plain_cookie_char{"!#$%&'*+-.^_`|~:", true};
inline constexpr CharSet is_quoted_cookie_char{"!#$%&'*+-.^_`|~: ()/<=>?@[]{}", true};

AIOHTTP_DECL void append_octal(std::string& out, unsigned byte) {
    out += '\\';
    out += static_cast<char>('0' + (byte >> 6U));
    out += static_cast<char>('0' + (byte >> 3U & 7U));
    out += static_cast<char>('0' + (byte & 7U));
}

AIOHTTP_DECL std::string quote_cookie_value(std::string_view value) {
    const bool plain = !value.empty() &&
                       std::ranges::all_of(value, [](char c) { return is_plain_cookie_char(c); });
    if (plain) {
        return std::string(value);
    }
    std::string out = "\"";
    for (std::size_t i = 0; i < value.size(); ++i) {
        const auto byte = static_cast<unsigned char>(value[i]);
        const auto next = i + 1 < value.size() ? static_cast<unsigned char>(value[i + 1]) : 0U;
        const bool continued = (next & 0xC0U) == 0x80U;
        if (value[i] == '"' || value[i] == '\\') {
            out += '\\';
            out += value[i];
        } else if ((byte == 0xC2 || byte == 0xC3) && continued) {
            append_octal(out, (byte & 3U) << 6U | (next & 0x3FU));  // U+0080 to U+00FF
            ++i;
        } else if (byte >= 0x80 || is_quoted_cookie_char(value[i])) {
            out += value[i];
        } else {
            append_octal(out, byte);
        }
    }
    return out += '"';
}

AIOHTTP_DECL void append_cookie(std::string& field, std::string_view name, std::string_view value) {
    if (!field.empty()) {
        field.append("; ", 2);
    }
    if (!name.empty()) {
        field += name;
        field += '=';
    }
    field += value;
}

AIOHTTP_DECL std::string merge_cookies(std::string_view field, CookiePairs cookies) {
    std::map<std::string_view, std::string_view> newer;
    for (const auto& [name, value] : cookies) {
        newer[name] = value;
    }
    std::set<std::string_view> written;
    std::string merged;
    while (!field.empty()) {
        const auto semicolon = std::min(field.find(';'), field.size());
        const auto part = trim(field.substr(0, semicolon));
        field.remove_prefix(std::min(semicolon + 1, field.size()));
        const auto equals = part.find('=');
        const auto name =
            equals == std::string_view::npos ? std::string_view() : trim(part.substr(0, equals));
        const auto replacement = newer.find(name);
        if (replacement == newer.end() && !part.empty()) {
            append_cookie(merged, {}, part);
        } else if (replacement != newer.end() && !part.empty() && written.insert(name).second) {
            append_cookie(merged, name, replacement->second);
        }
    }
    for (const auto& [name, value] : cookies) {
        if (written.insert(name).second) {
            append_cookie(merged, name, newer[name]);
        }
    }
    return merged;
}

}  // namespace aiohttp::detail
