#pragma once

#include <algorithm>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/host_name.hpp>
#include <aiohttp/detail/protocol/cookie_admission.hpp>
#include <aiohttp/detail/protocol/cookie_match.hpp>
#include <aiohttp/detail/protocol/public_suffix.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL bool keeps_prefix_promise(const Cookie& cookie, bool explicit_root) noexcept {
    // Without a name, the value stands where the server looks for the name.
    const auto& seen = cookie.name.empty() ? cookie.value : cookie.name;
    const bool promises_host = istarts_with(seen, "__host-");
    if (!promises_host && !istarts_with(seen, "__secure-")) {
        return true;
    }
    return !cookie.name.empty() && cookie.secure &&
           (!promises_host || (cookie.host_only && explicit_root && cookie.path == "/"));
}

/// Decides on the Domain attribute that the cookie has; false when it must be dropped.
AIOHTTP_DECL bool admit_domain(Cookie& cookie, std::string_view host) {
    // As in aiohttp, a trailing dot makes the attribute void.
    if (cookie.domain.ends_with('.')) {
        cookie.domain = host;
        cookie.host_only = true;
    }
    if (cookie.host_only) {
        return true;
    }
    if (!domain_matches(host, cookie.domain)) {
        return false;
    }
    if (is_ip_host(host) || is_public_suffix(cookie.domain)) {
        cookie.host_only = true;
        return cookie.domain == host;
    }
    return true;
}

AIOHTTP_DECL Cookie offered_cookie(const SetCookie& parsed,
                                   std::string_view host,
                                   std::string_view path,
                                   CookieTime now) {
    Cookie cookie;
    cookie.name = parsed.name;
    cookie.value = parsed.value;
    cookie.host_only = parsed.domain.empty();
    cookie.domain = cookie.host_only ? std::string(host) : canonical_name(parsed.domain);
    cookie.path = parsed.has_path_attribute ? parsed.path : default_cookie_path(path);
    cookie.secure = parsed.secure;
    cookie.http_only = parsed.http_only;
    cookie.same_site = parsed.same_site;
    cookie.creation = whole_milliseconds(now);
    if (parsed.max_age) {
        cookie.expires =
            *parsed.max_age > 0 ? add_seconds(now, *parsed.max_age) : CookieTime::min();
    } else if (parsed.expires) {
        cookie.expires = to_cookie_time(*parsed.expires);
    }
    return cookie;
}

AIOHTTP_DECL std::optional<Cookie> admit_cookie(const SetCookie& parsed,
                                                const CookieOrigin& origin,
                                                CookieTime now) {
    auto cookie = offered_cookie(parsed, origin.host, origin.path, now);
    if (!admit_domain(cookie, origin.host) || (cookie.secure && !origin.secure) ||
        !keeps_prefix_promise(cookie, parsed.has_path_attribute)) {
        return std::nullopt;
    }
    return cookie;
}

AIOHTTP_DECL std::string_view cookie_problem(const Cookie& cookie) {
    const auto breaks_out = [](std::string_view text, std::string_view separators) {
        return has_control_character(text) || trim(text) != text ||
               text.find_first_of(separators) != std::string_view::npos;
    };
    if (cookie.name.size() + cookie.value.size() > max_cookie_size) {
        return "name and value are longer than 4096 bytes";
    }
    if (cookie.name.empty() && cookie.value.empty()) {
        return "name and value are empty";
    }
    if (breaks_out(cookie.name, "=;")) {
        return "the name holds a control character, \"=\", \";\" or blanks at an end";
    }
    if (breaks_out(cookie.value, ";")) {
        return "the value holds a control character, \";\" or blanks at an end";
    }
    if (!cookie.path.starts_with('/') || cookie.path.size() > max_attribute_size ||
        breaks_out(cookie.path, ";")) {
        return "the path is not one";
    }
    // A line of a Netscape file that begins with "#" is a comment.
    if (breaks_out(cookie.domain, "=;,/| \t\"#") || cookie.domain.size() > max_attribute_size ||
        cookie.domain.starts_with('.')) {
        return "the domain is not one";
    }
    return {};
}

}  // namespace aiohttp::detail
