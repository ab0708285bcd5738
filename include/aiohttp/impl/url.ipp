#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/percent.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp {

namespace detail {

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

    bool found(const char* description, std::string_view culprit = {}) noexcept {
        what = description;
        value = culprit;
        return false;
    }
};

// Offsets are 32 bits wide.
inline constexpr std::size_t max_url_size = 1U << 30;

inline constexpr CharSet is_scheme_char{"+-.", true};
inline constexpr CharSet is_host_char{"-_.", true};
inline constexpr CharSet is_lower_host_char{"abcdefghijklmnopqrstuvwxyz0123456789-_."};
inline constexpr CharSet is_digit_char{"0123456789"};
inline constexpr CharSet is_zone_char{"-._~", true};

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

/// A dotted quad of decimal numbers without leading zeros, and nothing else that inet_aton takes.
AIOHTTP_DECL bool is_ipv4(std::string_view text) noexcept {
    int dots = 0;
    int value = -1;  // of the octet, -1 before its first digit
    for (const char c : text) {
        if (is_digit(c)) {
            if (value == 0) {
                return false;
            }
            value = (value < 0 ? 0 : value * 10) + (c - '0');
            if (value > 255) {
                return false;
            }
        } else if (c == '.' && value >= 0) {
            ++dots;
            value = -1;
        } else {
            return false;
        }
    }
    return dots == 3 && value >= 0;
}

/// RFC 3986 3.2.2, without zone.
AIOHTTP_DECL bool is_ipv6(std::string_view text) noexcept {
    int groups = 0;
    bool compressed = text.starts_with("::");
    text.remove_prefix(compressed ? 2 : 0);
    while (!text.empty()) {
        const auto digits = static_cast<std::size_t>(
            std::find_if(text.begin(), text.end(), [](char c) { return hex_value(c) < 0; }) -
            text.begin());
        if (digits < text.size() && text[digits] == '.') {
            groups += 2;
            return is_ipv4(text) && (compressed ? groups < 8 : groups == 8);
        }
        if (digits == 0 || digits > 4) {
            return false;
        }
        ++groups;
        text.remove_prefix(digits);
        if (text.starts_with("::")) {
            if (std::exchange(compressed, true)) {
                return false;
            }
            text.remove_prefix(2);
        } else if (text.size() > 1 && text.front() == ':') {
            text.remove_prefix(1);
        } else if (!text.empty()) {
            return false;
        }
    }
    return compressed ? groups < 8 : groups == 8;
}

/// Whether resolvers would take the name for a number: its last label is one (WHATWG URL 3.5).
AIOHTTP_DECL bool looks_like_ipv4(std::string_view name) noexcept {
    const auto label = name.substr(name.rfind('.') + 1);
    return is_digit(label.front()) &&
           (std::all_of(label.begin(), label.end(), is_digit) || istarts_with(label, "0x"));
}

AIOHTTP_DECL bool is_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

/// Checks a lower-case name; `host` is as the user wrote it.
AIOHTTP_DECL bool check_host_name(std::string_view whole,
                                  std::string_view host,
                                  UrlProblem& problem) {
    constexpr std::size_t max_label = 63;
    constexpr std::size_t max_name = 253;
    const auto name = whole.substr(0, whole.size() - (whole.ends_with('.') ? 1 : 0));
    std::size_t label = 0;
    for (const char c : name) {
        if (c == '.') {
            if (std::exchange(label, 0) == 0) {
                return problem.found("its host has an empty label", host);
            }
        } else if (!is_host_char(c)) {
            return problem.found(is_ascii(name) ? "its host has a character that no name has"
                                                : "its host is not ASCII",
                                 host);
        } else if (++label > max_label) {
            return problem.found("its host has a label of more than 63 characters", host);
        }
    }
    if (label == 0) {
        return problem.found("its host has an empty label", host);
    }
    if (name.size() > max_name) {
        return problem.found("its host has more than 253 characters", host);
    }
    if (looks_like_ipv4(name) && !is_ipv4(whole)) {
        return problem.found("its host ends in a number but is no IPv4 address", host);
    }
    return true;
}

/// Appends a name in the form that DNS and the Host field want; the place for IDNA.
AIOHTTP_DECL bool append_host_name(std::string& out, std::string_view host, UrlProblem& problem) {
    const auto name = to_lower_copy(percent_decode(host));
    out.append(name);
    return check_host_name(name, host, problem);
}

