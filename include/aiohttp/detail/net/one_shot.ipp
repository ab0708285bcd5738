#pragma once

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/one_shot.hpp>

namespace aiohttp::detail {

struct OneShot::Initiate {
    OneShot& event;
    const asio::any_io_executor& executor;

    template <class Handler>
    void operator()(Handler&& handler) const {
        event.slot_ = asio::get_associated_cancellation_slot(handler);
        // The wait must keep the io_context running: the event may come from another thread.
        event.work_ = asio::prefer(executor, asio::execution::outstanding_work.tracked);
        // Its move assignment calls itself for ever in Boost 1.81.
        asio::any_completion_handler<void(error_code)>(std::forward<Handler>(handler))
            .swap(event.handler_);
        event.state_ = State::waiting;
        if (event.slot_.is_connected()) {
            event.slot_.assign([self = &event](asio::cancellation_type) { self->abort(); });
        }
    }
};

AIOHTTP_DECL OneShot::~OneShot() {
    if (slot_.is_connected()) {
        slot_.clear();
    }
}

AIOHTTP_DECL asio::awaitable<error_code> OneShot::wait() {
    if (state_ == State::notified) {
        co_return result_;
    }
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto token = asio::as_tuple(asio::deferred);
    Initiate initiate{*this, executor};
    const auto result =
        co_await asio::async_initiate<decltype(token), void(error_code)>(initiate, token);
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
    const auto executor = std::exchange(work_, {});
    // Called without asking the handler for its executor, which is this one: erased once more, that
    // would cost 2 000 instructions.
    asio::post(executor,
               [handler = std::move(handler_), result]() mutable { std::move(handler)(result); });
}

AIOHTTP_DECL void OneShot::abort() noexcept {
    notify(asio::error::operation_aborted);
}

}  // namespace aiohttp::detail
