#pragma once

#include <algorithm>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/proxy_route.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL ProxyRoute::ProxyRoute(const Proxy& of) : proxy(of), name("proxy " + of.str()) {
    const auto& auth = proxy.auth();
    if (auth && auth->kind() == ProxyAuth::Kind::digest) {
        digest = std::make_unique<ProxyDigest>(auth->login(), auth->password());
    }
}

AIOHTTP_DECL std::string ProxyRoute::authorization(std::string_view method,
                                                   std::string_view uri,
                                                   std::string_view body_hash) const {
    if (digest) {
        return digest->ready() ? digest->authorization(method, uri, body_hash) : std::string();
    }
    return proxy.auth() ? proxy.auth()->encode()
                        : std::string(proxy.headers()["proxy-authorization"]);
}

AIOHTTP_DECL std::shared_ptr<const ProxyRoute> ProxyRoutes::get(
    const std::shared_ptr<const Proxy>& proxy, TlsContexts& contexts, const TlsOptions& tls) {
    auto found = std::ranges::find(known_, proxy, &Known::proxy);
    if (found == known_.end()) {
        found = std::ranges::find_if(known_,
                                     [&](const Known& known) { return *known.proxy == *proxy; });
    }
    if (found != known_.end()) {
        const auto& context = found->route->tls;
        if (!context || context->error.empty()) {
            return found->route;
        }
        known_.erase(found);  // a file that was missing may be there now
    }
    auto route = std::make_shared<ProxyRoute>(*proxy);
    if (proxy->scheme() == ProxyScheme::https) {
        route->tls = contexts.get(proxy->ssl().value_or(tls));
    }
    if (known_.size() == most) {
        known_.erase(known_.begin());
    }
    known_.push_back({proxy, route});
    return route;
}

}  // namespace aiohttp::detail
