#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include <iconv.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/protocol/charset.hpp>

namespace aiohttp::detail {

inline constexpr std::string_view replacement_character = "\xef\xbf\xbd";

/// A sequence of UTF-8: its length, or how many bytes cannot begin one (the maximal subpart of
/// Unicode 3.9, which one replacement character stands for).
struct Utf8Sequence {
    std::size_t size;
    bool valid;
};

AIOHTTP_DECL Utf8Sequence next_utf8(std::string_view bytes) noexcept {
    const auto at = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned lead = at(0);
    if (lead < 0x80) {
        return {1, true};
    }
    const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead < 0xc2 || lead > 0xf4) {
        return {1, false};
    }
    // The second byte's range keeps out overlong forms, surrogates and what is above U+10FFFF.
    const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (bytes.size() < 2 || at(1) < low || at(1) > high) {
        return {1, false};
    }
    for (std::size_t i = 2; i < size; ++i) {
        if (i == bytes.size() || (at(i) & 0xc0U) != 0x80) {
            return {i, false};
        }
    }
    return {size, true};
}

/// How many bytes at the front are ASCII; whole blocks only, unless the bytes end first.
AIOHTTP_DECL std::size_t ascii_prefix(std::string_view bytes) noexcept {
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    const auto word = [&at](std::ptrdiff_t index) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, at + index * 8, sizeof bits);
        return bits;
    };
    for (; end - at >= 64; at += 64) {
        const auto low = word(0) | word(1) | word(2) | word(3);
        const auto high = word(4) | word(5) | word(6) | word(7);
        if (((low | high) & high_bits) != 0) {
            break;
        }
    }
    while (at != end && (*at & 0x80) == 0) {
        ++at;
    }
    return static_cast<std::size_t>(at - bytes.data());
}

AIOHTTP_DECL std::size_t valid_utf8_prefix(std::string_view bytes) noexcept {
    std::size_t at = 0;
    while (at < bytes.size()) {
        at += ascii_prefix(bytes.substr(at));
        if (at == bytes.size()) {
            break;
        }
        const auto next = next_utf8(bytes.substr(at));
        if (!next.valid) {
            break;
        }
        at += next.size;
    }
    return at;
}

AIOHTTP_DECL DecodedText decode_utf8(std::string_view bytes, DecodeErrors errors) {
    auto valid = valid_utf8_prefix(bytes);
    DecodedText result{std::string(bytes.substr(0, valid)), std::nullopt};
    if (valid < bytes.size() && errors == DecodeErrors::strict) {
        result.bad_offset = valid;
        return result;
    }
    while (valid < bytes.size()) {
        bytes.remove_prefix(valid);
        bytes.remove_prefix(next_utf8(bytes).size);
        result.text.append(errors == DecodeErrors::replace ? replacement_character : "");
        valid = valid_utf8_prefix(bytes);
        result.text.append(bytes.substr(0, valid));
    }
    return result;
}

/// Lower case without what people put between letters and digits.
AIOHTTP_DECL std::string plain_charset_name(std::string_view charset) {
    std::string plain = to_lower_copy(charset);
    std::erase_if(plain, [](char c) { return c == '-' || c == '_' || c == ' '; });
    return plain;
}

AIOHTTP_DECL bool is_utf8_name(std::string_view charset) noexcept {
    if (charset == "utf-8") {
        return true;
    }
    constexpr std::string_view name = "utf8";
    std::size_t matched = 0;
    for (const char c : charset) {
        if (c == '-' || c == '_') {
            continue;
        }
        if (matched == name.size() || to_lower(c) != name[matched]) {
            return false;
        }
        ++matched;
    }
    return matched == name.size();
}

