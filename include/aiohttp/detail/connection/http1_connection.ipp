#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

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

AIOHTTP_DECL Http1Connection::Http1Connection(std::unique_ptr<Transport> transport)
    : transport_(std::move(transport)),
      remote_endpoint_(std::make_shared<const std::string>(transport_->remote_endpoint())),
      tls_peer_(transport_->tls_peer()) {}

AIOHTTP_DECL Error Http1Connection::fail(errc kind,
                                         Phase phase,
                                         std::string what,
                                         error_code cause) const {
    ErrorDetails details;
    details.kind = kind;
    details.phase = phase;
    details.what = std::move(what);
    details.cause = cause;
    details.peer = *remote_endpoint_;
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

/// The body as far as it can be sent without asking for pieces: nothing is an empty body.
AIOHTTP_DECL std::optional<std::string_view> memory_of(const ClientRequest& request) {
    if (!request.body) {
        return std::string_view();
    }
    return request.chunked ? std::nullopt : request.body->in_memory();
}

AIOHTTP_DECL void Http1Connection::begin(const ClientRequest& request, ExchangeTimes* times) {
    limits_ = request.options->limits;
    head_decoder_.reset(limits_);
    head_error_.clear();
    head_done_ = false;
    answer_begun_ = false;
    continue_received_ = false;
    interim_ = 0;
    sent_ = 0;
    send_error_ = Error();
    output_.clear();
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

/// Whether there is nothing left to write, be it because of an error.
inline bool wrote_all(const IoResult& written, std::size_t size) noexcept {
    return written.error ? written.error != asio::error::would_block : written.bytes == size;
}

AIOHTTP_DECL boost::asio::awaitable<Error> Http1Connection::exchange(ClientRequest& request,
                                                                     Deadline& deadline,
                                                                     ResponseHead& head) {
    begin(request, deadline.times());
    deadline.watch(Phase::send, transport_.get());
    const auto memory = memory_of(request);
    const bool joined = memory && memory->size() <= small_body && !request.expects_continue;
    // Named here: inside co_await GCC 12 evaluates both sides of the conditional.
    const asio::const_buffer body = joined ? asio::buffer(*memory) : asio::const_buffer();
    // Most requests fit into the socket's buffer, and then nothing needs to be awaited.
    auto written = transport_->try_write(asio::buffer(output_), body);
    if (!wrote_all(written, output_.size() + body.size())) {
        written = co_await write_rest(written, body, deadline);
    }
    sent_ += written.bytes;
    report_sent(request, written.bytes - std::min(written.bytes, output_.size()));
    if (deadline.observer() != nullptr && !written.error) {
        tell_sent(request, joined ? *memory : std::string_view(), *deadline.observer());
    }
    auto sending = Sending::complete;
    if (written.error) {
        send_error_ = explain(written.error, deadline);
        sending = Sending::failed;
    } else if (request.expects_continue) {
        sending = co_await await_continue(request, deadline, head);
    }
    if (sending == Sending::complete && !joined && memory) {
        if (deadline.observer() != nullptr && !memory->empty()) {
            deadline.observer()->on_chunk_sent(*memory);
        }
        sending = co_await send_piece(asio::buffer(*memory), request, deadline, head);
    } else if (sending == Sending::complete && !joined) {
        sending = co_await send_body(request, deadline, head);
    }
    upload_complete_ = sending == Sending::complete;
    if (deadline.verdict()) {
        co_return deadline.verdict();
    }
    auto* const times = deadline.times();
    if (times != nullptr) {
        times->sent = Clock::now();
    }
    bool answered = false;

    deadline.watch(Phase::wait, transport_.get());
    while (!head_done_ && (input_.empty() || decode_head(head) == HeadStatus::need_more)) {
        deadline.begin(Deadline::Limit::sock_read);
        const auto room = input_.prepare(head_read_size);
        IoResult received;
        // Asio keeps the memory of two coroutine frames; a third one for reading would cost each
        // request two allocations.
        if (auto* const socket = transport_->plain_socket()) {
            const auto result =
                co_await socket->async_read_some(room, asio::as_tuple(asio::deferred));
            received = {std::get<0>(result), std::get<1>(result)};
        } else {
            received = co_await transport_->read_some(room);
        }
        deadline.end(Deadline::Limit::sock_read);
        input_.commit(received.bytes);
        answer_begun_ = answer_begun_ || received.bytes > 0;
        deadline.add_received(received.bytes);
        if (times != nullptr) {
            times->head_end = Clock::now();
            times->answered = std::exchange(answered, true) ? times->answered : times->head_end;
        }
        if (received.error || deadline.verdict()) {
            // The server may have answered before it hung up; if not, the first error counts.
            co_return send_error_ && !deadline.verdict() && !answer_begun_
                ? send_error_
                : explain(received.error, deadline);
        }
    }
    if (times != nullptr) {
        if (!answered) {
            times->answered = times->head_end = times->sent;
        }
        times->head_received = head_decoder_.consumed();
    }
    co_return begin_body(request, head);
}

AIOHTTP_DECL HeadStatus Http1Connection::decode_head(ResponseHead& head) {
    for (;;) {
        const auto status = head_decoder_.decode(input_.view(), head);
        if (status == HeadStatus::failed) {
            head_error_ = head_decoder_.error();
            head_done_ = true;
            return status;
        }
        if (status == HeadStatus::need_more) {
            return status;
        }
        input_.consume(head_decoder_.consumed());
        continue_received_ = continue_received_ || head.status == 100;
        if (!is_interim(head.status)) {
            head_done_ = true;
            return status;
        }
        if (++interim_ > most_interim) {
            head_error_ = "more than " + std::to_string(most_interim) + " interim responses";
            head_done_ = true;
            return HeadStatus::failed;
        }
        head = ResponseHead();
        head_decoder_.reset(limits_);
    }
}

AIOHTTP_DECL Error Http1Connection::begin_body(const ClientRequest& request,
                                               const ResponseHead& head) {
    if (head_error_.empty()) {
        decide_framing(request.method, head, request.options->read_until_eof, framing_,
                       head_error_);
    }
    if (!head_error_.empty()) {
        return fail(errc::malformed_response, Phase::wait, "malformed response: " + head_error_);
    }
    framing_.keep_alive = framing_.keep_alive && !request.closes;  // RFC 9112 9.6
    body_.start(framing_, request.options->limits);
    piece_ = {};
    piece_ends_chunk_ = false;
    body_failed_ = false;
    return {};
}

AIOHTTP_DECL std::string_view Http1Connection::body_piece() {
    while (piece_.empty() && !body_failed_ && !body_.done()) {
        const auto step = body_.step(input_.view());
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
    return body_piece().empty() && !body_failed_ && body_.done();
}

AIOHTTP_DECL std::uint64_t Http1Connection::body_left() const noexcept {
    return framing_.kind == BodyKind::length ? piece_.size() + body_.direct() : piece_.size();
}

AIOHTTP_DECL boost::asio::awaitable<Error> Http1Connection::fill_body(Deadline& deadline,
                                                                      std::size_t limit) {
    if (deadline.verdict()) {
        co_return deadline.verdict();
    }
    if (body_failed_) {
        co_return fail(body_.truncated() ? errc::payload_truncated : errc::payload_malformed,
                       Phase::body, "response body malformed: " + body_.error());
    }
    deadline.watch(Phase::body, transport_.get());
    deadline.begin(Deadline::Limit::sock_read);
    const auto room = input_.prepare(std::max(limit, head_read_size));
    const auto received = co_await transport_->read_some(room);
    deadline.end(Deadline::Limit::sock_read);
    input_.commit(received.bytes);
    deadline.add_received(received.bytes);
    if (deadline.verdict()) {
        co_return deadline.verdict();
    }
    if (received.error == asio::error::eof) {
        if (body_.on_eof() == BodyStatus::done) {
            co_return Error();
        }
        co_return fail(errc::payload_truncated, Phase::body,
                       "response body truncated: " + body_.error());
    }
    if (received.error) {
        co_return explain(received.error, deadline);
    }
    co_return Error();
}

AIOHTTP_DECL bool Http1Connection::reusable() const noexcept {
    return framing_.keep_alive && upload_complete_ && body_.done() && piece_.empty() &&
           input_.empty();
}

AIOHTTP_DECL Duration Http1Connection::idle_limit() const noexcept {
    if (framing_.idle_seconds < 0) {
        return Duration::max();
    }
    // What we send takes a while to arrive, and by then the server must not have closed.
    const Duration promised = std::chrono::seconds(framing_.idle_seconds);
    return promised - std::min<Duration>(std::chrono::seconds(1), promised / 2);
}

AIOHTTP_DECL bool Http1Connection::is_dead() noexcept {
    input_.rest();
    char unexpected = 0;
    const auto received = transport_->try_read(asio::buffer(&unexpected, 1));
    return !input_.empty() || received.error != asio::error::would_block;
}

}  // namespace aiohttp::detail
