#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <aiohttp/clock.hpp>

namespace aiohttp::detail {

/// What lookups have found, for a while. Bookkeeping only: the time is passed in. When it is full,
/// what was not asked for the longest time goes.
template <class Address>
class DnsCache {
public:
    using Key = std::pair<std::string, std::uint16_t>;  // host, port
    using Addresses = std::vector<Address>;

    /// Without `ttl` entries never expire. `max_size` is positive.
    DnsCache(std::optional<Duration> ttl, std::size_t max_size) : ttl_(ttl), max_size_(max_size) {}

    /// The addresses of an entry that has not expired. Each call gives them rotated by one more,
    /// so that the hosts behind a name share the load; the one who stored them had the first turn.
    std::optional<Addresses> find(const Key& key, Clock::time_point now) {
        const auto found = index_.find(key);
        if (found == index_.end()) {
            return std::nullopt;
        }
        const auto entry = found->second;
        if (ttl_ && now - entry->stored >= *ttl_) {
            erase(found);
            return std::nullopt;
        }
        entries_.splice(entries_.begin(), entries_, entry);
        const auto& addresses = entry->addresses;
        entry->turn = (entry->turn + 1) % addresses.size();
        const auto first = addresses.begin() + static_cast<std::ptrdiff_t>(entry->turn);
        Addresses rotated(first, addresses.end());
        rotated.insert(rotated.end(), addresses.begin(), first);
        return rotated;
    }

    /// Keeps what a lookup has found, which is at least one address.
    void store(const Key& key, Addresses addresses, Clock::time_point now) {
        erase(key);
        entries_.push_front({key, std::move(addresses), now, 0});
        index_.emplace(key, entries_.begin());
        if (entries_.size() > max_size_) {
            erase(index_.find(entries_.back().key));
        }
    }

    void erase(const Key& key) {
        if (const auto found = index_.find(key); found != index_.end()) {
            erase(found);
        }
    }
    void clear() {
        index_.clear();
        entries_.clear();
    }
    std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        Key key;
        Addresses addresses;
        Clock::time_point stored;
        std::size_t turn;
    };
    using Entries = std::list<Entry>;
    using Index = std::map<Key, typename Entries::iterator>;

    void erase(typename Index::iterator found) {
        entries_.erase(found->second);
        index_.erase(found);
    }

    std::optional<Duration> ttl_;
    std::size_t max_size_;
    Entries entries_;  // the one asked for last is the first
    Index index_;
};

}  // namespace aiohttp::detail
