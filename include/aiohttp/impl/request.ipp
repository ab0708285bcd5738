#pragma once

#include <algorithm>
#include <exception>
#include <mutex>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/detail/client/session_core.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/core/url_syntax.hpp>
#include <aiohttp/detail/message/compressed_body.hpp>
#include <aiohttp/detail/message/observed_body.hpp>
#include <aiohttp/detail/message/response_state.hpp>
#include <aiohttp/detail/middleware/auth.hpp>
#include <aiohttp/detail/middleware/proxy.hpp>
#include <aiohttp/detail/middleware/redirect.hpp>
#include <aiohttp/detail/middleware/request_trace.hpp>
#include <aiohttp/detail/middleware/stale_retry.hpp>
#include <aiohttp/detail/middleware/user_chain.hpp>
#include <aiohttp/detail/protocol/redirect_policy.hpp>
#include <aiohttp/request.hpp>
#include <aiohttp/task.hpp>

namespace aiohttp {

namespace detail {

AIOHTTP_DECL Error complete_url(const RequestSpec& spec, Url& url) {
    if (spec.url_error) {
        return spec.url_error;
    }
    if (!url.is_absolute() && !spec.session->base_url().empty()) {
        url = spec.session->base_url().join(url);
    }
    if (!url.is_absolute()) {
        return make_error(
            errc::invalid_url, Phase::none,
            "URL " + quote(url.display()) + " has no host, and the session no base_url");
    }
    if (!is_http_scheme(url.scheme())) {
        return make_error(errc::non_http_url, Phase::none,
                          "scheme " + quote(url.scheme()) + " of URL " + quote(url.display()) +
                              " is not http or https");
    }
    if (!spec.wishes->params.empty()) {
        url = url.with_params(spec.wishes->params);
    }
    return {};
}

/// Puts the body into a content coding, unless it is empty. Throws ValueError when the fields say
/// otherwise.
AIOHTTP_DECL void compress_body(RequestSpec& spec, ContentCoding coding) {
    ClientRequest& request = spec.request;
    const Headers& session_headers = spec.session->headers();
    for (const std::string_view name : {"Content-Encoding", "Content-Length"}) {
        if (request.headers.contains(name) || session_headers.contains(name)) {
            throw ValueError("compress(" + std::string(to_string(coding)) + ") together with " +
                             std::string(name));
        }
    }
    if (request.body && request.body->size() != std::optional<std::uint64_t>(0)) {
        if (spec.trace) {
            const auto tell = [trace = spec.trace](std::string_view piece) {
                trace->on_chunk_sent(piece);
            };
            request.body = std::make_unique<ObservedBody>(std::move(request.body), tell);
            request.observed_body = true;
        }
        request.body = std::make_unique<CompressedBody>(std::move(request.body), coding);
        request.headers.add("Content-Encoding", to_string(coding));
    }
}

/// Validates and completes what the setters wrote.
AIOHTTP_DECL Error prepare(RequestSpec& spec) {
    if (auto error = complete_url(spec, spec.request.url)) {
        return error;
    }
    if (spec.session->connector().closed()) {
        return closed_connector();
    }
    const RequestWishes& wishes = *spec.wishes;
    apply_auth(spec.request, wishes.authorization, spec.session->headers());
    if (wishes.compress) {
        compress_body(spec, *wishes.compress);
    }
    return {};
}

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

AIOHTTP_DECL RedirectRules redirect_rules_of(const RequestSpec& spec) {
    const auto& hook = spec.wishes->redirect_hook;
    RedirectRules rules;
    rules.most = spec.wishes->max_redirects;
    rules.requote = spec.session->requotes_redirects();
    rules.hook = !hook ? spec.session->redirect_hook() : *hook ? &*hook : nullptr;
    return rules;
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

/// How far a request is.
struct Progress {
    /// The step that was taken last. hop: all of the first hop, behind code of the caller's.
    enum class Step : unsigned char { none, opening, acquiring, reading, exchanging, hop, rest };

    Step step = Step::none;
    Error error;                  ///< what the step ended with
    Connection::SocketRead read;  ///< the next step, when it is a read
};

/// What follows the first hop.
AIOHTTP_DECL boost::asio::awaitable<Error> go_on(Exchange& exchange,
                                                 const RequestSpec& spec,
                                                 Error error,
                                                 bool direct) {
    if (direct && error) {
        error = co_await replay_hop(exchange, error);
    }
    // A guarded request has been through send_hop(), which does it there.
    if (!error && exchange.response->head.status == 407 && !spec.guard) {
        error = co_await answer_proxy(exchange);
    }
    if (!error && spec.follows_redirects && is_redirect(exchange.response->head.status)) {
        error = co_await follow_redirects(exchange, redirect_rules_of(spec));
    }
    co_return error;
}

/// The step after the first hop, if there is one.
AIOHTTP_DECL boost::asio::awaitable<Error> end_first_hop(Exchange& exchange,
                                                         const RequestSpec& spec,
                                                         Progress& progress) {
    const bool direct = progress.step != Progress::Step::hop;
    progress.step = Progress::Step::rest;
    if (progress.error) {
        return direct ? go_on(exchange, spec, progress.error, direct)
                      : boost::asio::awaitable<Error>();
    }
    if (direct) {
        accept_head(exchange);
    }
    const int status = exchange.response->head.status;
    if ((status == 407 && !spec.guard) || (spec.follows_redirects && is_redirect(status))) {
        return go_on(exchange, spec, progress.error, direct);
    }
    return {};
}

/// The next read of an answer, or the step after the last one.
AIOHTTP_DECL boost::asio::awaitable<Error> read_answer(Exchange& exchange,
                                                       const RequestSpec& spec,
                                                       Progress& progress) {
    progress.read = exchange.lease->next_read(*exchange.deadline, exchange.head);
    if (progress.read.socket != nullptr) {
        return {};
    }
    progress.error =
        exchange.lease->end_answer(exchange.request, *exchange.deadline, exchange.head);
    return end_first_hop(exchange, spec, progress);
}

/// The exchange, when there is a connection for it.
AIOHTTP_DECL boost::asio::awaitable<Error> start_exchange(Exchange& exchange,
                                                          const RequestSpec& spec,
                                                          Progress& progress) {
    auto whole = exchange.lease->start(exchange.request, *exchange.deadline, exchange.head);
    if (whole.valid()) {
        progress.step = Progress::Step::exchanging;
        return whole;
    }
    progress.step = Progress::Step::reading;
    return read_answer(exchange, spec, progress);
}

/// Takes the next step of a request: what it returns is to be awaited, when it is valid;
/// progress.read is to be made, when it has a socket; else there is none.
AIOHTTP_DECL boost::asio::awaitable<Error> next_step(Exchange& exchange,
                                                     const RequestSpec& spec,
                                                     Progress& progress) {
    switch (progress.step) {
        case Progress::Step::none:
            if (spec.guard != nullptr) {
                progress.step = Progress::Step::hop;
                return run_hop(exchange);
            }
            if (begin_hop(exchange)) {
                return start_exchange(exchange, spec, progress);
            }
            if (exchange.lease) {
                progress.step = Progress::Step::opening;
                return exchange.connector->begin_open(exchange.request, *exchange.deadline,
                                                      exchange.lease, exchange.transport);
            }
            progress.step = Progress::Step::acquiring;
            return exchange.connector->acquire(exchange.request, *exchange.deadline,
                                               exchange.lease);
        case Progress::Step::opening:
            progress.error = exchange.connector->end_open(
                progress.error, *exchange.deadline, exchange.lease, std::move(exchange.transport));
            [[fallthrough]];
        case Progress::Step::acquiring:
            progress.error = end_acquire(exchange, progress.error);
            if (progress.error) {
                return {};
            }
            return start_exchange(exchange, spec, progress);
        case Progress::Step::reading:
            return read_answer(exchange, spec, progress);
        case Progress::Step::exchanging:
        case Progress::Step::hop:
            return end_first_hop(exchange, spec, progress);
        case Progress::Step::rest:
            break;
    }
    return {};
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
    Progress progress;
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
