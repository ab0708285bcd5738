#pragma once

#include <string>

#include <aiohttp/detail/message/client_request.hpp>
#include <aiohttp/headers.hpp>

namespace aiohttp::detail {

/// Puts credentials into the request's Authorization field: `authorization` of Request::auth(),
/// unless empty, or those of the URL, which are taken out of it. Throws ValueError when there is
/// more than one source of them; only a session's field gives way to Request::auth().
void apply_auth(ClientRequest& request,
                const std::string& authorization,
                const Headers& session_headers);

}  // namespace aiohttp::detail
