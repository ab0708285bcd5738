#pragma once

// How Http1Connection sends what does not go out at once: long heads, and bodies.

#include <algorithm>
#include <string>
#include <utility>

#include <boost/asio/error.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/http1_connection.hpp>
#include <aiohttp/detail/message/length_check.hpp>
#include <aiohttp/detail/net/pause.hpp>
#include <aiohttp/detail/net/progress_state.hpp>
#include <aiohttp/detail/protocol/http1_request.hpp>

namespace aiohttp::detail {

/// The body as far as it can be sent without asking for pieces: nothing is an empty body.
AIOHTTP_DECL std::optional<std::string_view> memory_of(const ClientRequest& request) {
    if (!request.body) {
        return std::string_view();
    }
    return request.chunked ? std::nullopt : request.body->in_memory();
}

/// What is written together with the head, perhaps nothing; nullopt when a body follows it.
AIOHTTP_DECL std::optional<asio::const_buffer> Http1Connection::joined_body(
    const ClientRequest& request) {
    const auto memory = memory_of(request);
    if (!memory || memory->size() > small_body || request.expects_continue) {
        return std::nullopt;
    }
    return asio::buffer(*memory);
}

AIOHTTP_DECL void Http1Connection::report_sent(const ClientRequest& request, std::size_t bytes) {
    if (request.options->progress) {
        request.options->progress->add(bytes);
    }
}

AIOHTTP_DECL void Http1Connection::tell_sent(const ClientRequest& request,
                                             asio::const_buffer body,
                                             ExchangeObserver& observer) {
    observer.on_headers_sent(request);
    if (body.size() > 0) {
        observer.on_chunk_sent({static_cast<const char*>(body.data()), body.size()});
    }
}

/// The head is written, and `body` with it.
AIOHTTP_DECL void Http1Connection::note_written(const ClientRequest& request,
                                                asio::const_buffer body,
                                                IoResult written,
                                                Deadline& deadline) {
    sent_ += written.bytes;
    report_sent(request, written.bytes - std::min(written.bytes, output_.size()));
    if (deadline.observer() != nullptr && !written.error) {
        tell_sent(request, body, *deadline.observer());
    }
}

AIOHTTP_DECL void Http1Connection::end_sending(Sending sending, Deadline& deadline) {
    upload_complete_ = sending == Sending::complete;
    input_.spare().give_back(std::move(output_));
    if (auto* const times = deadline.times()) {
        times->sent = Clock::now();
    }
}

/// Whether there is nothing left to write, be it because of an error.
inline bool wrote_all(const IoResult& written, std::size_t size) noexcept {
    return written.error ? written.error != asio::error::would_block : written.bytes == size;
}

/// An exchange that has to wait while it sends. Of its head, and of what is written with it,
/// something may have been written.
AIOHTTP_DECL boost::asio::awaitable<Error> Http1Connection::send_and_receive(ClientRequest& request,
                                                                             IoResult begun,
                                                                             Deadline& deadline,
                                                                             ResponseHead& head) {
    const auto joined = joined_body(request);
    const auto body = joined.value_or(asio::const_buffer());
    auto written = begun;
    if (!wrote_all(written, output_.size() + body.size())) {
        written = co_await write_rest(written, body, deadline);
    }
    note_written(request, body, written, deadline);
    auto sending = Sending::complete;
    if (written.error) {
        send_error_ = explain(written.error, deadline);
        sending = Sending::failed;
    } else if (request.expects_continue) {
        sending = co_await await_continue(request, deadline, head);
    }
    const auto memory = memory_of(request);
    if (sending == Sending::complete && !joined && memory) {
        if (deadline.observer() != nullptr && !memory->empty()) {
            deadline.observer()->on_chunk_sent(*memory);
        }
        sending = co_await send_piece(asio::buffer(*memory), request, deadline, head);
    } else if (sending == Sending::complete && !joined) {
        sending = co_await send_body(request, deadline, head);
    }
    end_sending(sending, deadline);
    begin_answer(deadline);
    co_return co_await receive_head(request, deadline, head);
}

/// Writes what is left of output_ and `body` after a part was written.
AIOHTTP_DECL boost::asio::awaitable<IoResult> Http1Connection::write_rest(IoResult begun,
                                                                          asio::const_buffer body,
                                                                          Deadline& deadline) {
    const auto of_head = std::min(begun.bytes, output_.size());
    deadline.begin(Deadline::Limit::sock_write);
    auto written =
        co_await transport_->write(asio::buffer(output_) + of_head, body + (begun.bytes - of_head));
    deadline.end(Deadline::Limit::sock_write);
    written.bytes += begun.bytes;
    co_return written;
}

/// The body may be sent when this is complete: the server wants it, or says nothing for too long.
AIOHTTP_DECL boost::asio::awaitable<Http1Connection::Sending> Http1Connection::await_continue(
    const ClientRequest& request, Deadline& deadline, ResponseHead& head) {
    auto sending = Sending::complete;
    deadline.watch(Phase::wait, transport_.get());
    const Pause pause(deadline.timers(), request.options->expect_wait.value_or(default_expect_wait),
                      *transport_);
    while (sending == Sending::complete && !continue_received_ && !pause.over()) {
        deadline.begin(Deadline::Limit::sock_read);
        const auto received = co_await transport_->read_some(input_.prepare(head_read_size));
        deadline.end(Deadline::Limit::sock_read);
        input_.commit(received.bytes);
        deadline.add_received(received.bytes);
        answer_begun_ = answer_begun_ || received.bytes > 0;
        if (deadline.verdict() || (received.error && !pause.over())) {
            send_error_ = explain(received.error, deadline);
            sending = Sending::failed;
        } else if (decode_head(head) != HeadStatus::need_more) {
            sending = Sending::answered;
        }
    }
    deadline.watch(Phase::send, transport_.get());
    co_return sending;
}

AIOHTTP_DECL boost::asio::awaitable<Http1Connection::Sending> Http1Connection::send_body(
    ClientRequest& request, Deadline& deadline, ResponseHead& head) {
    const auto announced = request.chunked ? request.body->size() : request.length;
    const auto size = request.chunked ? std::nullopt : request.length;
    std::uint64_t produced = 0;
    bool more = true;
    while (more) {
        // The source may take its time: meanwhile there is nothing else to be ended than itself.
        if (deadline.source_guard() != nullptr) {
            deadline.watch(Phase::send, deadline.source_guard());
        }
        const auto piece = co_await request.body->next();
        deadline.watch(Phase::send, transport_.get());
        if (deadline.verdict()) {
            send_error_ = deadline.verdict();
            co_return Sending::failed;
        }
        more = piece.has_value();
        output_.clear();
        if (piece) {
            produced += piece->size();
        }
        if (piece && !piece->empty() && deadline.observer() != nullptr && !request.observed_body) {
            deadline.observer()->on_chunk_sent(*piece);
        }
        if (!keeps_length(announced, produced, !more)) {
            send_error_ = fail(errc::payload_malformed, Phase::send,
                               broken_length("request body", *announced, produced, !more));
            transport_->close();
            co_return Sending::failed;
        }
        if (!size && piece && !piece->empty()) {
            encode_chunk(output_, *piece);
        } else if (!size && !piece) {
            output_.append(last_chunk);
        }
        const asio::const_buffer bytes =
            size && piece ? asio::const_buffer(asio::buffer(*piece)) : asio::buffer(output_);
        const auto sending = co_await send_piece(bytes, request, deadline, head);
        if (sending != Sending::complete) {
            co_return sending;
        }
        if (request.chunked && piece) {
            report_sent(request, piece->size());
        }
    }
    co_return Sending::complete;
}

AIOHTTP_DECL boost::asio::awaitable<Http1Connection::Sending> Http1Connection::send_piece(
    asio::const_buffer piece,
    const ClientRequest& request,
    Deadline& deadline,
    ResponseHead& head) {
    while (piece.size() > 0) {
        // Whatever came is looked at before each write; an answer ends the upload. One that comes
        // after the last write finds the upload complete.
        const auto received = transport_->try_read(input_.prepare(head_read_size));
        input_.commit(received.bytes);
        deadline.add_received(received.bytes);
        answer_begun_ = answer_begun_ || received.bytes > 0;
        if (decode_head(head) != HeadStatus::need_more) {
            co_return Sending::answered;
        }
        if (received.error && received.error != asio::error::would_block) {
            send_error_ = explain(received.error, deadline);
            co_return Sending::failed;
        }
        deadline.begin(Deadline::Limit::sock_write);
        const auto written =
            co_await transport_->write_until_readable(asio::buffer(piece, small_body));
        deadline.end(Deadline::Limit::sock_write);
        sent_ += written.bytes;
        piece += written.bytes;
        if (!request.chunked) {
            report_sent(request, written.bytes);
        }
        if (written.error || deadline.verdict()) {
            send_error_ = explain(written.error, deadline);
            co_return Sending::failed;
        }
    }
    co_return Sending::complete;
}

}  // namespace aiohttp::detail
