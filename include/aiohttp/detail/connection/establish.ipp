#pragma once

#include <string>
#include <utility>
#include <vector>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/establish.hpp>
#include <aiohttp/detail/connection/proxy_dial.hpp>
#include <aiohttp/detail/connection/secure.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL asio::awaitable<Error> establish(Dialer& dialer,
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
        failed.push_back(transport->remote_endpoint());
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
    deadline.end(Deadline::Limit::sock_connect);
    co_return error;
}

}  // namespace aiohttp::detail
