#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/error.hpp>

namespace aiohttp {

namespace detail {
class ResponseState;
}

/// A piece of a body and whether an HTTP chunk ends with it; what read_chunk() gives.
struct BodyChunk {
    std::string data;
    bool end_of_http_chunk = false;
};

/// The body of a response as a stream that is pulled: nothing is read from the socket that nobody
/// asked for, so a slow reader slows the sender down and memory stays bounded.
///
/// A handle: copies read from the same place, and it may outlive the ClientResponse. All reads
/// throw ClientPayloadError for a truncated or malformed body, TimeoutError and its kinds,
/// ClientConnectionError when the response was released, and RuntimeError while another read of
/// the same body is under way. An error is thrown again by every later read.
class StreamReader {
public:
    explicit StreamReader(std::shared_ptr<detail::ResponseState> state) noexcept;

    /// Everything up to the end of the body.
    boost::asio::awaitable<std::string> read();
    /// At least one byte and at most `most`; empty only at the end, or when `most` is 0.
    boost::asio::awaitable<std::string> read(std::size_t most);
    /// What has arrived, at least one byte; empty only at the end.
    boost::asio::awaitable<std::string> read_any();
    /// The next piece as read_any() gives it; nullopt at the end. For
    /// `while (auto piece = co_await body.next())`.
    boost::asio::awaitable<std::optional<std::string>> next();
    /// The same with at most `most` bytes a piece (aiohttp's iter_chunked). Throws ValueError for
    /// 0.
    boost::asio::awaitable<std::optional<std::string>> next(std::size_t most);
    /// What is in memory already, at most `most` bytes, without waiting and without asking the
    /// socket; perhaps nothing.
    std::string read_nowait(std::size_t most = std::string::npos);
    /// Exactly `count` bytes. Throws IncompleteReadError when the body ends before.
    boost::asio::awaitable<std::string> read_exactly(std::size_t count);
    /// One line with its line feed; at the end what is left, perhaps nothing. Throws LineTooLong
    /// beyond `max_size` bytes; the default is aiohttp's, 512 KiB.
    boost::asio::awaitable<std::string> readline(std::size_t max_size = default_line_limit);
    /// The next line as readline() gives it, so an empty one is "\n"; nullopt at the end. For
    /// `while (auto line = co_await body.next_line())`.
    boost::asio::awaitable<std::optional<std::string>> next_line(
        std::size_t max_size = default_line_limit);
    /// Up to and with `separator`; at the end what is left. Throws ValueError for an empty
    /// separator, LineTooLong as readline().
    boost::asio::awaitable<std::string> read_until(std::string separator,
                                                   std::size_t max_size = default_line_limit);
    /// What has arrived, and whether an HTTP chunk (RFC 9112 7.1) ends there; empty at the end.
    boost::asio::awaitable<BodyChunk> read_chunk();

    /// Whether every byte has been read.
    bool at_eof() const;
    /// What the next read would throw, as far as that is known by now; empty when nothing is wrong.
    Error exception() const;
    /// How many bytes have been read.
    std::uint64_t total_bytes() const noexcept;
    /// How many bytes those were before Content-Encoding was undone; may count bytes that are
    /// decoded already and not yet read.
    std::uint64_t total_raw_bytes() const noexcept;

    /// The limit of a line where none is given, in bytes.
    static constexpr std::size_t default_line_limit = std::size_t{512} << 10U;

private:
    std::shared_ptr<detail::ResponseState> state_;
};

}  // namespace aiohttp
