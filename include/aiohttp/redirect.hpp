#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include <aiohttp/headers.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp {

/// A redirect that is about to be followed. References and views: valid while the hook runs.
struct RedirectHop {
    int status;                    ///< of the response that redirects: 301, 302, 303, 307 or 308
    const Headers& headers;        ///< its header fields
    std::string_view method;       ///< of the request that it answers
    const Url& url;                ///< of that request, without credentials
    std::string_view next_method;  ///< what would be asked for next
    const Url& next_url;           ///< absolute, http or https, without credentials
    bool same_origin;              ///< whether scheme, host and port stay the same
    std::size_t count;             ///< which redirect of this request it is, from 1
};

/// What becomes of a redirect.
enum class RedirectDecision : unsigned char {
    follow,  ///< It is followed.
    stop,    ///< The response that redirects is the response, as with allow_redirects(false).
};

/// Decides on a redirect, or throws: the exception reaches whoever awaits the request. It must not
/// block, nor use the session. To stay with one host, so that no server can make a request to
/// another one, say one inside of a firewall:
///
///     const auto stay = [](const aiohttp::RedirectHop& hop) {
///         return hop.next_url.host() == hop.url.host() ? aiohttp::RedirectDecision::follow
///                                                      : aiohttp::RedirectDecision::stop;
///     };
///     auto response = co_await session.get(url).on_redirect(stay);
///
/// It sees names, not addresses: a name may still lead to any.
using RedirectHook = std::function<RedirectDecision(const RedirectHop&)>;

}  // namespace aiohttp
