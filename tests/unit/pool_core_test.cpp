#include <aiohttp/detail/connection/pool_core.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using aiohttp::Clock;
using aiohttp::Duration;
using Core = aiohttp::detail::PoolCore<int>;
using aiohttp::detail::PoolLimits;
using Verdict = Core::Verdict;

namespace {

PoolLimits limits(std::size_t total, std::size_t per_host, Duration keepalive = 15s) {
    PoolLimits result;
    result.total = total;
    result.per_host = per_host;
    result.keepalive = keepalive;
    return result;
}

Clock::time_point at(Duration since) {
    return Clock::time_point(1h) + since;
}

/// A pool with the two-line calls of the tests made one-liners.
struct Bench {
    explicit Bench(const PoolLimits& l) : core(l) {}

    std::string acquire(Core::Host& host) {
        std::optional<int> value;
        Core::Changes changes;
        const auto verdict = core.acquire(host, value, changes);
        note(changes);
        if (verdict == Verdict::reuse) {
            return "reuse " + std::to_string(value.value());
        }
        CHECK_FALSE(value.has_value());
        return verdict == Verdict::connect ? "connect" : "wait";
    }
    Core::Waiter& enqueue(Core::Host& host) {
        core.enqueue(host, waiters.emplace_back());
        return waiters.back();
    }
    void release(Core::Host& host,
                 int value,
                 Duration when = 0s,
                 Clock::time_point until = Clock::time_point::max()) {
        Core::Changes changes;
        core.release(host, value, at(when), until, changes);
        note(changes);
    }
    void release(Core::Host& host) {
        Core::Changes changes;
        core.release(host, changes);
        note(changes);
    }
    void cancel(Core::Waiter& waiter) {
        Core::Changes changes;
        core.cancel(waiter, changes);
        note(changes);
    }
    void expire(Duration when) {
        Core::Changes changes;
        core.expire(at(when), changes);
        note(changes);
    }
    void close() {
        Core::Changes changes;
        core.close(changes);
        note(changes);
    }
    void note(const Core::Changes& changes) {
        closed = changes.close;
        woken = changes.wake;
    }

    Core core;
    std::list<Core::Waiter> waiters;
    std::vector<int> closed;           // by the last step
    std::vector<Core::Waiter*> woken;  // by the last step
    Core::Host a, b, c;
};

using Woken = std::vector<Core::Waiter*>;
using Closed = std::vector<int>;

}  // namespace

TEST_CASE("the pool lets requests connect up to its limit, then they wait", "[pool][A9]") {
    Bench pool(limits(2, 0));
    CHECK(pool.acquire(pool.a) == "connect");
    CHECK(pool.acquire(pool.b) == "connect");
    CHECK(pool.acquire(pool.a) == "wait");
    CHECK(pool.acquire(pool.c) == "wait");
    CHECK(pool.core.in_use() == 2);
    CHECK(pool.core.idle() == 0);
    CHECK(pool.core.waiting() == 0);
}

TEST_CASE("a pool limit of zero is no limit", "[pool][A11]") {
    Bench pool(limits(0, 0));
    for (int i = 0; i < 300; ++i) {
        REQUIRE(pool.acquire(pool.a) == "connect");
    }
    CHECK(pool.core.in_use() == 300);
}

TEST_CASE("the idle connection that was released last is reused first", "[pool][A16]") {
    Bench pool(limits(0, 0));
    for (int i = 0; i < 3; ++i) {
        pool.acquire(pool.a);
    }
    for (int i = 1; i <= 3; ++i) {
        pool.release(pool.a, i);
    }
    CHECK(pool.core.idle() == 3);
    CHECK(pool.acquire(pool.a) == "reuse 3");
    CHECK(pool.acquire(pool.a) == "reuse 2");
    pool.release(pool.a, 2);
    CHECK(pool.acquire(pool.a) == "reuse 2");
    CHECK(pool.acquire(pool.a) == "reuse 1");
    CHECK(pool.acquire(pool.a) == "connect");
}

TEST_CASE("idle connections are of their host only", "[pool][A17]") {
    Bench pool(limits(0, 0));
    pool.acquire(pool.a);
    pool.release(pool.a, 1);
    CHECK(pool.acquire(pool.b) == "connect");
    CHECK(pool.core.idle() == 1);
    CHECK(pool.core.next_idle(pool.b) == std::nullopt);
    CHECK(pool.core.next_idle(pool.a) == 1);
    CHECK(pool.core.idle() == 0);
}

