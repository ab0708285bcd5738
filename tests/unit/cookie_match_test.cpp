#include <aiohttp/detail/protocol/cookie_match.hpp>

#include <string>

#include <aiohttp/detail/protocol/public_suffix.hpp>

#include "support/catch.hpp"

using namespace aiohttp::detail;

TEST_CASE("a host matches its own domain and those above it, by whole labels", "[cookies][G94]") {
    CHECK(domain_matches("example.com", "example.com"));
    CHECK(domain_matches("www.example.com", "example.com"));
    CHECK(domain_matches("a.b.example.com", "example.com"));
    CHECK_FALSE(domain_matches("example.com", "www.example.com"));
    CHECK_FALSE(domain_matches("badexample.com", "example.com"));
    CHECK_FALSE(domain_matches("other.com", "example.com"));
    CHECK_FALSE(domain_matches("example.com", ""));
    CHECK(domain_matches("", ""));
    CHECK(domain_matches("127.0.0.1", "127.0.0.1"));
    CHECK_FALSE(domain_matches("127.0.0.1", "0.0.1"));
    CHECK_FALSE(domain_matches("::1", "1"));
}

TEST_CASE("a path matches what is above it, by whole segments", "[cookies][G97]") {
    CHECK(path_matches("/foo", "/foo"));
    CHECK(path_matches("/foo/", "/foo"));
    CHECK(path_matches("/foo/bar", "/foo"));
    CHECK(path_matches("/foo/bar", "/foo/"));
    CHECK(path_matches("/foo", "/"));
    CHECK_FALSE(path_matches("/foobar", "/foo"));
    CHECK_FALSE(path_matches("/foo", "/foo/"));
    CHECK_FALSE(path_matches("/Foo", "/foo"));
    CHECK_FALSE(path_matches("/", "/foo"));
}

TEST_CASE("the default path of a cookie is the directory of its URL", "[cookies][G98]") {
    CHECK(default_cookie_path("/a/b/c") == "/a/b");
    CHECK(default_cookie_path("/a/b/") == "/a/b");
    CHECK(default_cookie_path("/a") == "/");
    CHECK(default_cookie_path("/") == "/");
    CHECK(default_cookie_path("") == "/");
    CHECK(default_cookie_path("a/b") == "/");
}

TEST_CASE("IP addresses are told from names, in every form that resolvers take",
          "[cookies][G102]") {
    for (const auto* ip : {"127.0.0.1", "::1", "fe80::1%eth0", "127.1", "2130706433", "0x7f000001",
                           "127.0.0.0x1", "127.0.0.1.", "0x"}) {
        INFO(ip);
        CHECK(is_ip_host(ip));
    }
    for (const auto* name :
         {"example.com", "1.example.com", "localhost", "", "1a", "a.0xg", "127.0.0.one"}) {
        INFO(name);
        CHECK_FALSE(is_ip_host(name));
    }
}

TEST_CASE("public suffixes are known", "[cookies][G96]") {
    for (const auto* suffix :
         {"com", "co.uk", "github.io", "localhost", "intranet", "kawasaki.jp"}) {
        INFO(suffix);
        CHECK(is_public_suffix(suffix));
    }
    for (const auto* domain : {"example.com", "bbc.co.uk", "me.github.io", "city.kawasaki.jp"}) {
        INFO(domain);
        CHECK_FALSE(is_public_suffix(domain));
    }
}
