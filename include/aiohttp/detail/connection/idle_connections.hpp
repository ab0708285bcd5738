#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <aiohttp/clock.hpp>

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
    Clock::time_point next_expiry() const noexcept { return by_expiry_.front()->expires; }
    /// Whose connection came first, or expires first; there must be one.
    Host& host_of_oldest() const noexcept { return *all_.oldest->host; }
    Host& host_of_next_expiry() const noexcept { return *by_expiry_.front()->host; }

    void add(OfHost& list, Host& host, Value value, Clock::time_point expires) {
        if (spare_ == nullptr) {
            spare_ = &storage_.emplace_back();
        }
        Entry& entry = *std::exchange(spare_, spare_->all.older);
        entry.value.emplace(std::move(value));
        entry.expires = expires;
        entry.host = &host;
        entry.list = &list;
        append(all_, entry, &Entry::all);
        append(list.chain_, entry, &Entry::of_host);
        ++list.size_;
        by_expiry_.push_back(&entry);
        rise(by_expiry_.size() - 1, &entry);
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
    Value take_next_expiry() { return take(*by_expiry_.front()); }

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
        leave_heap(entry);
        Value value = std::move(*entry.value);
        entry.value.reset();
        entry.all.older = std::exchange(spare_, &entry);
        return value;
    }

    // by_expiry_ is a binary heap whose entries know their places.

    void put(std::size_t place, Entry* entry) noexcept {
        by_expiry_[place] = entry;
        entry->place = place;
    }

    void rise(std::size_t place, Entry* entry) noexcept {
        while (place > 0 && entry->expires < by_expiry_[(place - 1) / 2]->expires) {
            put(place, by_expiry_[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        put(place, entry);
    }

    void sink(std::size_t place, Entry* entry) noexcept {
        for (;;) {
            std::size_t child = 2 * place + 1;
            if (child >= by_expiry_.size()) {
                break;
            }
            if (child + 1 < by_expiry_.size() &&
                by_expiry_[child + 1]->expires < by_expiry_[child]->expires) {
                ++child;
            }
            if (by_expiry_[child]->expires >= entry->expires) {
                break;
            }
            put(place, by_expiry_[child]);
            place = child;
        }
        put(place, entry);
    }

    void leave_heap(const Entry& entry) noexcept {
        const std::size_t place = entry.place;
        Entry* const last = by_expiry_.back();
        by_expiry_.pop_back();
        if (last == &entry) {
            return;
        }
        if (place > 0 && last->expires < by_expiry_[(place - 1) / 2]->expires) {
            rise(place, last);
        } else {
            sink(place, last);
        }
    }

    std::deque<Entry> storage_;
    Entry* spare_ = nullptr;
    Chain all_;
    std::vector<Entry*> by_expiry_;
};

}  // namespace aiohttp::detail
