#pragma once

#include <string>
#include <utility>
#include <vector>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/establish.hpp>
#include <aiohttp/detail/connection/proxy_dial.hpp>
#include <aiohttp/detail/connection/secure.hpp>
#include <aiohttp/detail/message/tls_fields.hpp>

namespace aiohttp::detail {

/// What the certificate must be for: the request's word goes before the options', the URL's is
/// the last one.
AIOHTTP_DECL std::string name_for_tls(const ConnectionKey& key, const Url& url) {
    if (!key.server_name.empty()) {
        return key.server_name;
    }
    if (key.tls && !key.tls->options.fields().server_name.empty()) {
        return key.tls->options.fields().server_name;
    }
    // What a trailing dot means is for the resolver; certificates do not have it.
    return std::string(url.server_name());
}

/// With TLS, or a proxy, or both.
AIOHTTP_DECL asio::awaitable<Error> establish_layers(Dialer& dialer,
                                                     ConnectionKey key,
                                                     std::string name,
                                                     Deadline& deadline,
                                                     std::unique_ptr<Transport>& transport) {
    if (key.tls && !key.tls->error.empty()) {
        co_return unusable_tls(*key.tls, key.host, key.port);
    }
    Error error;
    if (key.proxy) {
        error = co_await dial_through_proxy(dialer, key, deadline, transport);
    } else {
        error = co_await dialer.dial(key.host, key.port, deadline, transport);
    }
    std::vector<std::string> failed;
    while (!error && key.tls) {
        failed.push_back(*transport->remote_endpoint());
        error = co_await secure(transport, key.tls, name, key.host, key.port, deadline);
        if (!error || deadline.verdict() || key.proxy) {
            break;
        }
        // As in aiohttp, what one address of the host fails at another one may do.
        const auto unreachable =
            co_await dialer.dial_another(key.host, key.port, failed, deadline, transport);
        if (deadline.verdict()) {
            co_return deadline.verdict();
        }
        if (unreachable || !transport) {
            break;
        }
        error = Error();
    }
    co_return error;
}

AIOHTTP_DECL asio::awaitable<Error> establish(Dialer& dialer,
                                              const ConnectionKey& key,
                                              const Url& url,
                                              Deadline& deadline,
                                              std::unique_ptr<Transport>& transport) {
    if (!key.tls && !key.proxy) {
        return dialer.dial(key.host, key.port, deadline, transport);
    }
    return establish_layers(dialer, key, name_for_tls(key, url), deadline, transport);
}

}  // namespace aiohttp::detail
