#pragma once

#include <sys/un.h>

#include <memory>
#include <string>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/dial_error.hpp>
#include <aiohttp/detail/connection/unix_dialer.hpp>
#include <aiohttp/detail/net/cancelled.hpp>
#include <aiohttp/detail/net/socket_transport.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL Error unix_error(const std::string& path,
                              const std::string& host,
                              std::uint16_t port,
                              const error_code& cause) {
    auto details = dial_failure(errc::unix_connect_failed,
                                "connect to Unix socket " + path + " failed", host, port, cause);
    details.path = path;
    return make_error(std::move(details));
}

AIOHTTP_DECL asio::awaitable<Error> UnixDialer::dial(std::string host,
                                                     std::uint16_t port,
                                                     Deadline& deadline,
                                                     std::unique_ptr<Transport>& transport) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const bool is_abstract = path_.front() == '\0';
    const auto shown = is_abstract ? '@' + path_.substr(1) : path_;
    // The NUL at the end of a path takes a byte, too.
    if (path_.size() > sizeof(sockaddr_un::sun_path) - (is_abstract ? 0 : 1)) {
        co_return unix_error(shown, host, port, asio::error::name_too_long);
    }
    const asio::local::stream_protocol::endpoint endpoint(path_);
    asio::local::stream_protocol::socket socket(executor);
    error_code error;
    socket.open(endpoint.protocol(), error);
    if (error) {
        co_return unix_error(shown, host, port, error);
    }
    auto connecting = std::make_unique<SocketTransport>(std::move(socket),
                                                        std::make_shared<const std::string>(shown));
    deadline.begin(Deadline::Limit::sock_connect);
    deadline.watch(Phase::connect, connecting.get());
    error = co_await connecting->connect(endpoint);
    deadline.watch(Phase::connect, nullptr);
    if (deadline.verdict()) {
        co_return deadline.verdict();
    }
    throw_if_cancelled(error);
    if (error) {
        co_return unix_error(shown, host, port, error);
    }
    transport = std::move(connecting);
    co_return Error();
}

}  // namespace aiohttp::detail
