#pragma once

#include <algorithm>
#include <iterator>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/protocol/cookie_match.hpp>
#include <aiohttp/detail/protocol/cookie_store.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL bool has_ended(const Cookie& cookie, CookieTime now) noexcept {
    return cookie.expires && *cookie.expires <= now;
}

AIOHTTP_DECL bool CookieStore::FromTheEnd::operator()(std::string_view a,
                                                      std::string_view b) const noexcept {
    return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

/// Calls `visit` for every domain below this one.
template <class Visit>
void CookieStore::visit_below(std::string_view domain, Visit visit) const {
    const auto suffix = "." + std::string(domain);
    for (auto it = by_suffix_.lower_bound(suffix);
         it != by_suffix_.end() && it->first.ends_with(suffix); ++it) {
        visit(*it->second);
    }
}

AIOHTTP_DECL CookieStore::Entry* CookieStore::find(const Cookie& cookie) {
    const auto domain = domains_.find(cookie.domain);
    if (domain == domains_.end()) {
        return nullptr;
    }
    const auto group = domain->second.paths.find(cookie.path);
    if (group == domain->second.paths.end()) {
        return nullptr;
    }
    auto& names = group->second.names;
    const auto entry = names.find(cookie.name);
    return entry == names.end() ? nullptr : &entry->second;
}

AIOHTTP_DECL CookieStore::Domain& CookieStore::domain_of(const std::string& name) {
    const auto [at, added] = domains_.try_emplace(name);
    if (added) {
        at->second.name = at->first;
        by_suffix_.emplace(at->first, &at->second);
    }
    return at->second;
}

AIOHTTP_DECL void CookieStore::insert(Cookie&& cookie) {
    Domain& domain = domain_of(cookie.domain);
    Group& group = domain.paths[cookie.path];
    Entry& entry = group.names[cookie.name];
    entry.name_hash = std::hash<std::string_view>()(cookie.name);
    entry.cookie = cookies_.insert(cookies_.end(), std::move(cookie));
    entry.sequence = ++sequence_;
    entry.domain = &domain;
    entry.by_age = group.by_age.insert(group.by_age.end(), &entry);
    entry.by_use = by_use_.insert(by_use_.end(), &entry);
    entry.by_use_in_domain = domain.by_use.insert(domain.by_use.end(), &entry);
}

AIOHTTP_DECL void CookieStore::erase(Entry& entry) {
    const auto cookie = entry.cookie;
    Domain& domain = *entry.domain;
    by_use_.erase(entry.by_use);
    domain.by_use.erase(entry.by_use_in_domain);
    const auto group = domain.paths.find(cookie->path);
    group->second.by_age.erase(entry.by_age);
    group->second.names.erase(cookie->name);
    if (group->second.names.empty()) {
        domain.paths.erase(group);
    }
    if (domain.paths.empty()) {
        by_suffix_.erase(domain.name);
        domains_.erase(cookie->domain);
    }
    cookies_.erase(cookie);
}

AIOHTTP_DECL void CookieStore::touch(Entry& entry) {
    by_use_.splice(by_use_.end(), by_use_, entry.by_use);
    auto& in_domain = entry.domain->by_use;
    in_domain.splice(in_domain.end(), in_domain, entry.by_use_in_domain);
}

AIOHTTP_DECL void CookieStore::put(Cookie cookie, CookieTime now) {
    Entry* const known = find(cookie);
    if (has_ended(cookie, now)) {
        if (known != nullptr) {
            erase(*known);
        }
        return;
    }
    first_expiry_ = std::min(first_expiry_, cookie.expires.value_or(CookieTime::max()));
    if (known != nullptr) {
        cookie.creation = known->cookie->creation;
        *known->cookie = std::move(cookie);
        touch(*known);
        return;
    }
    const std::string domain = cookie.domain;
    insert(std::move(cookie));
    enforce_limits(domain_of(domain), now);
}

AIOHTTP_DECL void CookieStore::enforce_limits(Domain& domain, CookieTime now) {
    const auto over = [&] {
        return domain.by_use.size() > limits_.per_domain || by_use_.size() > limits_.total;
    };
    if (over() && first_expiry_ <= now) {
        // The domain is spared: its newest cookie has not ended.
        purge(now);
    }
    while (domain.by_use.size() > limits_.per_domain) {
        erase(*domain.by_use.front());
    }
    while (by_use_.size() > limits_.total) {
        erase(*by_use_.front());
    }
}

AIOHTTP_DECL bool CookieStore::hides_secure(const Cookie& cookie) const {
    const auto hidden_in = [&](const Domain& domain) {
        return std::ranges::any_of(domain.paths, [&](const auto& path) {
            const auto& names = path.second.names;
            const auto same = names.find(cookie.name);
            return same != names.end() && same->second.cookie->secure &&
                   path_matches(cookie.path, path.first);
        });
    };
    for (std::string_view name = cookie.domain; !name.empty();) {
        const auto domain = domains_.find(name);
        if (domain != domains_.end() && hidden_in(domain->second)) {
            return true;
        }
        const auto dot = name.find('.');
        name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
    }
    bool hidden = false;
    visit_below(cookie.domain, [&](const Domain& domain) { hidden = hidden || hidden_in(domain); });
    return hidden;
}

AIOHTTP_DECL void CookieStore::collect(
    Domain& domain, const CookieOrigin& origin, bool exact, CookieTime now, Found& found) {
    std::vector<Entry*> ended;
    const auto collect_group = [&](Group& group) {
        const auto before = found.entries.size();
        if (before == 0) {
            found.entries.reserve(group.by_age.size());
        }
        for (Entry* const entry : group.by_age) {
            ++work_;
            const Cookie& cookie = *entry->cookie;
            if (has_ended(cookie, now)) {
                ended.push_back(entry);
            } else if ((exact || !cookie.host_only) && (origin.secure || !cookie.secure)) {
                found.entries.push_back(entry);
            }
        }
        found.groups += found.entries.size() > before ? 1 : 0;
    };
    // From the longest path to the shortest. Of all that sort up to `rest` the last one shares most
    // with it: it is a prefix of `rest`, or no prefix is longer than what they share.
    auto rest = origin.path;
    for (auto next = domain.paths.upper_bound(rest); next != domain.paths.begin();
         next = domain.paths.upper_bound(rest)) {
        ++work_;
        const auto& path = std::prev(next)->first;
        const auto differs = std::ranges::mismatch(path, rest).in1;
        rest = rest.substr(0, static_cast<std::size_t>(differs - path.begin()));
        if (differs != path.end()) {
            continue;
        }
        if (path_matches(origin.path, path)) {
            collect_group(std::prev(next)->second);
        }
        if (path.empty()) {
            break;
        }
        rest.remove_suffix(1);
    }
    for (Entry* const entry : ended) {
        erase(*entry);
    }
}

/// Whether `a` is the more specific of two cookies.
AIOHTTP_DECL bool is_more_specific(const Cookie& a, const Cookie& b) noexcept {
    return a.path.size() != b.path.size() ? a.path.size() > b.path.size()
                                          : a.domain.size() > b.domain.size();
}

/// Of those with one name leaves the most specific; then puts them in the order of sending.
AIOHTTP_DECL void CookieStore::merge(std::vector<Entry*>& found) {
    const auto same_name = [](const Entry* a, const Entry* b) {
        return a->name_hash == b->name_hash && a->cookie->name == b->cookie->name;
    };
    // By name, in whatever order.
    std::ranges::sort(found, [](const Entry* a, const Entry* b) {
        if (a->name_hash != b->name_hash) {
            return a->name_hash < b->name_hash;
        }
        const int order = a->cookie->name.compare(b->cookie->name);
        return order != 0 ? order < 0 : is_more_specific(*a->cookie, *b->cookie);
    });
    found.erase(std::unique(found.begin(), found.end(), same_name), found.end());
    std::ranges::sort(found, [](const Entry* a, const Entry* b) {
        const auto left = a->cookie->path.size();
        const auto right = b->cookie->path.size();
        return left != right ? left > right : a->sequence < b->sequence;
    });
}

AIOHTTP_DECL std::vector<const Cookie*> CookieStore::select(const CookieOrigin& origin,
                                                            bool shared_only,
                                                            CookieTime now) {
    Found found;
    const auto collect_from = [&](std::string_view name, bool exact) {
        ++work_;
        const auto domain = domains_.find(name);
        if (domain != domains_.end()) {
            collect(domain->second, origin, exact, now, found);
        }
    };
    collect_from({}, true);
    bool exact = true;
    for (auto name = origin.host; !shared_only && !name.empty(); exact = false) {
        collect_from(name, exact);
        const auto dot = name.find('.');
        name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
    }
    // The cookies of one group have different names and come in the right order.
    if (found.groups > 1) {
        merge(found.entries);
    }
    std::vector<const Cookie*> selected;
    selected.reserve(found.entries.size());
    for (Entry* const entry : found.entries) {
        touch(*entry);
        selected.push_back(&*entry->cookie);
    }
    return selected;
}

AIOHTTP_DECL void CookieStore::remove_if(const std::function<bool(const Cookie&)>& remove) {
    std::vector<Entry*> removed;
    for (Entry* const entry : by_use_) {
        if (remove(*entry->cookie)) {
            removed.push_back(entry);
        }
    }
    for (Entry* const entry : removed) {
        erase(*entry);
    }
}

AIOHTTP_DECL void CookieStore::purge(CookieTime now) {
    if (first_expiry_ > now) {
        return;
    }
    remove_if([now](const Cookie& cookie) { return has_ended(cookie, now); });
    first_expiry_ = CookieTime::max();
    for (const Cookie& cookie : cookies_) {
        first_expiry_ = std::min(first_expiry_, cookie.expires.value_or(CookieTime::max()));
    }
}

AIOHTTP_DECL void CookieStore::remove_domain(std::string_view domain) {
    std::vector<Entry*> removed;
    const auto take = [&removed](const Domain& from) {
        removed.insert(removed.end(), from.by_use.begin(), from.by_use.end());
    };
    const auto itself = domains_.find(domain);
    if (itself != domains_.end()) {
        take(itself->second);
    }
    if (!domain.empty()) {
        visit_below(domain, take);
    }
    for (Entry* const entry : removed) {
        erase(*entry);
    }
}

}  // namespace aiohttp::detail
