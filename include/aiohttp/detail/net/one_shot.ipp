#pragma once

#include <tuple>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/one_shot.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL OneShot::~OneShot() {
    if (slot_.is_connected()) {
        slot_.clear();
    }
}

AIOHTTP_DECL void OneShot::begin(const asio::any_io_executor& executor,
                                 asio::cancellation_slot slot,
                                 Handler handler) {
    // The wait must keep the io_context running: the event may come from another thread.
    work_ = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    handler.swap(handler_);  // its move assignment calls itself for ever in Boost 1.81
    if (state_ == State::notified) {
        complete();
        return;
    }
    state_ = State::waiting;
    slot_ = slot;
    if (slot_.is_connected()) {
        slot_.assign([this](asio::cancellation_type) { abort(); });
    }
}

AIOHTTP_DECL asio::awaitable<error_code> OneShot::wait() {
    if (state_ == State::notified) {
        co_return result_;
    }
    const auto result = co_await async_wait();
    co_return std::get<0>(result);
}

AIOHTTP_DECL void OneShot::notify(error_code result) {
    if (state_ == State::notified) {
        return;
    }
    result_ = result;
    if (std::exchange(state_, State::notified) == State::idle) {
        return;
    }
    if (slot_.is_connected()) {
        slot_.clear();
    }
    slot_ = {};
    complete();
}

AIOHTTP_DECL void OneShot::complete() {
    const auto executor = std::exchange(work_, {});
    // Called without asking the handler for its executor, which is this one: erased once more, that
    // would cost 2 000 instructions.
    asio::post(executor, [handler = std::move(handler_), result = result_]() mutable {
        std::move(handler)(result);
    });
}

AIOHTTP_DECL void OneShot::abort() noexcept {
    notify(asio::error::operation_aborted);
}

}  // namespace aiohttp::detail
