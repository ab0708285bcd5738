#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <aiohttp/detail/net/deadline.hpp>
#include <aiohttp/detail/net/one_shot.hpp>

namespace aiohttp::detail {

class Silence;

/// The deadlines of all exchanges of a connector. They are used again: a deadline that is
/// still armed for the last exchange serves the next one as it is.
class DeadlinePool : public std::enable_shared_from_this<DeadlinePool> {
public:
    explicit DeadlinePool(const asio::any_io_executor& executor) : timers_(executor) {}

    struct GiveBack {
        std::shared_ptr<DeadlinePool> pool;
        void operator()(Deadline* deadline) const noexcept;
    };
    /// A deadline under way; it outlives its pool's owner.
    using Handle = std::unique_ptr<Deadline, GiveBack>;

    /// Starts a deadline for an exchange of `owner`.
    Handle start(const void* owner, const SharedTimeout& timeout);
    Handle start(const void* owner, const ClientTimeout& timeout) {
        return start(owner, SharedTimeout(timeout));
    }
    /// Starts one for a part of the exchange that `whole` is for, see Deadline::become_part().
    Handle start_part(const Deadline& whole);
    /// Brings the exchanges of `owner` to an end, all of them when it is null. With
    /// `spare_bodies`, those whose response was handed out already go on.
    void interrupt(const void* owner, const Error& reason, bool spare_bodies) noexcept;
    /// Whether something of `owner` is under way, or of anybody when it is null.
    bool busy(const void* owner) const noexcept {
        std::size_t begin = 0;
        return busy_from(owner, begin);
    }
    /// How many deadlines are in use.
    std::size_t in_use() const noexcept { return entries_.size() - free_.size(); }
    /// Lets go of the io_context, which is about to be destroyed.
    void detach() noexcept;

private:
    friend class Silence;
    struct Entry {
        std::unique_ptr<Deadline> deadline;
        const void* owner = nullptr;  // null: free
    };

    /// busy() for somebody who asks often: begins to look at `place`, and leaves there where it has
    /// found something. As long as that goes on, asking again is one look.
    bool busy_from(const void* owner, std::size_t& place) const noexcept;

    TimerQueue timers_;  // of all deadlines
    std::vector<Entry> entries_;
    std::vector<std::uint32_t> free_;
    std::vector<Silence*> silences_;  // most of the time none
};

/// Waits until nothing of an owner is under way any more.
class Silence {
public:
    /// `owner` as for DeadlinePool::busy().
    Silence(std::shared_ptr<DeadlinePool> pool, const void* owner);
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence();

    /// True when it is so, false when `most` has passed before. Throws when it is cancelled.
    asio::awaitable<bool> wait(asio::any_io_executor executor, Duration most);

private:
    friend class DeadlinePool;
    void look() noexcept;

    std::shared_ptr<DeadlinePool> pool_;
    const void* owner_;
    std::size_t busy_at_ = 0;  // where something was under way the last time
    OneShot event_;
};

}  // namespace aiohttp::detail
