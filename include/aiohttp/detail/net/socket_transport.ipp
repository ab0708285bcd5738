#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/socket_transport.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL SocketTransport::SocketTransport(Socket socket,
                                              std::shared_ptr<const std::string> peer)
    : socket_(std::move(socket)), peer_(std::move(peer)) {}

AIOHTTP_DECL asio::awaitable<error_code> SocketTransport::connect(Protocol::endpoint peer) {
    const auto result = co_await socket_.async_connect(peer, asio::as_tuple(asio::deferred));
    error_code error = std::get<0>(result);
    if (!error && !socket_.is_open()) {
        error = asio::error::operation_aborted;  // aborted after the kernel had connected
    }
    if (!error && peer.protocol().family() == AF_UNIX) {
        // Asio takes the refusal of a full backlog for success.
        socket_.remote_endpoint(error);
        if (error == asio::error::not_connected) {
            error = asio::error::try_again;
        }
    }
    if (!error) {
        error = use();
    }
    if (error) {
        close();
    }
    co_return error;
}

AIOHTTP_DECL error_code SocketTransport::use() {
    error_code error;
    if (!socket_.non_blocking()) {
        socket_.non_blocking(true, error);
    }
    error_code ignored;  // a peer without Nagle control is still a peer
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    return error;
}

AIOHTTP_DECL asio::awaitable<IoResult> SocketTransport::read_some(asio::mutable_buffer into) {
    const auto result = co_await socket_.async_read_some(into, asio::as_tuple(asio::deferred));
    co_return IoResult{std::get<0>(result), std::get<1>(result)};
}

AIOHTTP_DECL IoResult SocketTransport::try_write(asio::const_buffer first,
                                                 asio::const_buffer second) noexcept {
    const std::array<asio::const_buffer, 2> both{first, second};
    IoResult result;
    result.bytes = socket_.write_some(both, result.error);
    return result;
}

AIOHTTP_DECL asio::awaitable<IoResult> SocketTransport::write(asio::const_buffer first,
                                                              asio::const_buffer second) {
    std::array<asio::const_buffer, 2> rest{first, second};
    IoResult total;
    for (;;) {
        auto written = socket_.write_some(rest, total.error);
        if (total.error == asio::error::would_block) {
            const auto result =
                co_await socket_.async_write_some(rest, asio::as_tuple(asio::deferred));
            total.error = std::get<0>(result);
            written = std::get<1>(result);
        }
        total.bytes += written;
        if (total.error) {
            co_return total;
        }
        const auto of_first = std::min(written, rest[0].size());
        rest[0] += of_first;
        rest[1] += written - of_first;
        if (rest[0].size() + rest[1].size() == 0) {
            co_return total;
        }
    }
}

AIOHTTP_DECL asio::awaitable<IoResult> SocketTransport::write_until_readable(
    asio::const_buffer bytes) {
    IoResult total;
    while (total.bytes < bytes.size()) {
        total.bytes += socket_.write_some(asio::buffer(bytes + total.bytes), total.error);
        if (!total.error) {
            continue;
        }
        if (total.error != asio::error::would_block) {
            co_return total;
        }
        if (total.bytes > 0) {  // progress is reported, because a time limit is on its absence
            total.error = {};
            co_return total;
        }
        auto either = asio::experimental::make_parallel_group(
            socket_.async_wait(Socket::wait_write, asio::deferred),
            socket_.async_wait(Socket::wait_read, asio::deferred));
        const auto result =
            co_await either.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
        const auto& [order, writable, readable] = result;
        total.error = order[0] == 0 ? writable : readable;
        if (total.error || order[0] == 1) {
            co_return total;
        }
    }
    co_return total;
}

AIOHTTP_DECL void SocketTransport::cancel_read() noexcept {
    error_code ignored;
    socket_.cancel(ignored);
}

AIOHTTP_DECL void SocketTransport::close() noexcept {
    error_code ignored;
    socket_.close(ignored);
}

AIOHTTP_DECL IoResult SocketTransport::try_read(asio::mutable_buffer into) noexcept {
    IoResult result;
    result.bytes = socket_.read_some(into, result.error);
    return result;
}

// Asked before every request on a connection of the pool, so without Asio's error codes: they cost
// more than the question.
AIOHTTP_DECL bool SocketTransport::is_quiet() noexcept {
    char unexpected = 0;
    return ::recv(socket_.native_handle(), &unexpected, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace aiohttp::detail
