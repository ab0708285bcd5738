#pragma once

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/percent.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL void append_percent_encoded(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', digits[byte >> 4], digits[byte & 15]});
}

AIOHTTP_DECL void append_encoded(std::string& out,
                                 std::string_view text,
                                 const CharSet& legal,
                                 std::string_view space,
                                 bool keep_encoded) {
    for (;;) {
        const std::size_t clean = count_leading(text, legal);
        out.append(text.data(), clean);
        text.remove_prefix(clean);
        if (text.empty()) {
            return;
        }
        const bool keep = keep_encoded && is_percent_encoded(text, 0);
        if (keep) {
            out.append(text.data(), 3);
        } else if (text.front() == ' ') {
            out.append(space);
        } else {
            append_percent_encoded(out, text.front());
        }
        text.remove_prefix(keep ? 3 : 1);
    }
}

AIOHTTP_DECL void append_quoted(std::string& out,
                                std::string_view text,
                                const CharSet& legal,
                                std::string_view space) {
    append_encoded(out, text, legal, space, false);
}

AIOHTTP_DECL void append_requoted(std::string& out,
                                  std::string_view text,
                                  const CharSet& legal,
                                  std::string_view space) {
    append_encoded(out, text, legal, space, true);
}

AIOHTTP_DECL std::string percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_percent_encoded(text, i)) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace aiohttp::detail
