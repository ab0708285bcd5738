#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <aiohttp/clock.hpp>
#include <aiohttp/detail/core/copy_on_write.hpp>
#include <aiohttp/detail/message/exchange_times.hpp>
#include <aiohttp/detail/net/exchange_observer.hpp>
#include <aiohttp/detail/net/timer_queue.hpp>
#include <aiohttp/detail/net/transport.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/timeout.hpp>

namespace aiohttp::detail {

/// The limits of a session's requests: they are many and have the same ones.
using SharedTimeout = CopyOnWrite<ClientTimeout>;

/// One exchange's time limits and the only place that arms a timer for them. It knows which
/// operation is under way, so that it can end it when a limit has passed, or when the session is
/// closed under it; and it turns the operation_aborted that follows into the error that is meant.
///
/// The timer is re-armed lazily: raising or lifting a limit costs a store, no system call.
class Deadline final : private TimerQueue::Entry {
public:
    enum class Limit { total, connect, pool, dns, sock_connect, tls, sock_read, sock_write };

    /// `timers` outlives it; `id` is for whoever keeps many of them.
    Deadline(TimerQueue& timers, std::uint32_t id);
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    ~Deadline() { timers_.remove(*this); }

    /// Begins an exchange: `total` runs from now.
    void start(const SharedTimeout& timeout);
    void start(const ClientTimeout& timeout) { start(SharedTimeout(timeout)); }
    /// Makes it that of a part of an exchange: with the end and the verdict of `whole`, whose
    /// limits it has.
    void become_part(const Deadline& whole);
    /// Ends it: nothing runs, nothing is watched.
    void finish() noexcept;

    std::uint32_t id() const noexcept { return id_; }
    const SharedTimeout& timeout() const noexcept { return timeout_; }
    /// Runs `limit` from now, when the request has one.
    void begin(Limit limit);
    /// Stops `limit`.
    void end(Limit limit) noexcept { at(limit) = Clock::time_point::max(); }

    /// Says what is being done, and what to abort when time is up or the session closes.
    void watch(Phase phase, Abortable* operation) noexcept {
        phase_ = phase;
        operation_ = operation;
    }
    Phase phase() const noexcept { return phase_; }

    /// What ends the wait for a piece of the body to be sent, which is the caller's code; null:
    /// nothing does. Null again after finish().
    void guard_source(Abortable* guard) noexcept { source_guard_ = guard; }
    Abortable* source_guard() const noexcept { return source_guard_; }

    /// Who is told what happens on the way, or null; null again after finish().
    void observe(ExchangeObserver* observer) noexcept { observer_ = observer; }
    ExchangeObserver* observer() const noexcept { return observer_; }
    /// Tells the observer, if there is one, and marks when it was. Throws what the observer throws.
    void tell(ConnectionEvent event, std::string_view subject = {}) {
        if (times_ != nullptr) {
            if (event == ConnectionEvent::reused) {
                times_->reused = true;
            } else {
                mark(event);
            }
        }
        if (observer_ != nullptr) {
            observer_->on_event(event, subject);
        }
    }

    /// Begins a hop: another part of the exchange whose times are of interest.
    void begin_hop() noexcept {
        hop_ = Clock::now();
        times_ = nullptr;
    }
    /// Where the hop's times are kept; until finish().
    void record(ExchangeTimes& times) noexcept {
        times_ = &times;
        times.whole = whole_;
        times.start = hop_;
    }
    /// The same for those who have marks and counts of their own; null: nobody wants them.
    ExchangeTimes* times() const noexcept { return times_; }
    /// Counts bytes that have come.
    void add_received(std::size_t bytes) noexcept {
        if (times_ != nullptr) {
            times_->received += bytes;
        }
    }

    /// Ends the exchange from outside, for `reason`.
    void interrupt(const Error& reason) noexcept;
    /// Ends the exchange if a limit has passed; the timer does so by itself.
    void check_now();
    /// Why the exchange was brought to an end; no error while it goes on.
    const Error& verdict() const noexcept { return verdict_; }

    /// Where others who wait for a time during the exchange may do so.
    TimerQueue& timers() const noexcept { return timers_; }

private:
    static constexpr std::size_t limit_count = 8;

    Clock::time_point& at(Limit limit) noexcept { return limits_[static_cast<std::size_t>(limit)]; }
    std::optional<Duration> duration_of(Limit limit) const noexcept;
    void arm(Limit limit, Duration duration, Clock::time_point now);
    void mark(ConnectionEvent event) noexcept;
    void on_time() override;
    void expire(Limit limit);

    // Ten thousand exchanges may wait at once, each with one of these.
    std::uint32_t id_;
    Phase phase_ = Phase::none;
    SharedTimeout timeout_;
    std::array<Clock::time_point, limit_count> limits_;  // max: it does not run
    Abortable* operation_ = nullptr;
    Abortable* source_guard_ = nullptr;
    ExchangeObserver* observer_ = nullptr;
    ExchangeTimes* times_ = nullptr;
    Clock::time_point whole_;
    Clock::time_point hop_;
    Error verdict_;
    TimerQueue& timers_;
};

/// Throws ValueError for a limit that is not positive.
void check_timeout(const ClientTimeout& timeout);

}  // namespace aiohttp::detail
