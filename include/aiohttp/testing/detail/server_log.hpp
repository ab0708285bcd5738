#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include <aiohttp/testing/server.hpp>

namespace aiohttp::detail {

/// What tests observe of a server. Thread-safe; waiters are woken by every change.
class ServerLog {
public:
    struct Counters {
        std::size_t requests = 0;
        std::size_t malformed = 0;
        std::size_t handshake_failures = 0;
        std::size_t accepted = 0;
        std::size_t open = 0;
        std::size_t max_open = 0;
        std::size_t concurrent = 0;
        std::size_t max_concurrent = 0;
    };

    /// Applies `change` to the counters.
    template <typename Change>
    void update(Change change) {
        {
            const std::scoped_lock lock(mutex_);
            change(counters_);
            counters_.max_open = std::max(counters_.max_open, counters_.open);
            counters_.max_concurrent = std::max(counters_.max_concurrent, counters_.concurrent);
        }
        changed_.notify_all();
    }

    /// Applies `change` while nobody copies a recorded request.
    template <typename Change>
    void update_request(Change change) {
        const std::scoped_lock lock(mutex_);
        change();
    }

    /// Counts a request, and keeps it unless it is null.
    void add(std::shared_ptr<const testing::ServerRequest> request);

    void clear();
    Counters counters() const;
    std::vector<testing::ServerRequest> requests() const;
    testing::ServerRequest request(std::size_t index) const;

    /// Blocks until `condition(counters)` holds; false on timeout.
    template <typename Condition>
    bool wait(std::chrono::nanoseconds timeout, Condition condition) const {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, timeout, [&] { return condition(counters_); });
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    Counters counters_;
    std::vector<std::shared_ptr<const testing::ServerRequest>> requests_;
};

}  // namespace aiohttp::detail
