#pragma once

#include <algorithm>
#include <exception>
#include <mutex>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/detail/client/prepare.hpp>
#include <aiohttp/detail/client/request_steps.hpp>
#include <aiohttp/detail/client/session_core.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/message/response_state.hpp>
#include <aiohttp/detail/middleware/request_trace.hpp>
#include <aiohttp/detail/middleware/stale_retry.hpp>
#include <aiohttp/detail/middleware/user_chain.hpp>
#include <aiohttp/request.hpp>
#include <aiohttp/task.hpp>

namespace aiohttp {

namespace detail {

AIOHTTP_DECL RequestDefaults defaults_of(const RequestSpec& spec) {
    const RequestWishes& wishes = *spec.wishes;
    RequestDefaults defaults;
    defaults.session_headers = &spec.session->headers();
    defaults.cookie_jar = &spec.session->cookie_jar();
    defaults.session_skips = &spec.session->skips();
    defaults.request_skips = &wishes.skips;
    defaults.netrc = spec.session->netrc();
    defaults.proxies = spec.session->proxies();
    defaults.proxy_extras = wishes.proxy_extras ? &*wishes.proxy_extras : nullptr;
    defaults.force_close = spec.session->connector().force_close();
    return defaults;
}

[[noreturn]] AIOHTTP_DECL void raise_for(const Error& error,
                                         const ClientRequest& request,
                                         History history) {
    ErrorDetails details = details_of(error);
    if (details.method.empty()) {
        details.method = request.method;
    }
    if (details.url.empty() && !request.url.empty()) {
        details.url = request.url.display();
    }
    if (history) {
        // What was redirected has been sent already: sending it all again must be harmless, too.
        details.retryable =
            details.retryable && std::ranges::all_of(*history, [](const ClientResponse& response) {
                return is_idempotent(response.method());
            });
        details.history = std::move(history);
    }
    make_error(std::move(details)).raise();
}

AIOHTTP_DECL boost::asio::awaitable<ClientResponse> perform(std::unique_ptr<RequestSpec> spec);

AIOHTTP_DECL const Middlewares& middlewares_of(const RequestSpec& spec) {
    const auto& own = spec.wishes->middlewares;
    return own ? *own : spec.session->middlewares();
}

/// Whether the request waits for code of the caller's.
inline bool needs_guard(const RequestSpec& spec, const Middlewares& middlewares) {
    return !middlewares.empty() || (spec.request.body && !spec.request.body->in_memory());
}

/// Runs a request with middlewares, or with a body that is made piece by piece, as a coroutine of
/// its own, so that its deadline can end it whatever the caller's code is waiting for.
AIOHTTP_DECL boost::asio::awaitable<ClientResponse> perform_guarded(
    const boost::asio::any_io_executor& executor, std::unique_ptr<RequestSpec> spec) {
    ChainGuard& guard = *(spec->guard = std::make_shared<ChainGuard>());
    const auto task = std::make_shared<TaskState<ClientResponse>>(perform(std::move(spec)));
    guard.cancel = [weak = std::weak_ptr<TaskGroup>(task)] {
        if (const auto alive = weak.lock()) {
            alive->cancel();
        }
    };
    task->start(executor);
    return task_result(TaskOwner(task), task);
}

/// Tells that the response is about to be handed out.
AIOHTTP_DECL ClientResponse end_trace(const std::shared_ptr<RequestTrace>& trace,
                                      std::shared_ptr<ResponseState> state) {
    state->observe(trace);  // it may be one that a middleware made, or another session
    ClientResponse response(state);
    trace->on_end(response);
    state->tell_end();
    return response;
}

/// Runs a request that somebody wants to be told of.
AIOHTTP_DECL boost::asio::awaitable<ClientResponse> perform_traced(
    std::unique_ptr<RequestSpec> spec) {
    const auto trace =
        std::make_shared<RequestTrace>(spec->session->traces(), spec->wishes->trace_request_ctx);
    spec->trace = trace;
    try {
        auto response = co_await perform(std::move(spec));
        co_return end_trace(trace, std::move(response).take_state());
    } catch (...) {
        trace->on_exception(std::current_exception());
        throw;
    }
}

/// Tells that the request is about to be sent.
AIOHTTP_DECL void start_trace(Exchange& exchange, const std::shared_ptr<RequestTrace>& trace) {
    take_session_fields(exchange);
    exchange.trace = trace;
    trace->start(exchange.request);
}

/// Throws what ended the request.
[[noreturn]] AIOHTTP_DECL void raise(const Error& error, Exchange& exchange) {
    History& history = exchange.history;
    if (exchange.users != nullptr && exchange.users->thrown &&
        !(history && may_be_raised_anew(exchange.users->thrown))) {
        std::rethrow_exception(exchange.users->thrown);
    }
    raise_for(error, exchange.request, std::move(history));
}

/// The check that a response has to pass, or null.
AIOHTTP_DECL const StatusCheck* status_check_of(const RequestSpec& spec) {
    const RequestWishes& wishes = *spec.wishes;
    if (!wishes.raise_for_status && spec.session->status_check()) {
        return &spec.session->status_check();
    }
    return wishes.status_check ? &wishes.status_check : nullptr;
}

inline bool raises_for_status(const RequestSpec& spec) {
    return spec.wishes->raise_for_status.value_or(spec.session->raises_for_status());
}

/// Another way to run a request, if it takes one; it is no coroutine then.
AIOHTTP_DECL boost::asio::awaitable<ClientResponse> detour(
    const boost::asio::any_io_executor& executor, std::unique_ptr<RequestSpec>& spec) {
    SessionCore& session = *spec->session;
    if (session.closed()) {
        throw RuntimeError("Session is closed");
    }
    session.bind(executor);
    if (session.traces() && !spec->trace) {
        return perform_traced(std::move(spec));
    }
    if (!spec->guard && needs_guard(*spec, middlewares_of(*spec))) {
        return perform_guarded(executor, std::move(spec));
    }
    return {};
}

/// Validates the request; from here on its time runs.
AIOHTTP_DECL Exchange begin_exchange(RequestSpec& spec) {
    if (const auto error = prepare(spec)) {
        raise_for(error, spec.request, nullptr);
    }
    SessionCore& session = *spec.session;
    const auto& timeout = spec.wishes->timeout;
    DeadlinePool& deadlines = session.connector().deadlines();
    Exchange exchange(session.connector(), spec.request, defaults_of(spec),
                      timeout ? deadlines.start(&session, *timeout)
                              : deadlines.start(&session, session.timeout()));
    exchange.spare = &session.response_buffers();
    ResponseBuffers& spare = **exchange.spare;
    if (const std::unique_lock lock(spare, std::try_to_lock); lock) {
        exchange.request.wire = std::move(spare.sent);
        exchange.request.usual_wire = std::exchange(spare.sent_usual, false);
        exchange.head.headers = std::move(spare.received);
    }
    if (spec.trace) {
        start_trace(exchange, spec.trace);
    }
    const auto& middlewares = middlewares_of(spec);
    if (spec.guard && !middlewares.empty()) {
        exchange.users =
            std::make_shared<UserChain>(UserChain{&middlewares, spec.guard, spec.session, nullptr});
    } else if (spec.guard) {
        exchange.deadline->guard_source(spec.guard.get());
    }
    return exchange;
}

/// Makes the response what the caller gets.
AIOHTTP_DECL void end_exchange(Exchange& exchange) {
    if (exchange.users == nullptr) {
        exchange.deadline->guard_source(nullptr);  // it ends with this coroutine
        begin_response(exchange);
    } else {
        exchange.deadline.reset();  // the response has its own, and nobody is to be cancelled now
    }
}

/// The whole life of a request, from the description to the response: the one place where errors
/// become exceptions. Every variable and every co_await takes room in a frame that each waiting
/// request has: what needs none of it is in plain functions, and the steps share two co_awaits.
AIOHTTP_DECL boost::asio::awaitable<ClientResponse> perform(std::unique_ptr<RequestSpec> spec) {
    auto other_way = detour(co_await boost::asio::this_coro::executor, spec);
    if (other_way.valid()) {
        co_return co_await std::move(other_way);
    }
    Exchange exchange = begin_exchange(*spec);
    RequestProgress progress;
    for (;;) {
        auto step = next_step(exchange, *spec, progress);
        if (step.valid()) {
            progress.error = co_await std::move(step);
        } else if (progress.read.socket != nullptr) {
            const auto result = co_await progress.read.socket->async_read_some(
                progress.read.into, boost::asio::as_tuple(boost::asio::deferred));
            exchange.lease->take_read({std::get<0>(result), std::get<1>(result)},
                                      *exchange.deadline);
        } else {
            break;
        }
    }
    if (progress.error) {
        raise(progress.error, exchange);
    }
    end_exchange(exchange);
    ClientResponse response(std::move(exchange.response));
    if (status_check_of(*spec) != nullptr) {
        co_await (*status_check_of(*spec))(response);
    } else if (raises_for_status(*spec)) {
        response.raise_for_status();
    }
    co_return response;
}

AIOHTTP_DECL boost::asio::awaitable<std::string> exchange_text(
    boost::asio::awaitable<ClientResponse> request) {
    auto response = co_await std::move(request);
    co_return co_await response.text();
}

AIOHTTP_DECL boost::asio::awaitable<std::string> exchange_bytes(
    boost::asio::awaitable<ClientResponse> request) {
    auto response = co_await std::move(request);
    co_return co_await response.read();
}

}  // namespace detail

AIOHTTP_DECL Request::Request(std::unique_ptr<detail::RequestSpec> spec)
    : Request(boost::asio::awaitable<ClientResponse>(), spec.get()) {
    static_cast<boost::asio::awaitable<ClientResponse>&>(*this) = detail::perform(std::move(spec));
}

AIOHTTP_DECL Request& Request::operator=(Request&& other) noexcept {
    // Swapped, because move assignment of an awaitable in Asio 1.81 leaks the one it replaces.
    using Base = boost::asio::awaitable<ClientResponse>;
    std::swap(static_cast<Base&>(*this), static_cast<Base&>(other));
    std::swap(spec_, other.spec_);
    return *this;
}

AIOHTTP_DECL detail::RequestSpec& Request::spec() const {
    if (!valid()) {
        throw RuntimeError("the request was awaited or moved from before");
    }
    return *spec_;
}

AIOHTTP_DECL boost::asio::awaitable<std::string> Request::text() && {
    spec();
    return detail::exchange_text(std::move(*this));
}

AIOHTTP_DECL boost::asio::awaitable<std::string> Request::read() && {
    spec();
    return detail::exchange_bytes(std::move(*this));
}

}  // namespace aiohttp
