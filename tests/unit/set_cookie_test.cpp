#include <aiohttp/detail/protocol/set_cookie.hpp>

#include <string>

#include <aiohttp/detail/protocol/cookie_header.hpp>

#include "support/catch.hpp"

using namespace aiohttp::detail;
using aiohttp::SameSite;

namespace {

/// "name=value" and the attributes that were understood, or "none".
std::string parsed(std::string_view line) {
    const auto cookie = parse_set_cookie(line);
    if (!cookie) {
        return "none";
    }
    auto text = std::string(cookie->name).append("=").append(cookie->value);
    const auto add = [&text](std::string_view name, std::string_view value) {
        text.append("; ").append(name).append("=").append(value);
    };
    if (!cookie->domain.empty()) {
        add("Domain", cookie->domain);
    }
    if (cookie->has_path_attribute) {
        add("Path", cookie->path);
    }
    if (cookie->max_age) {
        add("Max-Age", std::to_string(*cookie->max_age));
    }
    if (cookie->expires) {
        add("Expires", std::to_string(cookie->expires->time_since_epoch().count()));
    }
    if (cookie->same_site != SameSite::unset) {
        add("SameSite", std::to_string(int(cookie->same_site)));
    }
    text += cookie->secure ? "; Secure" : "";
    text += cookie->http_only ? "; HttpOnly" : "";
    return text;
}

}  // namespace

TEST_CASE("Set-Cookie values are taken apart as browsers do it", "[cookies]") {
    const auto [line, expected] = GENERATE(table<std::string, std::string>({
        {"a=1", "a=1"},
        {"  a \t=  1 ", "a=1"},
        {"a=1;", "a=1"},
        {"a=", "a="},
        {"a=b=c", "a=b=c"},
        {"a", "=a"},
        {"=a", "=a"},
        {"a=\"b c\"; Path=/", "a=\"b c\"; Path=/"},
        {"a=\"b; c\"", "a=\"b"},
        {"a=1, b=2", "a=1, b=2"},
        {"a=1; Foo=bar; Version=1; x", "a=1"},
        {"{a:b}=[1]", "{a:b}=[1]"},
        {"a=\xc3\xa9\xff", "a=\xc3\xa9\xff"},
        {"a=b\tc", "a=b\tc"},
        {"a=1; path = /x ; SECURE ;httponly=no", "a=1; Path=/x; Secure; HttpOnly"},
        {"a=1; Path=/x; Path=/y", "a=1; Path=/y"},
        {"a=1; Path=/x; Path=y", "a=1"},
        {"a=1; Path", "a=1"},
        {"a=1; Domain=.Example.com", "a=1; Domain=Example.com"},
        {"a=1; Domain=x.com; Domain", "a=1"},
        {"a=1; Max-Age=10; Max-Age=20", "a=1; Max-Age=20"},
        {"a=1; Max-Age=-5", "a=1; Max-Age=-5"},
        {"a=1; Max-Age=abc", "a=1"},
        {"a=1; Max-Age=10; Max-Age=1.5", "a=1; Max-Age=10"},
        {"a=1; Max-Age=+1", "a=1"},
        {"a=1; Max-Age=-", "a=1"},
        {"a=1; Max-Age=99999999999999999999", "a=1; Max-Age=9223372036854775807"},
        {"a=1; Expires=Thu, 01-Jan-1970 00:00:10 GMT", "a=1; Expires=10"},
        {"a=1; Expires=soon", "a=1"},
        {"a=1; SameSite=LAX", "a=1; SameSite=2"},
        {"a=1; SameSite=Strict", "a=1; SameSite=3"},
        {"a=1; SameSite=None; Secure", "a=1; SameSite=1; Secure"},
        {"a=1; SameSite=Odd", "a=1"},
        {"", "none"},
        {"=", "none"},
        {" ; Path=/", "none"},
    }));
    INFO(line);
    CHECK(parsed(line) == expected);
}

TEST_CASE("a Set-Cookie value with a control character is no cookie", "[cookies]") {
    for (const std::string& bad : {std::string("\r"), std::string("\n"), std::string(1, '\0'),
                                   std::string("\x1f"), std::string("\x7f")}) {
        CHECK(parsed("a=1" + bad) == "none");
        CHECK(parsed(bad + "a=1") == "none");
        CHECK(parsed("a=1; Path=/" + bad) == "none");
    }
}

TEST_CASE("the sizes of cookies and attributes are limited", "[cookies]") {
    CHECK(parsed("a=" + std::string(4095, 'x')).size() == 4097);
    CHECK(parsed("a=" + std::string(4096, 'x')) == "none");
    CHECK(parsed(std::string(4096, 'n') + "=x") == "none");
    const std::string long_path = "/" + std::string(1023, 'p');
    CHECK(parsed("a=1; Path=" + long_path) == "a=1; Path=" + long_path);
    CHECK(parsed("a=1; Path=" + long_path + "p") == "a=1");
    CHECK(parsed("a=1; Path=/x; Path=" + long_path + "p") == "a=1; Path=/x");
}

TEST_CASE("cookie values are quoted as Python quotes them", "[cookies][G107]") {
    CHECK(quote_cookie_value("abc-1.2:~") == "abc-1.2:~");
    CHECK(quote_cookie_value("a/b") == "\"a/b\"");
    CHECK(quote_cookie_value("") == "\"\"");
    CHECK(quote_cookie_value("a,b;c") == "\"a\\054b\\073c\"");
    CHECK(quote_cookie_value("\xc3\xa9") == "\"\\351\"");
    CHECK(quote_cookie_value("\xc2\xa0") == "\"\\240\"");
    CHECK(quote_cookie_value("\xe2\x82\xac") == "\"\xe2\x82\xac\"");
    CHECK(quote_cookie_value("a\"b\\c") == "\"a\\\"b\\\\c\"");
    CHECK(quote_cookie_value("\xc3") == "\"\xc3\"");
}

TEST_CASE("cookies of several sources are merged by name", "[cookies][G106]") {
    const std::vector<std::pair<std::string, std::string>> cookies = {
        {"b", "2"}, {"c", "3"}, {"b", "4"}, {"", "bare"}};
    CHECK(merge_cookies("", cookies) == "b=4; c=3; bare");
    CHECK(merge_cookies("a=1; b=0; b=00;; d = x ", cookies) == "a=1; b=4; d = x; c=3; bare");
    CHECK(merge_cookies("a=1; b=0", {}) == "a=1; b=0");
    CHECK(merge_cookies("other", cookies) == "bare; b=4; c=3");
}