/// Appends an address in brackets. A zone may be written as "%eth0" or, after RFC 6874, "%25eth0";
/// the former is kept, as getaddrinfo() wants it, so a zone cannot itself begin with "25".
AIOHTTP_DECL bool append_ipv6(std::string& out, std::string_view host, UrlProblem& problem) {
    const auto inside = host.substr(1, host.size() - 2);
    const auto address = inside.substr(0, inside.find('%'));
    auto zone = inside.substr(address.size());
    if (!is_ipv6(address)) {
        return problem.found("its host is no IPv6 address", host);
    }
    out.append(1, '[').append(to_lower_copy(address));
    if (!zone.empty()) {
        zone.remove_prefix(zone.starts_with("%25") ? 3 : 1);
        if (zone.empty() || zone.starts_with("25") ||
            count_leading(zone, is_zone_char) < zone.size()) {
            return problem.found("its IPv6 address has a bad zone", host);
        }
        out.append(1, '%').append(zone);
    }
    out.append(1, ']');
    return true;
}

AIOHTTP_DECL bool append_host(std::string& out, std::string_view host, UrlProblem& problem) {
    if (host.empty()) {
        return true;
    }
    return host.front() == '[' ? append_ipv6(out, host, problem)
                               : append_host_name(out, host, problem);
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
    details.url = redact(text);
    details.what = "invalid URL " + quote(details.url) + ": " + problem.what;
    // A password with a "/" in it looks like a bad port: what precedes an "@" is not shown.
    const auto at = text.rfind('@');
    if (problem.value.data() != nullptr &&
        (at == text.npos || problem.value.data() > text.data() + at)) {
        details.what += ": " + quote(problem.value);
    }
    return make_error(std::move(details));
}

}  // namespace detail

AIOHTTP_DECL Url::Url(std::string_view text) {
    if (const Error error = parse(text, Quoting::requote, *this)) {
        error.raise();
    }
}

AIOHTTP_DECL Url& Url::operator=(Url&& other) noexcept {
    Url(std::move(other)).swap(*this);
    return *this;
}

AIOHTTP_DECL Error Url::parse(std::string_view text, Url& out) {
    return parse(text, Quoting::requote, out);
}

AIOHTTP_DECL Error Url::parse_encoded(std::string_view text, Url& out) {
    return parse(text, Quoting::keep, out);
}

AIOHTTP_DECL Url Url::encoded(std::string_view text) {
    Url url;
    if (const Error error = parse(text, Quoting::keep, url)) {
        error.raise();
    }
    return url;
}

AIOHTTP_DECL Error Url::parse(std::string_view text, Quoting quoting, Url& out) {
    Url url;
    if (!url.take_if_normal(text)) {
        detail::UrlParts parts;
        detail::UrlProblem problem;
        url.text_.reserve(text.size() + 1);
        if (!detail::check_characters(text, quoting == Quoting::keep, problem) ||
            !detail::split_url(text, parts, problem) || !url.build(parts, quoting, problem)) {
            return detail::url_error(text, problem);
        }
    }
    out.swap(url);
    return {};
}

// The short way for what most programs write: an http URL that is already as parse() would make
// it, with none of the rarer parts. Costs a third of the long way, which decides all else.
AIOHTTP_DECL bool Url::take_if_normal(std::string_view text) {
    const std::size_t scheme_end = text.starts_with("http://") ? 4 : 5;
    if (scheme_end == 5 && !text.starts_with("https://")) {
        return false;
    }
    Layout at;
    std::uint16_t number = 0;
    detail::UrlProblem problem;
    std::size_t end = scheme_end + 3;
    const auto take = [&](const detail::CharSet& set) {
        const auto taken = text.substr(end, detail::count_leading(text.substr(end), set));
        end += taken.size();
        return taken;
    };
    const auto next_is = [&](char c) { return end < text.size() && text[end] == c; };

    at.scheme_end = static_cast<std::uint32_t>(scheme_end);
    at.host = static_cast<std::uint32_t>(end);
    at.port = scheme_end == 4 ? 80 : 443;
    const auto host = take(detail::is_lower_host_char);
    if (!detail::check_host_name(host, host, problem)) {
        return false;
    }
    at.host_end = static_cast<std::uint32_t>(end);
    if (next_is(':')) {
        ++end;
        auto port = take(detail::is_digit_char);
        if (port.starts_with('0') || !detail::check_port(port, number, problem) || number == 0 ||
            number == at.port) {
            return false;
        }
        at.port = number;
    }
    at.path = static_cast<std::uint32_t>(end);
    if (!next_is('/') || take(detail::is_path_char).find("/.") != text.npos) {
        return false;
    }
    at.query = static_cast<std::uint32_t>(end);
    if (next_is('?')) {
        ++end;
        if (take(detail::is_query_char).empty()) {
            return false;
        }
    }
    at.fragment = static_cast<std::uint32_t>(end);
    const bool normal = end == text.size() && end <= detail::max_url_size;
    if (normal) {
        text_ = text;
        at_ = at;
    }
    return normal;
}

