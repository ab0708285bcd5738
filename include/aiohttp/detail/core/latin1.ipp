#pragma once

#include <cstddef>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/latin1.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL std::optional<std::string> utf8_to_latin1(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto lead = static_cast<unsigned char>(text[at]);
        if (lead < 0x80) {
            bytes += text[at];
            continue;
        }
        // The characters up to U+00FF are those that begin with C2 and C3.
        const auto next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0U;
        if ((lead != 0xC2 && lead != 0xC3) || (next & 0xC0U) != 0x80) {
            return std::nullopt;
        }
        bytes += static_cast<char>((lead & 0x03U) << 6U | (next & 0x3FU));
        ++at;
    }
    return bytes;
}

AIOHTTP_DECL std::string latin1_to_utf8(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    for (const char c : bytes) {
        const auto code = static_cast<unsigned char>(c);
        if (code < 0x80) {
            text += c;
        } else {
            text += static_cast<char>(0xC0U | code >> 6U);
            text += static_cast<char>(0x80U | (code & 0x3FU));
        }
    }
    return text;
}

}  // namespace aiohttp::detail
