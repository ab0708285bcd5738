#pragma once

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/cancelled.hpp>
#include <aiohttp/detail/net/name_lookup.hpp>
#include <aiohttp/detail/net/one_shot.hpp>

namespace aiohttp::detail {

/// A lookup under way, shared by those who wait for it and the coroutine that runs it.
struct NameLookup::Flight {
    Cache::Key key;
    std::weak_ptr<NameLookup> owner;
    std::vector<OneShot*> waiters;
    asio::cancellation_signal cancel;
    bool running = true;  // false once the coroutine has ended, or was destroyed with its context
    bool landed = false;  // whether there is a resolution
    Resolution resolution;
};

/// One who waits. However its coroutine ends, it leaves; the last one cancels the lookup.
struct NameLookup::Waiter {
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
        if (!flight) {
            return;
        }
        std::erase(flight->waiters, &answered);
        if (!flight->waiters.empty() || !flight->running) {
            return;
        }
        if (const auto owner = flight->owner.lock()) {
            owner->forget(*flight);
        }
        flight->cancel.emit(asio::cancellation_type::all);
    }

    void join(std::shared_ptr<Flight> joined) {
        flight = std::move(joined);
        flight->waiters.push_back(&answered);
    }

    std::shared_ptr<Flight> flight;
    OneShot answered;
};

AIOHTTP_DECL Resolution to_resolution(const std::vector<ResolvedHost>& hosts,
                                      const AddressFamily family,
                                      const std::uint16_t port) {
    Resolution found;
    for (const auto& host : hosts) {
        error_code malformed;
        const auto address = asio::ip::make_address(host.address, malformed);
        if (malformed) {
            found.problem = "the resolver gave '" + host.address + "', which is no IP address";
            found.endpoints.clear();
            return found;
        }
        const bool wanted =
            family == AddressFamily::any || (family == AddressFamily::ipv6) == address.is_v6();
        const asio::ip::tcp::endpoint endpoint(address, host.port != 0 ? host.port : port);
        if (wanted && found.endpoints.size() < NameLookup::max_addresses &&
            std::ranges::find(found.endpoints, endpoint) == found.endpoints.end()) {
            found.endpoints.push_back(endpoint);
        }
    }
    if (found.endpoints.empty()) {
        found.error = asio::error::no_data;
    }
    return found;
}

AIOHTTP_DECL Resolution to_resolution(const std::exception_ptr& thrown) {
    Resolution failed;
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        failed.error = error.code();
    } catch (const std::exception& error) {
        failed.problem = error.what();
    } catch (...) {
        failed.problem = "an unknown exception";
    }
    if (!failed.error && failed.problem.empty()) {
        failed.problem = "an exception that says nothing";
    }
    return failed;
}

/// What happens when the coroutine has ended. A context that is destroyed destroys it uncalled.
struct NameLookup::Landing {
    std::shared_ptr<Flight> flight;
    AddressFamily family;

    Landing(std::shared_ptr<Flight> of, AddressFamily wanted)
        : flight(std::move(of)), family(wanted) {}
    Landing(Landing&&) = default;
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;
    Landing& operator=(Landing&&) = delete;
    ~Landing() {
        if (!flight) {
            return;
        }
        flight->running = false;
        if (const auto owner = flight->owner.lock()) {
            owner->forget(*flight);
        }
    }

    void operator()(const std::exception_ptr& thrown, const std::vector<ResolvedHost>& hosts) {
        flight->running = false;
        flight->landed = true;
        flight->resolution =
            thrown ? to_resolution(thrown) : to_resolution(hosts, family, flight->key.second);
        if (const auto owner = flight->owner.lock()) {
            owner->land(flight);
        }
        for (auto* const waiter : flight->waiters) {
            waiter->notify();
        }
    }
};

/// Keeps the resolver while it works, and makes one kind of failure of all that it throws.
AIOHTTP_DECL asio::awaitable<std::vector<ResolvedHost>> ask_resolver(
    std::shared_ptr<Resolver> resolver,
    std::string host,
    std::uint16_t port,
    AddressFamily family) {
    auto hosts = co_await resolver->resolve(std::move(host), port, family);
    co_return hosts;
}

