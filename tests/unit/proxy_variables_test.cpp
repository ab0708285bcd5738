#include <aiohttp/detail/protocol/proxy_variables.hpp>

#include <map>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using aiohttp::detail::NoProxyRules;
using aiohttp::detail::proxy_url_of;
using aiohttp::detail::ProxyVariables;

namespace {

using Environment = std::map<std::string, std::string>;

ProxyVariables read(const Environment& environment) {
    return ProxyVariables([&](const char* name) {
        const auto found = environment.find(name);
        return found == environment.end() ? nullptr : found->second.c_str();
    });
}

/// "name=value" of the variable for a scheme, or "none".
std::string chosen(const Environment& environment, std::string_view scheme) {
    const auto variables = read(environment);
    for (std::size_t i = 0; i < ProxyVariables::schemes.size(); ++i) {
        const auto& found = variables.proxies()[i];
        if (ProxyVariables::schemes[i] == scheme) {
            return found ? found->name + '=' + found->value : "none";
        }
    }
    return "no such scheme";
}

bool match(std::string_view rules, std::string_view host, std::uint16_t port = 80) {
    return NoProxyRules(rules).match(host, port);
}

}  // namespace

TEST_CASE("each scheme has its variable", "[K166]") {
    const Environment all{
        {"http_proxy", "h"}, {"https_proxy", "s"}, {"ws_proxy", "w"}, {"wss_proxy", "x"}};
    CHECK(chosen(all, "http") == "http_proxy=h");
    CHECK(chosen(all, "https") == "https_proxy=s");
    CHECK(chosen(all, "ws") == "ws_proxy=w");
    CHECK(chosen(all, "wss") == "wss_proxy=x");
    CHECK(chosen({}, "http") == "none");
}

TEST_CASE("the lower case of a variable counts before the upper case", "[K166]") {
    CHECK(chosen({{"HTTPS_PROXY", "u"}}, "https") == "HTTPS_PROXY=u");
    CHECK(chosen({{"HTTPS_PROXY", "u"}, {"https_proxy", "l"}}, "https") == "https_proxy=l");
    CHECK(chosen({{"HTTPS_PROXY", "u"}, {"https_proxy", ""}}, "https") == "none");
    CHECK(chosen({{"https_proxy", " \t"}}, "https") == "none");
    CHECK(chosen({{"https_proxy", " http://p "}}, "https") == "https_proxy=http://p");
}

TEST_CASE("all_proxy is for schemes without a variable of their own") {
    const Environment environment{{"all_proxy", "a"}, {"https_proxy", "s"}, {"wss_proxy", ""}};
    CHECK(chosen(environment, "http") == "all_proxy=a");
    CHECK(chosen(environment, "https") == "https_proxy=s");
    CHECK(chosen(environment, "wss") == "all_proxy=a");
    CHECK(chosen({{"ALL_PROXY", "a"}}, "http") == "ALL_PROXY=a");
}

TEST_CASE("HTTP_PROXY in upper case is not read under CGI", "[K166]") {
    const Environment cgi{{"HTTP_PROXY", "evil"}, {"HTTPS_PROXY", "s"}, {"REQUEST_METHOD", "GET"}};
    CHECK(chosen(cgi, "http") == "none");
    CHECK(chosen(cgi, "https") == "HTTPS_PROXY=s");
    CHECK(chosen({{"HTTP_PROXY", "h"}}, "http") == "HTTP_PROXY=h");
    CHECK(chosen({{"http_proxy", "h"}, {"REQUEST_METHOD", ""}}, "http") == "http_proxy=h");
}

TEST_CASE("a value without scheme means http", "[K166]") {
    CHECK(proxy_url_of("proxy:3128") == "http://proxy:3128");
    CHECK(proxy_url_of("me:secret@proxy") == "http://me:secret@proxy");
    CHECK(proxy_url_of("socks5h://proxy") == "socks5h://proxy");
}

