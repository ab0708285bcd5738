#pragma once

#include <memory>
#include <string>

#include <boost/asio/generic/stream_protocol.hpp>

#include <aiohttp/detail/net/transport.hpp>

namespace aiohttp::detail {

/// A stream socket of the system: TCP or Unix.
class SocketTransport final : public Transport {
public:
    using Protocol = asio::generic::stream_protocol;
    using Socket = Protocol::socket;

    /// A socket that is open and about to connect, or connected already. `peer` is what
    /// remote_endpoint() tells.
    SocketTransport(Socket socket, std::shared_ptr<const std::string> peer);

    /// Connects.
    asio::awaitable<error_code> connect(Protocol::endpoint peer);
    /// Makes a socket that has connected ready for use; connect() does it by itself.
    error_code use();

    asio::awaitable<IoResult> read_some(asio::mutable_buffer into) override;
    Socket* plain_socket() noexcept override { return &socket_; }
    IoResult try_write(asio::const_buffer first, asio::const_buffer second) noexcept override;
    asio::awaitable<IoResult> write(asio::const_buffer first, asio::const_buffer second) override;
    asio::awaitable<IoResult> write_until_readable(asio::const_buffer bytes) override;
    void cancel_read() noexcept override;
    void close() noexcept override;
    IoResult try_read(asio::mutable_buffer into) noexcept override;
    bool is_quiet() noexcept override;
    std::shared_ptr<const std::string> remote_endpoint() const override { return peer_; }

private:
    Socket socket_;
    std::shared_ptr<const std::string> peer_;
};

}  // namespace aiohttp::detail
