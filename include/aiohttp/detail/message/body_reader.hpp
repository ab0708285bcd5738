#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/headers.hpp>

namespace aiohttp::detail {

/// The rest of a response body that is still on its connection. Destroying it closes that
/// connection; at the end of the body it has gone back to the pool before.
class BodyReader {
public:
    virtual ~BodyReader() = default;

    /// The next decoded bytes that are here already; a view until consume() or fill().
    virtual std::string_view piece() = 0;
    /// Whether the piece, when consumed whole, ends an HTTP chunk.
    virtual bool piece_ends_chunk() const noexcept = 0;
    /// Drops the first `bytes` of the piece.
    virtual void consume(std::size_t bytes) = 0;
    /// Whether the body is at its end and every piece is consumed.
    virtual bool done() = 0;
    /// Waits for more; at most about `limit` bytes at once.
    virtual boost::asio::awaitable<Error> fill(std::size_t limit) = 0;
    /// How many bytes are still to come, as far as that is known, else 0.
    virtual std::uint64_t left() const noexcept = 0;
    /// What ended the exchange between two reads: the total timeout, a closed session.
    virtual Error verdict() const = 0;
    /// Ends a fill() under way, which then gives `reason`.
    virtual void interrupt(const Error& reason) noexcept = 0;
    /// Once done, gives the connection up and returns the trailer fields.
    virtual Headers finish() = 0;
};

}  // namespace aiohttp::detail
