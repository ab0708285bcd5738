#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/leased_body.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/middleware/cookies.hpp>
#include <aiohttp/detail/middleware/proxy.hpp>
#include <aiohttp/detail/middleware/request_trace.hpp>
#include <aiohttp/detail/middleware/send.hpp>
#include <aiohttp/detail/middleware/stale_retry.hpp>

namespace aiohttp::detail {

/// What an error says of sending the request again, as far as only this layer knows.
AIOHTTP_DECL Error with_retryable(const Error& error, const ClientRequest& request) {
    const auto family = error.code();
    const bool passing = family == condition::connection || family == condition::timeout;
    if (!passing || error.retryable() || error.tls_failure() != nullptr ||
        error.kind() == errc::address_refused || error.kind() == errc::connection_closed) {
        return error;
    }
    ErrorDetails details = details_of(error);
    details.retryable = details.phase < Phase::send || is_idempotent(request.method);
    return make_error(std::move(details));
}

AIOHTTP_DECL bool begin_hop(Exchange& exchange) {
    exchange.deadline->record(exchange.times);
    exchange.deadline->observe(exchange.trace.get());
    apply_defaults(exchange.request, exchange.defaults);
    if (exchange.request.options->proxy || exchange.defaults.proxies != nullptr) {
        exchange.request.usual_wire = false;
        choose_route(exchange);
    }
    // Who is told of the hop's begin may have taken a while.
    const auto now = exchange.trace ? Clock::now() : exchange.times.start;
    if (!exchange.connector->try_acquire(exchange.request, now, exchange.lease)) {
        return false;
    }
    exchange.deadline->tell(ConnectionEvent::reused);
    return true;
}

AIOHTTP_DECL void accept_head(Exchange& exchange) {
    exchange.response = make_response_state(std::move(exchange.head), exchange.times);
    ResponseState& response = *exchange.response;
    if (exchange.spare != nullptr) {
        response.share_buffers(*std::exchange(exchange.spare, nullptr));
    }
    exchange.deadline->record(response.times);
    response.remote_endpoint = exchange.lease->remote_endpoint();
    if (const auto& tls = exchange.lease->tls_peer()) {
        response.tls_peer = tls;
    }
    response.output_size = exchange.lease->bytes_sent();
    response.times.connection = exchange.lease->number();
    response.upload_complete = exchange.lease->upload_complete();
    store_cookies(exchange.request, response.head, *exchange.defaults.cookie_jar);
}

/// Ends a hop that failed.
AIOHTTP_DECL Error give_up(Exchange& exchange, const Error& error) {
    exchange.deadline->watch(Phase::none, nullptr);
    exchange.lease = Lease();
    return with_retryable(error, exchange.request);
}

AIOHTTP_DECL boost::asio::awaitable<Error> replay_hop(Exchange& exchange, Error error) {
    ClientRequest& request = exchange.request;
    Deadline& deadline = *exchange.deadline;
    const bool replay = !deadline.verdict() && may_replay(request, exchange.lease, error) &&
                        (!request.body || request.body->rewind());
    if (!replay) {
        co_return give_up(exchange, error);
    }
    exchange.head = ResponseHead();
    error = co_await exchange.connector->reopen(request, deadline, exchange.lease);
    if (!error) {
        error = co_await exchange.lease->exchange(request, deadline, exchange.head);
    }
    if (error) {
        co_return give_up(exchange, error);
    }
    accept_head(exchange);
    co_return Error();
}

/// A hop that has its connection.
AIOHTTP_DECL boost::asio::awaitable<Error> send_leased(Exchange& exchange) {
    Error error =
        co_await exchange.lease->exchange(exchange.request, *exchange.deadline, exchange.head);
    if (error) {
        co_return co_await replay_hop(exchange, error);
    }
    accept_head(exchange);
    co_return error;
}

AIOHTTP_DECL Error end_acquire(Exchange& exchange, const Error& error) {
    if (error) {
        return give_up(exchange, error);
    }
    if (exchange.lease.reused()) {
        exchange.deadline->tell(ConnectionEvent::reused);
    }
    return error;
}

/// A hop that has to wait for its connection.
AIOHTTP_DECL boost::asio::awaitable<Error> acquire_and_send(Exchange& exchange) {
    auto error =
        co_await exchange.connector->acquire(exchange.request, *exchange.deadline, exchange.lease);
    error = end_acquire(exchange, error);
    if (error) {
        co_return error;
    }
    co_return co_await send_leased(exchange);
}

AIOHTTP_DECL boost::asio::awaitable<Error> resend_hop(Exchange& exchange) {
    return begin_hop(exchange) ? send_leased(exchange) : acquire_and_send(exchange);
}

/// A hop that a proxy may answer with a challenge.
AIOHTTP_DECL boost::asio::awaitable<Error> send_and_answer(Exchange& exchange,
                                                           boost::asio::awaitable<Error> sending) {
    auto error = co_await std::move(sending);
    if (!error) {
        error = co_await answer_proxy(exchange);
    }
    co_return error;
}

AIOHTTP_DECL boost::asio::awaitable<Error> send_hop(Exchange& exchange) {
    auto sending = resend_hop(exchange);
    const ClientRequest& request = exchange.request;
    return request.absolute_form ? send_and_answer(exchange, std::move(sending))
                                 : std::move(sending);
}

AIOHTTP_DECL void identify(ResponseState& response, std::string&& method, Url&& url) {
    response.method = std::move(method);
    if (url.fragment().empty()) {
        response.url = std::move(url);
    } else {
        response.url = url.without_fragment();
        response.real_url = std::move(url);
    }
}

/// Takes what of the body came with the head. True when that is all of it: then the connection is
/// free for the next request before anybody reads.
AIOHTTP_DECL bool take_body(ResponseState& response, Lease& lease) {
    for (auto piece = lease->body_piece(); !piece.empty(); piece = lease->body_piece()) {
        response.keep(piece, lease->piece_ends_chunk());
        lease->consume_body(piece.size());
    }
    if (!lease->body_done()) {
        return false;
    }
    if (!lease->trailers().empty()) {
        response.trailers = std::move(lease->trailers());
    }
    settle(lease, response.times.head_end);  // which was just now
    return true;
}

AIOHTTP_DECL void begin_response(Exchange& exchange) {
    ResponseState& response = *exchange.response;
    identify(response, std::move(exchange.request.method), std::move(exchange.request.url));
    response.request_headers = std::move(exchange.request.wire);
    response.usual_request = exchange.request.usual_wire;
    response.set_body_options(exchange.request.options->response_body);
    if (exchange.trace) {
        response.observe(exchange.trace);
    }
    if (take_body(response, exchange.lease)) {
        response.times.end = response.times.head_end;
        exchange.deadline.reset();
        return;
    }
    response.attach(
        std::make_unique<LeasedBody>(std::move(exchange.lease), std::move(exchange.deadline)));
}

AIOHTTP_DECL std::shared_ptr<ResponseState> end_hop(Exchange& exchange) {
    ResponseState& response = *exchange.response;
    if (exchange.users != nullptr) {
        response.release();  // it was handed out already, to the user's middlewares
        return std::move(exchange.response);
    }
    identify(response, std::string(exchange.request.method), Url(exchange.request.url));
    response.request_headers = std::move(exchange.request.wire);
    response.usual_request = exchange.request.usual_wire;
    response.set_body_options(exchange.request.options->response_body);
    exchange.deadline->watch(Phase::none, nullptr);
    if (!take_body(response, exchange.lease)) {
        exchange.lease.discard();
        response.abandon();
    }
    response.times.finish();
    exchange.deadline->begin_hop();
    exchange.head = ResponseHead();
    exchange.times = ExchangeTimes();
    return std::move(exchange.response);
}

}  // namespace aiohttp::detail
