#pragma once

#include <cstddef>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/middleware/request_trace.hpp>
#include <aiohttp/detail/middleware/trace_signals.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL RequestTrace::RequestTrace(std::shared_ptr<const TraceConfigs> configs,
                                        const std::any& request_context)
    : configs_(std::move(configs)) {
    for (const auto& config : *configs_) {
        const auto& factory = config.signals().factory;
        contexts_.push_back(factory ? factory(request_context) : request_context);
    }
}

template <class Params>
void RequestTrace::tell(const Params& params) {
    for (std::size_t i = 0; i < configs_->size(); ++i) {
        for (const auto& signal : (*configs_)[i].signals().template of<Params>()) {
            signal(contexts_[i], params);
        }
    }
}

AIOHTTP_DECL void RequestTrace::is_about(std::string_view method,
                                         const Url& url,
                                         const Headers& headers) {
    method_ = method;
    url_ = url;
    headers_ = headers;
}

AIOHTTP_DECL void RequestTrace::begin_hop(const ClientRequest& request) {
    is_about(request.method, request.url, request.headers);
}

AIOHTTP_DECL void RequestTrace::start(ClientRequest& request) {
    method_ = request.method;
    url_ = request.url;
    tell(TraceRequestStartParams{method_, url_, request.headers});
    headers_ = request.headers;
    started_ = true;
}

AIOHTTP_DECL void RequestTrace::on_headers_sent(const ClientRequest& request) {
    is_about(request.method, request.url, request.wire);
    tell(TraceRequestHeadersSentParams{method_, url_, headers_});
}

AIOHTTP_DECL void RequestTrace::on_chunk_sent(std::string_view chunk) {
    tell(TraceRequestChunkSentParams{method_, url_, chunk});
}

AIOHTTP_DECL void RequestTrace::on_redirect(const ClientResponse& response) {
    // Until the next hop begins, if it does, it is about the one that was redirected.
    const auto info = response.request_info();
    is_about(info.method, info.url, info.headers);
    tell(TraceRequestRedirectParams{method_, url_, headers_, response});
}

AIOHTTP_DECL void RequestTrace::on_end(const ClientResponse& response) {
    const auto info = response.request_info();
    tell(TraceRequestEndParams{info.method, info.url, info.headers, response});
    ended_ = true;
}

AIOHTTP_DECL void RequestTrace::on_exception(const std::exception_ptr& exception) {
    if (started_) {
        tell(TraceRequestExceptionParams{method_, url_, headers_, exception});
    }
}

AIOHTTP_DECL void RequestTrace::on_chunk_received(std::string_view chunk) {
    tell(TraceResponseChunkReceivedParams{method_, url_, chunk});
}

AIOHTTP_DECL void RequestTrace::on_body_end(const BodyEnd& end) {
    if (ended_ && !std::exchange(body_ended_, true)) {
        tell(TraceBodyEndParams{method_, url_, end.timings, end.error, end.complete});
    }
}

AIOHTTP_DECL void RequestTrace::on_event(ConnectionEvent event, std::string_view subject) {
    switch (event) {
        case ConnectionEvent::queued_start:
            return tell(TraceConnectionQueuedStartParams{});
        case ConnectionEvent::queued_end:
            return tell(TraceConnectionQueuedEndParams{});
        case ConnectionEvent::create_start:
            return tell(TraceConnectionCreateStartParams{});
        case ConnectionEvent::create_end:
            return tell(TraceConnectionCreateEndParams{});
        case ConnectionEvent::reused:
            return tell(TraceConnectionReuseconnParams{});
        case ConnectionEvent::dns_start:
            return tell(TraceDnsResolveHostStartParams{subject});
        case ConnectionEvent::dns_end:
            return tell(TraceDnsResolveHostEndParams{subject});
        case ConnectionEvent::dns_cache_hit:
            return tell(TraceDnsCacheHitParams{subject});
        case ConnectionEvent::dns_cache_miss:
            return tell(TraceDnsCacheMissParams{subject});
        case ConnectionEvent::tls_start:
            return tell(TraceTlsStartParams{subject});
        case ConnectionEvent::tls_end:
            return tell(TraceTlsEndParams{subject});
        case ConnectionEvent::proxy_start:
            return tell(TraceProxyStartParams{subject});
        case ConnectionEvent::proxy_end:
            return tell(TraceProxyEndParams{subject});
    }
}

}  // namespace aiohttp::detail
