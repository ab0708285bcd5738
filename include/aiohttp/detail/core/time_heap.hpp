#pragma once

#include <cstddef>
#include <vector>

#include <aiohttp/clock.hpp>

namespace aiohttp::detail {

/// Entries in the order of their times: a binary heap whose entries know their places in it, so
/// that any of them can leave or become earlier in O(log n). Owns none.
template <class Entry, Clock::time_point Entry::* Time, std::size_t Entry::* Place>
class TimeHeap {
public:
    bool empty() const noexcept { return entries_.empty(); }
    std::size_t size() const noexcept { return entries_.size(); }
    /// The earliest; there must be one.
    Entry& first() const noexcept { return *entries_.front(); }

    void add(Entry& entry, Clock::time_point time) {
        entries_.push_back(&entry);
        entry.*Time = time;
        rise(entries_.size() - 1, &entry);
    }
    /// Gives it an earlier time.
    void advance(Entry& entry, Clock::time_point time) noexcept {
        entry.*Time = time;
        rise(entry.*Place, &entry);
    }

    void remove(const Entry& entry) noexcept {
        const std::size_t place = entry.*Place;
        Entry* const last = entries_.back();
        entries_.pop_back();
        if (last == &entry) {
            return;
        }
        if (place > 0 && last->*Time < entries_[(place - 1) / 2]->*Time) {
            rise(place, last);
        } else {
            sink(place, last);
        }
    }

private:
    void put(std::size_t place, Entry* entry) noexcept {
        entries_[place] = entry;
        entry->*Place = place;
    }

    void rise(std::size_t place, Entry* entry) noexcept {
        while (place > 0 && entry->*Time < entries_[(place - 1) / 2]->*Time) {
            put(place, entries_[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        put(place, entry);
    }

    void sink(std::size_t place, Entry* entry) noexcept {
        for (;;) {
            std::size_t child = 2 * place + 1;
            if (child >= entries_.size()) {
                break;
            }
            if (child + 1 < entries_.size() &&
                entries_[child + 1]->*Time < entries_[child]->*Time) {
                ++child;
            }
            if (entries_[child]->*Time >= entry->*Time) {
                break;
            }
            put(place, entries_[child]);
            place = child;
        }
        put(place, entry);
    }

    std::vector<Entry*> entries_;
};

}  // namespace aiohttp::detail
