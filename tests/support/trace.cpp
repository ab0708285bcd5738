#include "support/trace.hpp"

namespace aiohttp::testing {

namespace {

template <class Params>
TraceSignal<Params> noting(std::vector<std::string>& log,
                           const std::string& name,
                           const std::string& throws_at) {
    return [&log, name, throws = name == throws_at](std::any&, const Params&) {
        log.push_back(name);
        if (throws) {
            throw Thrown{name};
        }
    };
}

}  // namespace

TraceConfig recording(std::vector<std::string>& log, const std::string& throws_at) {
    TraceConfig trace;
    const auto& at = throws_at;
    trace.on_request_start(noting<TraceRequestStartParams>(log, "request_start", at));
    trace.on_request_headers_sent(
        noting<TraceRequestHeadersSentParams>(log, "request_headers_sent", at));
    trace.on_request_chunk_sent(noting<TraceRequestChunkSentParams>(log, "request_chunk_sent", at));
    trace.on_request_redirect(noting<TraceRequestRedirectParams>(log, "request_redirect", at));
    trace.on_response_chunk_received(
        noting<TraceResponseChunkReceivedParams>(log, "response_chunk_received", at));
    trace.on_request_end(noting<TraceRequestEndParams>(log, "request_end", at));
    trace.on_request_exception(noting<TraceRequestExceptionParams>(log, "request_exception", at));
    trace.on_body_end(noting<TraceBodyEndParams>(log, "body_end", at));
    trace.on_connection_queued_start(
        noting<TraceConnectionQueuedStartParams>(log, "connection_queued_start", at));
    trace.on_connection_queued_end(
        noting<TraceConnectionQueuedEndParams>(log, "connection_queued_end", at));
    trace.on_connection_create_start(
        noting<TraceConnectionCreateStartParams>(log, "connection_create_start", at));
    trace.on_connection_create_end(
        noting<TraceConnectionCreateEndParams>(log, "connection_create_end", at));
    trace.on_connection_reuseconn(
        noting<TraceConnectionReuseconnParams>(log, "connection_reuseconn", at));
    trace.on_dns_resolvehost_start(
        noting<TraceDnsResolveHostStartParams>(log, "dns_resolvehost_start", at));
    trace.on_dns_resolvehost_end(
        noting<TraceDnsResolveHostEndParams>(log, "dns_resolvehost_end", at));
    trace.on_dns_cache_hit(noting<TraceDnsCacheHitParams>(log, "dns_cache_hit", at));
    trace.on_dns_cache_miss(noting<TraceDnsCacheMissParams>(log, "dns_cache_miss", at));
    trace.on_tls_start(noting<TraceTlsStartParams>(log, "tls_start", at));
    trace.on_tls_end(noting<TraceTlsEndParams>(log, "tls_end", at));
    trace.on_proxy_start(noting<TraceProxyStartParams>(log, "proxy_start", at));
    trace.on_proxy_end(noting<TraceProxyEndParams>(log, "proxy_end", at));
    return trace;
}

const std::vector<std::string>& all_signals() {
    static const std::vector<std::string> names = {"request_start",
                                                   "request_headers_sent",
                                                   "request_chunk_sent",
                                                   "request_redirect",
                                                   "response_chunk_received",
                                                   "request_end",
                                                   "request_exception",
                                                   "body_end",
                                                   "connection_queued_start",
                                                   "connection_queued_end",
                                                   "connection_create_start",
                                                   "connection_create_end",
                                                   "connection_reuseconn",
                                                   "dns_resolvehost_start",
                                                   "dns_resolvehost_end",
                                                   "dns_cache_hit",
                                                   "dns_cache_miss",
                                                   "tls_start",
                                                   "tls_end",
                                                   "proxy_start",
                                                   "proxy_end"};
    return names;
}

}  // namespace aiohttp::testing
