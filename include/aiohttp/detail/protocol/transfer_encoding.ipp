#pragma once

#include <cstdint>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/base64.hpp>
#include <aiohttp/detail/protocol/transfer_encoding.hpp>

namespace aiohttp::detail {

inline constexpr std::size_t encoded_line = 76;
inline constexpr std::size_t base64_line = encoded_line / 4 * 3;

AIOHTTP_DECL void Base64Encoder::line(std::string_view bytes, std::string& out) {
    out.append(std::exchange(begun_, true) ? "\r\n" : "").append(base64_encode(bytes));
}

AIOHTTP_DECL void Base64Encoder::encode(std::string_view piece, std::string& out) {
    out.reserve(out.size() + piece.size() / 3 * 4 + piece.size() / 16);
    while (rest_.size() + piece.size() >= base64_line) {
        const auto taken = base64_line - rest_.size();
        if (rest_.empty()) {
            line(piece.substr(0, taken), out);
        } else {
            rest_.append(piece.substr(0, taken));
            line(rest_, out);
            rest_.clear();
        }
        piece.remove_prefix(taken);
    }
    rest_.append(piece);
}

AIOHTTP_DECL void Base64Encoder::finish(std::string& out) {
    if (!rest_.empty()) {
        line(rest_, out);
        rest_.clear();
    }
}

AIOHTTP_DECL std::optional<std::uint64_t> Base64Encoder::encoded_size(
    std::uint64_t bytes) noexcept {
    const auto characters = (bytes + 2) / 3 * 4;
    return characters == 0 ? 0 : characters + (characters - 1) / encoded_line * 2;
}

AIOHTTP_DECL void QuotedPrintableEncoder::put(char c, bool escaped, std::string& out) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const std::size_t width = escaped ? 3 : 1;
    if (column_ + width > encoded_line - 1) {  // room for the "=" of a soft line break
        out.append("=\r\n");
        column_ = 0;
    }
    column_ += width;
    if (escaped) {
        const auto byte = static_cast<unsigned char>(c);
        out.append({'=', digits[byte >> 4U], digits[byte & 15U]});
    } else {
        out += c;
    }
}

AIOHTTP_DECL void QuotedPrintableEncoder::encode(std::string_view piece, std::string& out) {
    for (const char c : piece) {
        const char held = std::exchange(held_, '\0');
        if (held == '\r' && c == '\n') {
            out.append("\r\n");
            column_ = 0;
            continue;
        }
        if (held != '\0') {
            // White space at the end of a line would get lost.
            put(held, held == '\r' || c == '\r', out);
        }
        if (c == '\r' || is_blank(c)) {
            held_ = c;
        } else {
            put(c, c < ' ' || c > '~' || c == '=', out);
        }
    }
}

AIOHTTP_DECL void QuotedPrintableEncoder::finish(std::string& out) {
    if (held_ != '\0') {
        put(std::exchange(held_, '\0'), true, out);
    }
}

AIOHTTP_DECL std::optional<std::uint64_t> QuotedPrintableEncoder::encoded_size(
    std::uint64_t bytes) noexcept {
    return bytes == 0 ? std::optional<std::uint64_t>(0) : std::nullopt;
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