TEST_CASE("the limit of a host counts its idle connections and leaves other hosts alone",
          "[pool][A10]") {
    Bench pool(limits(0, 1));
    CHECK(pool.acquire(pool.a) == "connect");
    CHECK(pool.acquire(pool.a) == "wait");
    CHECK(pool.acquire(pool.b) == "connect");
    auto& waiter = pool.enqueue(pool.a);
    pool.release(pool.b);
    CHECK(pool.woken.empty());
    pool.release(pool.a, 7);
    CHECK(pool.woken == Woken{&waiter});
    CHECK(waiter.granted);
    CHECK(waiter.value == 7);
    CHECK(pool.acquire(pool.a) == "wait");
}

TEST_CASE("waiters are served in the order of arrival over all hosts", "[pool][A12]") {
    Bench pool(limits(1, 0));
    pool.acquire(pool.a);
    auto& first = pool.enqueue(pool.b);
    auto& second = pool.enqueue(pool.a);
    auto& third = pool.enqueue(pool.b);
    CHECK(pool.core.waiting() == 3);
    // The connection to host a closes: the oldest waiter is for host b.
    pool.release(pool.a, 1);
    CHECK(pool.woken == Woken{&first});
    CHECK(pool.closed == Closed{1});
    CHECK_FALSE(first.value.has_value());
    pool.release(pool.b);
    CHECK(pool.woken == Woken{&second});
    CHECK_FALSE(second.value.has_value());
    pool.release(pool.a);
    CHECK(pool.woken == Woken{&third});
    CHECK(pool.core.waiting() == 0);
    CHECK(pool.core.in_use() == 1);
}

TEST_CASE("a waiter whose host is at its own limit does not hold up another host", "[pool][A10]") {
    Bench pool(limits(2, 1));
    pool.acquire(pool.a);
    pool.acquire(pool.b);
    auto& held_up = pool.enqueue(pool.a);
    auto& other = pool.enqueue(pool.c);
    pool.release(pool.b);
    CHECK(pool.woken == Woken{&other});
    CHECK_FALSE(held_up.granted);
    pool.release(pool.a);
    CHECK(pool.woken == Woken{&held_up});
}

TEST_CASE("nobody overtakes the waiters of a host", "[pool][A12]") {
    Bench pool(limits(0, 1));
    pool.acquire(pool.a);
    auto& waiter = pool.enqueue(pool.a);
    CHECK(pool.acquire(pool.a) == "wait");
    pool.release(pool.a, 1);
    REQUIRE(waiter.granted);
    CHECK(pool.acquire(pool.a) == "wait");
}

TEST_CASE("a free slot goes straight to the waiter, with a usable connection if there is one",
          "[pool][A8]") {
    Bench pool(limits(1, 0));
    pool.acquire(pool.a);
    auto& waiter = pool.enqueue(pool.a);
    pool.release(pool.a, 5);
    CHECK(pool.core.in_use() == 1);
    CHECK(pool.core.idle() == 0);
    CHECK(waiter.value == 5);
}

TEST_CASE("at the total limit the oldest idle connection of another host gives way", "[pool]") {
    Bench pool(limits(3, 0));
    pool.acquire(pool.a);
    pool.acquire(pool.b);
    pool.acquire(pool.a);
    pool.release(pool.a, 1, 0s);
    pool.release(pool.b, 2, 1s);
    pool.release(pool.a, 3, 2s);
    CHECK(pool.acquire(pool.c) == "connect");
    CHECK(pool.closed == Closed{1});
    CHECK(pool.acquire(pool.c) == "connect");
    CHECK(pool.closed == Closed{2});
    CHECK(pool.b.unused());
    CHECK(pool.acquire(pool.a) == "reuse 3");
    CHECK(pool.acquire(pool.c) == "wait");
}

TEST_CASE("idle connections expire after keepalive, not before", "[pool][A6]") {
    Bench pool(limits(0, 0, 15s));
    pool.acquire(pool.a);
    pool.acquire(pool.b);
    CHECK(pool.core.next_expiry() == std::nullopt);
    pool.release(pool.a, 1, 0s);
    pool.release(pool.b, 2, 5s);
    CHECK(pool.core.next_expiry() == at(15s));
    pool.expire(15s - 1ns);
    CHECK(pool.closed.empty());
    pool.expire(15s);
    CHECK(pool.closed == Closed{1});
    CHECK(pool.a.unused());
    CHECK(pool.core.next_expiry() == at(20s));
    pool.expire(1h);
    CHECK(pool.closed == Closed{2});
    CHECK(pool.core.next_expiry() == std::nullopt);
}

