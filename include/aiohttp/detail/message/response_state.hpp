#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/decode_errors.hpp>
#include <aiohttp/detail/message/body_observer.hpp>
#include <aiohttp/detail/message/body_options.hpp>
#include <aiohttp/detail/message/body_reader.hpp>
#include <aiohttp/detail/message/decoding_stage.hpp>
#include <aiohttp/detail/message/exchange_times.hpp>
#include <aiohttp/detail/message/response_buffers.hpp>
#include <aiohttp/detail/message/tls_peer.hpp>
#include <aiohttp/detail/protocol/http1_head.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp::detail {

/// The responses that redirected; null: none.
using History = std::shared_ptr<const std::vector<ClientResponse>>;

/// What a ClientResponse and its StreamReader share: the head as plain values, and the body,
/// first the part that came with the head, then what is still on the connection; either of them
/// through a decoding stage when the body has a content coding:
///
///     kept_ ──┐
///             ├─ raw piece ──→ decoding_, if any ──→ max_size ──→ piece
///     body_ ──┘
class ResponseState {
public:
    ResponseState() = default;
    ResponseState(ResponseHead&& of, const ExchangeTimes& so_far)
        : head(std::move(of)), times(so_far) {}
    ResponseState(const ResponseState&) = delete;
    ResponseState& operator=(const ResponseState&) = delete;
    ~ResponseState();

    ResponseHead head;
    std::string method;
    Url url;       ///< without credentials and fragment
    Url real_url;  ///< with the fragment; empty when there is none
    History history;
    std::shared_ptr<const std::string> remote_endpoint;
    std::shared_ptr<const TlsPeer> tls_peer;  ///< null without TLS
    Headers trailers;
    Headers request_headers;           ///< as they were sent
    bool usual_request = false;        ///< see RequestFields::usual_wire
    std::uint64_t output_size = 0;     ///< bytes of the request that were sent
    bool upload_complete = true;       ///< all of its body was
    ExchangeTimes times;               ///< how the exchange went so far
    std::optional<std::string> whole;  ///< the body, once it has been read whole

    /// The next bytes that are here already; a view until consume() or fill().
    std::string_view piece();
    /// Whether the piece ends an HTTP chunk.
    bool piece_ends_chunk() const noexcept;
    void consume(std::size_t bytes);
    /// Whether nothing is left to read.
    bool at_end();
    /// Waits for more; afterwards there is a piece, or the end. Raises what goes wrong, and
    /// raises it again in every later call.
    boost::asio::awaitable<void> fill(std::size_t limit);
    /// Raises why the body cannot be read any more, if so.
    void check_readable();
    /// The same as a value; none when it can be read.
    Error failure();
    /// How many bytes are still to come, as far as that is known.
    std::uint64_t left() const noexcept;

    /// Says how the body is to be read. The head is known.
    void set_body_options(const BodyOptions& options);
    /// How much is to be read from the connection at once, in bytes.
    std::size_t read_size() const noexcept { return read_size_; }
    /// Who names the charset when the head does not, or null.
    const CharsetResolver* fallback_charset() const noexcept { return fallback_charset_.get(); }

    /// Keeps bytes that came with the head. `ends_chunk`: an HTTP chunk ends behind them.
    void keep(std::string_view bytes, bool ends_chunk);
    void attach(std::unique_ptr<BodyReader> body) { body_ = std::move(body); }
    /// Where the buffers go at the end, and where the body gets its own from.
    void share_buffers(std::shared_ptr<ResponseBuffers> spare) { spare_ = std::move(spare); }
    /// Makes it `whole` when all of it came with the head and nothing was read yet. Whether it is
    /// there now.
    bool take_kept();
    /// What to read it into otherwise ...
    std::string whole_buffer();
    /// ... and then make it `whole`.
    void keep_whole(std::string body);
    /// Gives the connection up: it has gone back already when the body arrived whole, and can
    /// still be read then; else it is closed.
    void release();
    /// Says that the connection is gone before the body was read whole: reading it fails.
    void abandon();
    /// No connection is held any more.
    bool closed() const noexcept { return body_ == nullptr; }
    /// How many bytes have been read.
    std::uint64_t total_bytes() const noexcept { return total_bytes_; }
    /// What the times come to.
    Timings timings() const;
    /// Who is told of what is read from now on, and of the end; after others who are.
    void observe(std::shared_ptr<BodyObserver> observer);
    /// Tells the observer that the body is at its end, if it is.
    void tell_end();
    /// How many bytes they were before decoding.
    std::uint64_t total_raw_bytes() const noexcept {
        return decoding_ ? decoding_->raw_bytes() : total_bytes_;
    }

    /// One read at a time; throws RuntimeError when there is one already.
    class ReadGuard {
    public:
        explicit ReadGuard(ResponseState& state);
        ReadGuard(const ReadGuard&) = delete;
        ReadGuard& operator=(const ReadGuard&) = delete;
        ~ReadGuard() { state_.reading_ = false; }

    private:
        ResponseState& state_;
    };

    /// Throws `error` with this request's identity.
    [[noreturn]] void raise(const Error& error) const;

private:
    std::string_view raw_piece();
    bool raw_piece_ends_chunk() const noexcept;
    void consume_raw(std::size_t bytes);
    bool raw_at_end();
    void finish_if_done();
    std::string_view decoded_piece();
    Error too_large() const;
    void tell_chunk(std::string_view chunk);
    void tell_given_up() noexcept;
    void give_buffers_back() noexcept;

    std::shared_ptr<ResponseBuffers> spare_;  // null: nobody wants the buffers
    std::shared_ptr<BodyObserver> observer_;  // outlives body_
    std::string kept_;
    std::size_t kept_offset_ = 0;
    std::vector<std::size_t> chunk_ends_;  // offsets into kept_
    std::size_t chunk_index_ = 0;
    std::unique_ptr<BodyReader> body_;
    std::unique_ptr<DecodingStage> decoding_;  // null: the body stays as it is
    std::shared_ptr<const CharsetResolver> fallback_charset_;
    std::uint64_t max_size_ = BodyOptions::no_limit;
    std::size_t read_size_ = BodyOptions::default_read_size;
    Error failure_;
    bool reading_ = false;
    std::uint64_t total_bytes_ = 0;
};

/// A new state, in memory that Asio's thread keeps for operations like it.
std::shared_ptr<ResponseState> make_response_state(ResponseHead&& head = ResponseHead(),
                                                   const ExchangeTimes& times = ExchangeTimes());

/// What is left of the body, in the memory of `buffer`, which is empty.
boost::asio::awaitable<std::string> read_rest(std::shared_ptr<ResponseState> state,
                                              std::string buffer);

/// The whole body, which is kept for the next call.
boost::asio::awaitable<std::string> read_whole(std::shared_ptr<ResponseState> state);

/// See ClientResponse::get_encoding().
std::string encoding_of(const std::shared_ptr<ResponseState>& state);

/// The body, which has been read whole, as UTF-8. Throws ValueError for a charset that is not
/// known, UnicodeDecodeError for what is no text in it.
std::string decode_whole(const ResponseState& state,
                         const std::string& encoding,
                         DecodeErrors errors);

}  // namespace aiohttp::detail
