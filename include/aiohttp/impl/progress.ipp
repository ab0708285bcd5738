#pragma once

#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/cancelled.hpp>
#include <aiohttp/detail/net/context_watch.hpp>
#include <aiohttp/detail/net/progress_state.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/progress.hpp>

namespace aiohttp {

namespace detail {

/// Registers an event for as long as somebody waits for it.
class ProgressState::Waiter {
public:
    Waiter(ProgressState& state, OneShot& event) : state_(state), event_(event) {
        state_.waiters_.push_back(&event_);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() { std::erase(state_.waiters_, &event_); }

private:
    ProgressState& state_;
    OneShot& event_;
};

AIOHTTP_DECL void ProgressState::notify() {
    for (OneShot* const event : waiters_) {
        event->notify();  // resumes the waiter later, not in here
    }
}

AIOHTTP_DECL bool ProgressState::begin_report() noexcept {
    if (std::exchange(reporting_, true)) {
        return false;
    }
    bytes_ = 0;
    total_.reset();
    finished_ = false;
    return true;
}

AIOHTTP_DECL void ProgressState::end_report() noexcept {
    reporting_ = false;
    finished_ = true;
    notify();
}

AIOHTTP_DECL void ProgressState::start(std::optional<std::uint64_t> total) {
    total_ = total;
    if (std::exchange(bytes_, 0) != 0) {
        ++changes_;
        notify();
    }
}

AIOHTTP_DECL void ProgressState::add(std::uint64_t bytes) {
    if (bytes > 0) {
        bytes_ += bytes;
        ++changes_;
        notify();
    }
}

AIOHTTP_DECL asio::awaitable<error_code> ProgressState::wait() {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    OneShot event;
    const Waiter waiter(*this, event);
    // A waiter that nobody notifies would own itself when its io_context is gone.
    const ContextWatch watch(
        executor, [](void* waiting) noexcept { static_cast<OneShot*>(waiting)->abort(); }, &event);
    co_return co_await event.wait();
}

/// Keeps the state while it waits; `seen` is the observer's.
AIOHTTP_DECL boost::asio::awaitable<std::optional<std::uint64_t>> next_progress(
    std::shared_ptr<ProgressState> state, std::uint64_t* seen) {
    while (state->changes() == *seen) {
        if (state->finished()) {
            co_return std::nullopt;
        }
        throw_if_cancelled(co_await state->wait());
    }
    *seen = state->changes();
    co_return state->bytes();
}

}  // namespace detail

AIOHTTP_DECL Progress::Progress() : state_(std::make_shared<detail::ProgressState>()) {}
AIOHTTP_DECL std::uint64_t Progress::bytes() const noexcept {
    return state_->bytes();
}
AIOHTTP_DECL std::optional<std::uint64_t> Progress::total() const noexcept {
    return state_->total();
}
AIOHTTP_DECL bool Progress::finished() const noexcept {
    return state_->finished();
}

AIOHTTP_DECL boost::asio::awaitable<std::optional<std::uint64_t>> Progress::next() {
    return detail::next_progress(state_, &seen_);
}

AIOHTTP_DECL std::shared_ptr<detail::ProgressState> Progress::report() const {
    if (!state_->begin_report()) {
        throw ValueError("the Progress is in use by another transfer");
    }
    return {state_.get(), [state = state_](detail::ProgressState*) { state->end_report(); }};
}

}  // namespace aiohttp
