#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <aiohttp/body.hpp>
#include <aiohttp/clock.hpp>
#include <aiohttp/detail/core/copy_on_write.hpp>
#include <aiohttp/detail/message/body_options.hpp>
#include <aiohttp/detail/protocol/http1_head.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/pairs.hpp>
#include <aiohttp/tls.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp {

class Proxy;

namespace detail {

class ProgressState;
struct ProxyRoute;

/// How long a body waits for 100 Continue, as in curl, unless the caller says otherwise.
inline constexpr Duration default_expect_wait = std::chrono::seconds(1);

/// How a request is to be sent and answered: what the session says, unless the caller says more.
struct RequestOptions {
    std::optional<TlsOptions> tls;       ///< instead of the connector's
    std::string server_hostname;         ///< instead of the URL's host, for SNI and the certificate
    std::shared_ptr<const Proxy> proxy;  ///< the caller's, which may be none; null: not said
    HeadLimits limits;
    std::optional<Duration> expect_wait;      ///< for 100 Continue, when the caller wants it
    std::shared_ptr<ProgressState> progress;  ///< ends with the request
    bool wants_chunks = false;                ///< the caller wants the body in chunks
    bool read_until_eof = true;
    BodyOptions response_body;
};

/// What of a request can be copied, for a hop of its own.
struct RequestFields {
    std::string method;
    Url url;
    Headers headers;  ///< the caller's
    Pairs cookies;    ///< of this request only, with their values as they are sent
    Headers wire;     ///< all fields of the current hop, made from them
    CopyOnWrite<RequestOptions> options;      ///< shared with the session, as most are the same
    std::shared_ptr<const ProxyRoute> route;  ///< the hop's way through a proxy, or null
    std::optional<std::uint64_t> length;      ///< the body's, as the hop announces it
    int version = 11;
    bool absolute_form = false;     ///< the hop's request is for a proxy that forwards it
    bool expects_continue = false;  ///< the hop's body waits for 100 Continue
    bool observed_body = false;     ///< the body tells of its pieces itself
    bool closes = false;            ///< the hop says that it is the connection's last
    bool usual_wire = false;        ///< what is in `wire` is in every request to that host
    bool chunked = false;           ///< frame the body in chunks though its size is known

    /// For a hop to another host, whose name it is not.
    void forget_server_hostname() {
        if (!options->server_hostname.empty()) {
            options.edit().server_hostname.clear();
        }
    }
};

/// One request as it goes through the middlewares and onto the wire.
struct ClientRequest : RequestFields {
    std::unique_ptr<BodySource> body;
};

}  // namespace detail
}  // namespace aiohttp
