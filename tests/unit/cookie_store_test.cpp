#include <aiohttp/detail/protocol/cookie_store.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/detail/protocol/cookie_match.hpp>

#include "support/catch.hpp"

using aiohttp::Cookie;
using aiohttp::detail::CookieOrigin;
using aiohttp::detail::CookieStore;
using Time = std::chrono::system_clock::time_point;

TEST_CASE("looking cookies up costs the same whatever other paths have", "[cookies]") {
    const auto work_with = [](int paths) {
        CookieStore store({1'000'000, 1'000'000});
        const Time now{};
        const auto put = [&](std::string path) {
            Cookie cookie;
            cookie.name = "a";
            cookie.domain = "www.example.com";
            cookie.path = std::move(path);
            store.put(std::move(cookie), now);
        };
        put("/");
        put("/x/y");
        for (int i = 0; i < paths; ++i) {
            put("/h" + std::to_string(i));
            put("/x/h" + std::to_string(i));
            put("/x/y/h" + std::to_string(i));
        }
        const auto found = store.select({"www.example.com", "/x/y/z", false}, false, now);
        CHECK(found.size() == 1);
        return store.work();
    };
    const auto few = work_with(10);
    CHECK(few < 20);
    CHECK(work_with(10'000) == few);
}

namespace {

/// What CookieStore::select() is to find, by going through everything.
std::vector<const Cookie*> select_by_hand(const std::list<Cookie>& cookies,
                                          const CookieOrigin& origin,
                                          Time now) {
    std::map<std::string_view, const Cookie*> by_name;
    for (const Cookie& cookie : cookies) {
        const bool of_host =
            cookie.domain.empty() || cookie.domain == origin.host ||
            (!cookie.host_only && aiohttp::detail::domain_matches(origin.host, cookie.domain));
        if (of_host && aiohttp::detail::path_matches(origin.path, cookie.path) &&
            (origin.secure || !cookie.secure) && (!cookie.expires || *cookie.expires > now)) {
            const Cookie*& best = by_name[cookie.name];
            const auto weight = [](const Cookie& c) {
                return std::pair(c.path.size(), c.domain.size());
            };
            if (best == nullptr || weight(cookie) > weight(*best)) {
                best = &cookie;
            }
        }
    }
    std::vector<const Cookie*> selected;
    for (const Cookie& cookie : cookies) {  // the oldest first
        const auto best = by_name.find(cookie.name);
        if (best != by_name.end() && best->second == &cookie) {
            // Behind those whose path is longer or as long.
            const auto place =
                std::ranges::upper_bound(selected, cookie.path.size(), std::ranges::greater(),
                                         [](const Cookie* other) { return other->path.size(); });
            selected.insert(place, &cookie);
        }
    }
    return selected;
}

}  // namespace

TEST_CASE("cookies are found as by going through all of them", "[cookies]") {
    const std::array<std::string, 5> domains{"", "example.com", "a.example.com", "b.a.example.com",
                                             "other.com"};
    const std::array<std::string, 7> paths{"/", "/x", "/x/", "/x/y", "/x/y/z", "/xy", "/a"};
    const std::array<std::string, 4> hosts{"b.a.example.com", "a.example.com", "example.com",
                                           "com"};
    const std::array<std::string, 6> targets{"/", "/x", "/x/", "/x/y", "/x/y/z/", "/xyz"};
    std::mt19937 random(7);
    const auto pick = [&random](const auto& of) -> const std::string& {
        return of[random() % of.size()];
    };
    for (int round = 0; round < 300; ++round) {
        CookieStore store({1000, 1000});
        Time now{};
        for (auto count = random() % 40; count > 0; --count) {
            Cookie cookie;
            cookie.name = "n" + std::to_string(random() % 12);
            cookie.domain = pick(domains);
            cookie.path = pick(paths);
            cookie.host_only = random() % 2 == 0;
            cookie.secure = random() % 4 == 0;
            if (random() % 4 == 0) {
                cookie.expires = now + std::chrono::seconds(1 + random() % 2);
            }
            store.put(std::move(cookie), now);
        }
        for (int i = 0; i < 6; ++i) {
            const CookieOrigin origin{pick(hosts), pick(targets), random() % 2 == 0};
            const auto expected = select_by_hand(store.cookies(), origin, now);
            CHECK(store.select(origin, false, now) == expected);
            now += std::chrono::milliseconds(400);
        }
    }
}
