#pragma once

#include <aiohttp/cookie_jar.hpp>
#include <aiohttp/detail/message/client_request.hpp>
#include <aiohttp/detail/protocol/http1_head.hpp>

namespace aiohttp::detail {

/// Makes the Cookie field of a hop: the caller's own, which is in `fields`, over it the jar's
/// cookies, over them the request's. With only the caller's field nothing changes.
void add_cookie_field(const ClientRequest& request, AbstractCookieJar& jar, Headers& fields);

/// Gives the jar the cookies that a hop's response sets.
void store_cookies(const ClientRequest& request, const ResponseHead& head, AbstractCookieJar& jar);

}  // namespace aiohttp::detail
