#include <aiohttp/cookie_jar.hpp>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/detail/protocol/cookie_store.hpp>
#include <aiohttp/error.hpp>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using aiohttp::Cookie;
using aiohttp::CookieJarOptions;
using aiohttp::Pairs;
using aiohttp::SameSite;
using aiohttp::Url;
using aiohttp::ValueError;

namespace {

using Time = std::chrono::system_clock::time_point;

/// A jar, and the time it sees.
struct Jar {
    explicit Jar(CookieJarOptions options = CookieJarOptions())
        : jar(std::move(options), [this] { return now; }) {}

    void set(std::string_view url, std::initializer_list<std::string_view> lines) {
        jar.update_cookies_from_headers({lines.begin(), lines.size()}, Url(url));
    }
    std::string sent(std::string_view url) { return jar.cookie_header(Url(url)); }
    const Cookie& only() {
        REQUIRE(jar.size() == 1);
        return *jar.begin();
    }

    Time now{std::chrono::seconds(1'700'000'000)};
    aiohttp::CookieJar jar;
};

constexpr const char* site = "http://www.example.com/";

}  // namespace

TEST_CASE("a cookie goes back to its host and to no other", "[cookies][G93]") {
    Jar jar;
    jar.set(site, {"a=1"});
    CHECK(jar.sent(site) == "a=1");
    CHECK(jar.sent("http://www.example.com:8080/x?y") == "a=1");
    CHECK(jar.sent("http://other.com/").empty());
    CHECK(jar.sent("http://example.com/").empty());
}

TEST_CASE("a Domain cookie goes to every subdomain", "[cookies][G94][G95][G96]") {
    const auto domain = GENERATE(as<std::string>(), "example.com", ".example.com", "EXAMPLE.COM");
    Jar jar;
    const auto line = "a=1; Domain=" + domain;
    jar.set(site, {line});
    CHECK(jar.sent("http://example.com/") == "a=1");
    CHECK(jar.sent("http://www.example.com/") == "a=1");
    CHECK(jar.sent("http://x.y.example.com/") == "a=1");
    CHECK(jar.sent("http://badexample.com/").empty());
}

TEST_CASE("cookies for other hosts and for public suffixes are dropped", "[cookies][G94][G96]") {
    Jar jar;
    jar.set(site, {"a=1; Domain=other.com", "b=1; Domain=com", "c=1; Domain=sub.www.example.com",
                   "d=1; Domain=ample.com"});
    jar.set("http://x.co.uk/", {"a=1; Domain=co.uk"});
    jar.set("http://me.github.io/", {"a=1; Domain=github.io"});
    CHECK(jar.jar.empty());
}

TEST_CASE("a Domain that is not ASCII is the host's", "[cookies][H117]") {
    Jar jar;
    jar.set("http://www.bücher.example/",
            {"a=1; Domain=BÜCHER.example", "b=2; Domain=☃.example", "c=3; Domain=straße.example"});
    CHECK(jar.only().domain == "xn--bcher-kva.example");
    CHECK(jar.sent("http://xn--bcher-kva.example/") == "a=1");
}

TEST_CASE("a host that is a public suffix may have cookies of its own", "[cookies]") {
    Jar jar;
    jar.set("http://github.io/", {"a=1; Domain=github.io"});
    CHECK(jar.sent("http://github.io/") == "a=1");
    CHECK(jar.sent("http://me.github.io/").empty());
    jar.set("http://localhost/", {"b=1; Domain=localhost"});
    CHECK(jar.sent("http://localhost/") == "b=1");
}

TEST_CASE("a cookie without Domain belongs to its host alone", "[cookies][G95]") {
    Jar jar;
    jar.set("http://example.com/", {"a=1", "b=1; Domain=", "c=1; Domain=example.com."});
    CHECK(jar.sent("http://example.com/") == "a=1; b=1; c=1");
    CHECK(jar.sent("http://www.example.com/").empty());
}

TEST_CASE("a trailing dot of the host makes no difference", "[cookies]") {
    Jar jar;
    jar.set("http://example.com./", {"a=1", "b=2; Domain=example.com"});
    CHECK(jar.sent("http://example.com/") == "a=1; b=2");
    CHECK(jar.sent("http://example.com./") == "a=1; b=2");
    CHECK(jar.sent("http://www.example.com./") == "b=2");
}

TEST_CASE("a cookie goes to its path and what is below", "[cookies][G97][G98]") {
    Jar jar;
    jar.set("http://h.com/a/b/c",
            {"default=1", "foo=1; Path=/foo", "slash=1; Path=/foo/", "odd=1; Path=foo"});
    CHECK(jar.sent("http://h.com/foo") == "foo=1");
    CHECK(jar.sent("http://h.com/foo/bar") == "slash=1; foo=1");
    CHECK(jar.sent("http://h.com/foobar").empty());
    CHECK(jar.sent("http://h.com/a/b") == "default=1; odd=1");
    CHECK(jar.sent("http://h.com/a/b/x") == "default=1; odd=1");
    CHECK(jar.sent("http://h.com/a").empty());
}

TEST_CASE("Secure cookies come and go over https only", "[cookies][G99]") {
    Jar jar;
    jar.set("https://h.com/", {"a=1; Secure"});
    CHECK(jar.sent("http://h.com/").empty());
    CHECK(jar.sent("https://h.com/") == "a=1");
    CHECK(jar.sent("wss://h.com/") == "a=1");
    jar.set("http://h.com/", {"b=1; Secure"});
    CHECK(jar.jar.size() == 1);
}

TEST_CASE("an origin can be treated as secure", "[cookies][G99]") {
    Jar jar(CookieJarOptions().treat_as_secure_origin("http://h.com:8080/x"));
    jar.set("http://h.com:8080/", {"a=1; Secure"});
    CHECK(jar.sent("http://h.com:8080/y") == "a=1");
    CHECK(jar.sent("http://h.com/").empty());
    CHECK_THROWS_AS(CookieJarOptions().treat_as_secure_origin("h.com"), ValueError);
}

TEST_CASE("an insecure origin cannot hide a Secure cookie", "[cookies]") {
    Jar jar;
    jar.set("https://h.com/", {"a=1; Secure; Path=/x; Domain=h.com"});
    jar.set("http://h.com/", {"a=2; Path=/x", "a=2; Path=/x/y"});
    jar.set("http://sub.h.com/", {"a=3; Path=/x; Domain=h.com", "a=3; Path=/x"});
    CHECK(jar.only().value == "1");
    jar.set("http://h.com/", {"a=4; Path=/z"});
    CHECK(jar.jar.size() == 2);

    jar.set("https://deep.sub.k.com/", {"b=1; Secure"});
    jar.set("http://k.com/", {"b=2; Domain=k.com"});
    jar.set("http://otherk.com/", {"b=2"});
    CHECK(jar.sent("https://deep.sub.k.com/") == "b=1");
    CHECK(jar.sent("http://otherk.com/") == "b=2");
}

TEST_CASE("the prefixes of names keep their promises", "[cookies]") {
    Jar jar;
    jar.set("https://h.com/",
            {"__Secure-a=1", "__Host-b=1; Secure", "__Host-c=1; Secure; Path=/; Domain=h.com",
             "__host-d=1; Secure; Path=/x", "__Host-e=1; Path=/", "__Host-f", "=__Secure-g=1"});
    CHECK(jar.jar.empty());
    jar.set("https://h.com/", {"__Secure-a=1; Secure", "__Host-b=1; Secure; Path=/"});
    CHECK(jar.jar.size() == 2);
}

TEST_CASE("Max-Age and Expires end a cookie, and Max-Age counts more", "[cookies][G100][G101]") {
    Jar jar;
    jar.set(site, {"a=1; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                   "b=1; Expires=Tue, 14 Nov 2023 22:13:40 GMT", "c=1; Max-Age=abc"});
    CHECK(jar.sent(site) == "a=1; b=1; c=1");
    jar.now += 9999ms;
    CHECK(jar.sent(site) == "a=1; b=1; c=1");
    jar.now += 1ms;
    CHECK(jar.sent(site) == "b=1; c=1");
    jar.now += 10s;
    CHECK(jar.sent(site) == "c=1");
    CHECK(jar.jar.size() == 1);
}

TEST_CASE("a cookie that has ended deletes its namesake", "[cookies][G100][G101]") {
    const auto end =
        GENERATE(as<std::string>(), "Max-Age=0", "Max-Age=-1",
                 "Expires=Thu, 01-Jan-1970 00:00:00 GMT", "Expires=Wed, 09 Nov 1988 00:00:00 GMT");
    Jar jar;
    jar.set(site, {"a=1; Max-Age=100", "b=1"});
    const auto line = "a=; " + end;
    jar.set(site, {line});
    CHECK(jar.sent(site) == "b=1");
}

TEST_CASE("two-digit years and far dates are understood", "[cookies][G101]") {
    Jar jar;
    jar.set(site, {"a=1; Expires=Tue, 01-Jan-69 00:00:00 GMT"});
    CHECK(*jar.only().expires == Time(std::chrono::seconds(3'124'224'000)));
    jar.set(site, {"a=1; Max-Age=99999999999999999999"});
    CHECK(*jar.only().expires > Time(std::chrono::hours(24 * 365 * 200)));
    jar.set(site, {"a=1; Expires=Thu, 01-Jan-70 00:00:01 GMT"});
    CHECK(jar.jar.empty());
}

TEST_CASE("IP addresses have cookies only when that is wanted", "[cookies][G102]") {
    const auto url = GENERATE(as<std::string>(), "http://127.0.0.1:8080/", "http://[::1]/");
    Jar safe;
    safe.set(url, {"a=1"});
    safe.jar.update_cookies({{"b", "2"}}, Url(url));
    CHECK(safe.jar.empty());
    Jar jar(CookieJarOptions().unsafe(true));
    jar.set(url, {"a=1"});
    jar.jar.update_cookies({{"b", "2"}}, Url(url));
    CHECK(jar.sent(url) == "a=1; b=2");
    CHECK(jar.sent("http://10.0.0.1/").empty());
    CHECK(jar.jar.unsafe());
}

TEST_CASE("an address takes a Domain attribute that is itself, and no other", "[cookies]") {
    Jar jar(CookieJarOptions().unsafe(true));
    jar.set("http://10.1.2.3/", {"a=1; Domain=10.1.2.3", "b=1; Domain=2.3"});
    CHECK(jar.only().name == "a");
    CHECK(jar.only().host_only);
}

TEST_CASE("the dummy jar keeps nothing", "[cookies][G103]") {
    aiohttp::DummyCookieJar jar;
    const std::vector<std::string_view> lines = {"a=1"};
    jar.update_cookies_from_headers(lines, Url(site));
    jar.update_cookies({{"b", "2"}});
    CHECK(jar.cookie_header(Url(site)).empty());
    jar.clear();
}

TEST_CASE("cookies without URL go to every host", "[cookies][G105]") {
    Jar jar;
    jar.jar.update_cookies({{"all", "1"}, {"name", "shared"}});
    jar.set(site, {"name=own"});
    CHECK(jar.sent("http://127.0.0.1/") == "all=1; name=shared");
    CHECK(jar.sent("http://x.org/deep/path") == "all=1; name=shared");
    CHECK(jar.sent(site) == "all=1; name=own");
}

TEST_CASE("cookies given for a URL belong to its host and directory", "[cookies]") {
    Jar jar;
    jar.jar.update_cookies({{"a", "1"}}, Url("http://h.com/dir/page"));
    CHECK(jar.sent("http://h.com/dir/other") == "a=1");
    CHECK(jar.sent("http://h.com/").empty());
    CHECK(jar.sent("http://www.h.com/dir/").empty());
}

TEST_CASE("values from the caller are quoted, those of servers are not", "[cookies][G107]") {
    Jar jar;
    jar.jar.update_cookies({{"a", "x/y"}, {"b", "plain"}}, Url(site));
    jar.set(site, {"c=x/y", "d=\"x\\054y\""});
    CHECK(jar.sent(site) == "a=\"x/y\"; b=plain; c=x/y; d=\"x\\054y\"");
    Jar raw(CookieJarOptions().quote_cookie(false));
    raw.jar.update_cookies({{"a", "x/y"}}, Url(site));
    CHECK(raw.sent(site) == "a=x/y");
}

TEST_CASE("names and values from the caller cannot break out of the field", "[cookies]") {
    Jar jar(CookieJarOptions().quote_cookie(GENERATE(true, false)));
    for (const std::string& bad :
         {std::string("a\rb"), std::string("a\nb"), std::string("a\0b", 3), std::string("a\x7f")}) {
        CHECK_THROWS_AS(jar.jar.update_cookies({{"good", "1"}, {bad, "1"}}), ValueError);
        CHECK_THROWS_AS(jar.jar.update_cookies({{"good", "1"}, {"a", bad}}), ValueError);
        Cookie cookie;
        cookie.name = "a";
        for (auto* const text : {&cookie.value, &cookie.domain, &cookie.path, &cookie.name}) {
            const auto before = *text;
            *text = text == &cookie.path ? "/" + bad : bad;
            CHECK_THROWS_AS(jar.jar.set(cookie), ValueError);
            *text = before;
        }
    }
    for (const auto* bad : {"", "a=b", "a;b", "a b", "a,b"}) {
        CHECK_THROWS_AS(jar.jar.update_cookies({{bad, "1"}}), ValueError);
    }
    CHECK(jar.jar.empty());
}

TEST_CASE("a value that needs quotes is refused when quoting is off", "[cookies]") {
    Jar jar(CookieJarOptions().quote_cookie(false));
    for (const auto* bad : {"a;b", " a", "a "}) {
        CHECK_THROWS_AS(jar.jar.update_cookies({{"n", bad}}), ValueError);
    }
}

TEST_CASE("messages name the cookie and not its value", "[cookies]") {
    Jar jar;
    CHECK_THROWS_WITH(jar.jar.update_cookies({{"session", "secret\n"}}),
                      "value of cookie \"session\" holds a control character");
}

TEST_CASE("longer paths come first, then older cookies", "[cookies][G109]") {
    Jar jar;
    jar.set("http://h.com/", {"z=1", "y=1; Path=/a/b", "x=1; Path=/a", "w=1; Path=/a/b"});
    CHECK(jar.sent("http://h.com/a/b/c") == "y=1; w=1; x=1; z=1");
    jar.now += 1s;
    jar.set("http://h.com/", {"z=2"});
    CHECK(jar.sent("http://h.com/a/b/c") == "y=1; w=1; x=1; z=2");
    CHECK(jar.jar.filter_cookies(Url("http://h.com/a")) == Pairs{{"x", "1"}, {"z", "2"}});
}

TEST_CASE("of several cookies with one name the most specific is sent", "[cookies][G109]") {
    Jar jar;
    jar.set("http://www.h.com/", {"a=root", "a=deep; Path=/x", "a=parent; Domain=h.com"});
    CHECK(jar.jar.size() == 3);
    CHECK(jar.sent("http://www.h.com/x/y") == "a=deep");
    CHECK(jar.sent("http://www.h.com/") == "a=root");
    CHECK(jar.sent("http://h.com/") == "a=parent");
}

TEST_CASE("a new value keeps the time of creation", "[cookies]") {
    Jar jar;
    const auto first = jar.now;
    jar.set(site, {"a=1; HttpOnly; SameSite=Strict"});
    CHECK(jar.only().http_only);
    CHECK(jar.only().same_site == SameSite::strict);
    jar.now += 1h;
    jar.set(site, {"a=2"});
    CHECK(jar.only().value == "2");
    CHECK(jar.only().creation == first);
    CHECK_FALSE(jar.only().http_only);
}

TEST_CASE("a session cookie that replaces an ending one does not end", "[cookies][G111]") {
    Jar jar;
    jar.set(site, {"a=1; Max-Age=10"});
    jar.set(site, {"a=2"});
    jar.now += 11s;
    CHECK(jar.sent(site) == "a=2");
    CHECK_FALSE(jar.only().expires);
}

TEST_CASE("a Domain cookie that replaces the host's own reaches subdomains", "[cookies][G111]") {
    Jar jar;
    jar.set("http://h.com/", {"a=1"});
    CHECK(jar.sent("http://www.h.com/").empty());
    jar.set("http://h.com/", {"a=2; Domain=h.com"});
    CHECK(jar.sent("http://www.h.com/") == "a=2");
    CHECK(jar.sent("http://h.com/") == "a=2");
    jar.set("http://h.com/", {"a=3"});
    CHECK(jar.sent("http://www.h.com/").empty());
    CHECK(jar.jar.size() == 1);
}

TEST_CASE("cookies are removed by a predicate", "[cookies][G110]") {
    Jar jar;
    jar.set(site, {"a=1", "b=2", "c=3; Max-Age=1"});
    std::vector<std::string> seen;
    jar.now += 2s;
    jar.jar.clear([&seen](const Cookie& cookie) {
        seen.push_back(cookie.name);
        return cookie.name == "a";
    });
    CHECK(seen == std::vector<std::string>{"a", "b"});
    CHECK(jar.sent(site) == "b=2");
    jar.jar.clear();
    CHECK(jar.jar.empty());
}

TEST_CASE("cookies are removed by domain, with all subdomains", "[cookies][G110]") {
    Jar jar;
    for (const auto* url : {"http://h.com/", "http://a.h.com/", "http://b.a.h.com/",
                            "http://badh.com/", "http://com.h/", "http://g.com/"}) {
        jar.set(url, {"a=1"});
    }
    jar.jar.clear_domain("H.com");
    std::vector<std::string> left;
    for (const auto& cookie : jar.jar) {
        left.push_back(cookie.domain);
    }
    CHECK(left == std::vector<std::string>{"badh.com", "com.h", "g.com"});
    jar.jar.clear_domain("nothing.org");
    CHECK(jar.jar.size() == 3);
}

TEST_CASE("five thousand cookies of one host are all kept", "[cookies][G112]") {
    Jar jar;
    for (int i = 0; i < 5000; ++i) {
        const auto line = "n" + std::to_string(i) + "=1";
        jar.set(site, {line});
    }
    CHECK(jar.jar.size() == 5000);
    CHECK(jar.jar.filter_cookies(Url(site)).size() == 5000);
}

TEST_CASE("ten thousand Set-Cookie lines of one response stay within the limits", "[cookies]") {
    Jar jar;
    std::vector<std::string> text;
    for (int i = 0; i < 10'000; ++i) {
        text.push_back("n" + std::to_string(i) + "=1; Path=/" + std::to_string(i % 7));
    }
    const std::vector<std::string_view> lines(text.begin(), text.end());
    jar.jar.update_cookies_from_headers(lines, Url(site));
    CHECK(jar.jar.size() == 6000);
    CHECK(jar.jar.begin()->name == "n4000");
}

TEST_CASE("beyond the limits the least recently used cookies go", "[cookies]") {
    Jar jar(CookieJarOptions().max_cookies(4).max_cookies_per_domain(3));
    jar.set("http://a.com/", {"a=1", "b=1; Path=/x", "c=1"});
    jar.sent("http://a.com/");
    jar.set("http://a.com/", {"d=1"});
    CHECK(jar.sent("http://a.com/x") == "a=1; c=1; d=1");
    jar.set("http://b.com/", {"e=1"});
    jar.set("http://c.com/", {"f=1"});
    CHECK(jar.sent("http://a.com/") == "c=1; d=1");
    CHECK(jar.jar.size() == 4);
    CHECK_THROWS_AS(CookieJarOptions().max_cookies(0), ValueError);
    CHECK_THROWS_AS(CookieJarOptions().max_cookies_per_domain(0), ValueError);
}

TEST_CASE("cookies that have ended go before any other", "[cookies]") {
    Jar jar(CookieJarOptions().max_cookies(3).max_cookies_per_domain(3));
    jar.set(site, {"a=1", "b=1", "c=1; Max-Age=1"});
    jar.now += 2s;
    jar.set(site, {"d=1"});
    CHECK(jar.sent(site) == "a=1; b=1; d=1");
}

TEST_CASE("a single cookie can be set with all its attributes", "[cookies]") {
    Jar jar;
    Cookie cookie;
    cookie.name = "a";
    cookie.value = "1";
    cookie.domain = "Example.COM";
    cookie.host_only = false;
    cookie.path = "/x";
    cookie.expires = jar.now + 10s;
    jar.jar.set(cookie);
    CHECK(jar.sent("http://www.example.com/x/") == "a=1");
    CHECK(jar.only().creation == jar.now);
    cookie.domain = "com";
    CHECK_THROWS_AS(jar.jar.set(cookie), ValueError);
    cookie.domain = "h.com";
    cookie.path = "x";
    CHECK_THROWS_AS(jar.jar.set(cookie), ValueError);
    cookie.path = "/";
    cookie.name = "__Host-a";
    CHECK_THROWS_AS(jar.jar.set(cookie), ValueError);
    cookie.name = "a";
    cookie.value = std::string(4096, 'x');
    CHECK_THROWS_AS(jar.jar.set(cookie), ValueError);
    jar.now += 11s;
    CHECK(jar.jar.empty());
}

TEST_CASE("looking cookies up costs the same whatever other hosts have", "[cookies]") {
    const auto work_with = [](int hosts) {
        aiohttp::detail::CookieStore store({1'000'000, 1'000'000});
        const Time now{};
        const auto put = [&](std::string domain, std::string path) {
            Cookie cookie;
            cookie.name = "a";
            cookie.domain = std::move(domain);
            cookie.path = std::move(path);
            store.put(std::move(cookie), now);
        };
        put("www.example.com", "/");
        put("example.com", "/x");
        for (int i = 0; i < hosts; ++i) {
            put("h" + std::to_string(i) + ".example.com", "/");
            put("h" + std::to_string(i) + ".com", "/");
        }
        const auto found = store.select({"www.example.com", "/x/y", false}, false, now);
        CHECK(found.size() == 1);
        return store.work();
    };
    const auto few = work_with(10);
    CHECK(few < 20);
    CHECK(work_with(10'000) == few);
}
