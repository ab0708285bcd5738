#pragma once

#include <algorithm>
#include <tuple>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/pool.hpp>
#include <aiohttp/detail/connection/proxy_route.hpp>
#include <aiohttp/detail/core/end_of_wait.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/net/cancelled.hpp>
#include <aiohttp/detail/net/one_shot.hpp>

namespace aiohttp::detail {

// How many hosts without a connection are not worth looking for.
inline constexpr std::size_t spare_hosts = 16;

/// A request in the queue. However its coroutine ends, what it was granted goes back.
struct Pool::Waiting : ConnectionPool::Waiter {
    explicit Waiting(std::shared_ptr<Pool> owner) : pool(std::move(owner)) {}
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() {
        if (granted) {
            const bool usable = value.has_value();
            auto unwanted = take();
            if (usable) {
                unwanted.give_back();
            }
        } else if (entry != nullptr && !pool->closed_) {
            ConnectionPool::Changes changes;
            pool->core_.cancel(*this, changes);
            pool->carry_out(changes, &PoolCounters::evicted);
            pool->forget_unused(*entry);
        }
    }

    Lease take() {
        granted = false;
        Lease taken;
        pool->lease(taken, *std::exchange(entry, nullptr), value ? std::move(*value) : nullptr);
        return taken;
    }

