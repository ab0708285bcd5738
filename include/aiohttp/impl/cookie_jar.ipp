#pragma once

#include <algorithm>
#include <utility>

#include <aiohttp/cookie_jar.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/cookie_value.hpp>
#include <aiohttp/detail/protocol/cookie_admission.hpp>
#include <aiohttp/detail/protocol/cookie_header.hpp>
#include <aiohttp/detail/protocol/cookie_match.hpp>
#include <aiohttp/detail/protocol/cookie_store.hpp>
#include <aiohttp/detail/protocol/public_suffix.hpp>
#include <aiohttp/detail/protocol/set_cookie.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp {

AIOHTTP_DECL AbstractCookieJar::~AbstractCookieJar() = default;

AIOHTTP_DECL std::string AbstractCookieJar::cookie_header(const Url& url) {
    return detail::merge_cookies({}, filter_cookies(url));
}

AIOHTTP_DECL void DummyCookieJar::update_cookies(const Pairs& /*cookies*/, const Url& /*url*/) {}
AIOHTTP_DECL void DummyCookieJar::update_cookies_from_headers(
    std::span<const std::string_view> /*values*/, const Url& /*url*/) {}
AIOHTTP_DECL Pairs DummyCookieJar::filter_cookies(const Url& /*url*/) {
    return {};
}
AIOHTTP_DECL void DummyCookieJar::clear() {}

AIOHTTP_DECL CookieJarOptions::CookieJarOptions() = default;

AIOHTTP_DECL CookieJarOptions& CookieJarOptions::unsafe(bool on) & {
    unsafe_ = on;
    return *this;
}
AIOHTTP_DECL CookieJarOptions&& CookieJarOptions::unsafe(bool on) && {
    return std::move(this->unsafe(on));
}

AIOHTTP_DECL CookieJarOptions& CookieJarOptions::quote_cookie(bool on) & {
    quote_cookie_ = on;
    return *this;
}
AIOHTTP_DECL CookieJarOptions&& CookieJarOptions::quote_cookie(bool on) && {
    return std::move(this->quote_cookie(on));
}

AIOHTTP_DECL CookieJarOptions& CookieJarOptions::treat_as_secure_origin(std::string_view url) & {
    Url origin(url);
    if (!origin.is_absolute()) {
        throw ValueError("treat_as_secure_origin: " + detail::quote(url) +
                         " has no scheme or host");
    }
    secure_origins_.push_back(std::move(origin));
    return *this;
}
AIOHTTP_DECL CookieJarOptions&& CookieJarOptions::treat_as_secure_origin(std::string_view url) && {
    return std::move(this->treat_as_secure_origin(url));
}

AIOHTTP_DECL CookieJarOptions& CookieJarOptions::max_cookies(std::size_t count) & {
    if (count == 0) {
        throw ValueError("max_cookies must be at least 1; DummyCookieJar keeps none");
    }
    max_cookies_ = count;
    return *this;
}
AIOHTTP_DECL CookieJarOptions&& CookieJarOptions::max_cookies(std::size_t count) && {
    return std::move(this->max_cookies(count));
}

AIOHTTP_DECL CookieJarOptions& CookieJarOptions::max_cookies_per_domain(std::size_t count) & {
    if (count == 0) {
        throw ValueError("max_cookies_per_domain must be at least 1; DummyCookieJar keeps none");
    }
    max_cookies_per_domain_ = count;
    return *this;
}
AIOHTTP_DECL CookieJarOptions&& CookieJarOptions::max_cookies_per_domain(std::size_t count) && {
    return std::move(this->max_cookies_per_domain(count));
}

AIOHTTP_DECL CookieJar::CookieJar(CookieJarOptions options, Now now)
    : options_(std::move(options)),
      now_(std::move(now)),
      store_(std::make_unique<detail::CookieStore>(
          detail::CookieLimits{options_.max_cookies_, options_.max_cookies_per_domain_})) {}
AIOHTTP_DECL CookieJar::~CookieJar() = default;

AIOHTTP_DECL std::chrono::system_clock::time_point CookieJar::now() const {
    return now_ ? now_() : std::chrono::system_clock::now();
}

AIOHTTP_DECL bool CookieJar::is_secure(const Url& url) const {
    const auto same_origin = [&url](const Url& origin) { return origin.same_origin(url); };
    return url.scheme() == "https" || url.scheme() == "wss" ||
           std::ranges::any_of(options_.secure_origins_, same_origin);
}

