#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <aiohttp/auth.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/core/url_syntax.hpp>
#include <aiohttp/detail/protocol/redirect_policy.hpp>

namespace aiohttp::detail {

// Of the dropped body: RFC 9110 15.4 and, for Expect, 10.1.1.
inline constexpr std::array<std::string_view, 8> body_fields = {
    "Content-Length",   "Content-Type",      "Content-Encoding", "Content-Language",
    "Content-Location", "Transfer-Encoding", "Trailer",          "Expect"};

inline constexpr std::array<std::string_view, 4> origin_fields = {"Authorization", "Cookie",
                                                                  "Proxy-Authorization", "Host"};

AIOHTTP_DECL bool is_redirect(int status) noexcept {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

AIOHTTP_DECL std::string_view redirect_target(const ResponseHead& head) noexcept {
    if (!is_redirect(head.status)) {
        return {};
    }
    const auto location = head.headers.get("location");
    return location ? *location : head.headers["uri"];
}

AIOHTTP_DECL void choose_method(std::string_view method, int status, NextHop& next) {
    const bool becomes_get =
        status == 303 || ((status == 301 || status == 302) && method == "POST");
    next.keeps_body = !becomes_get;
    next.method = becomes_get && method != "HEAD" ? "GET" : method;
}

AIOHTTP_DECL Error redirect_error(errc kind,
                                  const RedirectedRequest& request,
                                  int status,
                                  std::string what) {
    ErrorDetails details;
    details.kind = kind;
    details.what =
        "redirect (" + std::to_string(status) + ") from " + quote(request.url.display()) + ": ";
    details.what += what;
    return make_error(std::move(details));
}

/// The same error, which is about the URL `target`.
AIOHTTP_DECL Error about_target(const Error& error, std::string target) {
    return with_request(error, error.method(), std::move(target));
}

/// Parses a target. Without requoting it is taken as it is, unless it cannot be sent like that.
AIOHTTP_DECL Error parse_target(const std::string& text, bool requote, Url& out) {
    if (!requote && !Url::parse_encoded(text, out)) {
        return {};
    }
    return Url::parse(text, out);
}

AIOHTTP_DECL Error next_hop(const RedirectedRequest& request,
                            int status,
                            std::string_view target,
                            NextHop& next) {
    choose_method(request.method, status, next);
    std::string text(target);
    if (text.starts_with('?') && text.find('#') == std::string::npos &&
        !request.url.fragment().empty()) {
        // Still the same document, so its fragment still means something.
        text.append(1, '#').append(request.url.fragment());
    }
    Url reference;
    if (const auto error = parse_target(text, request.requote, reference)) {
        return about_target(
            redirect_error(errc::invalid_redirect_url, request, status, error.message()),
            error.url());
    }
    Url url = request.url.join(reference);
    if (!is_http_scheme(url.scheme())) {
        return about_target(redirect_error(errc::non_http_redirect_url, request, status,
                                           "scheme " + quote(url.scheme()) + " of URL " +
                                               quote(url.display()) + " is not http or https"),
                            url.display());
    }
    if (url.has_user_info()) {
        std::string login = url.user();
        if (login.find(':') != std::string::npos) {
            return about_target(
                redirect_error(errc::invalid_redirect_url, request, status,
                               "the user of URL " + quote(url.display()) + " has a \":\""),
                url.display());
        }
        next.authorization = BasicAuth(std::move(login), url.password()).encode();
        url = url.without_user_info();
    }
    next.same_origin = url.same_origin(request.url);
    next.url = std::move(url);
    return {};
}

AIOHTTP_DECL bool is_about_body(std::string_view name) noexcept {
    return std::ranges::any_of(body_fields,
                               [name](std::string_view field) { return iequals(field, name); });
}

AIOHTTP_DECL void erase_body_fields(Headers& headers) {
    for (const auto name : body_fields) {
        headers.erase(name);
    }
}

AIOHTTP_DECL bool is_bound_to_origin(std::string_view name) noexcept {
    return std::ranges::any_of(origin_fields,
                               [name](std::string_view field) { return iequals(field, name); });
}

AIOHTTP_DECL void erase_origin_fields(Headers& headers) {
    for (const auto name : origin_fields) {
        headers.erase(name);
    }
}

}  // namespace aiohttp::detail
