#pragma once

#include <cstddef>

#include <aiohttp/clock.hpp>
#include <aiohttp/detail/core/time_heap.hpp>
#include <aiohttp/detail/net/background_timer.hpp>

namespace aiohttp::detail {

/// One BackgroundTimer for all who wait for a time: each costs two words instead of a timer.
class TimerQueue {
public:
    /// One who waits. Leaves the queue before it is destroyed.
    class Entry {
    public:
        Entry() = default;
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;

    protected:
        ~Entry() = default;

    private:
        friend class TimerQueue;
        /// Its time has come. When this throws, for want of memory, it comes again at once.
        virtual void on_time() = 0;

        Clock::time_point time_ = Clock::time_point::max();  // max: not in the queue
        std::size_t place_ = 0;
    };

    explicit TimerQueue(const boost::asio::any_io_executor& executor);

    /// Makes on_time() come no later than `when`, see BackgroundTimer::arm_before(): it may come
    /// early, and has to look at what it waits for.
    void arm_before(Entry& entry, Clock::time_point when) {
        if (when < entry.time_) {
            rearm(entry, when);
        }
    }
    void remove(Entry& entry) noexcept;
    /// Lets go of the io_context, which is about to be destroyed; nothing comes any more.
    void detach() noexcept { timer_.detach(); }

private:
    void rearm(Entry& entry, Clock::time_point when);
    void arm();
    void on_timer();

    TimeHeap<Entry, &Entry::time_, &Entry::place_> entries_;
    bool telling_ = false;  // those whose time has come
    BackgroundTimer timer_;
};

}  // namespace aiohttp::detail
