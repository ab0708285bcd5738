#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/timer_queue.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL TimerQueue::TimerQueue(const boost::asio::any_io_executor& executor)
    : timer_(executor, [](void* self) { static_cast<TimerQueue*>(self)->on_timer(); }, this) {}

AIOHTTP_DECL void TimerQueue::rearm(Entry& entry, Clock::time_point when) {
    if (entry.time_ == Clock::time_point::max()) {
        entries_.add(entry, when);
    } else {
        entries_.advance(entry, when);
    }
    arm();
}

/// For the first one, though that may be an old one: memory may have been short when it came.
AIOHTTP_DECL void TimerQueue::arm() {
    if (!telling_ && !entries_.empty()) {
        timer_.arm_before(entries_.first().time_);
    }
}

AIOHTTP_DECL void TimerQueue::remove(Entry& entry) noexcept {
    if (std::exchange(entry.time_, Clock::time_point::max()) != Clock::time_point::max()) {
        entries_.remove(entry);
    }
}

AIOHTTP_DECL void TimerQueue::on_timer() {
    const auto now = Clock::now();
    telling_ = true;
    while (!entries_.empty() && entries_.first().time_ <= now) {
        Entry& entry = entries_.first();
        remove(entry);
        try {
            entry.on_time();
        } catch (...) {
            // Neither its time nor those of the others must be lost.
            telling_ = false;
            arm_before(entry, now);
            throw;
        }
    }
    telling_ = false;
    arm();
}

}  // namespace aiohttp::detail
