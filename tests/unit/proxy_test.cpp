#include <aiohttp/proxy.hpp>

#include <string>
#include <string_view>

#include <aiohttp/error.hpp>

#include "support/catch.hpp"

using aiohttp::BasicAuth;
using aiohttp::Headers;
using aiohttp::no_proxy;
using aiohttp::Proxy;
using aiohttp::ProxyAuth;
using aiohttp::ProxyScheme;
using aiohttp::TlsOptions;
using aiohttp::Url;
using aiohttp::ValueError;

namespace {

/// What is wrong with a URL.
std::string problem(const std::string& url) {
    try {
        const Proxy proxy(url);
    } catch (const ValueError& error) {
        return error.what();
    }
    return "nothing";
}

}  // namespace

TEST_CASE("a proxy is named by a URL", "[K161]") {
    const Proxy http("http://Proxy.Test:3128/ignored?a#b");
    CHECK(http.scheme() == ProxyScheme::http);
    CHECK(http.host() == "proxy.test");
    CHECK(http.port() == 3128);
    CHECK_FALSE(http.auth());
    CHECK(http.str() == "http://proxy.test:3128");
    CHECK(Proxy("http://h").port() == 80);
    CHECK(Proxy("https://h").port() == 443);
    CHECK(Proxy("https://h").scheme() == ProxyScheme::https);
    for (const auto* const socks : {"socks4", "socks4a", "socks5", "socks5h"}) {
        CHECK(Proxy(std::string(socks) + "://h").str() == std::string(socks) + "://h:1080");
    }
    CHECK(Proxy(Url("http://[::1]:8080")).str() == "http://[::1]:8080");
    CHECK(Proxy(no_proxy).scheme() == ProxyScheme::none);
    CHECK(Proxy(no_proxy).str().empty());
}

TEST_CASE("the credentials of a proxy's URL are percent-decoded", "[K163]") {
    const Proxy proxy("http://m%40e:s%3Aecr%2Ft@h");
    REQUIRE(proxy.auth());
    CHECK(proxy.auth()->login() == "m@e");
    CHECK(proxy.auth()->password() == "s:ecr/t");
    CHECK(proxy.auth()->kind() == ProxyAuth::Kind::basic);
    CHECK(proxy.auth()->encode() == BasicAuth("m@e", "s:ecr/t").encode());
    CHECK(proxy.str() == "http://h:80");
}

TEST_CASE("what is no URL of a proxy is a ValueError that shows no secrets", "[K166]") {
    CHECK(problem("ftp://me:secret@h") ==
          "scheme \"ftp\" of proxy URL \"ftp://h\" is not http, https, socks4, socks4a, socks5 "
          "or socks5h");
    for (const char* const url :
         {"", "h:3128", "//h", "http://", "http:///", "socks5://", "http://h:99999",
          "http://me:secret@h:x", "http://me:secret@h\r\n", "socks://me:secret@h",
          "socks6://me:secret@h", "http://m%3Ae:secret@h", "socks5://me@h",
          "http://me:secret@h h"}) {
        INFO(url);
        const auto text = problem(url);
        CHECK(text != "nothing");
        CHECK(text.find("secret") == std::string::npos);
    }
    CHECK(problem("h:3128").find("\"h\"") != std::string::npos);
}

TEST_CASE("credentials must be such as the proxy's protocol can express") {
    const std::string longest(255, 'x');
    CHECK_NOTHROW(Proxy("socks5://h").auth(BasicAuth(longest, longest)));
    CHECK_THROWS_AS(Proxy("socks5://h").auth(BasicAuth(longest + 'x', "y")), ValueError);
    CHECK_THROWS_AS(Proxy("socks5h://h").auth(BasicAuth("x", longest + 'y')), ValueError);
    CHECK_THROWS_AS(Proxy("socks5h://h").auth(BasicAuth("x")), ValueError);
    CHECK_NOTHROW(Proxy("socks4://h").auth(BasicAuth("x")));
    CHECK_THROWS_AS(Proxy("socks4a://h").auth(BasicAuth(std::string("a\0b", 3))), ValueError);
    CHECK_THROWS_AS(Proxy("socks5://h").auth(ProxyAuth::digest("a", "b")), ValueError);
    CHECK_NOTHROW(Proxy("https://h").auth(ProxyAuth::digest("a", "b")));
    CHECK_THROWS_AS(ProxyAuth::digest("a:b", "c"), ValueError);
    CHECK_THROWS_AS(ProxyAuth::digest("a\nb", "c"), ValueError);
}

TEST_CASE("fields that belong to the request are not for a proxy") {
    for (const char* const name :
         {"host", "Content-Length", "transfer-encoding", "Connection", "EXPECT"}) {
        INFO(name);
        CHECK_THROWS_AS(Proxy("http://h").headers(Headers{{name, "x"}}), ValueError);
    }
    Headers bad;
    bad.add_unchecked("X-A", "a\r\nb");
    CHECK_THROWS_AS(Proxy("http://h").headers(bad), ValueError);
}

TEST_CASE("proxies are equal when they are reached and told alike", "[A17]") {
    const Proxy proxy("http://h:1");
    CHECK(proxy == Proxy("http://h:1/"));
    CHECK_FALSE(proxy == Proxy("http://h:2"));
    CHECK_FALSE(proxy == Proxy("https://h:1"));
    CHECK_FALSE(proxy == Proxy("http://i:1"));
    CHECK_FALSE(proxy == Proxy("http://a:b@h:1"));
    CHECK_FALSE(Proxy("http://a:b@h:1") == Proxy("http://a:c@h:1"));
    CHECK(Proxy("http://a:b@h:1") == Proxy("http://h:1").auth(BasicAuth("a", "b")));
    CHECK_FALSE(Proxy("http://a:b@h:1") == Proxy("http://h:1").auth(ProxyAuth::digest("a", "b")));
    CHECK_FALSE(proxy == Proxy("http://h:1").headers(Headers{{"X", "1"}}));
    CHECK(Proxy("http://h:1").headers(Headers{{"X", "1"}}) ==
          Proxy("http://h:1").headers(Headers{{"X", "1"}}));
    CHECK_FALSE(Proxy("http://h:1").headers(Headers{{"X", "1"}}) ==
                Proxy("http://h:1").headers(Headers{{"X", "2"}}));
    CHECK_FALSE(proxy == Proxy("http://h:1").ssl(TlsOptions()));
    CHECK_FALSE(proxy == Proxy("http://h:1").tunnel());
    CHECK_FALSE(proxy == Proxy(no_proxy));
}
