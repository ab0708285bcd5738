#pragma once

#include <exception>
#include <string>
#include <string_view>

#include <aiohttp/error.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/timings.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp {

class ClientResponse;

// What the signals of a TraceConfig are given, named as in aiohttp. References and views: valid
// while the signal runs. Method and URL are those of the current hop, the URL without credentials.

/// Before anything is done. What is changed in `headers`, the session's and the request's, is so on
/// the wire; Host, Cookie, Accept, User-Agent and the body's fields come later, where they are not
/// here.
struct TraceRequestStartParams {
    const std::string& method;
    const Url& url;
    Headers& headers;
};

/// The request's head was handed to the connection, with these fields, credentials included; once
/// a hop, and again when a stale connection is replaced.
struct TraceRequestHeadersSentParams {
    const std::string& method;
    const Url& url;
    const Headers& headers;
};

/// A piece of the request's body is handed to the connection; as it was before it was compressed
/// and framed.
struct TraceRequestChunkSentParams {
    const std::string& method;
    const Url& url;
    std::string_view chunk;
};

/// A response redirects, and is followed: `headers` are those of the request that it answers. It
/// is released.
struct TraceRequestRedirectParams {
    const std::string& method;
    const Url& url;
    const Headers& headers;
    const ClientResponse& response;
};

/// The head of the response is here and has passed raise_for_status(); the body is still to come.
struct TraceRequestEndParams {
    const std::string& method;
    const Url& url;
    const Headers& headers;
    const ClientResponse& response;
};

/// The request ends with an exception, cancellation included, before on_request_end.
struct TraceRequestExceptionParams {
    const std::string& method;
    const Url& url;
    const Headers& headers;
    std::exception_ptr exception;
};

/// A piece of the response's body is read, whichever way; it is decoded.
struct TraceResponseChunkReceivedParams {
    const std::string& method;
    const Url& url;
    std::string_view chunk;
};

/// After on_request_end: the body has been read to its end, or is given up, be it because the
/// response is destroyed. Not in aiohttp.
struct TraceBodyEndParams {
    const std::string& method;
    const Url& url;
    const Timings& timings;  ///< times and bytes of the last hop
    const Error& error;      ///< why it could not be read, if it could not
    bool complete;           ///< whether it was read to its end
};

/// The request waits for a slot of the pool; not told when it need not wait.
struct TraceConnectionQueuedStartParams {};
/// It has one.
struct TraceConnectionQueuedEndParams {};
/// A connection is being made.
struct TraceConnectionCreateStartParams {};
/// It is ready for requests; not told after a failure.
struct TraceConnectionCreateEndParams {};
/// A connection of the pool serves the request.
struct TraceConnectionReuseconnParams {};

/// A name is being looked up.
struct TraceDnsResolveHostStartParams {
    std::string_view host;
};
/// It was found; not told after a failure.
struct TraceDnsResolveHostEndParams {
    std::string_view host;
};
/// It was in the cache.
struct TraceDnsCacheHitParams {
    std::string_view host;
};
/// It was not.
struct TraceDnsCacheMissParams {
    std::string_view host;
};

/// A TLS handshake begins, for this name. Not in aiohttp.
struct TraceTlsStartParams {
    std::string_view server_hostname;
};
/// It succeeded; not told after a failure. Not in aiohttp.
struct TraceTlsEndParams {
    std::string_view server_hostname;
};
/// A proxy is asked to connect to this host. Not in aiohttp.
struct TraceProxyStartParams {
    std::string_view host;
};
/// It has; not told after a failure. Not in aiohttp.
struct TraceProxyEndParams {
    std::string_view host;
};

}  // namespace aiohttp
