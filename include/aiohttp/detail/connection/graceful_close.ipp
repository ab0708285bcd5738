#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/connector_core.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL void ConnectorCore::drain() {
    draining_ = true;
    if (pool_) {
        pool_->drain();
    }
}

AIOHTTP_DECL asio::awaitable<void> ConnectorCore::wait_until_quiet(const void* owner,
                                                                   Duration most) {
    if (deadlines_) {
        Silence silence(deadlines_, owner);
        co_await silence.wait(executor_, most);
    }
}

AIOHTTP_DECL asio::awaitable<void> close_gracefully(std::shared_ptr<ConnectorCore> connector,
                                                    const void* owner,
                                                    Duration grace) {
    if (grace < Duration::zero()) {
        throw ValueError("the grace period of close() must not be negative");
    }
    if (owner == nullptr) {
        connector->drain();
    }
    co_await connector->wait_until_quiet(owner, grace);
    if (owner == nullptr) {
        connector->close(false);
    } else {
        connector->interrupt(owner, false);
    }
}

}  // namespace aiohttp::detail
