#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <aiohttp/detail/net/transport.hpp>

namespace aiohttp::detail {

/// A TCP socket.
class TcpTransport final : public Transport {
public:
    explicit TcpTransport(const asio::any_io_executor& executor);

    /// Connects; on failure the socket is closed again, so that the next address can be tried.
    asio::awaitable<error_code> connect(asio::ip::tcp::endpoint peer);

    asio::awaitable<IoResult> read_some(asio::mutable_buffer into) override;
    asio::ip::tcp::socket* plain_socket() noexcept override { return &socket_; }
    IoResult try_write(asio::const_buffer first, asio::const_buffer second) noexcept override;
    asio::awaitable<IoResult> write(asio::const_buffer first, asio::const_buffer second) override;
    asio::awaitable<IoResult> write_until_readable(asio::const_buffer bytes) override;
    void cancel_read() noexcept override;
    void close() noexcept override;
    IoResult try_read(asio::mutable_buffer into) noexcept override;
    std::string remote_endpoint() const override;

private:
    asio::ip::tcp::socket socket_;
    std::string remote_;
};

/// "127.0.0.1:80" or "[::1]:80".
std::string to_string(const asio::ip::tcp::endpoint& endpoint);

}  // namespace aiohttp::detail
