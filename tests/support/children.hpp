#pragma once

// What the tests of tasks and groups run as children.

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/sleep.hpp>

namespace aiohttp::testing {

template <typename T = void>
using Awaitable = boost::asio::awaitable<T>;

/// How many children have begun, run now, and ran at once at most.
struct Running {
    int started = 0;
    int running = 0;
    int most_running = 0;
};

/// One of them, as long as it lives.
class InFlight {
public:
    explicit InFlight(Running* count) : count_(count) {
        ++count_->started;
        count_->most_running = std::max(count_->most_running, ++count_->running);
    }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;
    ~InFlight() { --count_->running; }

private:
    Running* count_;
};

/// Fails, at once when `milliseconds` is 0.
inline Awaitable<int> fail_after(int milliseconds) {
    if (milliseconds > 0) {
        co_await aiohttp::sleep(std::chrono::milliseconds(milliseconds));
    }
    throw std::runtime_error("failed");
}

/// Has a value that can only be moved.
inline Awaitable<std::unique_ptr<int>> boxed(int value) {
    co_await aiohttp::sleep(std::chrono::milliseconds(1));
    co_return std::make_unique<int>(value);
}

}  // namespace aiohttp::testing
