#pragma once

#include <algorithm>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/percent.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/core/url_syntax.hpp>

namespace aiohttp::detail {

inline constexpr CharSet ends_authority{"/?#"};
inline constexpr CharSet ends_path{"?#"};

/// Cuts what precedes the first of `delimiters` off `text`.
AIOHTTP_DECL std::string_view take_until(std::string_view& text, const CharSet& delimiters) {
    std::size_t size = 0;
    while (size < text.size() && !delimiters(text[size])) {
        ++size;
    }
    const auto taken = text.substr(0, size);
    text.remove_prefix(size);
    return taken;
}

AIOHTTP_DECL bool split_authority(std::string_view authority,
                                  UrlParts& parts,
                                  UrlProblem& problem) {
    parts.has_authority = true;
    if (const auto at = authority.rfind('@'); at != authority.npos) {
        parts.user_info = authority.substr(0, at);
        authority.remove_prefix(at + 1);
    }
    std::size_t end = 0;
    if (authority.starts_with('[')) {
        end = authority.find(']') + 1;
        if (end == 0) {
            return problem.found("the bracket of its IPv6 address is not closed", authority);
        }
    } else {
        end = std::min(authority.find(':'), authority.size());
    }
    parts.host = authority.substr(0, end);
    authority.remove_prefix(end);
    if (authority.empty()) {
        return true;
    }
    if (!authority.starts_with(':')) {
        return problem.found("the bracket of its host is followed by", authority);
    }
    parts.port = authority.substr(1);
    return true;
}

AIOHTTP_DECL bool split_url(std::string_view text, UrlParts& parts, UrlProblem& problem) {
    const std::size_t colon = count_leading(text, is_scheme_char);
    if (colon < text.size() && text[colon] == ':' && is_alpha(text.front())) {
        parts.scheme = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    if (text.starts_with("//")) {
        text.remove_prefix(2);
        if (!split_authority(take_until(text, ends_authority), parts, problem)) {
            return false;
        }
    }
    parts.path = take_until(text, ends_path);
    if (text.starts_with('?')) {
        text.remove_prefix(1);
        parts.has_query = true;
        parts.query = text.substr(0, text.find('#'));
        text.remove_prefix(parts.query.size());
    }
    if (!text.empty()) {
        parts.has_fragment = true;
        parts.fragment = text.substr(1);
    }
    return true;
}

/// No URL holds a control character; one that is encoded also no space and nothing but ASCII.
AIOHTTP_DECL bool check_characters(std::string_view text, bool encoded, UrlProblem& problem) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7f) {
            return problem.found("it has a control character", text.substr(i, 1));
        }
        if (encoded && (byte == ' ' || byte > 0x7f)) {
            return problem.found("it is not encoded from here on", text.substr(i));
        }
    }
    return true;
}

/// Without leading zeros; empty when there is none. Its value goes to `value`.
AIOHTTP_DECL bool check_port(std::string_view& port, std::uint16_t& value, UrlProblem& problem) {
    const auto written = port;
    std::uint32_t number = 0;
    for (const char c : port) {
        if (!is_digit(c)) {
            return problem.found(
                c == ':' ? "an IPv6 address as host must be in brackets" : "its port is no number",
                written);
        }
        number = std::min(number * 10 + static_cast<std::uint32_t>(c - '0'), 65536U);
    }
    if (!port.empty() && (number == 0 || number > 65535)) {
        return problem.found("its port is not between 1 and 65535", written);
    }
    port.remove_prefix(std::min(port.find_first_not_of('0'), port.size()));
    value = static_cast<std::uint16_t>(number);
    return true;
}

AIOHTTP_DECL std::uint16_t default_port(std::string_view scheme) noexcept {
    if (scheme == "http" || scheme == "ws") {
        return 80;
    }
    return scheme == "https" || scheme == "wss" ? 443 : 0;
}

/// Removes "." and ".." from the absolute path that begins at `begin` (RFC 3986 5.2.4).
AIOHTTP_DECL void remove_dot_segments(std::string& text, std::size_t begin) {
    if (text.find("/.", begin) == text.npos) {
        return;
    }
    std::size_t out = begin;
    for (std::size_t in = begin; in < text.size();) {
        const std::size_t end = std::min(text.find('/', in + 1), text.size());
        const auto segment = std::string_view(text).substr(in + 1, end - in - 1);
        const bool up = segment == "..";
        if (!up && segment != ".") {
            std::copy(text.begin() + static_cast<std::ptrdiff_t>(in),
                      text.begin() + static_cast<std::ptrdiff_t>(end),
                      text.begin() + static_cast<std::ptrdiff_t>(out));
            out += end - in;
        } else {
            if (up && out > begin) {
                out = text.rfind('/', out - 1);
            }
            if (end == text.size()) {
                text[out++] = '/';
            }
        }
        in = end;
    }
    text.resize(out);
}

/// `text` fit for a message: whatever may be credentials, up to the last "@", is left out.
AIOHTTP_DECL std::string redact(std::string_view text) {
    const auto at = text.rfind('@');
    if (at == text.npos) {
        return std::string(text);
    }
    const std::size_t colon = count_leading(text, is_scheme_char);
    std::size_t keep = text.starts_with("//") ? 2 : 0;
    if (text.substr(colon).starts_with("://")) {
        keep = colon + 3;
    }
    return std::string(text.substr(0, keep)).append("***").append(text.substr(at));
}

AIOHTTP_DECL Error url_error(std::string_view text, const UrlProblem& problem) {
    ErrorDetails details;
    details.kind = errc::invalid_url;
    const auto shown = redact(text);
    details.url = printable(shown);
    details.what = "invalid URL " + quote(shown) + ": " + problem.what;
    if (problem.reason != nullptr) {
        details.what.append(" (").append(problem.reason).append(1, ')');
    }
    // A password with a "/" in it looks like a bad port: what precedes an "@" is not shown.
    const auto at = text.rfind('@');
    if (problem.value.data() != nullptr &&
        (at == text.npos || problem.value.data() > text.data() + at)) {
        details.what += ": " + quote(problem.value);
    }
    return make_error(std::move(details));
}

}  // namespace aiohttp::detail