TEST_CASE("reuse makes an idle connection young again", "[pool][A6]") {
    Bench pool(limits(0, 0, 15s));
    pool.acquire(pool.a);
    pool.release(pool.a, 1, 0s);
    pool.acquire(pool.a);
    pool.release(pool.a, 1, 10s);
    pool.expire(20s);
    CHECK(pool.closed.empty());
    CHECK(pool.core.next_expiry() == at(25s));
}

TEST_CASE("an idle connection may expire before those that came earlier", "[pool]") {
    Bench pool(limits(0, 0, 15s));
    for (int i = 0; i < 4; ++i) {
        pool.acquire(i < 2 ? pool.a : pool.b);
    }
    pool.release(pool.a, 1, 0s);
    pool.release(pool.a, 2, 1s, at(5s));
    pool.release(pool.b, 3, 2s, at(4s));
    pool.release(pool.b, 4, 3s, at(100s));
    CHECK(pool.core.next_expiry() == at(4s));
    pool.expire(4s);
    CHECK(pool.closed == Closed{3});
    CHECK(pool.core.next_expiry() == at(5s));
    pool.expire(5s);
    CHECK(pool.closed == Closed{2});
    CHECK(pool.acquire(pool.a) == "reuse 1");
    CHECK(pool.core.next_expiry() == at(18s));
    pool.expire(18s);
    CHECK(pool.closed == Closed{4});
    CHECK(pool.core.idle() == 0);
}

TEST_CASE("idle connections beyond their limit close, the oldest first", "[pool]") {
    auto few = limits(0, 0);
    few.idle = 3;
    few.idle_per_host = 2;
    Bench pool(few);
    for (int i = 0; i < 3; ++i) {
        pool.acquire(pool.a);
        pool.acquire(pool.b);
    }
    pool.release(pool.a, 1);
    pool.release(pool.a, 2);
    CHECK(pool.closed.empty());
    pool.release(pool.a, 3);
    CHECK(pool.closed == Closed{1});
    pool.release(pool.b, 4);
    CHECK(pool.closed.empty());
    pool.release(pool.b, 5);
    CHECK(pool.closed == Closed{2});
    CHECK(pool.core.idle() == 3);
    CHECK(pool.a.idle() == 1);
    CHECK(pool.b.idle() == 2);
    CHECK(pool.b.in_use() == 1);
}

TEST_CASE("a waiter goes before the limit of idle connections", "[pool]") {
    auto few = limits(1, 0);
    few.idle = 1;
    Bench pool(few);
    pool.acquire(pool.a);
    auto& waiter = pool.enqueue(pool.a);
    CHECK(pool.a.waiting() == 1);
    pool.release(pool.a, 7);
    CHECK(pool.closed.empty());
    CHECK(waiter.value == 7);
    CHECK(pool.a.waiting() == 0);
}

TEST_CASE("all idle connections can be closed while requests wait", "[pool]") {
    Bench pool(limits(0, 1));
    pool.acquire(pool.a);
    pool.acquire(pool.b);
    pool.release(pool.b, 2);
    auto& waiter = pool.enqueue(pool.a);
    Core::Changes changes;
    pool.core.close_idle(changes);
    CHECK(changes.close == Closed{2});
    CHECK(pool.b.unused());
    CHECK(pool.core.waiting() == 1);
    pool.release(pool.a, 1);
    CHECK(waiter.value == 1);
}

TEST_CASE("a cancelled waiter leaves the queue and the others keep their order", "[pool][A13]") {
    Bench pool(limits(1, 0));
    pool.acquire(pool.a);
    auto& first = pool.enqueue(pool.a);
    auto& second = pool.enqueue(pool.a);
    auto& third = pool.enqueue(pool.b);
    auto& fourth = pool.enqueue(pool.a);
    pool.cancel(second);
    CHECK(pool.woken.empty());
    pool.cancel(first);
    CHECK(pool.core.waiting() == 2);
    pool.release(pool.a);
    CHECK(pool.woken == Woken{&third});
    pool.cancel(fourth);
    pool.release(pool.b);
    CHECK(pool.woken.empty());
    CHECK(pool.a.unused());
    CHECK(pool.b.unused());
}

