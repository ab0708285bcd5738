#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <aiohttp/clock.hpp>

namespace aiohttp {

/// Where the time of an exchange went, and how many bytes it took; what ClientResponse::timings()
/// gives. After redirects it is that of the last hop, but for `before` and `total`.
///
/// What did not happen is nullopt: a connection of the pool needs neither dns nor connect nor tls.
/// What is still going on counts up to now.
struct Timings {
    std::optional<Duration> queue;    ///< waiting for a free slot of the pool
    std::optional<Duration> dns;      ///< looking the host name up
    std::optional<Duration> connect;  ///< connecting the socket; dns, proxy and tls apart
    std::optional<Duration> proxy;    ///< asking the proxy to connect
    std::optional<Duration> tls;      ///< TLS handshakes
    std::optional<Duration> send;     ///< sending the request, body included
    std::optional<Duration> wait;     ///< from then to the first byte of the answer
    std::optional<Duration> body;     ///< from then to the end of the body, or to giving it up
    /// What came before this hop: redirects, and what middlewares did.
    Duration before{};
    /// All of it, from when the request was awaited.
    Duration total{};

    bool reused = false;           ///< whether the connection came from the pool
    std::uint64_t connection = 0;  ///< its number in its connector, from 1; 0 when there was none
    /// Bytes on the connection, before TLS: heads, bodies and their framing.
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;  ///< so far, interim responses included
    /// Those of them that were the request's head, and the final response's.
    std::uint64_t head_bytes_sent = 0;
    std::uint64_t head_bytes_received = 0;
    /// Bytes of the body that have been read so far, after Content-Encoding was undone.
    std::uint64_t body_bytes = 0;

    bool operator==(const Timings&) const = default;
};

/// One line for a log, in milliseconds and bytes:
/// "dns 0.2 connect 0.4 send 0.1 wait 12.0 body 3.1 total 15.8 ms, sent 120, received 2048".
std::string to_string(const Timings& timings);

/// A line for each part, drawn as a bar of a scale of `width` characters that stands for the
/// total. Each line ends in a line feed.
std::string waterfall(const Timings& timings, std::size_t width = 40);

}  // namespace aiohttp
