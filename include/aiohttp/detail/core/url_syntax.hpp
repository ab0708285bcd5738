#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/error.hpp>

// How a URL is cut into its parts and what each part may hold (RFC 3986); Url puts them together.
namespace aiohttp::detail {

/// The components of a URL as RFC 3986 appendix B cuts them, and the authority's components.
struct UrlParts {
    std::string_view scheme;
    std::string_view user_info;
    std::string_view host;  // with the brackets of an IPv6 address
    std::string_view port;
    std::string_view path;
    std::string_view query;
    std::string_view fragment;
    bool has_authority = false;
    bool has_query = false;
    bool has_fragment = false;
};

/// What is wrong, and the text that is, a view into the URL.
struct UrlProblem {
    const char* what = nullptr;
    std::string_view value;
    const char* reason = nullptr;  // in the words of a library, or none

    bool found(const char* description, std::string_view culprit = {}) noexcept {
        what = description;
        value = culprit;
        return false;
    }
};

// Offsets are 32 bits wide.
inline constexpr std::size_t max_url_size = 1U << 30;

inline constexpr CharSet is_scheme_char{"+-.", true};
inline constexpr CharSet is_digit_char{"0123456789"};

/// Whether HTTP is spoken there. Every request asks, and a known size is compared without a call.
inline bool is_http_scheme(std::string_view scheme) noexcept {
    return scheme.size() == 4 ? std::memcmp(scheme.data(), "http", 4) == 0
                              : scheme.size() == 5 && std::memcmp(scheme.data(), "https", 5) == 0;
}

/// Cuts a URL or a reference into its parts; false when there is something wrong with it.
bool split_url(std::string_view text, UrlParts& parts, UrlProblem& problem);
/// Whether every character may stand in a URL; with `encoded` only those that need no encoding.
bool check_characters(std::string_view text, bool encoded, UrlProblem& problem);
/// Takes leading zeros off a port; its value goes to `value`. Empty when there is none.
bool check_port(std::string_view& port, std::uint16_t& value, UrlProblem& problem);
/// The port of a scheme that has one, or 0.
std::uint16_t default_port(std::string_view scheme) noexcept;
/// RFC 3986 5.2.4, on the path that begins at `begin`.
void remove_dot_segments(std::string& text, std::size_t begin);
/// `text` fit for a message: whatever may be credentials is left out.
std::string redact(std::string_view text);
/// The error that says so, without credentials.
Error url_error(std::string_view text, const UrlProblem& problem);

}  // namespace aiohttp::detail
