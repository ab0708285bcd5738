#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <aiohttp/detail/net/tls_context.hpp>
#include <aiohttp/detail/protocol/proxy_digest.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/proxy.hpp>

namespace aiohttp::detail {

/// The way through a proxy: what it is, and what is known of it by now. A connector has one for
/// equal proxies, so that connections can be told apart by its address.
struct ProxyRoute : std::enable_shared_from_this<ProxyRoute> {
    explicit ProxyRoute(const Proxy& of);

    bool is_http() const noexcept {
        return proxy.scheme() == ProxyScheme::http || proxy.scheme() == ProxyScheme::https;
    }
    /// Whether a request goes to the proxy itself, with its whole URL, and not through a tunnel.
    bool forwards(bool target_has_tls) const noexcept {
        return is_http() && !target_has_tls && !proxy.tunnels();
    }
    /// The Proxy-Authorization field for a request, or nothing; `body_hash` as for ProxyDigest.
    std::string authorization(std::string_view method,
                              std::string_view uri,
                              std::string_view body_hash) const;

    Proxy proxy;
    std::string name;                       ///< for messages
    std::shared_ptr<const TlsContext> tls;  ///< for an https proxy, else null
    std::unique_ptr<ProxyDigest> digest;    ///< null: no Digest credentials
};

/// The routes of a connector.
class ProxyRoutes {
public:
    /// The route through the proxy; the same for equal ones. `tls` is for proxies without TLS
    /// options of their own.
    std::shared_ptr<const ProxyRoute> get(const std::shared_ptr<const Proxy>& proxy,
                                          TlsContexts& contexts,
                                          const TlsOptions& tls);

private:
    // Callers that make up a new proxy for every request must not grow this without end.
    static constexpr std::size_t most = 64;
    struct Known {
        std::shared_ptr<const Proxy> proxy;  // kept: its address names it
        std::shared_ptr<const ProxyRoute> route;
    };
    std::vector<Known> known_;
};

}  // namespace aiohttp::detail
