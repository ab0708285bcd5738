#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include <aiohttp/clock.hpp>

namespace aiohttp::detail {

/// A timer that does not by itself keep an io_context running (libuv would call it unreferenced):
/// io_context::run() returns when only such timers are left. So a deadline may stay armed between
/// two requests, and idle connections may wait for their expiry, at no cost and without holding
/// up a program that is done.
class BackgroundTimer {
public:
    using Callback = void (*)(void* context);

    /// `callback(context)` runs on `executor` when the time has come.
    BackgroundTimer(const boost::asio::any_io_executor& executor, Callback callback, void* context);
    BackgroundTimer(const BackgroundTimer&) = delete;
    BackgroundTimer& operator=(const BackgroundTimer&) = delete;
    ~BackgroundTimer();

    /// Makes the callback come no later than `when`: arms the timer, or re-arms it when it was set
    /// to a later time. A timer that is set to an earlier time is left alone (no system call), so
    /// the callback may come early and has to look at its own deadlines.
    void arm_before(Clock::time_point when);
    /// Lets go of the io_context, which is about to be destroyed; nothing comes any more.
    void detach() noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace aiohttp::detail
