#pragma once

#include <chrono>
#include <optional>

#include <aiohttp/clock.hpp>

namespace aiohttp {

/// The time limits of a request, as aiohttp's ClientTimeout; nullopt switches one off. A request's
/// own value replaces the session's whole, field by field nothing is merged. A limit that is zero
/// or negative throws ValueError. Trivially destructible, so it is safe to write in place:
/// `co_await session.get(url).timeout(ClientTimeout{.total = 10s})`.
///
/// Unlike aiohttp 3, and like aiohttp 4, the fields that are not named keep their defaults.
struct ClientTimeout {
    /// The whole call: waiting for a connection, connecting, sending, the response head and its
    /// body until the last byte. Default 5 minutes. Throws TotalTimeoutError.
    std::optional<Duration> total = std::chrono::minutes(5);
    /// Getting a connection: the pool's queue, DNS, connecting and TLS. A request that finds an
    /// idle connection never meets it. Throws ConnectionTimeoutError.
    std::optional<Duration> connect = std::nullopt;
    /// Connecting a socket, and its TLS handshake; not DNS, not the queue. Default 30 seconds.
    /// Throws ConnectionTimeoutError.
    std::optional<Duration> sock_connect = std::chrono::seconds(30);
    /// Each gap without a byte received, from when the request is sent to the end of the body;
    /// while the caller is not reading it does not run. Throws SocketTimeoutError.
    std::optional<Duration> sock_read = std::nullopt;
    /// Waiting for a free slot of the pool only. Throws ConnectionTimeoutError.
    std::optional<Duration> pool = std::nullopt;
    /// The host name lookup only. Throws ConnectionTimeoutError.
    std::optional<Duration> dns = std::nullopt;
    /// The TLS handshake only. Throws ConnectionTimeoutError.
    std::optional<Duration> tls = std::nullopt;
    /// Sending the request, each gap in which the peer takes no byte; the head and a body of up to
    /// 64 KiB go as one. Throws SocketTimeoutError.
    std::optional<Duration> sock_write = std::nullopt;

    /// No limit at all.
    static constexpr ClientTimeout none() {
        ClientTimeout timeout;
        timeout.total = std::nullopt;
        timeout.sock_connect = std::nullopt;
        return timeout;
    }
};

}  // namespace aiohttp
