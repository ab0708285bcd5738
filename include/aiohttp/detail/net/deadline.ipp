#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/end_of_wait.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/net/deadline.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL const char* name_of(Deadline::Limit limit) noexcept {
    switch (limit) {
        case Deadline::Limit::total:
            return "total";
        case Deadline::Limit::connect:
            return "connect";
        case Deadline::Limit::pool:
            return "pool";
        case Deadline::Limit::dns:
            return "dns";
        case Deadline::Limit::sock_connect:
            return "sock_connect";
        case Deadline::Limit::tls:
            return "tls";
        case Deadline::Limit::sock_read:
            return "sock_read";
        case Deadline::Limit::sock_write:
            return "sock_write";
    }
    return "";
}

AIOHTTP_DECL errc kind_of(Deadline::Limit limit) noexcept {
    switch (limit) {
        case Deadline::Limit::total:
            return errc::total_timeout;
        case Deadline::Limit::sock_read:
        case Deadline::Limit::sock_write:
            return errc::socket_timeout;
        case Deadline::Limit::connect:
        case Deadline::Limit::pool:
        case Deadline::Limit::dns:
        case Deadline::Limit::sock_connect:
        case Deadline::Limit::tls:
            break;
    }
    return errc::connection_timeout;
}

AIOHTTP_DECL std::string seconds_text(Duration duration) {
    auto text = std::to_string(std::chrono::duration<double>(duration).count());
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') {
        text.pop_back();
    }
    return text + " s";
}

AIOHTTP_DECL void check_timeout(const ClientTimeout& timeout) {
    const auto check = [](const char* name, const std::optional<Duration>& value) {
        if (value && *value <= Duration::zero()) {
            throw ValueError(std::string("timeout ") + name + " must be positive, not " +
                             seconds_text(*value) + "; nullopt switches it off");
        }
    };
    check("total", timeout.total);
    check("connect", timeout.connect);
    check("sock_connect", timeout.sock_connect);
    check("sock_read", timeout.sock_read);
    check("pool", timeout.pool);
    check("dns", timeout.dns);
    check("tls", timeout.tls);
    check("sock_write", timeout.sock_write);
}

AIOHTTP_DECL Deadline::Deadline(TimerQueue& timers, std::uint32_t id) : id_(id), timers_(timers) {
    limits_.fill(Clock::time_point::max());
}

AIOHTTP_DECL std::optional<Duration> Deadline::duration_of(Limit limit) const noexcept {
    constexpr std::array<std::optional<Duration> ClientTimeout::*, limit_count> fields{
        &ClientTimeout::total,     &ClientTimeout::connect,      &ClientTimeout::pool,
        &ClientTimeout::dns,       &ClientTimeout::sock_connect, &ClientTimeout::tls,
        &ClientTimeout::sock_read, &ClientTimeout::sock_write};
    return (*timeout_).*fields[static_cast<std::size_t>(limit)];
}

AIOHTTP_DECL void Deadline::start(const SharedTimeout& timeout) {
    timeout_ = timeout;
    verdict_ = Error();
    watch(Phase::none, nullptr);
    hop_ = Clock::now();
    whole_ = hop_;
    if (timeout->total) {
        arm(Limit::total, *timeout->total, hop_);
    }
}

AIOHTTP_DECL void Deadline::become_part(const Deadline& whole) {
    verdict_ = whole.verdict_;
    whole_ = whole.whole_;
    at(Limit::total) = whole.limits_[static_cast<std::size_t>(Limit::total)];
    timers_.arm_before(*this, at(Limit::total));
}

AIOHTTP_DECL void Deadline::finish() noexcept {
    limits_.fill(Clock::time_point::max());
    watch(Phase::none, nullptr);
    guard_source(nullptr);
    observe(nullptr);
    times_ = nullptr;
}

AIOHTTP_DECL void Deadline::begin(Limit limit) {
    const auto duration = duration_of(limit);
    if (duration && !verdict_) {
        arm(limit, *duration, Clock::now());
    }
}

AIOHTTP_DECL void Deadline::arm(Limit limit, Duration duration, Clock::time_point now) {
    at(limit) = end_of_wait(now, duration);
    timers_.arm_before(*this, at(limit));
}

AIOHTTP_DECL void Deadline::mark(ConnectionEvent event) noexcept {
    ExchangeTimes& times = *times_;
    const auto now = Clock::now();
    switch (event) {
        case ConnectionEvent::queued_start:
            return times.queue.begin(now);
        case ConnectionEvent::queued_end:
            times.ready = now;
            return times.queue.end(now);
        case ConnectionEvent::create_start:
            times.reused = false;
            return times.create.begin(now);
        case ConnectionEvent::create_end:
            times.ready = now;
            return times.create.end(now);
        case ConnectionEvent::dns_start:
            return times.dns.begin(now);
        case ConnectionEvent::dns_end:
            return times.dns.end(now);
        case ConnectionEvent::proxy_start:
            return times.proxy.begin(now);
        case ConnectionEvent::proxy_end:
            return times.proxy.end(now);
        case ConnectionEvent::tls_start:
            return times.tls.begin(now);
        case ConnectionEvent::tls_end:
            return times.tls.end(now);
        case ConnectionEvent::reused:
        case ConnectionEvent::dns_cache_hit:
        case ConnectionEvent::dns_cache_miss:
            return;
    }
}

AIOHTTP_DECL void Deadline::check_now() {
    if (verdict_) {
        return;
    }
    const auto now = Clock::now();
    for (std::size_t i = 0; i < limit_count; ++i) {
        if (limits_[i] <= now) {
            expire(static_cast<Limit>(i));
            return;
        }
    }
}

AIOHTTP_DECL void Deadline::on_time() {
    check_now();
    const auto next = *std::min_element(limits_.begin(), limits_.end());
    if (next != Clock::time_point::max()) {
        timers_.arm_before(*this, next);
    }
}

AIOHTTP_DECL void Deadline::expire(Limit limit) {
    const auto kind = kind_of(limit);
    std::string text = kind == errc::connection_timeout ? "connection timeout" : "timeout";
    text.append(": ").append(name_of(limit)).append(" = ");
    text.append(seconds_text(*duration_of(limit)));
    if (phase_ != Phase::none) {
        text.append(" passed in phase ").append(to_string(phase_));
    }
    interrupt(make_error(kind, phase_, std::move(text)));
}

AIOHTTP_DECL Error with_phase(const Error& error, Phase phase) {
    ErrorDetails details = details_of(error);
    details.phase = phase;
    return make_error(std::move(details));
}

AIOHTTP_DECL void Deadline::interrupt(const Error& reason) noexcept {
    if (verdict_) {
        return;
    }
    verdict_ = reason.phase() == phase_ ? reason : with_phase(reason, phase_);
    limits_.fill(Clock::time_point::max());
    if (operation_ != nullptr) {
        operation_->abort();
    }
}

}  // namespace aiohttp::detail
