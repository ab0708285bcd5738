#pragma once

#include <tuple>
#include <vector>

#include <aiohttp/trace.hpp>

namespace aiohttp::detail {

/// What a TraceConfig holds: for each signal, known by what it is given, who is told.
struct TraceSignals {
    template <class Params>
    std::vector<TraceSignal<Params>>& of() noexcept {
        return std::get<std::vector<TraceSignal<Params>>>(lists);
    }
    template <class Params>
    const std::vector<TraceSignal<Params>>& of() const noexcept {
        return std::get<std::vector<TraceSignal<Params>>>(lists);
    }

    TraceContextFactory factory;  ///< null: the context is a copy
    std::tuple<std::vector<TraceSignal<TraceRequestStartParams>>,
               std::vector<TraceSignal<TraceRequestHeadersSentParams>>,
               std::vector<TraceSignal<TraceRequestChunkSentParams>>,
               std::vector<TraceSignal<TraceRequestRedirectParams>>,
               std::vector<TraceSignal<TraceResponseChunkReceivedParams>>,
               std::vector<TraceSignal<TraceRequestEndParams>>,
               std::vector<TraceSignal<TraceRequestExceptionParams>>,
               std::vector<TraceSignal<TraceBodyEndParams>>,
               std::vector<TraceSignal<TraceConnectionQueuedStartParams>>,
               std::vector<TraceSignal<TraceConnectionQueuedEndParams>>,
               std::vector<TraceSignal<TraceConnectionCreateStartParams>>,
               std::vector<TraceSignal<TraceConnectionCreateEndParams>>,
               std::vector<TraceSignal<TraceConnectionReuseconnParams>>,
               std::vector<TraceSignal<TraceDnsResolveHostStartParams>>,
               std::vector<TraceSignal<TraceDnsResolveHostEndParams>>,
               std::vector<TraceSignal<TraceDnsCacheHitParams>>,
               std::vector<TraceSignal<TraceDnsCacheMissParams>>,
               std::vector<TraceSignal<TraceTlsStartParams>>,
               std::vector<TraceSignal<TraceTlsEndParams>>,
               std::vector<TraceSignal<TraceProxyStartParams>>,
               std::vector<TraceSignal<TraceProxyEndParams>>>
        lists;
};

}  // namespace aiohttp::detail
