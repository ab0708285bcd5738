#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <aiohttp/cookie.hpp>
#include <aiohttp/detail/protocol/cookie_date.hpp>
#include <aiohttp/detail/protocol/set_cookie.hpp>

namespace aiohttp::detail {

/// The URL of a response or request, as far as cookies look at it. Views.
struct CookieOrigin {
    std::string_view host;  ///< lower case, no brackets, no trailing dot
    std::string_view path;
    bool secure = false;  ///< https, wss, or an origin that counts as such
};

/// The cookie that a Set-Cookie value speaks of, whoever may set it.
Cookie offered_cookie(const SetCookie& cookie,
                      std::string_view host,
                      std::string_view path,
                      CookieTime now);

/// As what a cookie is stored (RFC 6265bis 5.7), or nullopt when the origin may not set it: for
/// another host or a public suffix, Secure from an insecure origin, or against what its name
/// promises (`__Host-`, `__Secure-`). One that has ended is returned too: it removes its namesake.
std::optional<Cookie> admit_cookie(const SetCookie& cookie,
                                   const CookieOrigin& origin,
                                   CookieTime now);

/// Whether a cookie keeps the promise of its name (RFC 6265bis 4.1.3). `explicit_root`: its Path
/// attribute said "/".
bool keeps_prefix_promise(const Cookie& cookie, bool explicit_root) noexcept;

/// Why no server could have set the cookie, whatever its origin; an empty text when one could.
std::string_view cookie_problem(const Cookie& cookie);

}  // namespace aiohttp::detail