AIOHTTP_DECL void CookieJar::update_cookies(const Pairs& cookies, const Url& url) {
    std::vector<Cookie> checked;
    for (const auto& [name, value] : cookies) {
        Cookie cookie;
        cookie.name = name;
        cookie.value = detail::encode_cookie_value(name, value, options_.quote_cookie_);
        cookie.domain = url.server_name();
        cookie.path = detail::default_cookie_path(url.path());
        checked.push_back(std::move(cookie));
    }
    if (!options_.unsafe_ && detail::is_ip_host(url.server_name())) {
        return;
    }
    const auto time = now();
    for (auto& cookie : checked) {
        cookie.creation = detail::whole_milliseconds(time);
        store_->put(std::move(cookie), time);
    }
}

AIOHTTP_DECL void CookieJar::update_cookies_from_headers(std::span<const std::string_view> values,
                                                         const Url& url) {
    const detail::CookieOrigin origin{url.server_name(), url.path(), is_secure(url)};
    if (values.empty() || origin.host.empty() ||
        (!options_.unsafe_ && detail::is_ip_host(origin.host))) {
        return;
    }
    const auto time = now();
    for (const auto value : values) {
        const auto parsed = detail::parse_set_cookie(value);
        auto cookie = parsed ? detail::admit_cookie(*parsed, origin, time) : std::nullopt;
        if (cookie && (origin.secure || !store_->hides_secure(*cookie))) {
            store_->put(std::move(*cookie), time);
        }
    }
}

AIOHTTP_DECL std::vector<const Cookie*> CookieJar::select(const Url& url) {
    if (store_->cookies().empty()) {
        return {};
    }
    const detail::CookieOrigin origin{url.server_name(), url.path(), is_secure(url)};
    const bool shared_only = !options_.unsafe_ && detail::is_ip_host(origin.host);
    return store_->select(origin, shared_only, now());
}

AIOHTTP_DECL Pairs CookieJar::filter_cookies(const Url& url) {
    const auto selected = select(url);
    Pairs pairs;
    pairs.reserve(selected.size());
    for (const Cookie* const cookie : selected) {
        pairs.emplace_back(cookie->name, cookie->value);
    }
    return pairs;
}

AIOHTTP_DECL std::string CookieJar::cookie_header(const Url& url) {
    const auto selected = select(url);
    std::size_t size = 0;
    for (const Cookie* const cookie : selected) {
        size += cookie->name.size() + cookie->value.size() + 3;  // "=" and "; "
    }
    std::string field;
    field.reserve(size);
    for (const Cookie* const cookie : selected) {
        detail::append_cookie(field, cookie->name, cookie->value);
    }
    return field;
}

AIOHTTP_DECL void CookieJar::set(Cookie cookie) {
    auto name = "cookie " + detail::quote(cookie.name) + ": ";
    cookie.domain = detail::to_lower_copy(cookie.domain);
    const auto problem = detail::cookie_problem(cookie);
    if (!problem.empty()) {
        throw ValueError(name.append(problem));
    }
    if (!cookie.host_only &&
        (detail::is_ip_host(cookie.domain) || detail::is_public_suffix(cookie.domain))) {
        throw ValueError(name + "nobody owns all below the domain " + detail::quote(cookie.domain));
    }
    if (!detail::keeps_prefix_promise(cookie, true)) {
        throw ValueError(name + "the prefix of its name promises what its attributes do not keep");
    }
    const auto time = now();
    const bool is_new = cookie.creation == std::chrono::system_clock::time_point();
    cookie.creation = detail::whole_milliseconds(is_new ? time : cookie.creation);
    if (cookie.expires) {
        cookie.expires = detail::whole_milliseconds(*cookie.expires);
    }
    store_->put(std::move(cookie), time);
}

AIOHTTP_DECL void CookieJar::clear() {
    clear([](const Cookie&) { return true; });
}

AIOHTTP_DECL void CookieJar::clear(const std::function<bool(const Cookie&)>& remove) {
    purge();
    store_->remove_if(remove);
}

AIOHTTP_DECL void CookieJar::clear_domain(std::string_view domain) {
    store_->remove_domain(detail::to_lower_copy(domain.substr(domain.starts_with('.') ? 1 : 0)));
}

AIOHTTP_DECL void CookieJar::purge() const {
    store_->purge(now());
}

AIOHTTP_DECL CookieJar::const_iterator CookieJar::begin() const {
    purge();
    return store_->cookies().begin();
}

AIOHTTP_DECL CookieJar::const_iterator CookieJar::end() const {
    return store_->cookies().end();
}

AIOHTTP_DECL std::size_t CookieJar::size() const {
    purge();
    return store_->cookies().size();
}

AIOHTTP_DECL CookieFileError::CookieFileError(const std::string& path,
                                              std::size_t line,
                                              const std::string& reason)
    : std::runtime_error("cookie file " + path +
                         (line > 0 ? ", line " + std::to_string(line) : std::string()) + ": " +
                         reason),
      path_(path),
      line_(line) {}

}  // namespace aiohttp
