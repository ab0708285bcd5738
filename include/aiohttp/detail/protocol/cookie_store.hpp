#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <aiohttp/cookie.hpp>
#include <aiohttp/detail/protocol/cookie_admission.hpp>
#include <aiohttp/detail/protocol/cookie_date.hpp>

namespace aiohttp::detail {

/// How many cookies are kept; beyond that the least recently used ones go.
struct CookieLimits {
    std::size_t total = 20'000;
    std::size_t per_domain = 6'000;
};

/// The cookies of a jar, found by host and path: a look-up asks for the host and each domain above
/// it, and in each for the path and those above it, so what other hosts and paths have stored does
/// not matter. Every operation on one cookie takes logarithmic time.
class CookieStore {
public:
    explicit CookieStore(const CookieLimits& limits) : limits_(limits) {}
    CookieStore(const CookieStore&) = delete;
    CookieStore& operator=(const CookieStore&) = delete;

    /// Stores a cookie. One of the same name, domain and path is replaced and hands on its
    /// creation time; a cookie that has ended only removes it.
    void put(Cookie cookie, CookieTime now);
    /// Whether a cookie from an insecure origin would hide a Secure one (RFC 6265bis 5.7, step
    /// 16): same name, one domain within the other, its path at or below the other's.
    bool hides_secure(const Cookie& cookie) const;
    /// The cookies for a request: longest path first, then oldest first. Of those with one name
    /// only the one of the longest path and, with equal paths, of the longest domain. They count
    /// as used. The pointers hold until the next change.
    std::vector<const Cookie*> select(const CookieOrigin& origin, bool shared_only, CookieTime now);

    /// Removes those that have ended.
    void purge(CookieTime now);
    /// Removes those that `remove` says.
    void remove_if(const std::function<bool(const Cookie&)>& remove);
    /// Removes those of a domain and of all below it.
    void remove_domain(std::string_view domain);

    /// All, oldest first.
    const std::list<Cookie>& cookies() const noexcept { return cookies_; }
    /// How many cookies, domains and paths the look-ups so far have looked at, for tests.
    std::uint64_t work() const noexcept { return work_; }

private:
    struct Domain;
    struct Entry {
        std::list<Cookie>::iterator cookie;
        std::uint64_t sequence = 0;  // in order of creation
        std::size_t name_hash = 0;
        Domain* domain = nullptr;
        std::list<Entry*>::iterator by_age;
        std::list<Entry*>::iterator by_use;
        std::list<Entry*>::iterator by_use_in_domain;
    };
    // The cookies of one domain and path.
    struct Group {
        std::map<std::string, Entry, std::less<>> names;
        std::list<Entry*> by_age;  // the oldest first
    };
    struct Domain {
        std::string_view name;
        std::map<std::string, Group, std::less<>> paths;
        std::list<Entry*> by_use;
    };
    struct Found {
        std::vector<Entry*> entries;
        std::size_t groups = 0;  // that they are of
    };
    // Compares from the end, so that what is below a domain comes right after it.
    struct FromTheEnd {
        bool operator()(std::string_view a, std::string_view b) const noexcept;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>()(text);
        }
    };

    Entry* find(const Cookie& cookie);
    Domain& domain_of(const std::string& name);
    void insert(Cookie&& cookie);
    void erase(Entry& entry);
    void enforce_limits(Domain& domain, CookieTime now);
    void touch(Entry& entry);
    void collect(
        Domain& domain, const CookieOrigin& origin, bool exact, CookieTime now, Found& found);
    static void merge(std::vector<Entry*>& found);
    template <class Visit>
    void visit_below(std::string_view domain, Visit visit) const;

    CookieLimits limits_;
    std::list<Cookie> cookies_;
    std::list<Entry*> by_use_;  // the least recently used first
    std::unordered_map<std::string, Domain, Hash, std::equal_to<>> domains_;
    std::map<std::string_view, Domain*, FromTheEnd> by_suffix_;
    CookieTime first_expiry_ = CookieTime::max();  // nothing ends before
    std::uint64_t sequence_ = 0;
    std::uint64_t work_ = 0;
};

}  // namespace aiohttp::detail
