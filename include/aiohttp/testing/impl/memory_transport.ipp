#pragma once

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/net/cancelled.hpp>
#include <aiohttp/testing/detail/memory_peer.hpp>

namespace aiohttp::detail {

using MemoryPeerPtr = std::shared_ptr<MemoryPeer>;
using MemoryWait = MemoryPeer::Watch::For;

/// Waits until the peer may be ready. The coroutines below own the peer, because the transport may
/// be destroyed under them.
AIOHTTP_DECL asio::awaitable<error_code> wait_for_peer(MemoryPeerPtr peer, MemoryWait what) {
    OneShot event;
    const MemoryPeer::Watch watch(*peer, what, event);
    const auto error = co_await event.wait();
    co_return !error && peer->closed() ? error_code(asio::error::operation_aborted) : error;
}

AIOHTTP_DECL asio::awaitable<IoResult> memory_read(MemoryPeerPtr peer, asio::mutable_buffer into) {
    IoResult result;
    result.error = peer->begin_operation();
    if (!result.error) {
        result = peer->try_read(into);
    }
    if (result.error != asio::error::would_block) {
        // As a socket does: what is ready completes by way of the executor's queue.
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        co_await asio::post(executor, asio::use_awaitable);
        co_return result;
    }
    while (result.error == asio::error::would_block) {
        result.error = co_await wait_for_peer(peer, MemoryWait::reading);
        if (!result.error) {
            result = peer->try_read(into);
        }
    }
    co_return result;
}

AIOHTTP_DECL asio::awaitable<IoResult> memory_write(MemoryPeerPtr peer,
                                                    asio::const_buffer first,
                                                    asio::const_buffer second) {
    IoResult total;
    total.error = peer->begin_operation();
    while (!total.error && first.size() + second.size() > 0) {
        auto& rest = first.size() > 0 ? first : second;
        const auto written = peer->try_write(rest);
        total.bytes += written.bytes;
        rest += written.bytes;
        total.error = written.error;
        if (total.error == asio::error::would_block) {
            total.error = co_await wait_for_peer(peer, MemoryWait::writing);
        }
    }
    co_return total;
}

AIOHTTP_DECL asio::awaitable<IoResult> memory_write_until_readable(MemoryPeerPtr peer,
                                                                   asio::const_buffer bytes) {
    IoResult total;
    total.error = peer->begin_operation();
    while (!total.error && bytes.size() > 0) {
        const auto written = peer->try_write(bytes);
        total.bytes += written.bytes;
        bytes += written.bytes;
        total.error = written.error;
        if (total.error == asio::error::would_block) {
            total.error = {};
            if (peer->readable()) {
                break;
            }
            total.error = co_await wait_for_peer(peer, MemoryWait::either);
        }
    }
    co_return total;
}

AIOHTTP_DECL asio::awaitable<IoResult> MemoryTransport::read_some(asio::mutable_buffer into) {
    return memory_read(peer_, into);
}
AIOHTTP_DECL asio::awaitable<IoResult> MemoryTransport::write(asio::const_buffer first,
                                                              asio::const_buffer second) {
    return memory_write(peer_, first, second);
}
AIOHTTP_DECL asio::awaitable<IoResult> MemoryTransport::write_until_readable(
    asio::const_buffer bytes) {
    return memory_write_until_readable(peer_, bytes);
}

/// Waits as long as the plan says; then the connection is there, or it is not.
AIOHTTP_DECL asio::awaitable<error_code> memory_connect(MemoryPeerPtr peer) {
    const auto& plan = peer->plan();
    const bool hangs =
        plan.dial == MemoryPlan::Dial::hangs || plan.dial == MemoryPlan::Dial::lookup_hangs;
    if (hangs || plan.dial_time > Duration::zero()) {
        if (!hangs) {
            peer->start_timer(plan.dial_time);
        }
        const auto error = co_await wait_for_peer(peer, MemoryWait::time);
        if (error) {
            co_return error;
        }
    } else {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        co_await asio::post(executor, asio::use_awaitable);
    }
    co_return peer->closed() ? error_code(asio::error::operation_aborted) : plan.dial_error;
}

AIOHTTP_DECL Error memory_dial_error(const MemoryPeer& peer,
                                     const std::string& host,
                                     std::uint16_t port,
                                     const error_code& cause) {
    const bool lookup = peer.plan().dial == MemoryPlan::Dial::lookup_fails;
    ErrorDetails details;
    details.kind = lookup ? errc::dns_failed : errc::connect_failed;
    details.phase = lookup ? Phase::dns : Phase::connect;
    details.what =
        lookup ? "look-up of " + host + " failed" : "connect to " + peer.name() + " failed";
    details.host = host;
    details.port = port;
    details.cause = cause;
    details.retryable = true;
    return make_error(std::move(details));
}

AIOHTTP_DECL asio::awaitable<Error> MemoryDialer::dial(std::string host,
                                                       std::uint16_t port,
                                                       Deadline& deadline,
                                                       std::unique_ptr<Transport>& transport) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto record = std::make_shared<testing::MemoryConnection>();
    record->host = host;
    record->port = port;
    const auto peer =
        std::make_shared<MemoryPeer>(executor, hub_->choose(host, port), hub_, record);
    hub_->entries.push_back({record, peer});
    auto connecting = std::make_unique<MemoryTransport>(peer);
    const bool looks_up = peer->plan().dial == MemoryPlan::Dial::lookup_hangs;
    const auto phase = looks_up ? Phase::dns : Phase::connect;
    deadline.begin(looks_up ? Deadline::Limit::dns : Deadline::Limit::sock_connect);
    deadline.watch(phase, connecting.get());
    const auto error = co_await memory_connect(peer);
    deadline.watch(phase, nullptr);
    if (deadline.verdict()) {
        co_return deadline.verdict();
    }
    throw_if_cancelled(error);
    if (error) {
        co_return memory_dial_error(*peer, host, port, error);
    }
    peer->start();
    transport = std::move(connecting);
    co_return Error();
}

}  // namespace aiohttp::detail