TEST_CASE("a slot given back without a connection wakes a waiter, who connects", "[pool][A15]") {
    Bench pool(limits(1, 0));
    pool.acquire(pool.a);
    auto& waiter = pool.enqueue(pool.a);
    pool.release(pool.a);
    CHECK(pool.woken == Woken{&waiter});
    CHECK_FALSE(waiter.value.has_value());
    CHECK(pool.core.in_use() == 1);
}

TEST_CASE("closing the pool closes what is idle and wakes who waits, granting nothing",
          "[pool][A20]") {
    Bench pool(limits(3, 1));
    pool.acquire(pool.a);
    pool.acquire(pool.b);
    pool.acquire(pool.c);
    pool.release(pool.c, 9);
    pool.enqueue(pool.a);
    pool.enqueue(pool.b);
    pool.enqueue(pool.a);
    pool.close();
    CHECK(pool.closed == Closed{9});
    CHECK(pool.woken.size() == 3);
    for (const auto& waiter : pool.waiters) {
        CHECK_FALSE(waiter.granted);
    }
    CHECK(pool.core.waiting() == 0);
    CHECK(pool.core.idle() == 0);
    CHECK(pool.core.in_use() == 2);
    pool.release(pool.a);
    pool.release(pool.b);
    CHECK(pool.core.in_use() == 0);
}

namespace {

/// What the pool must be like, kept in the plainest way, next to a pool that is used at random.
class RandomUse {
public:
    RandomUse(const PoolLimits& l, unsigned seed) : limits_(l), core_(l), random_(seed) {}

