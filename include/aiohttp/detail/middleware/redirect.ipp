#pragma once

#include <string>
#include <utility>
#include <vector>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/middleware/redirect.hpp>
#include <aiohttp/detail/middleware/request_trace.hpp>
#include <aiohttp/detail/middleware/user_chain.hpp>
#include <aiohttp/detail/protocol/redirect_policy.hpp>
#include <aiohttp/response.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL void leave_origin(Exchange& exchange, const Url& url) {
    ClientRequest& request = exchange.request;
    if (url.same_origin(request.url)) {
        return;
    }
    exchange.defaults.left_origin = true;
    erase_origin_fields(request.headers);
    request.cookies.clear();
    if (url.host() != request.url.host()) {
        request.forget_server_hostname();
    }
}

/// Makes the request the one that the redirect asks for.
AIOHTTP_DECL void advance(Exchange& exchange, NextHop next) {
    ClientRequest& request = exchange.request;
    if (!next.keeps_body) {
        request.body.reset();
        request.chunked = false;
        request.expects_continue = false;
        exchange.defaults.dropped_body = true;
        erase_body_fields(request.headers);
    }
    leave_origin(exchange, next.url);
    if (!next.authorization.empty()) {
        request.headers.set("Authorization", next.authorization);
    }
    request.method = std::move(next.method);
    request.url = std::move(next.url);
}

/// What the redirect asks for, the `count`th one, unless it must not or cannot be followed.
AIOHTTP_DECL Error plan(const Exchange& exchange,
                        const RedirectRules& rules,
                        std::size_t count,
                        NextHop& next) {
    const ClientRequest& request = exchange.request;
    const ResponseHead& head = exchange.response->head;
    if (rules.most != 0 && count >= rules.most) {
        return make_error(
            errc::too_many_redirects, Phase::none,
            "too many redirects: " + std::to_string(count) + ", as many as max_redirects");
    }
    const RedirectedRequest redirected{request.method, request.url, rules.requote};
    auto error = next_hop(redirected, head.status, redirect_target(head), next);
    if (next.keeps_body && request.body && !request.body->rewind()) {
        return make_error(errc::body_not_resendable, Phase::none,
                          "status " + std::to_string(head.status) +
                              " wants the request body again, which cannot be rewound");
    }
    return error;
}

/// Whether the hook says that the redirect is not to be followed. It is asked while the response
/// can still become the one that is handed out.
AIOHTTP_DECL bool stopped(Exchange& exchange,
                          const RedirectRules& rules,
                          std::size_t count,
                          const NextHop& next) {
    if (rules.hook == nullptr) {
        return false;
    }
    const ResponseHead& head = exchange.response->head;
    const RedirectHop hop{head.status, head.headers, exchange.request.method, exchange.request.url,
                          next.method, next.url,     next.same_origin,        count};
    try {
        return (*rules.hook)(hop) == RedirectDecision::stop;
    } catch (...) {
        end_hop(exchange);  // the connection may be of use to others
        throw;
    }
}

AIOHTTP_DECL boost::asio::awaitable<Error> follow_redirects(Exchange& exchange,
                                                            RedirectRules rules) {
    const auto history = std::make_shared<std::vector<ClientResponse>>();
    Error error;
    while (!error && !redirect_target(exchange.response->head).empty()) {
        const auto count = history->size() + 1;
        NextHop next;
        error = exchange.deadline->verdict();
        if (!error) {
            error = plan(exchange, rules, count, next);
        }
        if (!error && stopped(exchange, rules, count, next)) {
            break;
        }
        history->emplace_back(end_hop(exchange));
        if (exchange.trace) {
            exchange.trace->on_redirect(history->back());
        }
        if (!error) {
            advance(exchange, std::move(next));
            if (exchange.trace) {
                exchange.trace->begin_hop(exchange.request);
            }
            error = co_await run_hop(exchange);
        }
    }
    if (!history->empty()) {
        exchange.history = history;
    }
    if (exchange.response) {
        exchange.response->history = exchange.history;
    }
    co_return error;
}

}  // namespace aiohttp::detail
