#pragma once

#include <any>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <aiohttp/trace_params.hpp>

namespace aiohttp {

namespace detail {
struct TraceSignals;
}

/// A function that is told of something that happens to a request: with the request's context, and
/// what there is to say of it.
template <class Params>
using TraceSignal = std::function<void(std::any& context, const Params& params)>;

/// Makes the context of a request, from what Request::trace_request_ctx() was given, if anything.
using TraceContextFactory = std::function<std::any(const std::any& trace_request_ctx)>;

/// Functions that are told what happens to every request of a session, as aiohttp's TraceConfig;
/// give it to ClientSessionOptions::trace_config().
///
///     aiohttp::TraceConfig trace;
///     trace.on_request_start([](std::any&, const aiohttp::TraceRequestStartParams& params) {
///         std::cout << params.method << ' ' << params.url << '\n';
///     });
///
/// Signals are plain functions, called from the coroutine of the request: where aiohttp's may wait,
/// these cannot, so that none can hold a request up and none has to be cancelled. They must not
/// block, nor await. What one throws ends the request, or the reading of its body, with that
/// exception: the connection is closed and nothing is leaked. (Told of the end of a body that is
/// given up, there is nobody to throw at: what on_body_end throws then is dropped.)
///
/// A session without a TraceConfig pays for one null check where a signal would be.
class TraceConfig {
public:
    /// The context of each request is a copy of what trace_request_ctx() was given.
    TraceConfig();
    /// The context of each request is what `factory` makes. Throws ValueError for a null function.
    explicit TraceConfig(TraceContextFactory factory);
    /// A copy has signals of its own: setting more changes one of them.
    TraceConfig(const TraceConfig& other);
    TraceConfig(TraceConfig&& other) noexcept;
    TraceConfig& operator=(const TraceConfig& other);
    TraceConfig& operator=(TraceConfig&& other) noexcept;
    ~TraceConfig();

    // Each adds a function to those of its signal, which are called in the order in which they were
    // added. When they are called, and what with, is said at their Params. They throw ValueError
    // for a null function.