AIOHTTP_DECL bool Url::build(const detail::UrlParts& parts,
                             Quoting quoting,
                             detail::UrlProblem& problem) {
    if (!parts.scheme.empty()) {
        text_.append(parts.scheme);
        std::transform(text_.begin(), text_.end(), text_.begin(), detail::to_lower);
        at_.scheme_end = static_cast<std::uint32_t>(text_.size());
        at_.port = detail::default_port(text_);
        text_ += ':';
    } else if (!parts.has_authority &&
               parts.path.substr(0, parts.path.find('/')).find(':') != std::string_view::npos) {
        return problem.found("it has a colon but no scheme such as \"http://\" before it");
    }
    const bool needs_host = parts.scheme.empty() ? parts.has_authority : at_.port != 0;
    if (parts.has_authority && !append_authority(parts, problem)) {
        return false;
    }
    if (needs_host && parts.host.empty()) {
        return problem.found("it has no host");
    }
    append_path(parts.path, quoting);
    append_query_and_fragment(parts, quoting);
    return text_.size() <= detail::max_url_size || problem.found("it is longer than 1 GiB");
}

AIOHTTP_DECL bool Url::append_authority(const detail::UrlParts& parts,
                                        detail::UrlProblem& problem) {
    text_.append("//");
    if (!parts.user_info.empty()) {
        if (parts.user_info.find('\\') != std::string_view::npos) {
            return problem.found("its user info has a backslash");
        }
        detail::append_requoted(text_, parts.user_info, detail::is_user_info_char, "%20");
        text_ += '@';
    }
    auto port = parts.port;
    at_.host = static_cast<std::uint32_t>(text_.size());
    std::uint16_t explicit_port = 0;
    if (!detail::check_port(port, explicit_port, problem) ||
        !detail::append_host(text_, parts.host, problem)) {
        return false;
    }
    at_.host_end = static_cast<std::uint32_t>(text_.size());
    if (explicit_port != 0 && explicit_port != at_.port) {
        at_.port = explicit_port;
        text_.append(1, ':').append(port);
    }
    return true;
}

AIOHTTP_DECL void Url::append_path(std::string_view path, Quoting quoting) {
    at_.path = static_cast<std::uint32_t>(text_.size());
    if (path.empty()) {
        if (detail::default_port(scheme()) != 0) {
            text_ += '/';
        }
    } else if (quoting == Quoting::keep) {
        text_.append(path);
    } else {
        detail::append_requoted(text_, path, detail::is_path_char, "%20");
        if (is_absolute()) {
            detail::remove_dot_segments(text_, at_.path);
        }
    }
    at_.query = static_cast<std::uint32_t>(text_.size());
}

AIOHTTP_DECL void Url::append_query_and_fragment(const detail::UrlParts& parts, Quoting quoting) {
    // In a relative reference an empty query is not the same as none.
    const bool drop_empty = quoting == Quoting::requote && at_.scheme_end != 0;
    if (parts.has_query && !(parts.query.empty() && drop_empty)) {
        text_ += '?';
        if (quoting == Quoting::keep) {
            text_.append(parts.query);
        } else {
            detail::append_requoted(text_, parts.query, detail::is_query_char, "+");
        }
    }
    at_.fragment = static_cast<std::uint32_t>(text_.size());
    if (parts.has_fragment && !(parts.fragment.empty() && drop_empty)) {
        text_ += '#';
        if (quoting == Quoting::keep) {
            text_.append(parts.fragment);
        } else {
            detail::append_requoted(text_, parts.fragment, detail::is_query_char, "%20");
        }
    }
}

AIOHTTP_DECL std::size_t Url::user_info_begin() const noexcept {
    if (at_.host == 0) {
        return 0;
    }
    return at_.scheme_end == 0 ? 2 : at_.scheme_end + std::size_t{3};
}

AIOHTTP_DECL std::string_view Url::user_info() const noexcept {
    return has_user_info() ? slice(user_info_begin(), at_.host - std::size_t{1})
                           : std::string_view();
}

AIOHTTP_DECL std::string_view Url::host() const noexcept {
    const bool brackets = at_.host_end > at_.host && text_[at_.host] == '[';
    return brackets ? slice(at_.host + std::size_t{1}, at_.host_end - std::size_t{1})
                    : slice(at_.host, at_.host_end);
}

