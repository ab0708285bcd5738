#pragma once

#include <string_view>

namespace aiohttp::detail {

struct ClientRequest;

/// What happens on the way to a connection; named as aiohttp's signals.
enum class ConnectionEvent {
    queued_start,    ///< the request waits for a slot of the pool
    queued_end,      ///< it has one
    create_start,    ///< a connection is being made
    create_end,      ///< it is ready for requests; never after a failure
    reused,          ///< an idle connection of the pool serves the request
    dns_start,       ///< a name is being looked up; the subject is the host
    dns_end,         ///< it was found
    dns_cache_hit,   ///< it was known already
    dns_cache_miss,  ///< it was not
    tls_start,       ///< a TLS handshake begins; the subject is the name that is checked
    tls_end,         ///< it succeeded
    proxy_start,     ///< the proxy is asked to connect; the subject is the target's host
    proxy_end,       ///< it has connected
};

/// Who wants to know. Told synchronously, from the coroutine of the request; what it throws ends
/// the request and reaches the caller.
class ExchangeObserver {
public:
    virtual void on_event(ConnectionEvent event, std::string_view subject) = 0;
    /// The request's head is with the connection, its fields are request.wire.
    virtual void on_headers_sent(const ClientRequest& request) = 0;
    /// A piece of the request's body is on its way, without framing and content coding.
    virtual void on_chunk_sent(std::string_view chunk) = 0;

protected:
    ~ExchangeObserver() = default;
};

}  // namespace aiohttp::detail
