#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

namespace aiohttp::detail {

/// What the copies of a testing::Gate share. Thread-safe.
class GateState {
public:
    void open();
    bool is_open() const;
    bool wait(std::chrono::nanoseconds timeout) const;

    /// Calls `waiter` once the gate opens, on the thread that opens it; at once if it is open.
    void when_open(std::function<void()> waiter);

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable opened_;
    bool open_ = false;
    std::vector<std::function<void()>> waiters_;
};

}  // namespace aiohttp::detail
