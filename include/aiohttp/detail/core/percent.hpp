#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <aiohttp/detail/core/ascii.hpp>

// Percent-encoding (RFC 3986 2.1): which characters each part of a URL may hold as they are, and
// the functions that encode the others.
namespace aiohttp::detail {

/// RFC 3986 3.3: pchar and "/".
inline constexpr CharSet is_path_char{"-._~!$&'()*+,;=:@/", true};
/// RFC 3986 3.4 and 3.5: a query, and a fragment.
inline constexpr CharSet is_query_char{"-._~!$&'()*+,;=:@/?", true};
/// RFC 3986 3.2.1.
inline constexpr CharSet is_user_info_char{"-._~!$&'()*+,;=:", true};
/// A name or value within a query: without the separators "&" and ";" and without "=" and "+",
/// which mean something to the server.
inline constexpr CharSet is_param_char{"-._~!$'()*,/?:@", true};

/// How many bytes at the front of `text` are in `set`. The set goes by reference: the algorithms
/// of <algorithm> would copy it.
constexpr std::size_t count_leading(std::string_view text, const CharSet& set) noexcept {
    std::size_t count = 0;
    while (count < text.size() && set(text[count])) {
        ++count;
    }
    return count;
}

/// Whether an encoded byte, "%" and two hexadecimal digits, is at `at`.
constexpr bool is_percent_encoded(std::string_view text, std::size_t at) noexcept {
    return at + 2 < text.size() && text[at] == '%' && hex_value(text[at + 1]) >= 0 &&
           hex_value(text[at + 2]) >= 0;
}

/// Appends raw text: each byte that is not `legal` is encoded, "%" too, and each space becomes
/// `space` ("%20" or "+").
void append_quoted(std::string& out,
                   std::string_view text,
                   const CharSet& legal,
                   std::string_view space);

/// Appends text that may be encoded already: what is legal, "%XX" included, is kept byte for
/// byte; the rest is treated as append_quoted() does, so that a stray "%" becomes "%25".
void append_requoted(std::string& out,
                     std::string_view text,
                     const CharSet& legal,
                     std::string_view space);

/// The bytes that `text` stands for; a "%" without two hexadecimal digits stands for itself.
std::string percent_decode(std::string_view text);

}  // namespace aiohttp::detail
