#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/cookie.hpp>
#include <aiohttp/pairs.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp {

namespace detail {
class CookieStore;
}

/// Where a session keeps cookies between requests. Sessions may share one
/// (ClientSessionOptions::cookie_jar); it is used from one thread or strand at a time.
class AbstractCookieJar {
public:
    AbstractCookieJar() = default;
    AbstractCookieJar(const AbstractCookieJar&) = delete;
    AbstractCookieJar& operator=(const AbstractCookieJar&) = delete;
    virtual ~AbstractCookieJar();

    /// Stores session cookies for the host of `url` only, below its directory; for every host when
    /// `url` is empty. Throws ValueError for a name that is empty or holds a blank, "=", ";" or
    /// ",", and for control characters in names and values.
    virtual void update_cookies(const Pairs& cookies, const Url& url = Url()) = 0;
    /// Stores what the Set-Cookie values of a response from `url` say; those that are malformed or
    /// not the server's to set are passed over.
    virtual void update_cookies_from_headers(std::span<const std::string_view> values,
                                             const Url& url) = 0;
    /// The cookies for a request, with their values as they are sent, in the order in which they
    /// are sent: longest path first, then the oldest. Of several with one name the most specific.
    virtual Pairs filter_cookies(const Url& url) = 0;
    /// Removes all cookies.
    virtual void clear() = 0;
    /// Whether values given by the caller are quoted, see CookieJarOptions::quote_cookie().
    virtual bool quote_cookie() const noexcept = 0;

    /// The value of a Cookie field for a request: filter_cookies() in one string, each name
    /// once; perhaps empty. A jar may override it to do so without the pairs.
    virtual std::string cookie_header(const Url& url);
};

/// A jar that keeps nothing and sends nothing.
class DummyCookieJar final : public AbstractCookieJar {
public:
    void update_cookies(const Pairs& cookies, const Url& url = Url()) override;
    void update_cookies_from_headers(std::span<const std::string_view> values,
                                     const Url& url) override;
    Pairs filter_cookies(const Url& url) override;
    void clear() override;
    bool quote_cookie() const noexcept override { return true; }
};

/// The options of a CookieJar; set in a chain: `CookieJarOptions().unsafe(true)`.
class CookieJarOptions {
public:
    CookieJarOptions();

    /// Whether hosts that are IP addresses have cookies too. Default false.
    CookieJarOptions& unsafe(bool on) &;
    CookieJarOptions&& unsafe(bool on) &&;
    /// Whether values that the caller gives are put in double quotes when they are empty or hold
    /// anything but letters, digits and !#$%&'*+-.^_`|~: as Python does. Default true. What
    /// servers set is sent back as it came.
    CookieJarOptions& quote_cookie(bool on) &;
    CookieJarOptions&& quote_cookie(bool on) &&;
    /// Lets an origin (scheme, host and port of an absolute URL; else ValueError) have Secure
    /// cookies though it is not https. Call it once for each.
    CookieJarOptions& treat_as_secure_origin(std::string_view url) &;
    CookieJarOptions&& treat_as_secure_origin(std::string_view url) &&;
    /// How many cookies are kept, at least 1; beyond that the least recently used ones go.
    /// Default 20000.
    CookieJarOptions& max_cookies(std::size_t count) &;
    CookieJarOptions&& max_cookies(std::size_t count) &&;
    /// The same for one domain. Default 6000.
    CookieJarOptions& max_cookies_per_domain(std::size_t count) &;
    CookieJarOptions&& max_cookies_per_domain(std::size_t count) &&;

private:
    friend class CookieJar;
    bool unsafe_ = false;
    bool quote_cookie_ = true;
    std::vector<Url> secure_origins_;
    std::size_t max_cookies_ = 20'000;
    std::size_t max_cookies_per_domain_ = 6'000;
};

/// How cookies are kept in a file.
enum class CookieFormat : unsigned char {
    /// aiohttp's: everything, readable, one object a domain and path.
    json,
    /// cookies.txt, as curl, wget and browsers' exports: no SameSite, no creation times. Cookies
    /// for every host and those with a tab in their name are left out.
    netscape,
};

/// A cookie file cannot be read or written, or is not what it should be. The message names the
/// file, the line and what is wrong.
class CookieFileError : public std::runtime_error {
public:
    CookieFileError(const std::string& path, std::size_t line, const std::string& reason);
    /// The file.
    const std::string& path() const noexcept { return path_; }
    /// The line, from 1; 0 when the file could not be opened, read or written.
    std::size_t line() const noexcept { return line_; }

private:
    std::string path_;
    std::size_t line_;
};

/// Cookies in memory, by the rules of RFC 6265bis: domains (no public suffixes), paths, Secure,
/// expiry, `__Host-` and `__Secure-` names; a name and value of at most 4096 bytes. Looking cookies
/// up takes as long with many hosts in the jar as with one.
///
/// What is different, as in aiohttp: of several cookies with one name only the most specific is
/// sent, a Domain cookie replaces the host's own, and a session cookie ends with the jar only.
class CookieJar final : public AbstractCookieJar {
public:
    /// What tells the time; testable.
    using Now = std::function<std::chrono::system_clock::time_point()>;
    using const_iterator = std::list<Cookie>::const_iterator;

    explicit CookieJar(CookieJarOptions options = CookieJarOptions(), Now now = Now());
    ~CookieJar() override;

    void update_cookies(const Pairs& cookies, const Url& url = Url()) override;
    void update_cookies_from_headers(std::span<const std::string_view> values,
                                     const Url& url) override;
    Pairs filter_cookies(const Url& url) override;
    std::string cookie_header(const Url& url) override;
    void clear() override;
    bool quote_cookie() const noexcept override { return options_.quote_cookie_; }

    /// Stores one cookie with all its attributes, replacing one of the same name, domain and path.
    /// Throws ValueError when no server could have set it: control characters, ";" in name, value
    /// or path, "=" in the name, blanks at an end, more than 4096 bytes of name and value, a path
    /// that does not begin with "/", a domain that is a public suffix and not host_only, a name
    /// with a prefix whose promise it breaks.
    void set(Cookie cookie);
    /// Removes the cookies that `remove` says.
    void clear(const std::function<bool(const Cookie&)>& remove);
    /// Removes the cookies of a domain and of all below it.
    void clear_domain(std::string_view domain);

    /// The cookies, oldest first; begin() and size() first remove those that have ended. Iterators
    /// are valid until the jar changes.
    const_iterator begin() const;
    const_iterator end() const;
    /// How many cookies there are.
    std::size_t size() const;
    /// Whether there are none.
    bool empty() const { return size() == 0; }
    /// Whether IP addresses have cookies too.
    bool unsafe() const noexcept { return options_.unsafe_; }

    /// Writes all cookies to a file, readable by its owner only (mode 0600), all or nothing: the
    /// file under that name is the old or the new one, whatever happens. Throws CookieFileError.
    void save(const std::string& path, CookieFormat format = CookieFormat::json) const;
    /// Replaces all cookies by those of a file. Those that have ended are passed over. Throws
    /// CookieFileError, and then the jar is as before.
    void load(const std::string& path, CookieFormat format = CookieFormat::json);

private:
    std::chrono::system_clock::time_point now() const;
    bool is_secure(const Url& url) const;
    std::vector<const Cookie*> select(const Url& url);
    void purge() const;

    CookieJarOptions options_;
    Now now_;
    std::unique_ptr<detail::CookieStore> store_;
};

}  // namespace aiohttp
