#pragma once

#include <aiohttp/clock.hpp>
#include <aiohttp/detail/core/end_of_wait.hpp>
#include <aiohttp/detail/net/timer_queue.hpp>
#include <aiohttp/detail/net/transport.hpp>

namespace aiohttp::detail {

/// A wait that need not succeed: when its time has passed it ends reading from the transport, and
/// nothing else.
class Pause final : private TimerQueue::Entry {
public:
    /// `timers` and `transport` outlive it.
    Pause(TimerQueue& timers, Duration duration, Transport& transport)
        : timers_(timers), transport_(transport) {
        timers_.arm_before(*this, end_of_wait(Clock::now(), duration));
    }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;
    ~Pause() { timers_.remove(*this); }

    /// Whether its time has passed.
    bool over() const noexcept { return over_; }

private:
    void on_time() override {
        over_ = true;
        transport_.cancel_read();
    }

    TimerQueue& timers_;
    Transport& transport_;
    bool over_ = false;
};

}  // namespace aiohttp::detail
