#pragma once

#include <string>
#include <utility>
#include <vector>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/proxy_dial.hpp>
#include <aiohttp/detail/connection/proxy_route.hpp>
#include <aiohttp/detail/connection/proxy_tunnel.hpp>
#include <aiohttp/detail/connection/secure.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/protocol/ip_network.hpp>

namespace aiohttp::detail {

/// An error on the way to the proxy, as what it is: not one of the server.
AIOHTTP_DECL Error of_proxy(const Error& error, const ProxyRoute& route) {
    ErrorDetails details = details_of(error);
    if (details.kind == errc::connect_failed) {
        details.kind = errc::proxy_failed;
        details.phase = Phase::proxy;
    }
    details.what = route.name + ": " + details.what;
    return make_error(std::move(details));
}

AIOHTTP_DECL asio::awaitable<Error> reach_proxy(Dialer& dialer,
                                                std::shared_ptr<const ProxyRoute> route,
                                                Deadline& deadline,
                                                std::unique_ptr<Transport>& transport) {
    const auto& host = route->proxy.host();
    const auto port = route->proxy.port();
    if (route->tls && !route->tls->error.empty()) {
        co_return of_proxy(unusable_tls(*route->tls, host, port), *route);
    }
    auto error = co_await dialer.dial(host, port, deadline, transport);
    if (!error && route->tls) {
        auto name = host.substr(0, host.size() - (host.ends_with('.') ? 1 : 0));
        if (route->proxy.ssl() && !route->proxy.ssl()->fields().server_name.empty()) {
            name = route->proxy.ssl()->fields().server_name;
        }
        error = co_await secure(transport, route->tls, name, host, port, deadline);
    }
    if (error && !deadline.verdict()) {
        co_return of_proxy(error, *route);
    }
    co_return error;
}

/// What a SOCKS proxy is asked for; names are looked up here when it cannot, or shall not.
AIOHTTP_DECL asio::awaitable<Error> prepare_socks(Dialer& dialer,
                                                  ConnectionKey key,
                                                  Deadline& deadline,
                                                  SocksRequest& request) {
    const Proxy& proxy = key.proxy->proxy;
    const bool v4 = proxy.scheme() == ProxyScheme::socks4 || proxy.scheme() == ProxyScheme::socks4a;
    request.version = SocksVersion::v5;
    if (v4) {
        request.version =
            proxy.scheme() == ProxyScheme::socks4 ? SocksVersion::v4 : SocksVersion::v4a;
    }
    request.host = key.host;
    request.port = key.port;
    if (proxy.auth()) {
        request.login = proxy.auth()->login();
        request.password = proxy.auth()->password();
    }
    const bool looks_up =
        proxy.scheme() == ProxyScheme::socks4 || proxy.scheme() == ProxyScheme::socks5;
    if (looks_up && !parse_ip_address(key.host)) {
        std::vector<std::string> addresses;
        const auto error = co_await dialer.resolve(key.host, key.port, deadline, addresses);
        if (error) {
            co_return error;
        }
        request.host = preferred_address(addresses, v4);
    }
    co_return Error();
}

AIOHTTP_DECL asio::awaitable<Error> dial_through_proxy(Dialer& dialer,
                                                       ConnectionKey key,
                                                       Deadline& deadline,
                                                       std::unique_ptr<Transport>& transport) {
    const auto route = key.proxy;
    SocksRequest socks;
    Error error;
    if (!route->is_http()) {
        error = co_await prepare_socks(dialer, key, deadline, socks);
    }
    for (int tries = 1; !error; ++tries) {
        error = co_await reach_proxy(dialer, route, deadline, transport);
        if (error || route->forwards(key.tls != nullptr)) {
            break;
        }
        deadline.end(Deadline::Limit::sock_connect);
        deadline.tell(ConnectionEvent::proxy_start, key.host);
        bool again = false;
        if (route->is_http()) {
            error = co_await open_tunnel(route, key, deadline, transport, tries, again);
        } else {
            error = co_await open_socks(route, socks, key, deadline, transport);
        }
        deadline.watch(Phase::proxy, nullptr);
        if (again) {
            transport.reset();
            continue;
        }
        if (!error) {
            deadline.tell(ConnectionEvent::proxy_end, key.host);
            if (key.tls) {
                deadline.begin(Deadline::Limit::sock_connect);
            }
        }
        break;
    }
    co_return error;
}

}  // namespace aiohttp::detail
