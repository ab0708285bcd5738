#pragma once

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/message/exchange_times.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL Timings timings_of(const ExchangeTimes& times) {
    constexpr auto never = ExchangeTimes::never;
    Timings timings;
    if (times.start == never) {
        return timings;  // no server was asked
    }
    timings.queue = times.queue.known();
    timings.dns = times.dns.known();
    timings.proxy = times.proxy.known();
    timings.tls = times.tls.known();
    if (auto rest = times.create.known()) {
        for (const auto& part : {timings.dns, timings.proxy, timings.tls}) {
            *rest -= part.value_or(Duration::zero());
        }
        timings.connect = std::max(*rest, Duration::zero());
    }
    const auto end = times.end == never ? Clock::now() : times.end;
    if (times.sent != never) {
        timings.send = times.sent - (times.ready == never ? times.start : times.ready);
    }
    if (times.answered != never) {
        timings.wait = times.answered - times.sent;
        timings.body = end - times.answered;
    }
    timings.before = times.start - times.whole;
    timings.total = end - times.whole;
    timings.reused = times.reused;
    timings.connection = times.connection;
    timings.bytes_received = times.received;
    timings.head_bytes_sent = times.head_sent;
    timings.head_bytes_received = times.head_received;
    return timings;
}

}  // namespace aiohttp::detail
