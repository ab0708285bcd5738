#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/clock.hpp>
#include <aiohttp/detail/message/client_request.hpp>
#include <aiohttp/detail/message/tls_peer.hpp>
#include <aiohttp/detail/net/deadline.hpp>
#include <aiohttp/detail/protocol/http1_head.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

/// "Take this request, give me a head, then body pieces": what the layers above know of HTTP/1,
/// and later of HTTP/2. One exchange at a time; errors are values. A cancelled operation throws
/// boost::system::system_error(operation_aborted).
class Connection : public Abortable {
public:
    virtual ~Connection() = default;

    /// Sends the request and receives the final response head. Interim responses are skipped.
    virtual boost::asio::awaitable<Error> exchange(ClientRequest& request,
                                                   Deadline& deadline,
                                                   ResponseHead& head) = 0;

    // The same in steps, for a caller that reads from the socket in its own coroutine. Waiting for
    // the answer is where most requests spend their time, and a frame less is what each of them
    // saves: 400 instructions and as many bytes.
    //
    //     start(); await what it returns, when that is valid, else:
    //     take next_read(), read from its socket, tell take_read(), until there is no socket;
    //     end_answer().

    /// A read that the caller makes; without a socket there is none to be made.
    struct SocketRead {
        asio::generic::stream_protocol::socket* socket = nullptr;
        asio::mutable_buffer into = {};
    };
    /// Sends the request. What it returns is the whole exchange, when it is valid.
    virtual boost::asio::awaitable<Error> start(ClientRequest& request,
                                                Deadline& deadline,
                                                ResponseHead& head) {
        return exchange(request, deadline, head);
    }
    virtual SocketRead next_read(Deadline& /*deadline*/, ResponseHead& /*head*/) { return {}; }
    virtual void take_read(IoResult /*result*/, Deadline& /*deadline*/) {}
    virtual Error end_answer(const ClientRequest& /*request*/,
                             Deadline& /*deadline*/,
                             const ResponseHead& /*head*/) {
        return {};
    }

    /// After a failed exchange: whether the peer cannot have seen anything of the request.
    virtual bool nothing_sent() const noexcept = 0;
    /// After a failed exchange: whether a byte of an answer had arrived.
    virtual bool answer_begun() const noexcept = 0;

    /// How many bytes of the request were sent, head and framing included, before TLS.
    virtual std::uint64_t bytes_sent() const noexcept = 0;
    /// After an exchange: whether the request was sent whole; an answer may have ended that.
    virtual bool upload_complete() const noexcept = 0;

    /// The next bytes of the body that are here already, decoded from their framing; a view until
    /// consume_body(). Empty when there is none, or the body is at its end.
    virtual std::string_view body_piece() = 0;
    /// Whether the piece, when it is consumed whole, ends an HTTP chunk.
    virtual bool piece_ends_chunk() const noexcept = 0;
    /// Drops the first `bytes` of the piece.
    virtual void consume_body(std::size_t bytes) = 0;
    /// Whether the body is at its end and every piece is consumed.
    virtual bool body_done() = 0;
    /// Waits for more of the body; `limit` bounds how much is read at once.
    virtual boost::asio::awaitable<Error> fill_body(Deadline& deadline, std::size_t limit) = 0;
    /// How many bytes of the body are still to come, as far as that is known, else 0.
    virtual std::uint64_t body_left() const noexcept = 0;
    /// The trailer fields, once the body is done.
    virtual Headers& trailers() = 0;

    /// After body_done(): whether another request may follow on this connection.
    virtual bool reusable() const noexcept = 0;
    /// After body_done(): how long the peer keeps the connection between two requests, as far as
    /// it said so, else the longest there is.
    virtual Duration idle_limit() const noexcept = 0;
    /// Whether the peer closed this idle connection, or sent bytes that nobody asked for.
    virtual bool is_dead() noexcept = 0;
    /// Its number in its connector, from 1.
    std::uint64_t number() const noexcept { return number_; }
    void set_number(std::uint64_t number) noexcept { number_ = number; }
    /// The peer's address.
    virtual std::shared_ptr<const std::string> remote_endpoint() const = 0;
    /// Who was met in the TLS handshake; null without TLS.
    virtual const std::shared_ptr<const TlsPeer>& tls_peer() const noexcept = 0;

    /// When the connection was made.
    Clock::time_point made() const noexcept { return made_; }

private:
    Clock::time_point made_ = Clock::now();
    std::uint64_t number_ = 0;
};

}  // namespace aiohttp::detail