/// A conversion to UTF-8 by the system.
class Converter {
public:
    explicit Converter(const std::string& charset) {
        // What else may stand in a name of iconv's is not for a server to decide: "//TRANSLIT". It
        // leaves other characters out: "(ucs-4)" would be UCS-4, and nobody would know.
        const bool is_name = std::ranges::all_of(charset, [](char c) {
            return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == ':';
        });
        if (charset.empty() || !is_name) {
            return;
        }
        open(charset.c_str());
        const auto plain = plain_charset_name(charset);
        for (const auto& [name, known] : aliases) {
            if (!*this && plain == name) {
                open(known);
            }
        }
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;
    ~Converter() {
        if (*this) {
            iconv_close(handle_);
        }
    }
    // iconv_open() gives (iconv_t)-1 for what it does not know.
    explicit operator bool() const noexcept { return std::bit_cast<std::intptr_t>(handle_) != -1; }
    iconv_t get() const noexcept { return handle_; }

private:
    // What Python or browsers know and iconv does not.
    static constexpr std::array<std::pair<std::string_view, const char*>, 6> aliases{
        {{"latin1", "ISO-8859-1"},
         {"ascii", "US-ASCII"},
         {"xsjis", "SHIFT_JIS"},
         {"windows31j", "CP932"},
         {"ksc56011987", "CP949"},
         {"xgbk", "GBK"}}};

    void open(const char* name) noexcept { handle_ = iconv_open("UTF-8", name); }

    iconv_t handle_ = std::bit_cast<iconv_t>(std::intptr_t{-1});
};

AIOHTTP_DECL bool is_known_charset(const std::string& charset) {
    return is_utf8_name(charset) || Converter(charset);
}

/// How many bytes one code unit has: what is skipped when they make no sense.
AIOHTTP_DECL std::size_t unit_of(std::string_view charset) {
    const auto plain = plain_charset_name(charset);
    if (plain.starts_with("utf32") || plain.starts_with("ucs4")) {
        return 4;
    }
    return plain.starts_with("utf16") || plain.starts_with("ucs2") ? 2 : 1;
}

/// Takes out what a converter let through though it is no text: code points above U+10FFFF, and
/// surrogates, of charsets with four bytes a character (UCS-4).
AIOHTTP_DECL DecodedText without_bad_utf8(DecodedText converted, DecodeErrors errors) {
    if (valid_utf8_prefix(converted.text) == converted.text.size()) {
        return converted;
    }
    auto checked = decode_utf8(converted.text, errors);
    if (checked.bad_offset) {
        const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; };
        checked.bad_offset =
            4 * static_cast<std::size_t>(std::ranges::count_if(checked.text, begins));
    }
    return checked;
}

AIOHTTP_DECL DecodedText decode_text(std::string_view bytes,
                                     const std::string& charset,
                                     DecodeErrors errors) {
    if (is_utf8_name(charset)) {
        return decode_utf8(bytes, errors);
    }
    DecodedText result;
    const Converter converter(charset);
    if (!converter) {
        return result;
    }
    const auto unit = unit_of(charset);
    std::array<char, 4096> piece;
    char* next = const_cast<char*>(bytes.data());  // iconv only reads it
    std::size_t left = bytes.size();
    int reason = left > 0 ? E2BIG : 0;
    while (reason != 0) {
        char* out = piece.data();
        std::size_t room = piece.size();
        const auto converted = iconv(converter.get(), &next, &left, &out, &room);
        reason = converted == static_cast<std::size_t>(-1) ? errno : 0;
        result.text.append(piece.data(), out);
        if (reason == 0 || reason == E2BIG) {
            continue;
        }
        if (errors == DecodeErrors::strict) {
            result.bad_offset = bytes.size() - left;
            return without_bad_utf8(std::move(result), errors);
        }
        result.text.append(errors == DecodeErrors::replace ? replacement_character : "");
        // EINVAL: a character that ends early, and with it the text.
        const auto skipped = reason == EINVAL ? left : std::min(unit, left);
        next += skipped;
        left -= skipped;
        reason = left > 0 ? reason : 0;
    }
    char* out = piece.data();
    std::size_t room = piece.size();
    iconv(converter.get(), nullptr, nullptr, &out, &room);
    result.text.append(piece.data(), out);
    return without_bad_utf8(std::move(result), errors);
}

}  // namespace aiohttp::detail
