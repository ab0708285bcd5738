#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/http1_head.hpp>

namespace aiohttp::detail {

/// What marks the end of a response body.
enum class BodyKind : std::uint8_t { none, length, chunked, until_close };

/// How a response body is framed, and what becomes of the connection behind it.
struct Framing {
    std::uint64_t length = 0;  ///< of the body, when kind is length
    BodyKind kind = BodyKind::none;
    bool keep_alive = false;  ///< another request may follow on this connection
    bool upgraded = false;    ///< the connection speaks another protocol from here on
    /// With keep_alive, for how many seconds the server keeps the idle connection, as far as its
    /// Keep-Alive field says (RFC 2068 19.7.1.1), else -1.
    std::int32_t idle_seconds = -1;
};

/// RFC 9112 6.3 and 9.3 for the response to a request of that method. Without `read_until_eof` a
/// body that only the end of the connection would end is taken as empty. False when the head is
/// contradictory; `error` then says why.
///
/// Stricter than the RFC, as aiohttp is: Content-Length beside Transfer-Encoding, Content-Length
/// more than once (even equal), two chunked codings and a coding that is no token are errors, also
/// on responses without a body. Only a successful answer to CONNECT is exempt (RFC 9110 9.3.6).
/// Lengths have at most 63 bits.
bool decide_framing(std::string_view request_method,
                    const ResponseHead& head,
                    bool read_until_eof,
                    Framing& framing,
                    std::string& error);

/// Whether a final response follows this one: 1xx except 101, which is final.
constexpr bool is_interim(int status) noexcept {
    return status >= 100 && status < 200 && status != 101;
}

}  // namespace aiohttp::detail
