#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/leased_body.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/middleware/send.hpp>
#include <aiohttp/detail/middleware/stale_retry.hpp>

namespace aiohttp::detail {

/// Takes what of the body came with the head. When that is all of it, the connection is free for
/// the next request before anybody reads.
AIOHTTP_DECL void begin_response(Lease lease,
                                 DeadlinePool::Handle& deadline,
                                 ResponseState& response) {
    response.remote_endpoint = lease->remote_endpoint();
    for (auto piece = lease->body_piece(); !piece.empty(); piece = lease->body_piece()) {
        response.keep(piece, lease->piece_ends_chunk());
        lease->consume_body(piece.size());
    }
    if (lease->body_done()) {
        response.trailers = std::move(lease->trailers());
        deadline.reset();
        settle(lease);
        return;
    }
    response.attach(std::make_unique<LeasedBody>(std::move(lease), std::move(deadline)));
}

/// What an error says of sending the request again, as far as only this layer knows.
AIOHTTP_DECL Error with_retryable(const Error& error, const ClientRequest& request) {
    const auto family = error.code();
    const bool passing = family == condition::connection || family == condition::timeout;
    if (!passing || error.retryable() || error.kind() == errc::certificate_rejected ||
        error.kind() == errc::connection_closed) {
        return error;
    }
    ErrorDetails details = details_of(error);
    details.retryable = details.phase < Phase::send || is_idempotent(request.method);
    return make_error(std::move(details));
}

AIOHTTP_DECL boost::asio::awaitable<Error> send(std::shared_ptr<ConnectorCore> connector,
                                                ClientRequest& request,
                                                DeadlinePool::Handle& deadline,
                                                ResponseState& response) {
    Lease lease;
    Error error;
    if (!connector->try_acquire(request, lease)) {
        error = co_await connector->acquire(request, *deadline, lease);
    }
    bool may_try_again = true;
    while (!error) {
        error = co_await lease->exchange(request, *deadline, response.head);
        if (!error) {
            begin_response(std::move(lease), deadline, response);
            co_return Error();
        }
        const bool replay = std::exchange(may_try_again, false) && !deadline->verdict() &&
                            may_replay(request, lease, error) &&
                            (!request.body || request.body->rewind());
        if (!replay) {
            break;
        }
        response.head = ResponseHead();
        error = co_await connector->reopen(request, *deadline, lease);
    }
    deadline->watch(Phase::none, nullptr);
    co_return with_retryable(error, request);
}

}  // namespace aiohttp::detail
