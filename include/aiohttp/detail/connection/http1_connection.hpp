#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <aiohttp/detail/connection/connection.hpp>
#include <aiohttp/detail/connection/input_buffer.hpp>
#include <aiohttp/detail/net/transport.hpp>
#include <aiohttp/detail/protocol/http1_body.hpp>
#include <aiohttp/detail/protocol/http1_framing.hpp>
#include <aiohttp/detail/protocol/http1_head.hpp>

namespace aiohttp::detail {

/// HTTP/1.0 and HTTP/1.1 over a transport (RFC 9112):
///
///     send ── request written ─────────────────────────→ wait ── final head ──→ body ──→ done
///       └──── an answer comes before it is written ────────────────↑
///
/// Between the head and the body it waits for 100 Continue, when the request says so.
///
/// It moves bytes between the transport and the pure machines (HeadDecoder, BodyDecoder) and
/// decides nothing about HTTP itself.
class Http1Connection final : public Connection {
public:
    Http1Connection(std::unique_ptr<Transport> transport, std::shared_ptr<SpareBuffers> spare);

    boost::asio::awaitable<Error> exchange(ClientRequest& request,
                                           Deadline& deadline,
                                           ResponseHead& head) override;
    boost::asio::awaitable<Error> start(ClientRequest& request,
                                        Deadline& deadline,
                                        ResponseHead& head) override;
    SocketRead next_read(Deadline& deadline, ResponseHead& head) override;
    void take_read(IoResult result, Deadline& deadline) override;
    Error end_answer(const ClientRequest& request,
                     Deadline& deadline,
                     const ResponseHead& head) override;
    bool nothing_sent() const noexcept override { return sent_ == 0; }
    bool answer_begun() const noexcept override { return answer_begun_; }
    std::uint64_t bytes_sent() const noexcept override { return sent_; }
    bool upload_complete() const noexcept override { return upload_complete_; }

    std::string_view body_piece() override;
    bool piece_ends_chunk() const noexcept override { return piece_ends_chunk_; }
    void consume_body(std::size_t bytes) override { piece_.remove_prefix(bytes); }
    bool body_done() override;
    boost::asio::awaitable<Error> fill_body(Deadline& deadline, std::size_t limit) override;
    std::uint64_t body_left() const noexcept override;
    Headers& trailers() override { return body().trailers(); }

    bool reusable() const noexcept override;
    Duration idle_limit() const noexcept override;
    bool is_dead() noexcept override;
    std::shared_ptr<const std::string> remote_endpoint() const override {
        return transport_->remote_endpoint();
    }
    const std::shared_ptr<const TlsPeer>& tls_peer() const noexcept override {
        return transport_->tls_peer();
    }
    void abort() noexcept override { transport_->close(); }

private:
    static constexpr std::size_t head_read_size = 4096;
    // Larger bodies are written so that an early answer can stop them.
    static constexpr std::size_t small_body = std::size_t{64} << 10U;

    // How sending went: all of it, an answer came first, or an error that is kept aside.
    enum class Sending { complete, answered, failed };

    void begin(const ClientRequest& request, ExchangeTimes* times);
    void note_written(const ClientRequest& request,
                      asio::const_buffer body,
                      IoResult written,
                      Deadline& deadline);
    void end_sending(Sending sending, Deadline& deadline);
    boost::asio::awaitable<Error> send_and_receive(ClientRequest& request,
                                                   IoResult begun,
                                                   Deadline& deadline,
                                                   ResponseHead& head);
    boost::asio::awaitable<Error> receive_head(ClientRequest& request,
                                               Deadline& deadline,
                                               ResponseHead& head);
    void begin_answer(Deadline& deadline);
    bool lacks_head(ResponseHead& head);
    asio::mutable_buffer room_for_head();
    boost::asio::awaitable<Sending> await_continue(const ClientRequest& request,
                                                   Deadline& deadline,
                                                   ResponseHead& head);
    static std::optional<asio::const_buffer> joined_body(const ClientRequest& request);
    static void report_sent(const ClientRequest& request, std::size_t bytes);
    static void tell_sent(const ClientRequest& request,
                          asio::const_buffer body,
                          ExchangeObserver& observer);
    boost::asio::awaitable<IoResult> write_rest(IoResult begun,
                                                asio::const_buffer body,
                                                Deadline& deadline);
    boost::asio::awaitable<Sending> send_body(ClientRequest& request,
                                              Deadline& deadline,
                                              ResponseHead& head);
    boost::asio::awaitable<Sending> send_piece(asio::const_buffer piece,
                                               const ClientRequest& request,
                                               Deadline& deadline,
                                               ResponseHead& head);
    HeadDecoder& head_decoder() { return std::get<HeadDecoder>(decoder_); }
    BodyDecoder& body() { return std::get<BodyDecoder>(decoder_); }
    const BodyDecoder& body() const { return std::get<BodyDecoder>(decoder_); }
    HeadStatus decode_head(ResponseHead& head);
    std::size_t most_to_read(std::size_t limit) const noexcept;
    Error begin_body(const ClientRequest& request, const ResponseHead& head);
    Error explain(const error_code& error, const Deadline& deadline) const;
    Error fail(errc kind, Phase phase, std::string what, error_code cause = {}) const;

    std::unique_ptr<Transport> transport_;
    InputBuffer input_;
    std::string output_;
    std::variant<BodyDecoder, HeadDecoder> decoder_;  // of what is being received
    std::string_view piece_;
    std::int32_t idle_seconds_ = -1;  // what the last response's Framing said ...
    bool keep_alive_ = false;         // ... and that it may be followed by another one
    BodyKind body_kind_ = BodyKind::none;
    bool piece_ends_chunk_ = false;
    bool body_failed_ = false;
    bool head_done_ = false;
    bool answer_failed_ = false;   // for send_error_
    bool answer_awaited_ = false;  // for the first byte at least
    char first_byte_ = 0;          // of an answer that there was no room for
    bool upload_complete_ = false;
    bool answer_begun_ = false;
    bool continue_received_ = false;
    std::uint8_t interim_ = 0;
    std::uint64_t sent_ = 0;
    Error send_error_;  // or another one, once the exchange has failed
};

}  // namespace aiohttp::detail