    // The request, in the order in which they may come.
    TraceConfig& on_request_start(TraceSignal<TraceRequestStartParams> signal) &;
    TraceConfig&& on_request_start(TraceSignal<TraceRequestStartParams> signal) && {
        return std::move(this->on_request_start(std::move(signal)));
    }
    TraceConfig& on_request_headers_sent(TraceSignal<TraceRequestHeadersSentParams> signal) &;
    TraceConfig&& on_request_headers_sent(TraceSignal<TraceRequestHeadersSentParams> signal) && {
        return std::move(this->on_request_headers_sent(std::move(signal)));
    }
    TraceConfig& on_request_chunk_sent(TraceSignal<TraceRequestChunkSentParams> signal) &;
    TraceConfig&& on_request_chunk_sent(TraceSignal<TraceRequestChunkSentParams> signal) && {
        return std::move(this->on_request_chunk_sent(std::move(signal)));
    }
    TraceConfig& on_request_redirect(TraceSignal<TraceRequestRedirectParams> signal) &;
    TraceConfig&& on_request_redirect(TraceSignal<TraceRequestRedirectParams> signal) && {
        return std::move(this->on_request_redirect(std::move(signal)));
    }
    TraceConfig& on_response_chunk_received(TraceSignal<TraceResponseChunkReceivedParams> signal) &;
    TraceConfig&& on_response_chunk_received(
        TraceSignal<TraceResponseChunkReceivedParams> signal) && {
        return std::move(this->on_response_chunk_received(std::move(signal)));
    }
    TraceConfig& on_request_end(TraceSignal<TraceRequestEndParams> signal) &;
    TraceConfig&& on_request_end(TraceSignal<TraceRequestEndParams> signal) && {
        return std::move(this->on_request_end(std::move(signal)));
    }
    TraceConfig& on_request_exception(TraceSignal<TraceRequestExceptionParams> signal) &;
    TraceConfig&& on_request_exception(TraceSignal<TraceRequestExceptionParams> signal) && {
        return std::move(this->on_request_exception(std::move(signal)));
    }
    TraceConfig& on_body_end(TraceSignal<TraceBodyEndParams> signal) &;
    TraceConfig&& on_body_end(TraceSignal<TraceBodyEndParams> signal) && {
        return std::move(this->on_body_end(std::move(signal)));
    }
    // Its connection.
    TraceConfig& on_connection_queued_start(TraceSignal<TraceConnectionQueuedStartParams> signal) &;
    TraceConfig&& on_connection_queued_start(
        TraceSignal<TraceConnectionQueuedStartParams> signal) && {
        return std::move(this->on_connection_queued_start(std::move(signal)));
    }
    TraceConfig& on_connection_queued_end(TraceSignal<TraceConnectionQueuedEndParams> signal) &;
    TraceConfig&& on_connection_queued_end(TraceSignal<TraceConnectionQueuedEndParams> signal) && {
        return std::move(this->on_connection_queued_end(std::move(signal)));
    }
    TraceConfig& on_connection_create_start(TraceSignal<TraceConnectionCreateStartParams> signal) &;
    TraceConfig&& on_connection_create_start(
        TraceSignal<TraceConnectionCreateStartParams> signal) && {
        return std::move(this->on_connection_create_start(std::move(signal)));
    }
    TraceConfig& on_connection_create_end(TraceSignal<TraceConnectionCreateEndParams> signal) &;
    TraceConfig&& on_connection_create_end(TraceSignal<TraceConnectionCreateEndParams> signal) && {
        return std::move(this->on_connection_create_end(std::move(signal)));
    }
    TraceConfig& on_connection_reuseconn(TraceSignal<TraceConnectionReuseconnParams> signal) &;
    TraceConfig&& on_connection_reuseconn(TraceSignal<TraceConnectionReuseconnParams> signal) && {
        return std::move(this->on_connection_reuseconn(std::move(signal)));
    }
    TraceConfig& on_dns_resolvehost_start(TraceSignal<TraceDnsResolveHostStartParams> signal) &;
    TraceConfig&& on_dns_resolvehost_start(TraceSignal<TraceDnsResolveHostStartParams> signal) && {
        return std::move(this->on_dns_resolvehost_start(std::move(signal)));
    }
    TraceConfig& on_dns_resolvehost_end(TraceSignal<TraceDnsResolveHostEndParams> signal) &;
    TraceConfig&& on_dns_resolvehost_end(TraceSignal<TraceDnsResolveHostEndParams> signal) && {
        return std::move(this->on_dns_resolvehost_end(std::move(signal)));
    }
    TraceConfig& on_dns_cache_hit(TraceSignal<TraceDnsCacheHitParams> signal) &;
    TraceConfig&& on_dns_cache_hit(TraceSignal<TraceDnsCacheHitParams> signal) && {
        return std::move(this->on_dns_cache_hit(std::move(signal)));
    }
    TraceConfig& on_dns_cache_miss(TraceSignal<TraceDnsCacheMissParams> signal) &;
    TraceConfig&& on_dns_cache_miss(TraceSignal<TraceDnsCacheMissParams> signal) && {
        return std::move(this->on_dns_cache_miss(std::move(signal)));
    }
    TraceConfig& on_tls_start(TraceSignal<TraceTlsStartParams> signal) &;
    TraceConfig&& on_tls_start(TraceSignal<TraceTlsStartParams> signal) && {
        return std::move(this->on_tls_start(std::move(signal)));
    }
    TraceConfig& on_tls_end(TraceSignal<TraceTlsEndParams> signal) &;
    TraceConfig&& on_tls_end(TraceSignal<TraceTlsEndParams> signal) && {
        return std::move(this->on_tls_end(std::move(signal)));
    }
    TraceConfig& on_proxy_start(TraceSignal<TraceProxyStartParams> signal) &;
    TraceConfig&& on_proxy_start(TraceSignal<TraceProxyStartParams> signal) && {
        return std::move(this->on_proxy_start(std::move(signal)));
    }
    TraceConfig& on_proxy_end(TraceSignal<TraceProxyEndParams> signal) &;
    TraceConfig&& on_proxy_end(TraceSignal<TraceProxyEndParams> signal) && {
        return std::move(this->on_proxy_end(std::move(signal)));
    }

    /// For the session.
    const detail::TraceSignals& signals() const noexcept { return *signals_; }

private:
    std::unique_ptr<detail::TraceSignals> signals_;
};

}  // namespace aiohttp