AIOHTTP_DECL NameLookup::NameLookup(LookupPolicy policy)
    : policy_(std::move(policy)),
      owns_resolver_(!policy_.resolver),
      cache_(policy_.ttl, policy_.max_size) {
    if (owns_resolver_) {
        policy_.resolver = std::make_shared<ThreadedResolver>();
    }
}

AIOHTTP_DECL NameLookup::~NameLookup() {
    if (owns_resolver_) {
        policy_.resolver->close();
    }
}

AIOHTTP_DECL std::shared_ptr<NameLookup::Flight> NameLookup::take_off(
    const Cache::Key& key, const asio::any_io_executor& executor) {
    auto flight = std::make_shared<Flight>();
    flight->key = key;
    flight->owner = weak_from_this();
    if (policy_.use_cache) {
        flights_.insert_or_assign(key, flight);
    }
    asio::co_spawn(
        executor, ask_resolver(policy_.resolver, key.first, key.second, policy_.family),
        asio::bind_cancellation_slot(flight->cancel.slot(), Landing(flight, policy_.family)));
    return flight;
}

AIOHTTP_DECL void NameLookup::land(const std::shared_ptr<Flight>& flight) {
    const auto found = flights_.find(flight->key);
    if (found == flights_.end() || found->second != flight) {
        return;  // nobody may join it any more: the cache was cleared, or there is none
    }
    flights_.erase(found);
    if (!flight->resolution.endpoints.empty()) {
        cache_.store(flight->key, flight->resolution.endpoints, Clock::now());
    }
}

AIOHTTP_DECL void NameLookup::forget(const Flight& flight) noexcept {
    const auto found = flights_.find(flight.key);
    if (found != flights_.end() && found->second.get() == &flight) {
        flights_.erase(found);
    }
}

AIOHTTP_DECL asio::awaitable<Resolution> NameLookup::resolve(std::string host,
                                                             std::uint16_t port,
                                                             Deadline& deadline) {
    const Cache::Key key(host, port);
    Resolution resolution;
    if (auto known = policy_.use_cache ? cache_.find(key, Clock::now()) : std::nullopt) {
        deadline.tell(ConnectionEvent::dns_cache_hit, host);
        resolution.endpoints = std::move(*known);
        co_return resolution;
    }
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    // Whoever is told may clear the cache, or cancel others: a lookup is joined before that.
    Waiter waiter;
    const auto under_way = flights_.find(key);
    const bool joins = under_way != flights_.end();
    if (joins) {
        waiter.join(under_way->second);
        deadline.tell(ConnectionEvent::dns_cache_hit, host);
    } else {
        if (policy_.use_cache) {
            deadline.tell(ConnectionEvent::dns_cache_miss, host);
        }
        deadline.tell(ConnectionEvent::dns_start, host);
        waiter.join(take_off(key, executor));
    }
    const auto flight = waiter.flight;
    deadline.begin(Deadline::Limit::dns);
    deadline.watch(Phase::dns, &waiter.answered);
    error_code error;
    if (!flight->landed) {
        error = co_await waiter.answered.wait();
    }
    deadline.watch(Phase::dns, nullptr);
    deadline.end(Deadline::Limit::dns);
    if (deadline.verdict()) {
        co_return resolution;
    }
    throw_if_cancelled(error);
    resolution = flight->resolution;
    if (!joins && !resolution.endpoints.empty()) {
        deadline.tell(ConnectionEvent::dns_end, host);
    }
    co_return resolution;
}

AIOHTTP_DECL void NameLookup::clear() noexcept {
    cache_.clear();
    flights_.clear();
}

AIOHTTP_DECL void NameLookup::clear(const std::string& host, std::uint16_t port) {
    const Cache::Key key(host, port);
    cache_.erase(key);
    flights_.erase(key);
}

}  // namespace aiohttp::detail
