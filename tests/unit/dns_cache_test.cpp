// The bookkeeping of looked-up names.

#include <chrono>
#include <string>
#include <vector>

#include <aiohttp/detail/core/dns_cache.hpp>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::Clock;
using Cache = aiohttp::detail::DnsCache<std::string>;
using Addresses = std::vector<std::string>;

const Cache::Key a{"a.test", 80};
const Cache::Key b{"b.test", 80};
const Cache::Key c{"c.test", 80};
const Clock::time_point start{};

}  // namespace

TEST_CASE("what was stored is found until its time is over", "[K171]") {
    Cache cache(10s, 10);
    CHECK_FALSE(cache.find(a, start));
    cache.store(a, {"1"}, start);
    CHECK(cache.find(a, start) == Addresses{"1"});
    CHECK(cache.find(a, start + 10s - 1ns) == Addresses{"1"});
    CHECK_FALSE(cache.find(a, start + 10s));
    CHECK(cache.size() == 0);
}

TEST_CASE("hits do not prolong the time of an entry, storing again does", "[K171]") {
    Cache cache(10s, 10);
    cache.store(a, {"1"}, start);
    CHECK(cache.find(a, start + 9s));
    cache.store(b, {"2"}, start + 9s);
    CHECK_FALSE(cache.find(a, start + 11s));
    cache.store(b, {"3"}, start + 12s);
    CHECK(cache.find(b, start + 20s) == Addresses{"3"});
}

TEST_CASE("without a time to live an entry stays for ever") {
    Cache cache(std::nullopt, 10);
    cache.store(a, {"1"}, start);
    CHECK(cache.find(a, start + std::chrono::hours(100'000)));
}

TEST_CASE("each hit begins with the next address", "[K171]") {
    Cache cache(10s, 10);
    cache.store(a, {"1", "2", "3"}, start);
    CHECK(cache.find(a, start) == Addresses{"2", "3", "1"});
    CHECK(cache.find(a, start) == Addresses{"3", "1", "2"});
    CHECK(cache.find(a, start) == Addresses{"1", "2", "3"});
    CHECK(cache.find(a, start) == Addresses{"2", "3", "1"});
}

TEST_CASE("the port is part of the name") {
    Cache cache(10s, 10);
    cache.store({"a.test", 80}, {"1"}, start);
    CHECK_FALSE(cache.find({"a.test", 443}, start));
}

TEST_CASE("a full cache forgets what was not asked for the longest time") {
    Cache cache(10s, 2);
    cache.store(a, {"1"}, start);
    cache.store(b, {"2"}, start);
    CHECK(cache.find(a, start));
    cache.store(c, {"3"}, start);
    CHECK(cache.size() == 2);
    CHECK(cache.find(a, start));
    CHECK_FALSE(cache.find(b, start));
    CHECK(cache.find(c, start));
    cache.store(c, {"4"}, start);  // what is there already takes no room
    CHECK(cache.find(a, start));
    CHECK(cache.find(c, start) == Addresses{"4"});
}

TEST_CASE("one name or all can be forgotten", "[K171]") {
    Cache cache(10s, 10);
    cache.store(a, {"1"}, start);
    cache.store(b, {"2"}, start);
    cache.erase(a);
    cache.erase(c);
    CHECK_FALSE(cache.find(a, start));
    CHECK(cache.find(b, start));
    cache.clear();
    CHECK_FALSE(cache.find(b, start));
    CHECK(cache.size() == 0);
}
