#pragma once

#include <atomic>
#include <string>

#include <aiohttp/headers.hpp>

namespace aiohttp::detail {

/// Buffers of a response that is gone, for the next one of its session. They are empty, but for the
/// request's fields when the next request may have the same.
///
/// A response may die on another thread than its session's, so whoever uses them locks them; if
/// that fails, others do, and it goes without.
struct ResponseBuffers {
    bool try_lock() noexcept { return !locked_.test_and_set(std::memory_order_acquire); }
    void unlock() noexcept { locked_.clear(std::memory_order_release); }

    Headers sent;
    bool sent_usual = false;  ///< see RequestFields::usual_wire
    Headers received;
    std::string body;

private:
    std::atomic_flag locked_;
};

}  // namespace aiohttp::detail