AIOHTTP_DECL std::string_view Url::server_name() const noexcept {
    auto name = host();
    if (name.ends_with('.')) {
        name.remove_suffix(1);
    }
    return name;
}

AIOHTTP_DECL void Url::append_host_field(std::string& out) const {
    const auto name = server_name();
    if (text_[at_.host] == '[') {
        out.append(1, '[').append(name.substr(0, name.find('%'))).append(1, ']');
    } else {
        out.append(name);
    }
    out.append(slice(at_.host_end, at_.path));
}

AIOHTTP_DECL std::string Url::user() const {
    const auto all = user_info();
    return detail::percent_decode(all.substr(0, all.find(':')));
}

AIOHTTP_DECL std::string Url::password() const {
    const auto all = user_info();
    const auto colon = all.find(':');
    return colon == all.npos ? std::string() : detail::percent_decode(all.substr(colon + 1));
}

AIOHTTP_DECL std::string Url::display() const {
    if (has_user_info()) {
        return without_user_info().text_;
    }
    // "user:password@host", where somebody forgot "http://", has the scheme "user".
    return at_.scheme_end != 0 && at_.host == 0 ? detail::redact(text_) : text_;
}

AIOHTTP_DECL Url Url::without_user_info() const {
    Url url(*this);
    const auto begin = user_info_begin();
    const auto removed = static_cast<std::uint32_t>(at_.host - begin);
    if (has_user_info()) {
        url.text_.erase(begin, removed);
        for (auto* offset :
             {&url.at_.host, &url.at_.host_end, &url.at_.path, &url.at_.query, &url.at_.fragment}) {
            *offset -= removed;
        }
    }
    return url;
}

AIOHTTP_DECL Url Url::without_fragment() const {
    Url url(*this);
    url.text_.resize(at_.fragment);
    return url;
}

AIOHTTP_DECL Url Url::join(const Url& reference) const {
    if (!is_absolute() || reference.at_.scheme_end != 0) {
        return reference;
    }
    const Url& site = reference.at_.host != 0 ? reference : *this;
    detail::UrlParts parts;
    parts.has_authority = true;
    parts.scheme = scheme();
    parts.user_info = site.user_info();
    parts.host = site.slice(site.at_.host, site.at_.host_end);
    parts.port = site.after(site.at_.host_end, site.at_.path);
    parts.query = reference.query();
    parts.fragment = reference.fragment();
    parts.has_query = !parts.query.empty();
    parts.has_fragment = !parts.fragment.empty();

    std::string path(reference.path());
    if (path.empty() && &site == this) {
        path = this->path();
        if (reference.at_.query == reference.at_.fragment) {
            parts.query = query();
            parts.has_query = at_.query != at_.fragment;
        }
    } else {
        if (&site == this && path.front() != '/') {
            const auto directory = this->path().substr(0, this->path().rfind('/') + 1);
            path.insert(0, directory.empty() ? "/" : directory);
        }
        detail::remove_dot_segments(path, 0);
    }
    parts.path = path;

    Url url;
    detail::UrlProblem problem;
    if (!url.build(parts, Quoting::keep, problem)) {
        detail::url_error(reference.text_, problem).raise();
    }
    return url;
}

AIOHTTP_DECL Url Url::join(std::string_view reference) const {
    return join(Url(reference));
}

AIOHTTP_DECL bool Url::same_origin(const Url& other) const noexcept {
    return scheme() == other.scheme() && host() == other.host() && port() == other.port();
}

AIOHTTP_DECL Url
Url::with_params(std::span<const std::pair<std::string, std::string>> params) const {
    if (params.empty()) {
        return *this;
    }
    Url url;
    url.at_ = at_;
    url.text_ = text_.substr(0, at_.fragment);
    char separator = at_.query == at_.fragment ? '?' : '&';
    for (const auto& [name, value] : params) {
        if (separator == '?' || url.text_.size() > at_.query + std::size_t{1}) {
            url.text_ += separator;
        }
        separator = '&';
        detail::append_quoted(url.text_, name, detail::is_param_char, "+");
        url.text_ += '=';
        detail::append_quoted(url.text_, value, detail::is_param_char, "+");
    }
    url.at_.fragment = static_cast<std::uint32_t>(url.text_.size());
    url.text_.append(fragment().empty() ? std::string_view() : slice(at_.fragment, text_.size()));
    if (url.text_.size() > detail::max_url_size) {
        detail::url_error(display(), {"with its params it is longer than 1 GiB", {}}).raise();
    }
    return url;
}

}  // namespace aiohttp
