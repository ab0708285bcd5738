#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/detail/connection/connection.hpp>
#include <aiohttp/detail/connection/connection_key.hpp>
#include <aiohttp/detail/connection/pool_core.hpp>
#include <aiohttp/detail/net/background_timer.hpp>

namespace aiohttp::detail {

class Pool;
/// Why a connection is closed: which counter goes up.
using CloseReason = std::uint64_t PoolCounters::*;
using ConnectionPtr = std::unique_ptr<Connection>;
using ConnectionPool = PoolCore<ConnectionPtr>;
using HostEntry = std::pair<const ConnectionKey, ConnectionPool::Host>;

/// A taken slot of the pool and, once there is one, its connection. Destroying it closes the
/// connection and frees the slot; nothing else has to be done on any way out.
class Lease {
public:
    Lease() noexcept = default;
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease() { discard(); }

    explicit operator bool() const noexcept { return host_ != nullptr; }
    /// The connection; null until set.
    Connection* connection() const noexcept { return connection_.get(); }
    Connection* operator->() const noexcept { return connection_.get(); }
    /// Whether the connection has served a request before.
    bool reused() const noexcept { return reused_; }
    const ConnectionKey& key() const noexcept { return host_->first; }

    /// Puts a new connection into the slot; null: none for now, because the one in it was dead.
    void set(ConnectionPtr connection) noexcept;
    /// Gives slot and connection back to the pool, for the next request.
    void give_back() { give_back(Clock::now()); }
    void give_back(Clock::time_point now);
    /// Closes the connection and frees the slot.
    void discard(CloseReason reason = &PoolCounters::failed) noexcept {
        if (host_ != nullptr) {
            close_connection(reason);
        }
    }

private:
    friend class Pool;
    void close_connection(CloseReason reason) noexcept;

    std::weak_ptr<Pool> pool_;
    HostEntry* host_ = nullptr;
    ConnectionPtr connection_;
    bool reused_ = false;
};

struct PoolPolicy {
    PoolLimits limits;
    std::optional<Duration> max_age;  ///< of a connection that serves another request
    bool force_close = false;
};

/// The connections of a connector: carries out what PoolCore decides.
class Pool : public std::enable_shared_from_this<Pool> {
public:
    /// `counters` is where counting goes on.
    Pool(const asio::any_io_executor& executor,
         const PoolPolicy& policy,
         const PoolCounters& counters);

    /// A lease when one can be had at once: with a live idle connection, or with the right to
    /// make one. Empty when the request has to wait.
    Lease try_acquire(const ConnectionKeyView& key,
                      const std::shared_ptr<const TlsContext>& tls,
                      Clock::time_point now = Clock::now());
    /// Waits for a lease in the order of arrival, after try_acquire() gave none. On failure the
    /// error says why.
    boost::asio::awaitable<Error> acquire(ConnectionKeyView key,
                                          std::shared_ptr<const TlsContext> tls,
                                          Deadline& deadline,
                                          Lease& granted);

    /// Closes the idle connections; from now on those that come back close too, unless somebody
    /// waits for them.
    void drain();
    /// Closes the idle connections and fails those who wait; what is leased closes when it comes
    /// back.
    void close() noexcept;
    bool closed() const noexcept { return closed_; }

    std::size_t in_use() const noexcept { return core_.in_use(); }
    std::size_t idle() const noexcept { return core_.idle(); }
    std::size_t waiting() const noexcept { return core_.waiting(); }
    std::vector<HostStats> stats_by_host() const;
    const PoolCounters& counters() const noexcept { return counters_; }
    /// Counts something that only the connector sees.
    void count(CloseReason what) noexcept { ++(counters_.*what); }

private:
    friend class Lease;
    struct Waiting;

    HostEntry& entry(const ConnectionKeyView& key, const std::shared_ptr<const TlsContext>& tls);
    void lease(Lease& taken, HostEntry& host, ConnectionPtr connection);
    void take_back(HostEntry& host, ConnectionPtr connection, Clock::time_point now);
    void forget_unused(HostEntry& host);
    void forget_all_unused();
    Clock::time_point usable_until(const Connection& connection, Clock::time_point now) const;
    bool is_aged(const Connection& connection, Clock::time_point now) const noexcept;
    void carry_out(ConnectionPool::Changes& changes, CloseReason reason) {
        if (!changes.wake.empty() || !changes.close.empty()) {
            carry_out_changes(changes, reason);
        }
    }
    void carry_out_changes(ConnectionPool::Changes& changes, CloseReason reason);
    void sweep(Clock::time_point now);
    void on_expiry();

    PoolPolicy policy_;
    PoolCounters counters_;
    ConnectionPool core_;
    std::unordered_map<ConnectionKey, ConnectionPool::Host, ConnectionKeyHash, ConnectionKeyEqual>
        hosts_;
    HostEntry* last_ = nullptr;  // the one asked for last, if it is still there
    BackgroundTimer expiry_;
    bool draining_ = false;
    bool closed_ = false;
};

}  // namespace aiohttp::detail
