#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/prefixed_transport.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL PrefixedTransport::PrefixedTransport(std::unique_ptr<Transport> next,
                                                  std::string prefix)
    : next_(std::move(next)), prefix_(std::move(prefix)) {}

AIOHTTP_DECL std::size_t PrefixedTransport::take(asio::mutable_buffer into) noexcept {
    const auto bytes = asio::buffer_copy(into, asio::buffer(prefix_) + taken_);
    taken_ += bytes;
    return bytes;
}

AIOHTTP_DECL asio::awaitable<IoResult> PrefixedTransport::read_some(asio::mutable_buffer into) {
    if (taken_ == prefix_.size() || closed_) {
        return next_->read_some(into);
    }
    return [](std::size_t bytes) -> asio::awaitable<IoResult> {
        co_return IoResult{error_code(), bytes};
    }(take(into));
}

AIOHTTP_DECL IoResult PrefixedTransport::try_write(asio::const_buffer first,
                                                   asio::const_buffer second) noexcept {
    return next_->try_write(first, second);
}

AIOHTTP_DECL asio::awaitable<IoResult> PrefixedTransport::write(asio::const_buffer first,
                                                                asio::const_buffer second) {
    return next_->write(first, second);
}

AIOHTTP_DECL asio::awaitable<IoResult> PrefixedTransport::write_until_readable(
    asio::const_buffer bytes) {
    return next_->write_until_readable(bytes);
}

AIOHTTP_DECL void PrefixedTransport::cancel_read() noexcept {
    next_->cancel_read();
}

AIOHTTP_DECL void PrefixedTransport::close() noexcept {
    closed_ = true;
    next_->close();
}

AIOHTTP_DECL IoResult PrefixedTransport::try_read(asio::mutable_buffer into) noexcept {
    return taken_ == prefix_.size() || closed_ ? next_->try_read(into)
                                               : IoResult{error_code(), take(into)};
}

}  // namespace aiohttp::detail