    void step() {
        now_ += Duration(pick(3'000'000'000));
        const auto h = pick(hosts_.size());
        Core::Changes changes;
        // Busy times, when the queue is long, and slack ones.
        auto action = pick(9);
        if (++steps_ / 200 % 2 == 1 && action < 2) {
            action = 3 + 3 * action;
        }
        switch (action) {
            case 0:
            case 1:
            case 2:
                acquire(h, changes);
                break;
            case 3:
            case 4:
                if (hosts_[h].in_use > 0) {
                    --hosts_[h].in_use;
                    // Some may wait for less than keepalive, as their servers say.
                    const auto until = pick(3) == 0 ? now_ + Duration(1 + pick(2'000'000'000))
                                                    : Clock::time_point::max();
                    core_.release(hosts_[h].host, ++values_, now_, until, changes);
                    idle_.push_back({values_, h, std::min(now_ + limits_.keepalive, until)});
                    released_ = h;
                }
                break;
            case 5:
                if (hosts_[h].in_use > 0) {
                    --hosts_[h].in_use;
                    core_.release(hosts_[h].host, changes);
                }
                break;
            case 6:
                if (!queue_.empty()) {
                    const auto which = queue_.begin() + static_cast<long>(pick(queue_.size()));
                    const auto waiting = std::move(*which);
                    queue_.erase(which);
                    core_.cancel(*waiting->waiter, changes);
                }
                break;
            case 7:
                replace_dead(h);
                break;
            default:
                core_.expire(now_, changes);
                expired_ = true;
        }
        settle(changes);
        check();
    }

    std::size_t reused = 0, connected = 0, waited = 0, evicted = 0;

private:
    struct State {
        Core::Host host;
        std::size_t in_use = 0;
    };
    struct Idle {
        int value;
        std::size_t host;
        Clock::time_point expires;
    };
    struct Waiting {
        std::size_t host;
        std::unique_ptr<Core::Waiter> waiter = std::make_unique<Core::Waiter>();
    };

    std::size_t pick(std::size_t below) { return random_() % below; }

    void acquire(std::size_t h, Core::Changes& changes) {
        auto& state = hosts_[h];
        std::optional<int> value;
        const bool queued = has_waiters(h);
        const auto newest = newest_idle(h);
        const bool room = may_open(h) && (below_total() || !idle_.empty());
        const auto verdict = core_.acquire(state.host, value, changes);
        if (verdict == Verdict::reuse) {
            need(!queued && newest != idle_.end() && newest->value == value, "reuse of the newest");
            idle_.erase(newest);
            ++state.in_use;
            ++reused;
        } else if (verdict == Verdict::connect) {
            need(!queued && newest == idle_.end() && room, "room to connect");
            ++state.in_use;
            ++connected;
        } else {
            need(queued || (newest == idle_.end() && !room), "a reason to wait");
            queue_.push_back(std::make_unique<Waiting>());
            queue_.back()->host = h;
            core_.enqueue(state.host, *queue_.back()->waiter);
            ++waited;
        }
    }

    /// The connection of a slot turned out to be dead: the next idle one of the host, if any.
    void replace_dead(std::size_t h) {
        if (hosts_[h].in_use == 0) {
            return;
        }
        const auto newest = newest_idle(h);
        const auto value = core_.next_idle(hosts_[h].host);
        need(value.has_value() == (newest != idle_.end()), "another idle connection");
        if (value) {
            need(newest->value == value, "the newest one");
            idle_.erase(newest);
        }
    }

    /// A connection may be closed because it expired, because it is too many, or to make room.
    void take_closed(int value) {
        const auto found = std::find_if(idle_.begin(), idle_.end(),
                                        [&](const Idle& idle) { return idle.value == value; });
        need(found != idle_.end(), "an idle connection is closed");
        if (expired_) {
            need(found->expires <= now_, "only old ones expire");
        } else if (released_ == found->host && limits_.idle_per_host != 0 &&
                   idle_of(found->host) > limits_.idle_per_host) {
            const auto oldest = std::find_if(idle_.begin(), idle_.end(), [&](const Idle& idle) {
                return idle.host == found->host;
            });
            need(oldest == found, "the oldest of its host is too many");
        } else {
            need(found == idle_.begin(), "the oldest gives way");
        }
        idle_.erase(found);
        ++evicted;
    }

    void settle(const Core::Changes& changes) {
        for (const auto* waiter : changes.wake) {
            const auto found = std::find_if(queue_.begin(), queue_.end(), [&](const auto& waiting) {
                return waiting->waiter.get() == waiter;
            });
            need(found != queue_.end() && waiter->granted, "a waiter that waits is granted");
            const auto h = (*found)->host;
            for (auto older = queue_.begin(); older != found; ++older) {
                need((*older)->host != h, "nobody overtakes within a host");
            }
            ++hosts_[h].in_use;
            if (waiter->value) {
                const auto newest = newest_idle(h);
                need(newest != idle_.end() && newest->value == waiter->value,
                     "the newest is given");
                idle_.erase(newest);
            }
            for (auto older = queue_.begin(); older != found; ++older) {
                overtaken_.push_back((*older)->host);
            }
            queue_.erase(found);
        }
        for (const int value : changes.close) {
            take_closed(value);
        }
        need(!expired_ || std::none_of(idle_.begin(), idle_.end(),
                                       [&](const Idle& idle) { return idle.expires <= now_; }),
             "all old ones expire");
        expired_ = false;
        released_ = hosts_.size();
        for (const auto h : overtaken_) {
            need(!may_open(h), "only hosts at their own limit are passed over");
        }
        overtaken_.clear();
    }

    void check() {
        std::size_t in_use = 0;
        for (std::size_t h = 0; h < hosts_.size(); ++h) {
            in_use += hosts_[h].in_use;
            const auto open = hosts_[h].in_use + idle_of(h);
            need(limits_.per_host == 0 || open <= limits_.per_host, "the limit of a host");
            need(limits_.idle_per_host == 0 || idle_of(h) <= limits_.idle_per_host,
                 "the limit of a host's idle ones");
            need(hosts_[h].host.in_use() == hosts_[h].in_use, "a host's in_use");
            need(hosts_[h].host.idle() == idle_of(h), "a host's idle ones");
            need(hosts_[h].host.waiting() == waiters_of(h), "a host's waiters");
            need(hosts_[h].host.unused() == (open == 0 && !has_waiters(h)), "unused hosts");
            if (has_waiters(h)) {
                need(idle_of(h) == 0, "no idle connection next to its waiters");
                need(!may_open(h) || (!below_total() && idle_.empty()), "nobody waits in vain");
            }
        }
        need(core_.in_use() == in_use, "in_use adds up");
        need(core_.idle() == idle_.size(), "idle adds up");
        need(core_.waiting() == queue_.size(), "waiting adds up");
        need(limits_.total == 0 || in_use + idle_.size() <= limits_.total, "the total limit");
        need(limits_.idle == 0 || idle_.size() <= limits_.idle, "the limit of idle ones");
        const auto expiry = core_.next_expiry();
        need(expiry.has_value() == !idle_.empty(), "an expiry while there are idle connections");
        const auto next = std::min_element(
            idle_.begin(), idle_.end(),
            [](const Idle& one, const Idle& other) { return one.expires < other.expires; });
        need(!expiry || *expiry == next->expires, "the next expiry");
    }

    bool has_waiters(std::size_t h) const {
        return std::any_of(queue_.begin(), queue_.end(),
                           [h](const auto& waiting) { return waiting->host == h; });
    }
    std::size_t waiters_of(std::size_t h) const {
        return static_cast<std::size_t>(std::count_if(
            queue_.begin(), queue_.end(), [h](const auto& waiting) { return waiting->host == h; }));
    }
    std::size_t idle_of(std::size_t h) const {
        return static_cast<std::size_t>(std::count_if(
            idle_.begin(), idle_.end(), [h](const Idle& idle) { return idle.host == h; }));
    }
    std::deque<Idle>::iterator newest_idle(std::size_t h) {
        for (auto i = idle_.end(); i != idle_.begin();) {
            if ((--i)->host == h) {
                return i;
            }
        }
        return idle_.end();
    }
    bool may_open(std::size_t h) const {
        return limits_.per_host == 0 || hosts_[h].in_use + idle_of(h) < limits_.per_host;
    }
    bool below_total() const {
        return limits_.total == 0 || core_.in_use() + idle_.size() < limits_.total;
    }
    static void need(bool holds, const char* what) {
        if (!holds) {
            FAIL(what);
        }
    }

    PoolLimits limits_;
    Core core_;
    std::mt19937 random_;
    std::array<State, 5> hosts_;
    std::deque<Idle> idle_;
    std::deque<std::unique_ptr<Waiting>> queue_;
    std::vector<std::size_t> overtaken_;
    Clock::time_point now_ = at(0s);
    int values_ = 0;
    int steps_ = 0;
    bool expired_ = false;
    std::size_t released_ = 5;  // the host that a connection has just come back to
};

/// The processor time it takes to queue so many waiters on a pool of 100 and to serve them all.
double serve_queue(std::size_t count, bool cancel_half) {
    const auto start = std::clock();
    Core core(limits(100, 0));
    std::vector<Core::Host> hosts(50);
    std::vector<Core::Waiter> waiters(count);
    Core::Changes changes;
    std::optional<int> value;
    for (std::size_t i = 0; i < 100; ++i) {
        core.acquire(hosts[i % hosts.size()], value, changes);
    }
    for (std::size_t i = 0; i < count; ++i) {
        core.enqueue(hosts[i % hosts.size()], waiters[i]);
    }
    if (cancel_half) {
        for (std::size_t i = count; i > 1; i -= 2) {
            core.cancel(waiters[i - 1], changes);
        }
    }
    std::size_t served = 0;
    std::deque<Core::Host*> busy;
    for (std::size_t i = 0; i < 100; ++i) {
        busy.push_back(&hosts[i % hosts.size()]);
    }
    while (!busy.empty()) {
        changes = {};
        core.release(*busy.front(), 1, at(0s), Clock::time_point::max(), changes);
        busy.pop_front();
        for (auto* const waiter : changes.wake) {
            served += waiter->granted ? 1 : 0;
            busy.push_back(waiter->host);
        }
    }
    CHECK(served == (cancel_half ? count / 2 : count));
    CHECK(core.waiting() == 0);
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

TEST_CASE("the pool keeps its promises however it is used", "[pool]") {
    std::array<PoolLimits, 7> kinds{limits(4, 0),     limits(4, 2), limits(0, 2),      limits(1, 1),
                                    limits(7, 3, 1s), limits(0, 3), limits(9, 4, 100s)};
    kinds[5].idle_per_host = 1;
    kinds[6].idle = 3;
    kinds[6].idle_per_host = 2;
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
        RandomUse pool(kinds[kind], 20 + static_cast<unsigned>(kind));
        INFO("limits " << kinds[kind].total << ' ' << kinds[kind].per_host);
        for (int i = 0; i < 20'000; ++i) {
            pool.step();
        }
        // A test that never came to one of these would prove little.
        CHECK(pool.connected > 50);
        CHECK(pool.waited > 50);
        CHECK(pool.reused + pool.evicted > 50);
    }
}

TEST_CASE("a hundred thousand waiters cost a hundred thousand times as much as one", "[pool]") {
    for (const bool cancel_half : {false, true}) {
        const auto small =
            std::min(serve_queue(10'000, cancel_half), serve_queue(10'000, cancel_half));
        auto large = serve_queue(100'000, cancel_half);
        for (int again = 0; again < 3 && large >= 30 * small; ++again) {
            large = std::min(large, serve_queue(100'000, cancel_half));
        }
        INFO(small << " s for 10 000, " << large << " s for 100 000");
        CHECK(large < 30 * small);
    }
}
