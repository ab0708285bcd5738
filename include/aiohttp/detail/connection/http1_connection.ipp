#pragma once

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/http1_connection.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/net/cancelled.hpp>
#include <aiohttp/detail/net/progress_state.hpp>
#include <aiohttp/detail/protocol/http1_request.hpp>
#include <aiohttp/tls_failure.hpp>

namespace aiohttp::detail {

// A server that sends interim responses for ever does not answer.
inline constexpr unsigned most_interim = 64;

AIOHTTP_DECL Http1Connection::Http1Connection(std::unique_ptr<Transport> transport,
                                              std::shared_ptr<SpareBuffers> spare)
    : transport_(std::move(transport)), input_(std::move(spare)) {}

AIOHTTP_DECL Error Http1Connection::fail(errc kind,
                                         Phase phase,
                                         std::string what,
                                         error_code cause) const {
    ErrorDetails details;
    details.kind = kind;
    details.phase = phase;
    details.what = std::move(what);
    details.cause = cause;
    details.peer = *transport_->remote_endpoint();
    if (kind == errc::malformed_response) {
        details.status = 400;  // as aiohttp reports it
        details.reason = details.what;
    }
    return make_error(std::move(details));
}

AIOHTTP_DECL Error Http1Connection::explain(const error_code& error,
                                            const Deadline& deadline) const {
    if (deadline.verdict()) {
        return deadline.verdict();
    }
    throw_if_cancelled(error);
    const auto phase = deadline.phase();
    if (phase == Phase::body) {
        return fail(errc::payload_truncated, phase, "response body truncated", error);
    }
    if (const auto refusal = transport_->tls_failure()) {
        ErrorDetails details = details_of(fail(errc::tls_failed, phase, refusal->text));
        details.tls_failure = refusal;
        return make_error(std::move(details));
    }
    if (error == asio::error::connection_reset || error == asio::error::broken_pipe) {
        return fail(errc::connection_reset, phase, "connection reset by the server", error);
    }
    if (error == asio::error::eof || error.category() != boost::system::system_category()) {
        return fail(errc::server_disconnected, phase,
                    answer_begun_ ? "server disconnected in the middle of the response head"
                                  : "server disconnected",
                    error == asio::error::eof ? error_code() : error);
    }
    return fail(errc::io_failed, phase, "socket operation failed", error);
}

AIOHTTP_DECL void Http1Connection::begin(const ClientRequest& request, ExchangeTimes* times) {
    decoder_.emplace<HeadDecoder>(request.options->limits);
    head_done_ = false;
    answer_begun_ = false;
    continue_received_ = false;
    interim_ = 0;
    sent_ = 0;
    send_error_ = Error();
    output_ = input_.spare().take_text();
    if (request.absolute_form) {
        encode_request_head(output_, request.method, absolute_target(request.url), request.version,
                            request.wire);
    } else {
        encode_request_head(output_, request.method, request.url.target(), request.version,
                            request.wire);
    }
    if (times != nullptr) {
        times->head_sent = output_.size();
        times->received = 0;
    }
    if (request.options->progress && request.body) {
        request.options->progress->start(request.chunked ? request.body->size() : request.length);
    }
}

AIOHTTP_DECL boost::asio::awaitable<Error> Http1Connection::exchange(ClientRequest& request,
                                                                     Deadline& deadline,
                                                                     ResponseHead& head) {
    auto whole = start(request, deadline, head);
    return whole.valid() ? std::move(whole) : receive_head(request, deadline, head);
}

AIOHTTP_DECL boost::asio::awaitable<Error> Http1Connection::start(ClientRequest& request,
                                                                  Deadline& deadline,
                                                                  ResponseHead& head) {
    begin(request, deadline.times());
    deadline.watch(Phase::send, transport_.get());
    const auto body = joined_body(request);
    // Most requests fit into the socket's buffer. Then sending needs no coroutine.
    const auto written =
        transport_->try_write(asio::buffer(output_), body.value_or(asio::const_buffer()));
    if (!body || written.error || written.bytes != output_.size() + body->size()) {
        return send_and_receive(request, written, deadline, head);
    }
    note_written(request, *body, written, deadline);
    end_sending(Sending::complete, deadline);
    begin_answer(deadline);
    if (transport_->plain_socket() != nullptr) {
        return {};
    }
    return receive_head(request, deadline, head);
}

AIOHTTP_DECL void Http1Connection::begin_answer(Deadline& deadline) {
    deadline.watch(Phase::wait, transport_.get());
    answer_awaited_ = false;
    answer_failed_ = false;
    if (deadline.verdict()) {
        send_error_ = deadline.verdict();
        answer_failed_ = true;
    }
}

/// Whether more has to be read for the head.
AIOHTTP_DECL bool Http1Connection::lacks_head(ResponseHead& head) {
    return !answer_failed_ && !head_done_ &&
           (input_.empty() || decode_head(head) == HeadStatus::need_more);
}

/// Room for what comes next. When memory is scarce it is taken when the first byte is here.
AIOHTTP_DECL asio::mutable_buffer Http1Connection::room_for_head() {
    return input_.scarce() ? asio::buffer(&first_byte_, 1) : input_.prepare(head_read_size);
}

AIOHTTP_DECL Connection::SocketRead Http1Connection::next_read(Deadline& deadline,
                                                               ResponseHead& head) {
    if (!lacks_head(head)) {
        return {};
    }
    deadline.begin(Deadline::Limit::sock_read);
    return {transport_->plain_socket(), room_for_head()};
}

/// Takes what was read into room_for_head(), and what came behind it.
AIOHTTP_DECL void Http1Connection::take_read(IoResult result, Deadline& deadline) {
    deadline.end(Deadline::Limit::sock_read);
    if (input_.lacks_room() && result.bytes > 0) {
        const auto room = input_.prepare(head_read_size);
        *static_cast<char*>(room.data()) = first_byte_;
        const auto rest = transport_->try_read(room + 1);
        result.bytes += rest.bytes;
        result.error = rest.error == asio::error::would_block ? error_code() : rest.error;
    }
    input_.commit(result.bytes);
    answer_begun_ = answer_begun_ || result.bytes > 0;
    deadline.add_received(result.bytes);
    if (auto* const times = deadline.times()) {
        times->head_end = Clock::now();
        times->answered = answer_awaited_ ? times->answered : times->head_end;
    }
    answer_awaited_ = true;
    if (!result.error && !deadline.verdict()) {
        return;
    }
    answer_failed_ = true;
    // The server may have answered before it hung up, or said why by an alert; if not, the first
    // error counts.
    if (!send_error_ || deadline.verdict() || answer_begun_ || transport_->tls_failure()) {
        send_error_ = explain(result.error, deadline);
    }
}

AIOHTTP_DECL Error Http1Connection::end_answer(const ClientRequest& request,
                                               Deadline& deadline,
                                               const ResponseHead& head) {
    if (answer_failed_) {
        return send_error_;
    }
    if (auto* const times = deadline.times()) {
        if (!answer_awaited_) {
            times->answered = times->head_end = times->sent;
        }
        times->head_received = head_decoder().consumed();
    }
    return begin_body(request, head);
}

AIOHTTP_DECL boost::asio::awaitable<Error> Http1Connection::receive_head(ClientRequest& request,
                                                                         Deadline& deadline,
                                                                         ResponseHead& head) {
    while (lacks_head(head)) {
        deadline.begin(Deadline::Limit::sock_read);
        const auto room = room_for_head();
        // Asio keeps the memory of two coroutine frames; a third one for reading would cost each
        // request two allocations.
        if (auto* const socket = transport_->plain_socket()) {
            const auto result =
                co_await socket->async_read_some(room, asio::as_tuple(asio::deferred));
            take_read({std::get<0>(result), std::get<1>(result)}, deadline);
        } else {
            const auto received = co_await transport_->read_some(room);
            take_read(received, deadline);
        }
    }
    co_return end_answer(request, deadline, head);
}

AIOHTTP_DECL HeadStatus Http1Connection::decode_head(ResponseHead& head) {
    auto& decoder = head_decoder();
    for (;;) {
        const auto status = decoder.decode(input_.view(), head);
        if (status == HeadStatus::failed) {
            head_done_ = true;
            return status;
        }
        if (status == HeadStatus::need_more) {
            return status;
        }
        input_.consume(decoder.consumed());
        continue_received_ = continue_received_ || head.status == 100;
        if (!is_interim(head.status)) {
            head_done_ = true;
            return status;
        }
        if (++interim_ > most_interim) {
            head_done_ = true;
            return HeadStatus::failed;
        }
        head = ResponseHead();
        decoder.reset(decoder.limits());
    }
}

AIOHTTP_DECL Error Http1Connection::begin_body(const ClientRequest& request,
                                               const ResponseHead& head) {
    std::string error;
    Framing framing;
    if (interim_ > most_interim) {
        error = "more than " + std::to_string(most_interim) + " interim responses";
    } else if (!head_decoder().error().empty()) {
        error = head_decoder().error();
    }
    if (error.empty()) {
        decide_framing(request.method, head, request.options->read_until_eof, framing, error);
    }
    if (!error.empty()) {
        return fail(errc::malformed_response, Phase::wait, "malformed response: " + error);
    }
    keep_alive_ = framing.keep_alive && !request.closes;  // RFC 9112 9.6
    idle_seconds_ = framing.idle_seconds;
    body_kind_ = framing.kind;
    decoder_.emplace<BodyDecoder>().start(framing, request.options->limits);
    piece_ = {};
    piece_ends_chunk_ = false;
    body_failed_ = false;
    return {};
}

AIOHTTP_DECL std::string_view Http1Connection::body_piece() {
    auto& decoder = body();
    while (piece_.empty() && !body_failed_ && !decoder.done()) {
        const auto step = decoder.step(input_.view());
        input_.consume(step.consumed);
        piece_ = step.data;
        piece_ends_chunk_ = step.end_of_chunk;
        body_failed_ = step.status == BodyStatus::failed;
        if (step.status != BodyStatus::data) {
            break;
        }
    }
    return piece_;
}

AIOHTTP_DECL bool Http1Connection::body_done() {
    const BodyDecoder& decoder = body();
    if (!decoder.done()) {
        body_piece();  // its end may be here
    }
    const bool done = decoder.done() && piece_.empty() && !body_failed_;
    if (done) {
        input_.rest();
    }
    return done;
}

AIOHTTP_DECL std::uint64_t Http1Connection::body_left() const noexcept {
    return body_kind_ == BodyKind::length ? piece_.size() + body().direct() : piece_.size();
}

/// When the length is known: the rest of the body, and a byte that does not belong to it.
AIOHTTP_DECL std::size_t Http1Connection::most_to_read(std::size_t limit) const noexcept {
    const bool ends = body_kind_ == BodyKind::length && body().direct() < limit;
    return ends ? static_cast<std::size_t>(body().direct() + 1) : limit;
}

AIOHTTP_DECL boost::asio::awaitable<Error> Http1Connection::fill_body(Deadline& deadline,
                                                                      std::size_t limit) {
    if (deadline.verdict()) {
        co_return deadline.verdict();
    }
    if (body_failed_) {
        co_return fail(body().truncated() ? errc::payload_truncated : errc::payload_malformed,
                       Phase::body, "response body malformed: " + body().error());
    }
    deadline.watch(Phase::body, transport_.get());
    deadline.begin(Deadline::Limit::sock_read);
    const auto room = input_.prepare(std::max(most_to_read(limit), head_read_size));
    const auto received = co_await transport_->read_some(room);
    deadline.end(Deadline::Limit::sock_read);
    input_.commit(received.bytes);
    deadline.add_received(received.bytes);
    if (deadline.verdict()) {
        co_return deadline.verdict();
    }
    if (received.error == asio::error::eof) {
        if (body().on_eof() == BodyStatus::done) {
            co_return Error();
        }
        co_return fail(errc::payload_truncated, Phase::body,
                       "response body truncated: " + body().error());
    }
    if (received.error) {
        co_return explain(received.error, deadline);
    }
    co_return Error();
}

AIOHTTP_DECL bool Http1Connection::reusable() const noexcept {
    return keep_alive_ && upload_complete_ && body().done() && piece_.empty() && input_.empty();
}

AIOHTTP_DECL Duration Http1Connection::idle_limit() const noexcept {
    if (idle_seconds_ < 0) {
        return Duration::max();
    }
    // What we send takes a while to arrive, and by then the server must not have closed.
    const Duration promised = std::chrono::seconds(idle_seconds_);
    return promised - std::min<Duration>(std::chrono::seconds(1), promised / 2);
}

AIOHTTP_DECL bool Http1Connection::is_dead() noexcept {
    if (input_.empty() && transport_->is_quiet()) {
        return false;
    }
    char unexpected = 0;
    const auto received = transport_->try_read(asio::buffer(&unexpected, 1));
    return !input_.empty() || received.error != asio::error::would_block;
}

}  // namespace aiohttp::detail
