#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <aiohttp/clock.hpp>

namespace aiohttp::detail {

/// When to begin which attempt to connect (RFC 8305 5): one after the other, the next one when
/// `delay` has passed or when one has failed. Decisions only: its owner connects, keeps the timer
/// and passes the time in.
class HappyEyeballs {
public:
    using Start = std::optional<std::size_t>;  // the attempt to begin now, if any

    /// Without `delay` an attempt begins when the one before it has failed. There is at least one.
    HappyEyeballs(std::size_t attempts, std::optional<Duration> delay) noexcept
        : attempts_(attempts), delay_(delay) {}

    /// The first attempt.
    Start begin(Clock::time_point now) noexcept { return start_next(now); }
    /// An attempt has failed; the next one need not wait.
    Start failed(Clock::time_point now) noexcept {
        --running_;
        return start_next(now);
    }
    /// An attempt has succeeded: nothing more begins.
    void connected() noexcept { won_ = true; }
    /// Time has passed; too early is no harm.
    Start on_timer(Clock::time_point now) noexcept {
        return next_start_ && *next_start_ <= now ? start_next(now) : std::nullopt;
    }

    /// When on_timer() wants to be called.
    std::optional<Clock::time_point> timer() const noexcept {
        return won_ ? std::nullopt : next_start_;
    }
    /// Whether every attempt has failed.
    bool exhausted() const noexcept { return !won_ && running_ == 0 && next_ == attempts_; }
    /// How many have begun.
    std::size_t begun() const noexcept { return next_; }

private:
    Start start_next(Clock::time_point now) noexcept {
        next_start_.reset();
        if (won_ || next_ == attempts_) {
            return std::nullopt;
        }
        ++running_;
        const auto started = next_++;
        // A delay beyond the clock's range never ends.
        if (delay_ && next_ < attempts_ && *delay_ < Clock::time_point::max() - now) {
            next_start_ = now + *delay_;
        }
        return started;
    }

    std::size_t attempts_;
    std::optional<Duration> delay_;
    std::size_t next_ = 0;
    std::size_t running_ = 0;
    std::optional<Clock::time_point> next_start_;
    bool won_ = false;
};

/// Brings addresses into the order in which they are tried (RFC 8305 4): the families take turns,
/// the family of the first address has the first `lead` turns. Within a family the order stays.
template <class Address, class IsV6>
std::vector<Address> interleave(std::vector<Address> addresses, std::size_t lead, IsV6 is_v6) {
    if (addresses.empty() || lead == 0) {
        return addresses;
    }
    const bool first_is_v6 = is_v6(addresses.front());
    std::vector<Address> own;
    std::vector<Address> others;
    for (auto& address : addresses) {
        (is_v6(address) == first_is_v6 ? own : others).push_back(std::move(address));
    }
    std::vector<Address> ordered;
    ordered.reserve(addresses.size());
    std::size_t a = 0;
    std::size_t b = 0;
    while (a < own.size() || b < others.size()) {
        if (a < own.size()) {
            ordered.push_back(std::move(own[a++]));
        }
        if (b < others.size() && (a >= lead || a == own.size())) {
            ordered.push_back(std::move(others[b++]));
        }
    }
    return ordered;
}

}  // namespace aiohttp::detail
