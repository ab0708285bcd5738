#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include <aiohttp/clock.hpp>
#include <aiohttp/timings.hpp>

namespace aiohttp::detail {

/// When what happened to a hop: the marks that Timings are made of. On a connection of the pool
/// three of them are taken: start, sent and answered, and end when the body did not come with the
/// head.
struct ExchangeTimes {
    using Point = Clock::time_point;
    static constexpr Point never = Point::min();

    /// Something that may happen more than once, and then counts together.
    struct Span {
        Point since = never;
        Duration length{-1};

        void begin(Point now) noexcept { since = now; }
        void end(Point now) noexcept {
            length = std::max(length, Duration::zero()) + (now - since);
        }
        std::optional<Duration> known() const noexcept {
            return length < Duration::zero() ? std::nullopt : std::optional<Duration>(length);
        }
    };

    Point whole = never;     ///< the request was awaited
    Point start = never;     ///< this hop began
    Point ready = never;     ///< it had its connection, where that took time
    Point sent = never;      ///< it was sent
    Point answered = never;  ///< the first bytes of the answer had come
    Point head_end = never;  ///< its head had
    Point end = never;       ///< the body was at its end, or given up
    Span queue;
    Span create;
    Span dns;
    Span proxy;
    Span tls;
    bool reused = false;
    std::uint64_t connection = 0;
    std::uint64_t received = 0;  ///< bytes
    std::uint64_t head_sent = 0;
    std::uint64_t head_received = 0;

    /// Says that nothing more will come, unless that is known.
    void finish() noexcept {
        if (end == never && start != never) {
            end = Clock::now();
        }
    }
};

/// What the marks come to; what the body was is for the caller.
Timings timings_of(const ExchangeTimes& times);

}  // namespace aiohttp::detail
