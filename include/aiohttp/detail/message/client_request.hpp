#pragma once

#include <memory>
#include <optional>
#include <string>

#include <aiohttp/body.hpp>
#include <aiohttp/detail/message/body_options.hpp>
#include <aiohttp/detail/protocol/http1_head.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/pairs.hpp>
#include <aiohttp/tls.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp::detail {

/// What of a request can be copied, for a hop of its own.
struct RequestFields {
    std::string method;
    Url url;
    Headers headers;                ///< the caller's
    Pairs cookies;                  ///< of this request only, with their values as they are sent
    Headers wire;                   ///< all fields of the current hop, made from them
    std::optional<TlsOptions> tls;  ///< instead of the connector's
    std::string server_hostname;    ///< instead of the URL's host, for SNI and the certificate
    HeadLimits limits;
    bool read_until_eof = true;
    bool chunked = false;  ///< frame the body in chunks though its size is known
    int version = 11;
    BodyOptions response_body;
};

/// One request as it goes through the middlewares and onto the wire.
struct ClientRequest : RequestFields {
    std::unique_ptr<BodySource> body;
};

}  // namespace aiohttp::detail