TEST_CASE("no_proxy names hosts and all below them", "[K166]") {
    for (const char* const rules : {"a.test", ".a.test", "A.Test.", " b , a.test ,, "}) {
        INFO(rules);
        CHECK(match(rules, "a.test"));
        CHECK(match(rules, "x.a.test"));
        CHECK(match(rules, "y.x.a.test"));
        CHECK_FALSE(match(rules, "xa.test"));
        CHECK_FALSE(match(rules, "test"));
        CHECK_FALSE(match(rules, "a.test.org"));
    }
    CHECK(match("bücher.test", "xn--bcher-kva.test"));
    CHECK(match("one two\tthree", "two"));
    CHECK_FALSE(match("*.a.test", "x.a.test"));
    CHECK_FALSE(match("", "a.test"));
    CHECK_FALSE(match(" , . ,,", "a.test"));
}

TEST_CASE("no_proxy of a star is every host", "[K166]") {
    CHECK(match("*", "a.test"));
    CHECK(match("b.test, *", "::1"));
    CHECK_FALSE(match("**", "a.test"));
}

TEST_CASE("an entry of no_proxy may have a port") {
    CHECK(match("a.test:8080", "a.test", 8080));
    CHECK(match(".a.test:8080", "x.a.test", 8080));
    CHECK_FALSE(match("a.test:8080", "a.test", 80));
    CHECK(match("127.0.0.1:8080", "127.0.0.1", 8080));
    CHECK_FALSE(match("127.0.0.1:8080", "127.0.0.1", 80));
    CHECK(match("[::1]:8080", "::1", 8080));
    CHECK_FALSE(match("[::1]:8080", "::1", 80));
    for (const char* const rules : {"a.test:", "a.test:x", "a.test:0", "a.test:65536"}) {
        INFO(rules);
        CHECK_FALSE(match(rules, "a.test", 80));
    }
}

TEST_CASE("no_proxy knows addresses and blocks of them") {
    CHECK(match("10.1.2.3", "10.1.2.3"));
    CHECK_FALSE(match("10.1.2.3", "110.1.2.3"));
    CHECK_FALSE(match("2.3", "10.1.2.3"));
    CHECK(match("10.0.0.0/8", "10.255.0.1"));
    CHECK_FALSE(match("10.0.0.0/8", "11.0.0.1"));
    CHECK(match("192.168.4.0/22", "192.168.7.255"));
    CHECK_FALSE(match("192.168.4.0/22", "192.168.8.0"));
    CHECK(match("0.0.0.0/0", "203.0.113.1"));
    CHECK_FALSE(match("0.0.0.0/0", "2001:db8::1"));
    CHECK(match("10.1.2.3/32", "10.1.2.3"));
    CHECK_FALSE(match("10.1.2.3/33", "10.1.2.3"));
    CHECK_FALSE(match("10.1.2.3/", "10.1.2.3"));
    CHECK_FALSE(match("10.1.2.3/-1", "10.1.2.3"));
    CHECK(match("::1", "0:0:0:0:0:0:0:1"));
    CHECK(match("[::1]", "::1"));
    CHECK(match("2001:db8::/32", "2001:db8:1::1"));
    CHECK_FALSE(match("2001:db8::/32", "2001:db9::1"));
    CHECK(match("fe80::/10", "fe80::1%25eth0"));
    CHECK(match("10.0.0.0/8", "::ffff:10.0.0.1"));
    CHECK_FALSE(match("10.0.0.0/8", "a.test"));
}

TEST_CASE("a block of IPv6 addresses holds no IPv4 address, unless it is of mapped ones",
          "[K166]") {
    CHECK(match("::/0", "2001:db8::1"));
    CHECK_FALSE(match("::/0", "10.0.0.1"));
    CHECK(match("0.0.0.0/0", "10.0.0.1"));
    CHECK_FALSE(match("0.0.0.0/0", "2001:db8::1"));
    CHECK(match("::ffff:10.0.0.0/104", "10.0.0.1"));
}
