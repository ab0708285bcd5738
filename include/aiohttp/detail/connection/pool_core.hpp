#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <aiohttp/clock.hpp>
#include <aiohttp/detail/connection/idle_connections.hpp>
#include <aiohttp/detail/core/end_of_wait.hpp>

namespace aiohttp::detail {

struct PoolLimits {
    std::size_t total = 100;        ///< connections open or being opened; 0: no limit
    std::size_t per_host = 0;       ///< the same for one key; 0: no limit
    std::size_t idle = 0;           ///< idle connections; 0: no limit
    std::size_t idle_per_host = 0;  ///< the same for one key; 0: no limit
    Duration keepalive{};           ///< how long an idle connection may wait
};

/// The pool's bookkeeping, pure: it is told what happened and answers what is to be done. `Value`
/// is the connection (an int in tests).
///
///     acquire ── an idle connection of the host ──────────────→ reuse
///             ── room under both limits, or an idle connection
///                of another host that gives way ──────────────→ connect
///             ── else ────────────────────────────────────────→ wait: enqueue, until granted
///     release ── to the host's idle connections, from where the oldest waiter is served
///
/// Idle connections are reused last in, first out: the hot ones stay hot, the cold ones expire.
/// Waiters are served in the order in which they came, over all hosts, passing over those whose
/// host is at its own limit; nobody overtakes within a host. Every step is O(log hosts) or better.
template <class Value>
class PoolCore {
public:
    class Host;

    /// A place in the queue. It stays where it is until granted or cancelled.
    struct Waiter {
        Host* host = nullptr;
        std::uint64_t ticket = 0;
        Waiter* previous = nullptr;
        Waiter* next = nullptr;
        bool granted = false;        ///< it holds a slot now ...
        std::optional<Value> value;  ///< ... with this connection, or to make one
    };

    /// What the caller has to do after a change.
    struct Changes {
        std::vector<Value> close;
        std::vector<Waiter*> wake;
    };

    enum class Verdict { reuse, connect, wait };

    explicit PoolCore(const PoolLimits& limits) : limits_(limits) {}

    /// Takes a slot of `host`: with the connection in `value` (reuse), or to make one (connect).
    /// On wait nothing was taken; call enqueue() next.
    Verdict acquire(Host& host, std::optional<Value>& value, Changes& changes) {
        if (host.first_ != nullptr) {
            return Verdict::wait;
        }
        if (auto idle = take_idle(host)) {
            value = std::move(idle);
            occupy(host);
            return Verdict::reuse;
        }
        if (may_open(host) && make_room(changes)) {
            occupy(host);
            return Verdict::connect;
        }
        return Verdict::wait;
    }

    /// Puts `waiter` at the end of the queue.
    void enqueue(Host& host, Waiter& waiter) {
        waiter.host = &host;
        waiter.ticket = ++tickets_;
        waiter.previous = host.last_;
        (host.last_ != nullptr ? host.last_->next : host.first_) = &waiter;
        host.last_ = &waiter;
        ++host.waiting_;
        ++waiting_;
        if (waiter.previous == nullptr) {
            file(host);
        }
    }

    /// Another idle connection for a slot that is already held: the one it came with was dead.
    std::optional<Value> next_idle(Host& host) { return take_idle(host); }

    /// Gives a slot back together with a connection that can be used again, but not from `until`
    /// on.
    void release(
        Host& host, Value value, Clock::time_point now, Clock::time_point until, Changes& changes) {
        vacate(host);
        const auto expires = std::min(end_of_wait(now, limits_.keepalive), until);
        idle_.add(host.idle_, host, std::move(value), expires);
        serve(host, changes);
        trim(host, changes);
    }

    /// Gives a slot back without a connection: closed, or never made.
    void release(Host& host, Changes& changes) {
        vacate(host);
        serve(host, changes);
    }

    /// Takes a waiter that was not granted yet out of the queue.
    void cancel(Waiter& waiter, Changes& changes) {
        Host& host = *waiter.host;
        unlink(waiter);
        serve(host, changes);
    }

    /// Takes out the connections that have been idle for too long.
    void expire(Clock::time_point now, Changes& changes) {
        while (!idle_.empty() && idle_.next_expiry() <= now) {
            Host& host = idle_.host_of_next_expiry();
            changes.close.push_back(idle_.take_next_expiry());
            file(host);
        }
    }

    /// When the next idle connection expires; nullopt when none ever does.
    std::optional<Clock::time_point> next_expiry() const {
        if (idle_.empty() || idle_.next_expiry() == Clock::time_point::max()) {
            return std::nullopt;
        }
        return idle_.next_expiry();
    }

    /// Takes out every idle connection.
    void close_idle(Changes& changes) {
        while (!idle_.empty()) {
            close_oldest(changes);
        }
    }

