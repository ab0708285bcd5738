#pragma once

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/base64.hpp>
#include <aiohttp/detail/protocol/transfer_decoding.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL std::optional<std::string> decode_base64(std::string_view text) {
    return base64_decode(text);
}

AIOHTTP_DECL std::optional<std::string> decode_quoted_printable(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        const auto line_feed = text.find('\n', at);
        const bool has_end = line_feed != std::string_view::npos;
        auto line = text.substr(at, has_end ? line_feed - at : line_feed);
        at = has_end ? line_feed + 1 : text.size();
        const bool crlf = has_end && line.ends_with('\r');
        if (crlf) {
            line.remove_suffix(1);
        }
        while (!line.empty() && is_blank(line.back())) {
            line.remove_suffix(1);
        }
        const bool soft = line.ends_with('=');
        if (soft) {
            line.remove_suffix(1);
        }
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (line[i] != '=') {
                bytes += line[i];
                continue;
            }
            const int high = i + 2 < line.size() ? hex_value(line[i + 1]) : -1;
            const int low = high >= 0 ? hex_value(line[i + 2]) : -1;
            if (low < 0) {
                return std::nullopt;
            }
            bytes += static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (has_end && !soft) {
            bytes += crlf ? "\r\n" : "\n";
        }
    }
    return bytes;
}

}  // namespace aiohttp::detail
