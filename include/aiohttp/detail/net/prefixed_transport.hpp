#pragma once

#include <memory>
#include <string>

#include <aiohttp/detail/net/transport.hpp>

namespace aiohttp::detail {

/// A transport of which some bytes were read already: they come first.
class PrefixedTransport final : public Transport {
public:
    PrefixedTransport(std::unique_ptr<Transport> next, std::string prefix);

    asio::awaitable<IoResult> read_some(asio::mutable_buffer into) override;
    IoResult try_write(asio::const_buffer first, asio::const_buffer second) noexcept override;
    asio::awaitable<IoResult> write(asio::const_buffer first, asio::const_buffer second) override;
    asio::awaitable<IoResult> write_until_readable(asio::const_buffer bytes) override;
    void cancel_read() noexcept override;
    void close() noexcept override;
    IoResult try_read(asio::mutable_buffer into) noexcept override;
    std::shared_ptr<const std::string> remote_endpoint() const override {
        return next_->remote_endpoint();
    }

private:
    std::size_t take(asio::mutable_buffer into) noexcept;

    std::unique_ptr<Transport> next_;
    std::string prefix_;
    std::size_t taken_ = 0;
    bool closed_ = false;
};

}  // namespace aiohttp::detail
