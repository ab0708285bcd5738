#pragma once

#include <aiohttp/auth.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/middleware/auth.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL void apply_auth(ClientRequest& request,
                             const std::string& authorization,
                             const Headers& session_headers) {
    const bool of_url = request.url.has_user_info();
    if (authorization.empty() && !of_url) {
        return;
    }
    const bool of_header = request.headers.contains("authorization") ||
                           (of_url && session_headers.contains("authorization"));
    if (of_header || (of_url && !authorization.empty())) {
        throw ValueError("URL " + quote(request.url.display()) +
                         " is to be asked for with more than one of: auth(), an Authorization "
                         "header, user info in the URL");
    }
    if (!of_url) {
        request.headers.add("Authorization", authorization);
        return;
    }
    const BasicAuth auth(request.url.user(), request.url.password());
    request.headers.add("Authorization", auth.encode());
    request.url = request.url.without_user_info();
}

}  // namespace aiohttp::detail
