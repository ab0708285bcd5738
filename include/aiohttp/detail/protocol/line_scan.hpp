#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/quote.hpp>

// What all lines of HTTP/1 have in common.
namespace aiohttp::detail {

inline constexpr CharSet is_line_stop{std::string_view("\0\r\n", 3)};

/// The first NUL, CR or LF from `from` on, or `end`. Looks at eight bytes at a time for one below
/// 14, which hardly ever is anything else.
inline const char* find_line_stop(const char* from, const char* end) noexcept {
    constexpr std::uint64_t every_byte = 0x0101010101010101;
    while (end - from >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, from, sizeof word);
        const std::uint64_t low = (word - every_byte * ('\r' + 1)) & ~word & (every_byte << 7);
        if (low == 0) {
            from += sizeof word;
            continue;
        }
        if constexpr (std::endian::native == std::endian::little) {
            from += static_cast<unsigned>(std::countr_zero(low)) / 8;
        }
        if (is_line_stop(*from)) {
            return from;
        }
        ++from;
    }
    while (from != end && !is_line_stop(*from)) {
        ++from;
    }
    return from;
}

/// The first character from `from` on that no token may hold, or `end`.
inline const char* find_token_end(const char* from, const char* end) noexcept {
    for (; end - from >= 4; from += 4) {
        if (!is_token_char(from[0])) {
            return from;
        }
        if (!is_token_char(from[1])) {
            return from + 1;
        }
        if (!is_token_char(from[2])) {
            return from + 2;
        }
        if (!is_token_char(from[3])) {
            return from + 3;
        }
    }
    while (from != end && is_token_char(*from)) {
        ++from;
    }
    return from;
}

/// The line end at `stop`, which find_line_stop() gave: a pointer behind it, or null when it is
/// none (yet).
inline const char* skip_line_end(const char* stop, const char* end) noexcept {
    if (stop != end && *stop == '\r') {
        ++stop;
    }
    return stop != end && *stop == '\n' ? stop + 1 : nullptr;
}

/// The error of a line beyond its limit.
inline std::string more_than(std::size_t limit, std::string_view what, std::string_view text) {
    return "Got more than " + std::to_string(limit) + " bytes when reading the " +
           std::string(what) + ' ' + quote(text);
}

}  // namespace aiohttp::detail