    /// Takes out every idle connection and every waiter.
    void close(Changes& changes) {
        close_idle(changes);
        while (!waiting_hosts_.empty() || !blocked_.empty()) {
            auto& hosts = waiting_hosts_.empty() ? blocked_ : waiting_hosts_;
            Waiter& waiter = *(*hosts.begin())->first_;
            unlink(waiter);
            changes.wake.push_back(&waiter);
        }
    }

    std::size_t in_use() const noexcept { return in_use_; }
    std::size_t idle() const noexcept { return idle_.size(); }
    std::size_t waiting() const noexcept { return waiting_; }

    /// One key's part of the pool. Its owner may drop it when it is unused.
    class Host {
    public:
        bool unused() const noexcept { return in_use_ == 0 && idle_.empty() && first_ == nullptr; }
        std::size_t in_use() const noexcept { return in_use_; }
        std::size_t idle() const noexcept { return idle_.size(); }
        std::size_t waiting() const noexcept { return waiting_; }

    private:
        friend class PoolCore;
        std::size_t in_use_ = 0;
        std::size_t waiting_ = 0;
        typename IdleConnections<Value, Host>::OfHost idle_;
        Waiter* first_ = nullptr;
        Waiter* last_ = nullptr;
    };

private:
    struct ByTicket {
        bool operator()(const Host* a, const Host* b) const noexcept {
            return a->first_->ticket < b->first_->ticket;
        }
    };
    using Hosts = std::set<Host*, ByTicket>;

    bool may_open(const Host& host) const noexcept {
        return limits_.per_host == 0 || host.in_use_ + host.idle_.size() < limits_.per_host;
    }

    bool make_room(Changes& changes) {
        if (limits_.total == 0 || in_use_ + idle_.size() < limits_.total) {
            return true;
        }
        if (idle_.empty()) {
            return false;
        }
        close_oldest(changes);
        return true;
    }

    void occupy(Host& host) noexcept {
        ++host.in_use_;
        ++in_use_;
    }

    void vacate(Host& host) noexcept {
        assert(host.in_use_ > 0);
        --host.in_use_;
        --in_use_;
    }

    std::optional<Value> take_idle(Host& host) { return idle_.take_newest(host.idle_); }

    void close_oldest(Changes& changes) {
        Host& host = idle_.host_of_oldest();
        changes.close.push_back(idle_.take_oldest());
        file(host);
    }

    /// Idle connections beyond their limits give way, the oldest first. Called when serve() has
    /// left none to waiters who could use them.
    void trim(Host& host, Changes& changes) {
        if (limits_.idle_per_host != 0 && host.idle_.size() > limits_.idle_per_host) {
            changes.close.push_back(idle_.take_oldest(host.idle_));
        }
        if (limits_.idle != 0 && idle_.size() > limits_.idle) {
            close_oldest(changes);
        }
    }

    void unlink(Waiter& waiter) {
        Host& host = *waiter.host;
        const bool was_first = waiter.previous == nullptr;
        if (was_first) {  // the sets are ordered by the first waiter
            waiting_hosts_.erase(&host);
            blocked_.erase(&host);
        }
        (was_first ? host.first_ : waiter.previous->next) = waiter.next;
        (waiter.next == nullptr ? host.last_ : waiter.next->previous) = waiter.previous;
        --host.waiting_;
        --waiting_;
        if (was_first) {
            file(host);
        }
    }

    /// Keeps a host that has waiters in the right one of the two sets: hosts that are held up by
    /// their own limit are out of the way of the others.
    void file(Host& host) {
        if (host.first_ == nullptr) {
            return;
        }
        const bool may_go_on = !host.idle_.empty() || may_open(host);
        (may_go_on ? blocked_ : waiting_hosts_).erase(&host);
        (may_go_on ? waiting_hosts_ : blocked_).insert(&host);
    }

    void serve(Host& changed, Changes& changes) {
        file(changed);
        while (!waiting_hosts_.empty()) {
            Host& host = **waiting_hosts_.begin();
            auto value = take_idle(host);
            if (!value && !make_room(changes)) {
                return;
            }
            Waiter& waiter = *host.first_;
            unlink(waiter);
            waiter.granted = true;
            waiter.value = std::move(value);
            occupy(host);
            file(host);
            changes.wake.push_back(&waiter);
        }
    }

    PoolLimits limits_;
    IdleConnections<Value, Host> idle_;
    Hosts waiting_hosts_;  // hosts with waiters that could use a connection
    Hosts blocked_;        // hosts with waiters that are at their own limit
    std::size_t in_use_ = 0;
    std::size_t waiting_ = 0;
    std::uint64_t tickets_ = 0;
};

}  // namespace aiohttp::detail
