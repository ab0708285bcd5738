#pragma once

#include <algorithm>
#include <exception>
#include <utility>

#include <aiohttp/auth.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/proxy_route.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/host_name.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/middleware/proxy.hpp>
#include <aiohttp/detail/middleware/send.hpp>
#include <aiohttp/detail/protocol/http1_request.hpp>
#include <aiohttp/detail/protocol/message_digest.hpp>

namespace aiohttp::detail {

inline constexpr std::string_view proxy_authorization = "Proxy-Authorization";

AIOHTTP_DECL std::shared_ptr<const Proxy> with_extras(const std::shared_ptr<const Proxy>& proxy,
                                                      const ProxyExtras& extras) {
    if (!proxy || proxy->scheme() == ProxyScheme::none || extras.empty()) {
        return proxy;
    }
    auto changed = std::make_shared<Proxy>(*proxy);
    if (extras.auth) {
        changed->auth(*extras.auth);
    }
    changed->headers(extras.headers);
    return changed;
}

AIOHTTP_DECL ProxySource::ProxySource(std::shared_ptr<const Proxy> session,
                                      const ProxyExtras& extras,
                                      const ProxyVariables& variables,
                                      const Netrc* netrc)
    : no_proxy_(variables.no_proxy()), netrc_(netrc) {
    session_ = with_netrc(with_extras(session, extras));
    for (std::size_t i = 0; i < variables_.size(); ++i) {
        const auto& variable = variables.proxies()[i];
        if (!variable) {
            continue;
        }
        try {
            auto proxy = std::make_shared<const Proxy>(proxy_url_of(variable->value));
            auto own = extras;
            own.auth = proxy->auth() ? std::nullopt : extras.auth;
            variables_[i].proxy = with_netrc(with_extras(proxy, own));
        } catch (const ValueError& error) {
            variables_[i].problem = "$" + variable->name + ": " + error.what();
        }
    }
}

AIOHTTP_DECL std::shared_ptr<const Proxy> ProxySource::with_netrc(
    const std::shared_ptr<const Proxy>& proxy) const {
    const bool wants =
        netrc_ != nullptr && proxy && !proxy->auth() &&
        (proxy->scheme() == ProxyScheme::http || proxy->scheme() == ProxyScheme::https) &&
        !proxy->headers().contains(proxy_authorization);
    const auto auth = wants ? netrc_->find(canonical_name(proxy->host())) : std::nullopt;
    if (!auth) {
        return proxy;
    }
    auto changed = std::make_shared<Proxy>(*proxy);
    changed->auth(*auth);
    return changed;
}

AIOHTTP_DECL std::shared_ptr<const Proxy> ProxySource::find(const Url& url) const {
    if (session_) {
        return session_;
    }
    const auto scheme = std::ranges::find(ProxyVariables::schemes, url.scheme());
    if (scheme == ProxyVariables::schemes.end()) {
        return nullptr;
    }
    const auto& variable =
        variables_[static_cast<std::size_t>(scheme - ProxyVariables::schemes.begin())];
    if ((!variable.proxy && variable.problem.empty()) ||
        no_proxy_.match(url.server_name(), url.port())) {
        return nullptr;
    }
    if (!variable.proxy) {
        throw ValueError(variable.problem);
    }
    return variable.proxy;
}

/// The proxy for a hop, or null.
AIOHTTP_DECL std::shared_ptr<const Proxy> proxy_for(const ClientRequest& request,
                                                    const RequestDefaults& defaults) {
    auto proxy = request.options->proxy;
    if (!proxy && defaults.proxies != nullptr) {
        proxy = defaults.proxies->find(request.url);
    }
    if (!proxy || proxy->scheme() == ProxyScheme::none) {
        return nullptr;
    }
    if (defaults.proxy_extras != nullptr) {
        proxy = with_extras(proxy, *defaults.proxy_extras);
    }
    if (request.options->proxy && defaults.proxies != nullptr) {
        proxy = defaults.proxies->with_netrc(proxy);
    }
    return proxy;
}

/// Whether the proxy's challenge, if there is one, can be answered for this request: qop=auth-int
/// cannot over a body that would have to be read twice.
AIOHTTP_DECL bool can_answer(const ClientRequest& request) {
    const auto& digest = request.route->digest;
    return !digest || !digest->body_hash() || !request.body || request.body->in_memory();
}

/// The Proxy-Authorization field of a request that a proxy forwards, or nothing.
AIOHTTP_DECL std::string authorization_of(const ClientRequest& request) {
    if (!can_answer(request)) {
        return {};
    }
    std::string body_hash;
    if (const auto& digest = request.route->digest) {
        if (const auto hash = digest->body_hash()) {
            const auto memory = request.body ? request.body->in_memory() : std::nullopt;
            body_hash = hash_hex(*hash, memory.value_or(std::string_view()));
        }
    }
    return request.route->authorization(request.method, absolute_target(request.url), body_hash);
}

AIOHTTP_DECL void add_proxy_fields(ClientRequest& request, const Headers& session_headers) {
    Headers& wire = request.wire;
    const auto given = [&](std::string_view name) {
        return request.headers.contains(name) || session_headers.contains(name);
    };
    const Headers& fields = request.route->proxy.headers();
    for (const auto field : fields) {
        if (!given(field.name) && field.name != proxy_authorization) {
            wire.erase(field.name);  // an automatic one
        }
    }
    for (const auto field : fields) {
        if (!given(field.name)) {
            wire.add_unchecked(field.name, field.value);
        }
    }
    const auto authorization = authorization_of(request);
    if (!authorization.empty()) {
        wire.set(proxy_authorization, authorization);
    }
}

/// The proxy as the connector can use it. Throws what forbids it.
AIOHTTP_DECL std::shared_ptr<const Proxy> usable_proxy(const Exchange& exchange) {
    const ClientRequest& request = exchange.request;
    auto proxy = proxy_for(request, exchange.defaults);
    const Dialer& dialer = exchange.connector->dialer();
    if (!proxy) {
        return proxy;
    }
    if (!dialer.takes_proxies()) {
        if (request.options->proxy) {
            throw ValueError("proxy " + proxy->str() + " together with a Unix socket");
        }
        return nullptr;
    }
    if (const auto refused = dialer.refuse(std::string(request.url.host()), request.url.port())) {
        with_request(refused, request.method, request.url.display()).raise();
    }
    return proxy;
}

AIOHTTP_DECL void choose_route(Exchange& exchange) {
    ClientRequest& request = exchange.request;
    const auto proxy = usable_proxy(exchange);
    request.route = proxy ? exchange.connector->route(proxy) : nullptr;
    request.absolute_form =
        request.route && request.route->forwards(request.url.scheme() != "http");
    if (request.absolute_form) {
        add_proxy_fields(request, *exchange.defaults.session_headers);
    } else {
        request.wire.erase(proxy_authorization);  // it would get to the server
    }
}

AIOHTTP_DECL boost::asio::awaitable<Error> answer_proxy(Exchange& exchange) {
    ClientRequest& request = exchange.request;
    Error error;
    // Asking with a nonce that turns out to be stale counts, too.
    for (int tries = 1; !error && tries < 3; ++tries) {
        const ResponseHead& head = exchange.response->head;
        if (head.status != 407 || !request.absolute_form || !request.route->digest) {
            break;
        }
        ProxyDigest& digest = *request.route->digest;
        if (!digest.take(head.headers.getall("proxy-authenticate")) ||
            (tries > 1 && !digest.stale()) || !can_answer(request) ||
            (request.body && !request.body->rewind())) {
            break;
        }
        end_hop(exchange);
        error = co_await resend_hop(exchange);
    }
    co_return error;
}

}  // namespace aiohttp::detail
