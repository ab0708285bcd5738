#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include <aiohttp/clock.hpp>
#include <aiohttp/detail/core/time_heap.hpp>

namespace aiohttp::detail {

/// The connections of a pool that wait for their next request: in the order in which they came,
/// over all hosts and for each of them, and by the time at which each expires. Taking the newest of
/// a host is O(1) when all have the same time to live, everything else O(log n); entries are kept,
/// so that coming and going costs no allocation.
template <class Value, class Host>
class IdleConnections {
    struct Entry;
    struct Links {
        Entry* older = nullptr;
        Entry* newer = nullptr;
    };
    struct Chain {
        Entry* oldest = nullptr;
        Entry* newest = nullptr;
    };

public:
    /// The idle connections of one host.
    class OfHost {
    public:
        bool empty() const noexcept { return chain_.newest == nullptr; }
        std::size_t size() const noexcept { return size_; }

    private:
        friend class IdleConnections;
        Chain chain_;
        std::size_t size_ = 0;
    };

    bool empty() const noexcept { return by_expiry_.empty(); }
    std::size_t size() const noexcept { return by_expiry_.size(); }
    /// When the first one expires; there must be one.
    Clock::time_point next_expiry() const noexcept { return by_expiry_.first().expires; }
    /// Whose connection came first, or expires first; there must be one.
    Host& host_of_oldest() const noexcept { return *all_.oldest->host; }
    Host& host_of_next_expiry() const noexcept { return *by_expiry_.first().host; }

    void add(OfHost& list, Host& host, Value value, Clock::time_point expires) {
        if (spare_ == nullptr) {
            spare_ = &storage_.emplace_back();
        }
        Entry& entry = *std::exchange(spare_, spare_->all.older);
        entry.value.emplace(std::move(value));
        entry.host = &host;
        entry.list = &list;
        append(all_, entry, &Entry::all);
        append(list.chain_, entry, &Entry::of_host);
        ++list.size_;
        by_expiry_.add(entry, expires);
    }

    /// The one of the host that came last, or none.
    std::optional<Value> take_newest(OfHost& list) {
        if (list.empty()) {
            return std::nullopt;
        }
        return take(*list.chain_.newest);
    }
    // There must be one.
    Value take_oldest(OfHost& list) { return take(*list.chain_.oldest); }
    Value take_oldest() { return take(*all_.oldest); }
    Value take_next_expiry() { return take(by_expiry_.first()); }

private:
    struct Entry {
        std::optional<Value> value;
        Clock::time_point expires;
        Host* host = nullptr;
        OfHost* list = nullptr;
        Links all;      // over all hosts; a spare one: older is the next spare one
        Links of_host;  // in the list of its host
        std::size_t place = 0;
    };

    static void append(Chain& chain, Entry& entry, Links Entry::* links) noexcept {
        (entry.*links).older = chain.newest;
        (entry.*links).newer = nullptr;
        (chain.newest != nullptr ? (chain.newest->*links).newer : chain.oldest) = &entry;
        chain.newest = &entry;
    }

    static void unlink(Chain& chain, Entry& entry, Links Entry::* links) noexcept {
        const Links at = entry.*links;
        (at.older != nullptr ? (at.older->*links).newer : chain.oldest) = at.newer;
        (at.newer != nullptr ? (at.newer->*links).older : chain.newest) = at.older;
    }

    Value take(Entry& entry) {
        unlink(all_, entry, &Entry::all);
        unlink(entry.list->chain_, entry, &Entry::of_host);
        --entry.list->size_;
        by_expiry_.remove(entry);
        Value value = std::move(*entry.value);
        entry.value.reset();
        entry.all.older = std::exchange(spare_, &entry);
        return value;
    }

    std::deque<Entry> storage_;
    Entry* spare_ = nullptr;
    Chain all_;
    TimeHeap<Entry, &Entry::expires, &Entry::place> by_expiry_;
};

}  // namespace aiohttp::detail
