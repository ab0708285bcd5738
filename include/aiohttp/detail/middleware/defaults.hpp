#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/cookie_jar.hpp>
#include <aiohttp/detail/message/client_request.hpp>
#include <aiohttp/detail/protocol/netrc.hpp>
#include <aiohttp/headers.hpp>

namespace aiohttp::detail {

class ProxySource;
struct ProxyExtras;

/// What a session adds to every request.
struct RequestDefaults {
    const Headers* session_headers = nullptr;
    AbstractCookieJar* cookie_jar = nullptr;
    const std::vector<std::string>* session_skips = nullptr;
    const std::vector<std::string>* request_skips = nullptr;
    const Netrc* netrc = nullptr;               ///< credentials by host, for hops that have none
    const ProxySource* proxies = nullptr;       ///< for requests that name no proxy; null: none
    const ProxyExtras* proxy_extras = nullptr;  ///< of the request, for its proxy
    bool force_close = false;
    bool left_origin = false;   ///< a redirect did: the session's credentials stay behind
    bool dropped_body = false;  ///< a redirect did: the session's fields about it are not sent

    /// Whether a field of the session is none of this hop's.
    bool leaves_behind(std::string_view name) const noexcept;
};

/// The caller's fields for this hop: the session's, but for what stays behind and what the request
/// says itself, and the request's.
Headers fields_of(const ClientRequest& request, const RequestDefaults& defaults);

/// Makes the hop's header block, request.wire, in aiohttp's wire order: Host, the session's fields,
/// the request's fields, netrc's Authorization, Accept, Accept-Encoding, User-Agent, Cookie, the
/// body's fields, Connection. The caller's value of a field always wins. Throws ValueError when the
/// caller's own framing fields do not fit the body.
void apply_defaults(ClientRequest& request, const RequestDefaults& defaults);

/// Adds the credentials of the environment, unless there are others.
void add_netrc_field(const ClientRequest& request,
                     const RequestDefaults& defaults,
                     Headers& fields);

}  // namespace aiohttp::detail
