#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <utility>

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
    std::string large_body;

    /// Keeps the memory of a body. A session may be idle for long, so that is little, but for one
    /// large body: to get so much from the system again, a page at a time, takes longer than to
    /// decode what goes into it.
    void keep(std::string&& text) noexcept {
        if (text.capacity() <= most_large) {
            auto& kept = text.capacity() <= most_small ? body : large_body;
            if (text.capacity() >= kept.capacity()) {
                kept = std::move(text);
            }
            kept.clear();
        }
    }

    static constexpr std::size_t most_small = std::size_t{4} << 10U;
    static constexpr std::size_t most_large = std::size_t{256} << 10U;

private:
    std::atomic_flag locked_;
};

}  // namespace aiohttp::detail
