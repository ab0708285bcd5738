#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <aiohttp/detail/net/tls_context.hpp>

namespace aiohttp::detail {

struct ProxyRoute;

/// What two requests must have in common to share a connection. `tls` is null for plain HTTP;
/// equal TLS policies have the same context, and equal proxies the same route. When a proxy
/// forwards the requests, all of them share its connections: then the host is the proxy.
template <class String, class Context, class Route>
struct BasicConnectionKey {
    String host;
    std::uint16_t port = 0;
    Context tls{};
    String server_name;  ///< what SNI and the certificate check use instead of host, or empty
    Route proxy{};       ///< what connects us to the host, or null
};

/// The key as a request states it, without owning anything.
using ConnectionKeyView =
    BasicConnectionKey<std::string_view, const TlsContext*, const ProxyRoute*>;
/// The key as the pool keeps it.
using ConnectionKey = BasicConnectionKey<std::string,
                                         std::shared_ptr<const TlsContext>,
                                         std::shared_ptr<const ProxyRoute>>;

inline ConnectionKeyView view_of(const ConnectionKey& key) noexcept {
    return {key.host, key.port, key.tls.get(), key.server_name, key.proxy.get()};
}
inline ConnectionKeyView view_of(const ConnectionKeyView& key) noexcept {
    return key;
}

struct ConnectionKeyHash {
    using is_transparent = void;
    template <class Key>
    std::size_t operator()(const Key& key) const noexcept {
        const auto view = view_of(key);
        const auto tls = reinterpret_cast<std::uintptr_t>(view.tls);
        return std::hash<std::string_view>()(view.host) ^ (std::size_t{view.port} << 16U) ^ tls ^
               (reinterpret_cast<std::uintptr_t>(view.proxy) << 1U);
    }
};

struct ConnectionKeyEqual {
    using is_transparent = void;
    template <class Left, class Right>
    bool operator()(const Left& left, const Right& right) const noexcept {
        const auto a = view_of(left);
        const auto b = view_of(right);
        return a.port == b.port && a.tls == b.tls && a.host == b.host &&
               a.server_name == b.server_name && a.proxy == b.proxy;
    }
};

}  // namespace aiohttp::detail
