#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/http1_framing.hpp>
#include <aiohttp/detail/protocol/http1_head.hpp>
#include <aiohttp/headers.hpp>

namespace aiohttp::detail {

enum class BodyStatus : std::uint8_t { need_more, data, done, failed };

/// What one step of a BodyDecoder gave.
struct BodyStep {
    BodyStatus status = BodyStatus::need_more;
    std::size_t consumed = 0;   ///< bytes of the input that are dealt with, whatever the status
    std::string_view data;      ///< a view into the input; only with status data
    bool end_of_chunk = false;  ///< this data, maybe none, is the last of an HTTP chunk
};

/// Takes a response body out of its framing (RFC 9112 6 and 7) without copying it.
///
/// Chunk extensions are skipped, white space behind a chunk size too (old servers pad it). Line
/// ends of the chunk framing are CRLF and nothing else; trailers obey the rules of header fields.
class BodyDecoder {
public:
    /// For the next body.
    void start(const Framing& framing, const HeadLimits& limits);
    /// Call it with the bytes not consumed yet until it says need_more, done or failed.
    BodyStep step(std::string_view input);
    /// The peer has closed: done when that ends the body or it had ended before, else failed.
    BodyStatus on_eof();
    /// How many bytes of the body follow next without framing between them: the rest of the
    /// length or of the chunk, UINT64_MAX until close. So many may be read straight into the
    /// reader's buffer ...
    std::uint64_t direct() const noexcept;
    /// ... and are made known so. `n` is at most direct(). The end of a chunk that is reached
    /// this way is reported by the next step(), even on empty input.
    void advance(std::uint64_t n) noexcept;

    bool done() const noexcept { return state_ == State::done; }
    /// Failed because the peer closed early, not because of a wrong byte.
    bool truncated() const noexcept { return truncated_; }
    Headers& trailers() noexcept { return trailers_; }
    /// On failed: what is wrong, with the offending text.
    const std::string& error() const noexcept { return error_; }

private:
    enum class State : std::uint8_t {
        length,
        until_close,
        chunk_size,
        chunk_data,
        chunk_end,
        trailers,
        done,
        failed
    };
    // Each takes its piece of framing off `rest`; false when it cannot go on.
    bool read_chunk_size(std::string_view rest, std::size_t& used);
    bool read_chunk_end(std::string_view rest, std::size_t& used);
    bool read_trailers(std::string_view rest, std::size_t& used);
    bool fail(std::string error);
    BodyStep take_data(std::string_view rest, std::size_t used);

    State state_ = State::done;
    bool truncated_ = false;
    bool chunk_ended_ = false;  // by advance(), and not reported yet
    std::uint64_t length_ = 0;
    std::uint64_t remaining_ = 0;  // of the length, or of the chunk
    std::size_t scanned_ = 0;      // the chunk size line has no end before this offset
    FieldsDecoder fields_;
    Headers trailers_;
    std::string error_;
};

}  // namespace aiohttp::detail
