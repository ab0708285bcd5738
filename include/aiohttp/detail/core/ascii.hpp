#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

// Character rules of HTTP, independent of the locale. One table a rule, so that the hot loops are
// one load a byte.
namespace aiohttp::detail {

constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr char to_upper(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

constexpr bool is_alpha(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) noexcept {
    if (is_digit(c)) {
        return c - '0';
    }
    c = to_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// A set of byte values.
class CharSet {
public:
    constexpr explicit CharSet(std::string_view members, bool alphanumeric = false) noexcept {
        for (const char c : members) {
            has_[static_cast<unsigned char>(c)] = true;
        }
        for (int c = 0; alphanumeric && c < 128; ++c) {
            if (is_alpha(static_cast<char>(c)) || is_digit(static_cast<char>(c))) {
                has_[static_cast<std::size_t>(c)] = true;
            }
        }
    }
    constexpr bool operator()(char c) const noexcept { return has_[static_cast<unsigned char>(c)]; }

private:
    std::array<bool, 256> has_{};
};

/// RFC 9110 5.6.2: the characters of a token.
inline constexpr CharSet is_token_char{"!#$%&'*+-.^_`|~", true};

constexpr bool is_token(std::string_view text) noexcept {
    // Not std::all_of: it would copy the table.
    for (const char c : text) {
        if (!is_token_char(c)) {
            return false;
        }
    }
    return !text.empty();
}

/// RFC 9110 11.2: the characters of a token68, but for the "=" at its end.
inline constexpr CharSet is_token68_char{"-._~+/", true};

constexpr bool is_token68(std::string_view text) noexcept {
    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
    }
    for (const char c : text) {
        if (!is_token68_char(c)) {
            return false;
        }
    }
    return !text.empty();
}

/// A control character that a header value must not hold: all but tab (RFC 9110 5.5).
constexpr bool is_forbidden_in_value(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

/// Whether no character of a text is forbidden in a header value. Looks at eight bytes at a time
/// for one below space or a DEL, of which only tab is allowed.
inline bool is_field_value(std::string_view text) noexcept {
    constexpr std::uint64_t every_byte = 0x0101010101010101;
    const char* from = text.data();
    const char* const end = from + text.size();
    for (; end - from >= 8; from += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, from, sizeof word);
        const std::uint64_t no_del = word ^ every_byte * 0x7f;
        const std::uint64_t below = (word - every_byte * ' ') & ~word;
        const std::uint64_t del = (no_del - every_byte) & ~no_del;
        if (((below | del) & every_byte << 7U) != 0 &&
            std::any_of(from, from + 8, is_forbidden_in_value)) {
            return false;
        }
    }
    return std::none_of(from, end, is_forbidden_in_value);
}

constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) {
        return false;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) {
            return false;
        }
    }
    return true;
}

constexpr bool istarts_with(std::string_view text, std::string_view prefix) noexcept {
    return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

/// Without the optional white space (spaces and tabs) at both ends.
constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

constexpr bool is_ascii(std::string_view text) noexcept {
    for (const char c : text) {
        if ((c & 0x80) != 0) {
            return false;
        }
    }
    return true;
}

inline std::string to_lower_copy(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), to_lower);
    return out;
}

/// Cuts the next element off a comma-separated list and returns it trimmed; empty elements are
/// the caller's to skip (RFC 9110 5.6.1.2).
constexpr std::string_view next_list_element(std::string_view& list) noexcept {
    const auto comma = list.find(',');
    const auto element = trim(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    return element;
}

}  // namespace aiohttp::detail
