#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <aiohttp/decode_errors.hpp>

namespace aiohttp::detail {

/// How long the longest prefix is that is UTF-8 (RFC 3629: no overlong forms, no surrogates,
/// nothing above U+10FFFF).
std::size_t valid_utf8_prefix(std::string_view bytes) noexcept;

/// Whether the name is UTF-8's: "utf-8", "UTF8", "utf_8".
bool is_utf8_name(std::string_view charset) noexcept;

/// Whether text can be decoded from a charset of that name.
bool is_known_charset(const std::string& charset);

/// Text as UTF-8, or where it cannot be decoded.
struct DecodedText {
    std::string text;
    std::optional<std::size_t> bad_offset;  ///< of the first byte that is no text; strict only
};

/// The bytes as UTF-8. A byte order mark stays, but for charsets whose byte order it decides. The
/// charset is known; else there is no text.
DecodedText decode_text(std::string_view bytes, const std::string& charset, DecodeErrors errors);

}  // namespace aiohttp::detail
