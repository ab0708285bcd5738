#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/middleware/trace_signals.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/trace.hpp>

namespace aiohttp {

namespace detail {

/// Throws ValueError for a null function.
template <class Params>
void add_signal(TraceSignals& signals, TraceSignal<Params>&& signal) {
    if (!signal) {
        throw ValueError("the signal of a TraceConfig is a null function");
    }
    signals.of<Params>().push_back(std::move(signal));
}

}  // namespace detail

AIOHTTP_DECL TraceConfig::TraceConfig() : signals_(std::make_unique<detail::TraceSignals>()) {}
AIOHTTP_DECL TraceConfig::TraceConfig(TraceContextFactory factory) : TraceConfig() {
    if (!factory) {
        throw ValueError("the context factory of a TraceConfig is a null function");
    }
    signals_->factory = std::move(factory);
}
AIOHTTP_DECL TraceConfig::TraceConfig(const TraceConfig& other)
    : signals_(std::make_unique<detail::TraceSignals>(*other.signals_)) {}
AIOHTTP_DECL TraceConfig::TraceConfig(TraceConfig&& other) noexcept = default;
AIOHTTP_DECL TraceConfig& TraceConfig::operator=(const TraceConfig& other) {
    signals_ = std::make_unique<detail::TraceSignals>(*other.signals_);
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::operator=(TraceConfig&& other) noexcept = default;
AIOHTTP_DECL TraceConfig::~TraceConfig() = default;

AIOHTTP_DECL TraceConfig& TraceConfig::on_request_start(
    TraceSignal<TraceRequestStartParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_request_headers_sent(
    TraceSignal<TraceRequestHeadersSentParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_request_chunk_sent(
    TraceSignal<TraceRequestChunkSentParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_request_redirect(
    TraceSignal<TraceRequestRedirectParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_response_chunk_received(
    TraceSignal<TraceResponseChunkReceivedParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_request_end(TraceSignal<TraceRequestEndParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_request_exception(
    TraceSignal<TraceRequestExceptionParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_body_end(TraceSignal<TraceBodyEndParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_connection_queued_start(
    TraceSignal<TraceConnectionQueuedStartParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_connection_queued_end(
    TraceSignal<TraceConnectionQueuedEndParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_connection_create_start(
    TraceSignal<TraceConnectionCreateStartParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_connection_create_end(
    TraceSignal<TraceConnectionCreateEndParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_connection_reuseconn(
    TraceSignal<TraceConnectionReuseconnParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_dns_resolvehost_start(
    TraceSignal<TraceDnsResolveHostStartParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_dns_resolvehost_end(
    TraceSignal<TraceDnsResolveHostEndParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_dns_cache_hit(
    TraceSignal<TraceDnsCacheHitParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_dns_cache_miss(
    TraceSignal<TraceDnsCacheMissParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_tls_start(TraceSignal<TraceTlsStartParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_tls_end(TraceSignal<TraceTlsEndParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_proxy_start(TraceSignal<TraceProxyStartParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}
AIOHTTP_DECL TraceConfig& TraceConfig::on_proxy_end(TraceSignal<TraceProxyEndParams> signal) & {
    detail::add_signal(*signals_, std::move(signal));
    return *this;
}

}  // namespace aiohttp
