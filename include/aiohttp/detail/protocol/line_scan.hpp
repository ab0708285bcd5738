#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/quote.hpp>

// What all lines of HTTP/1 have in common.
namespace aiohttp::detail {

inline constexpr CharSet is_line_stop{std::string_view("\0\r\n", 3)};

#if defined(__SSE2__)
/// A bit for each of the sixteen bytes that is below 14.
inline unsigned low_bytes(__m128i bytes) noexcept {
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8('\r')), bytes);
    return static_cast<unsigned>(_mm_movemask_epi8(low));
}

/// A bit for each of the sixteen bytes that is no letter and no "-".
inline unsigned unusual_in_name(__m128i bytes) noexcept {
    const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(' '));
    const __m128i letter = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('a' - 1)),
                                         _mm_cmplt_epi8(lower, _mm_set1_epi8('z' + 1)));
    const __m128i usual = _mm_or_si128(letter, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')));
    return static_cast<unsigned>(_mm_movemask_epi8(usual)) ^ 0xffffU;
}
#endif

/// The first byte from `from` on that is below 14, or one a little before it or before `end`.
inline const char* skip_high_bytes(const char* from, const char* end) noexcept {
#if defined(__SSE2__)
    for (; end - from >= 16; from += 16) {
        if (const unsigned low = low_bytes(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
            low != 0) {
            return from + std::countr_zero(low);
        }
    }
#else
    constexpr std::uint64_t every_byte = 0x0101010101010101;
    for (; end - from >= 8; from += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, from, sizeof word);
        if (((word - every_byte * ('\r' + 1)) & ~word & (every_byte << 7)) != 0) {
            return from;
        }
    }
#endif
    return from;
}

/// The first NUL, CR or LF from `from` on, or `end`. Skips many bytes at a time that are not below
/// 14; one that is hardly ever is anything else.
inline const char* find_line_stop(const char* from, const char* end) noexcept {
    for (from = skip_high_bytes(from, end); from != end && !is_line_stop(*from); ++from) {
    }
    return from;
}

/// The first character from `from` on that no token may hold, or `end`. Skips letters and "-",
/// of which nearly all field names are made, sixteen at a time.
inline const char* find_token_end(const char* from, const char* end) noexcept {
#if defined(__SSE2__)
    for (; end - from >= 16; from += 16) {
        if (const unsigned unusual =
                unusual_in_name(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
            unusual != 0) {
            from += std::countr_zero(unusual);
            if (*from == ':') {
                return from;  // as nearly always, without a look at the table
            }
            break;
        }
    }
#endif
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
