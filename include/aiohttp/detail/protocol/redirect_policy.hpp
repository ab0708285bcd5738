#pragma once

#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/http1_head.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/url.hpp>

// What a redirect makes of a request (RFC 9110 15.4), where that RFC leaves a choice as aiohttp.
namespace aiohttp::detail {

/// The request that was redirected, as far as that matters.
struct RedirectedRequest {
    std::string_view method;
    const Url& url;
    bool requote = true;  ///< ClientSessionOptions::requote_redirect_url
};

/// The request that a redirect asks for.
struct NextHop {
    Url url;  ///< without user info
    std::string method;
    bool keeps_body = false;
    bool same_origin = false;   ///< else the caller's credentials stay behind
    std::string authorization;  ///< of user info in the target, or empty
};

/// Whether a response of that status may be a redirect: 301, 302, 303, 307, 308.
bool is_redirect(int status) noexcept;

/// Where a response redirects to, from Location or else URI; empty when it does not.
std::string_view redirect_target(const ResponseHead& head) noexcept;

/// Decides on the next hop. On failure, `next` has the method and whether the body is kept.
Error next_hop(const RedirectedRequest& request,
               int status,
               std::string_view target,
               NextHop& next);

/// Whether a field describes a body (RFC 9110 15.4) or announces one.
bool is_about_body(std::string_view name) noexcept;

/// Removes those fields.
void erase_body_fields(Headers& headers);

/// Whether a field is meant for the one origin it was set for: credentials, and Host.
bool is_bound_to_origin(std::string_view name) noexcept;

/// Removes those fields.
void erase_origin_fields(Headers& headers);

}  // namespace aiohttp::detail
