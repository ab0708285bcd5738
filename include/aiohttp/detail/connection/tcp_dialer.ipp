#pragma once

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/tcp_dialer.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/net/cancelled.hpp>
#include <aiohttp/detail/net/tcp_transport.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL Error dial_error(errc kind,
                              Phase phase,
                              std::string what,
                              const std::string& host,
                              std::uint16_t port,
                              const error_code& cause) {
    ErrorDetails details;
    details.kind = kind;
    details.phase = phase;
    details.what = std::move(what);
    details.host = host;
    details.port = port;
    details.cause = cause;
    details.retryable = true;  // nothing of the request was sent
    return make_error(std::move(details));
}

AIOHTTP_DECL asio::awaitable<Resolution> resolve_host(std::shared_ptr<Resolver> resolver,
                                                      std::string host,
                                                      std::uint16_t port,
                                                      Deadline& deadline) {
    Resolution resolution;
    error_code not_an_address;
    const auto address = asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        resolution.endpoints.emplace_back(address, port);
        co_return resolution;
    }
    deadline.begin(Deadline::Limit::dns);
    deadline.tell(ConnectionEvent::dns_start, host);
    resolution = co_await resolver->resolve(host, port, deadline);
    deadline.end(Deadline::Limit::dns);
    if (!resolution.error) {
        deadline.tell(ConnectionEvent::dns_end, host);
    }
    co_return resolution;
}

AIOHTTP_DECL TcpDialer::TcpDialer(std::unique_ptr<Resolver> resolver)
    : resolver_(std::move(resolver)) {}

AIOHTTP_DECL asio::awaitable<Error> TcpDialer::resolve(std::string host,
                                                       std::uint16_t port,
                                                       Deadline& deadline,
                                                       std::vector<std::string>& addresses) {
    const auto resolution = co_await resolve_host(resolver_, host, port, deadline);
    if (deadline.verdict()) {
        co_return deadline.verdict();
    }
    if (resolution.error) {
        throw_if_cancelled(resolution.error);
        co_return dial_error(errc::dns_failed, Phase::dns, "look-up of " + host + " failed", host,
                             port, resolution.error);
    }
    for (const auto& endpoint : resolution.endpoints) {
        addresses.push_back(endpoint.address().to_string());
    }
    co_return Error();
}

AIOHTTP_DECL asio::awaitable<Error> TcpDialer::dial(std::string host,
                                                    std::uint16_t port,
                                                    Deadline& deadline,
                                                    std::unique_ptr<Transport>& transport) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto resolution = co_await resolve_host(resolver_, host, port, deadline);
    if (deadline.verdict()) {
        co_return deadline.verdict();
    }
    if (resolution.error) {
        throw_if_cancelled(resolution.error);
        co_return dial_error(errc::dns_failed, Phase::dns, "look-up of " + host + " failed", host,
                             port, resolution.error);
    }
    deadline.begin(Deadline::Limit::sock_connect);
    error_code last;
    for (const auto& endpoint : resolution.endpoints) {
        auto socket = std::make_unique<TcpTransport>(executor);
        deadline.watch(Phase::connect, socket.get());
        last = co_await socket->connect(endpoint);
        deadline.watch(Phase::connect, nullptr);
        if (deadline.verdict()) {
            co_return deadline.verdict();
        }
        throw_if_cancelled(last);
        if (!last) {
            transport = std::move(socket);
            co_return Error();
        }
    }
    const auto tried = resolution.endpoints.size();
    co_return dial_error(
        errc::connect_failed, Phase::connect,
        "connect to " + host + ':' + std::to_string(port) + " failed" +
            (tried > 1 ? " (" + std::to_string(tried) + " addresses tried)" : std::string()),
        host, port, last);
}

}  // namespace aiohttp::detail
