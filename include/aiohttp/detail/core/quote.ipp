#pragma once

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/quote.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL void append_printable(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
        out.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    } else {
        out.append(1, c);
    }
}

AIOHTTP_DECL std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text) {
        append_printable(out, c);
    }
    return out;
}

AIOHTTP_DECL std::string quote(std::string_view text) {
    constexpr std::size_t limit = 120;
    std::string out = "\"";
    for (const char c : text.substr(0, limit)) {
        if (c == '"' || c == '\\') {
            out.append(1, '\\');
        }
        append_printable(out, c);
    }
    return out.append(text.size() > limit ? "\"..." : "\"");
}

}  // namespace aiohttp::detail
