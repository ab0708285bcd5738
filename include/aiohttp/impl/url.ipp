#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/host_name.hpp>
#include <aiohttp/detail/core/last_origin.hpp>
#include <aiohttp/detail/core/percent.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/core/url_syntax.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp {

AIOHTTP_DECL Url::Url(std::string_view text) {
    if (const Error error = parse(text, Quoting::requote, *this)) {
        error.raise();
    }
}

AIOHTTP_DECL Url& Url::operator=(Url&& other) noexcept {
    if (this != &other) {
        text_ = std::move(other.text_);
        other.text_.clear();
        at_ = std::exchange(other.at_, {});
    }
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
    if (out.take_if_normal(text)) {
        return {};
    }
    Url url;
    detail::UrlParts parts;
    detail::UrlProblem problem;
    url.text_.reserve(text.size() + 1);
    if (!detail::check_characters(text, quoting == Quoting::keep, problem) ||
        !detail::split_url(text, parts, problem) || !url.build(parts, quoting, problem)) {
        return detail::url_error(text, problem);
    }
    out.swap(url);
    return {};
}

// The short way for what most programs write: an http URL that is already as parse() would make
// it (else nothing changes), with none of the rarer parts. Costs a third of the long way, which
// decides all else.
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

    at.scheme_end = static_cast<std::uint32_t>(scheme_end);
    at.host = static_cast<std::uint32_t>(end);
    at.port = scheme_end == 4 ? 80 : 443;
    const auto host = take(detail::is_lower_host_char);
    if (!detail::is_ipv4(host) && !detail::check_host_name(host, host, problem)) {
        return false;
    }
    at.host_end = static_cast<std::uint32_t>(end);
    if (end < text.size() && text[end] == ':') {
        ++end;
        auto port = take(detail::is_digit_char);
        if (port.starts_with('0') || !detail::check_port(port, number, problem) || number == 0 ||
            number == at.port) {
            return false;
        }
        at.port = number;
    }
    at.path = static_cast<std::uint32_t>(end);
    return take_target(text, at);
}

// Whoever asks for one URL after another asks the same server most of the time: then what precedes
// the path is as it was.
AIOHTTP_DECL bool Url::take_if_on(const Url& origin, std::string_view text) {
    return origin.at_.path != 0 && text.starts_with(origin.slice(0, origin.at_.path)) &&
           take_target(text, origin.at_);
}

// The rest of take_if_normal(): `at` says where the path begins, and what precedes it is normal.
AIOHTTP_DECL bool Url::take_target(std::string_view text, Layout at) {
    const auto skip = [text](std::size_t from, const detail::CharSet& set) {
        return from + detail::count_leading(text.substr(from), set);
    };
    if (text.size() == at.path || text[at.path] != '/') {
        return false;
    }
    auto end = skip(at.path, detail::is_path_char);
    const auto path = text.substr(at.path, end - at.path);
    if (path.find('.') != path.npos && path.find("/.") != path.npos) {
        return false;
    }
    at.query = static_cast<std::uint32_t>(end);
    if (end < text.size() && text[end] == '?') {
        end = skip(end + 1, detail::is_query_char);
        if (end == at.query + 1) {
            return false;
        }
    }
    at.fragment = static_cast<std::uint32_t>(end);
    const bool normal = end == text.size() && end <= detail::max_url_size;
    if (normal) {
        text_ = std::string(text);  // cheaper than assigning
        at_ = at;
    }
    return normal;
}

namespace detail {

AIOHTTP_DECL Error LastOrigin::parse(std::string_view text, Url& out) {
    if (out.take_if_on(url_, text)) {
        return {};
    }
    auto error = Url::parse(text, out);
    if (!error && is_http_scheme(out.scheme()) && !out.has_user_info()) {
        url_.text_ = out.slice(0, out.at_.path);
        url_.at_ = out.at_;
    }
    return error;
}

}  // namespace detail

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

AIOHTTP_DECL Url Url::operator/(std::string_view segments) const {
    if (segments.starts_with('/')) {
        throw ValueError("path " + detail::quote(segments) + " to be appended begins with \"/\"");
    }
    std::string path(this->path());
    if (!path.ends_with('/') && (!path.empty() || at_.host != 0)) {
        path += '/';
    }
    detail::append_quoted(path, segments, detail::is_path_char, "%20");
    if (is_absolute()) {
        detail::remove_dot_segments(path, 0);
    }
    detail::UrlParts parts;
    parts.scheme = scheme();
    parts.has_authority = at_.host != 0;
    parts.user_info = user_info();
    parts.host = slice(at_.host, at_.host_end);
    parts.port = after(at_.host_end, at_.path);
    parts.path = path;

    Url url;
    detail::UrlProblem problem;
    if (!url.build(parts, Quoting::keep, problem)) {
        detail::url_error(path, problem).raise();
    }
    return url;
}

AIOHTTP_DECL std::ostream& operator<<(std::ostream& out, const Url& url) {
    return out << url.display();
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
