#pragma once

#include <string>
#include <utility>
#include <vector>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/middleware/redirect.hpp>
#include <aiohttp/detail/protocol/redirect_policy.hpp>
#include <aiohttp/response.hpp>

namespace aiohttp::detail {

/// Makes the request the one that the redirect asks for.
AIOHTTP_DECL void advance(Exchange& exchange, NextHop next) {
    ClientRequest& request = exchange.request;
    if (!next.keeps_body) {
        request.body.reset();
        request.chunked = false;
        request.expects_continue = false;
        erase_body_fields(request.headers);
    }
    if (!next.same_origin) {
        exchange.defaults.left_origin = true;
        erase_origin_fields(request.headers);
        request.cookies.clear();
    }
    if (!next.authorization.empty()) {
        request.headers.set("Authorization", next.authorization);
    }
    if (next.url.host() != request.url.host()) {
        request.server_hostname.clear();  // the name of another server
    }
    request.method = std::move(next.method);
    request.url = std::move(next.url);
}

/// Turns from the response that redirects, the last of `history`, to the request it asks for.
AIOHTTP_DECL Error redirect(Exchange& exchange,
                            const RedirectRules& rules,
                            const ResponseHead& head,
                            std::size_t count) {
    ClientRequest& request = exchange.request;
    if (rules.most != 0 && count >= rules.most) {
        return make_error(
            errc::too_many_redirects, Phase::none,
            "too many redirects: " + std::to_string(count) + ", as many as max_redirects");
    }
    NextHop next;
    const RedirectedRequest redirected{request.method, request.url, rules.requote};
    auto error = next_hop(redirected, head.status, redirect_target(head), next);
    if (next.keeps_body && request.body && !request.body->rewind()) {
        return make_error(errc::body_not_resendable, Phase::none,
                          "status " + std::to_string(head.status) +
                              " wants the request body again, which cannot be rewound");
    }
    if (!error) {
        advance(exchange, std::move(next));
    }
    return error;
}

AIOHTTP_DECL boost::asio::awaitable<Error> follow_redirects(Exchange& exchange,
                                                            RedirectRules rules) {
    const auto history = std::make_shared<std::vector<ClientResponse>>();
    Error error;
    while (!error && !redirect_target(exchange.response->head).empty()) {
        const auto redirecting = end_hop(exchange);
        history->emplace_back(redirecting);
        error = exchange.deadline->verdict();
        if (!error) {
            error = redirect(exchange, rules, redirecting->head, history->size());
        }
        if (!error) {
            error = co_await send_hop(exchange);
        }
    }
    if (!history->empty()) {
        exchange.response->history = history;
    }
    co_return error;
}

}  // namespace aiohttp::detail
