#pragma once

#include <utility>

#include <aiohttp/detail/client/request_steps.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/middleware/proxy.hpp>
#include <aiohttp/detail/middleware/redirect.hpp>
#include <aiohttp/detail/middleware/user_chain.hpp>
#include <aiohttp/detail/protocol/redirect_policy.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL RedirectRules redirect_rules_of(const RequestSpec& spec) {
    const auto& hook = spec.wishes->redirect_hook;
    RedirectRules rules;
    rules.most = spec.wishes->max_redirects;
    rules.requote = spec.session->requotes_redirects();
    rules.hook = !hook ? spec.session->redirect_hook() : *hook ? &*hook : nullptr;
    return rules;
}

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
                                                         RequestProgress& progress) {
    const bool direct = progress.step != RequestProgress::Step::hop;
    progress.step = RequestProgress::Step::rest;
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
                                                       RequestProgress& progress) {
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
                                                          RequestProgress& progress) {
    auto whole = exchange.lease->start(exchange.request, *exchange.deadline, exchange.head);
    if (whole.valid()) {
        progress.step = RequestProgress::Step::exchanging;
        return whole;
    }
    progress.step = RequestProgress::Step::reading;
    return read_answer(exchange, spec, progress);
}

AIOHTTP_DECL boost::asio::awaitable<Error> next_step(Exchange& exchange,
                                                     const RequestSpec& spec,
                                                     RequestProgress& progress) {
    switch (progress.step) {
        case RequestProgress::Step::none:
            if (spec.guard != nullptr) {
                progress.step = RequestProgress::Step::hop;
                return run_hop(exchange);
            }
            if (begin_hop(exchange)) {
                return start_exchange(exchange, spec, progress);
            }
            if (exchange.lease) {
                progress.step = RequestProgress::Step::opening;
                return exchange.connector->begin_open(exchange.request, *exchange.deadline,
                                                      exchange.lease, exchange.transport);
            }
            progress.step = RequestProgress::Step::acquiring;
            return exchange.connector->acquire(exchange.request, *exchange.deadline,
                                               exchange.lease);
        case RequestProgress::Step::opening:
            progress.error = exchange.connector->end_open(
                progress.error, *exchange.deadline, exchange.lease, std::move(exchange.transport));
            [[fallthrough]];
        case RequestProgress::Step::acquiring:
            progress.error = end_acquire(exchange, progress.error);
            if (progress.error) {
                return {};
            }
            return start_exchange(exchange, spec, progress);
        case RequestProgress::Step::reading:
            return read_answer(exchange, spec, progress);
        case RequestProgress::Step::exchanging:
        case RequestProgress::Step::hop:
            return end_first_hop(exchange, spec, progress);
        case RequestProgress::Step::rest:
            break;
    }
    return {};
}

}  // namespace aiohttp::detail