    std::shared_ptr<Pool> pool;
    HostEntry* entry = nullptr;  // while in the queue, or granted
    OneShot event;
};

AIOHTTP_DECL Lease::Lease(Lease&& other) noexcept
    : pool_(std::move(other.pool_)),
      host_(std::exchange(other.host_, nullptr)),
      connection_(std::move(other.connection_)),
      reused_(other.reused_) {}

AIOHTTP_DECL Lease& Lease::operator=(Lease&& other) noexcept {
    if (this != &other) {
        discard();
        pool_ = std::move(other.pool_);
        host_ = std::exchange(other.host_, nullptr);
        connection_ = std::move(other.connection_);
        reused_ = other.reused_;
    }
    return *this;
}

AIOHTTP_DECL void Lease::set(ConnectionPtr connection) noexcept {
    if (const auto pool = pool_.lock()) {
        pool->counters_.dead += connection_ ? 1U : 0U;
        pool->counters_.made += connection ? 1U : 0U;
    }
    connection_ = std::move(connection);
    reused_ = false;
}

AIOHTTP_DECL void Lease::give_back(Clock::time_point now) {
    auto* const host = std::exchange(host_, nullptr);
    if (host == nullptr) {
        return;
    }
    if (const auto pool = pool_.lock()) {
        pool->take_back(*host, std::move(connection_), now);
    } else {
        connection_.reset();
    }
}

AIOHTTP_DECL void Lease::close_connection(CloseReason reason) noexcept {
    if (connection_) {
        if (const auto pool = pool_.lock()) {
            pool->count(reason);
        }
        connection_.reset();
    }
    give_back();
}

AIOHTTP_DECL Pool::Pool(const asio::any_io_executor& executor,
                        const PoolPolicy& policy,
                        const PoolCounters& counters)
    : policy_(policy),
      counters_(counters),
      core_(policy.limits),
      expiry_(executor, [](void* self) { static_cast<Pool*>(self)->on_expiry(); }, this) {}

AIOHTTP_DECL HostEntry& Pool::entry(const ConnectionKeyView& key,
                                    const std::shared_ptr<const TlsContext>& tls) {
    // Requests to one host follow each other; then there is nothing to look up.
    if (last_ != nullptr && ConnectionKeyEqual()(last_->first, key)) {
        return *last_;
    }
    const auto found = hosts_.find(key);
    if (found != hosts_.end()) {
        return *(last_ = &*found);
    }
    // Nobody is told which hosts lost their last connection to another one, so they are looked for
    // when they may be more than the others: each that came is passed over once on the average.
    if (hosts_.size() > 2 * (core_.in_use() + core_.idle() + core_.waiting()) + spare_hosts) {
        forget_all_unused();
    }
    ConnectionKey owned{std::string(key.host), key.port, tls, std::string(key.server_name)};
    if (key.proxy != nullptr) {
        owned.proxy = key.proxy->shared_from_this();
    }
    return *(last_ = &*hosts_.try_emplace(std::move(owned)).first);
}

AIOHTTP_DECL void Pool::lease(Lease& taken, HostEntry& host, ConnectionPtr connection) {
    taken.pool_ = weak_from_this();
    taken.host_ = &host;
    while (connection && connection->is_dead()) {
        ++counters_.dead;
        auto next = core_.next_idle(host.second);
        connection = next ? std::move(*next) : nullptr;
    }
    taken.reused_ = connection != nullptr;
    taken.connection_ = std::move(connection);
}

AIOHTTP_DECL Lease Pool::try_acquire(const ConnectionKeyView& key,
                                     const std::shared_ptr<const TlsContext>& tls,
                                     Clock::time_point now) {
    sweep(now);
    Lease taken;
    HostEntry& host = entry(key, tls);
    ConnectionPool::Changes changes;
    std::optional<ConnectionPtr> idle;
    const auto verdict = core_.acquire(host.second, idle, changes);
    carry_out(changes, &PoolCounters::evicted);
    if (verdict == ConnectionPool::Verdict::wait) {
        forget_unused(host);
        return taken;
    }
    lease(taken, host, idle ? std::move(*idle) : nullptr);
    counters_.reused += taken.reused() ? 1U : 0U;
    return taken;
}

AIOHTTP_DECL boost::asio::awaitable<Error> Pool::acquire(ConnectionKeyView key,
                                                         std::shared_ptr<const TlsContext> tls,
                                                         Deadline& deadline,
                                                         Lease& granted) {
    Waiting waiting(shared_from_this());
    waiting.entry = &entry(key, tls);
    core_.enqueue(waiting.entry->second, waiting);
    ++counters_.waited;
    counters_.longest_queue = std::max(counters_.longest_queue, core_.waiting());
    deadline.watch(Phase::queue, &waiting.event);
    deadline.begin(Deadline::Limit::pool);
    deadline.tell(ConnectionEvent::queued_start);
    const auto ended = co_await waiting.event.async_wait();
    const auto error = std::get<0>(ended);
    deadline.end(Deadline::Limit::pool);
    deadline.watch(Phase::queue, nullptr);
    if (deadline.verdict()) {
        co_return deadline.verdict();
    }
    if (closed_) {
        co_return make_error(errc::connection_closed, Phase::queue, "the connector is closed");
    }
    throw_if_cancelled(error);
    granted = waiting.take();
    counters_.reused += granted.reused() ? 1U : 0U;
    deadline.tell(ConnectionEvent::queued_end);
    co_return Error();
}

AIOHTTP_DECL bool Pool::is_aged(const Connection& connection,
                                Clock::time_point now) const noexcept {
    return policy_.max_age && now - connection.made() >= *policy_.max_age;
}

/// How long the connection can serve further requests, whatever keepalive_timeout says.
AIOHTTP_DECL Clock::time_point Pool::usable_until(const Connection& connection,
                                                  Clock::time_point now) const {
    const auto until = end_of_wait(now, connection.idle_limit());
    return policy_.max_age ? std::min(until, end_of_wait(connection.made(), *policy_.max_age))
                           : until;
}

AIOHTTP_DECL void Pool::take_back(HostEntry& host,
                                  ConnectionPtr connection,
                                  Clock::time_point now) {
    ConnectionPool::Changes changes;
    if (connection && (policy_.force_close || closed_ || is_aged(*connection, now))) {
        count(closed_               ? &PoolCounters::shut
              : policy_.force_close ? &PoolCounters::finished
                                    : &PoolCounters::aged);
        connection.reset();
    }
    if (connection) {
        const auto until = usable_until(*connection, now);
        core_.release(host.second, std::move(connection), now, until, changes);
    } else {
        core_.release(host.second, changes);
    }
    carry_out(changes, &PoolCounters::evicted);
    if (draining_) {
        core_.close_idle(changes);
        carry_out(changes, &PoolCounters::shut);
    }
    if (const auto next = core_.next_expiry()) {
        expiry_.arm_before(*next);
    }
    forget_unused(host);
}

AIOHTTP_DECL void Pool::forget_unused(HostEntry& host) {
    if (host.second.unused()) {
        last_ = nullptr;
        hosts_.erase(hosts_.find(view_of(host.first)));
    }
}

AIOHTTP_DECL void Pool::forget_all_unused() {
    last_ = nullptr;
    std::erase_if(hosts_, [](const auto& host) { return host.second.unused(); });
}

AIOHTTP_DECL void Pool::carry_out_changes(ConnectionPool::Changes& changes, CloseReason reason) {
    for (auto* const waiter : changes.wake) {
        static_cast<Waiting*>(waiter)->event.notify();
    }
    changes.wake.clear();
    counters_.*reason += changes.close.size();
    changes.close.clear();
}

AIOHTTP_DECL void Pool::sweep(Clock::time_point now) {
    const auto next = core_.next_expiry();
    if (next && *next <= now) {
        ConnectionPool::Changes changes;
        core_.expire(now, changes);
        for (auto& connection : changes.close) {
            count(is_aged(*connection, now) ? &PoolCounters::aged : &PoolCounters::expired);
            connection.reset();
        }
        changes.close.clear();
        carry_out(changes, &PoolCounters::expired);
        forget_all_unused();
    }
}

/// Perhaps too early. Nobody else has to arm the timer but who adds a connection.
AIOHTTP_DECL void Pool::on_expiry() {
    sweep(Clock::now());
    if (const auto later = core_.next_expiry()) {
        expiry_.arm_before(*later);
    }
}

AIOHTTP_DECL void Pool::drain() {
    draining_ = true;
    ConnectionPool::Changes changes;
    core_.close_idle(changes);
    carry_out(changes, &PoolCounters::shut);
    forget_all_unused();
}

AIOHTTP_DECL void Pool::close() noexcept {
    if (std::exchange(closed_, true)) {
        return;
    }
    ConnectionPool::Changes changes;
    core_.close(changes);
    carry_out(changes, &PoolCounters::shut);
}

AIOHTTP_DECL std::vector<HostStats> Pool::stats_by_host() const {
    std::vector<HostStats> all;
    for (const auto& [key, host] : hosts_) {
        if (host.unused()) {
            continue;
        }
        HostStats& stats = all.emplace_back();
        stats.host = key.host;
        stats.port = key.port;
        stats.tls = key.tls != nullptr;
        stats.pool = {host.in_use() + host.idle(), host.in_use(), host.idle(), host.waiting()};
    }
    return all;
}

}  // namespace aiohttp::detail
