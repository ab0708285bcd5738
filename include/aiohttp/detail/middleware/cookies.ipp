#pragma once

#include <string>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/middleware/cookies.hpp>
#include <aiohttp/detail/protocol/cookie_header.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL void add_cookie_field(const ClientRequest& request,
                                   AbstractCookieJar& jar,
                                   Headers& fields) {
    if (request.cookies.empty() && !fields.contains("Cookie")) {
        const auto field = jar.cookie_header(request.url);
        if (!field.empty()) {
            fields.add("Cookie", field);  // checked, because a jar need not be the library's
        }
        return;
    }
    auto cookies = jar.filter_cookies(request.url);
    cookies.insert(cookies.end(), request.cookies.begin(), request.cookies.end());
    if (cookies.empty()) {
        return;
    }
    std::string own;
    for (const auto value : fields.getall("cookie")) {
        append_cookie(own, {}, value);
    }
    fields.set("Cookie", merge_cookies(own, cookies));
}

AIOHTTP_DECL void store_cookies(const ClientRequest& request,
                                const ResponseHead& head,
                                AbstractCookieJar& jar) {
    if (head.headers.contains("Set-Cookie")) {
        jar.update_cookies_from_headers(head.headers.getall("set-cookie"), request.url);
    }
}

}  // namespace aiohttp::detail
