#include <aiohttp/auth.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/detail/core/base64.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/url.hpp>

#include "support/catch.hpp"

using aiohttp::BasicAuth;
using aiohttp::bearer_auth;
using aiohttp::BearerAuth;
using aiohttp::ValueError;
using aiohttp::detail::base64_encode;

TEST_CASE("base64 gives the vectors of RFC 4648", "[core]") {
    const std::vector<std::pair<std::string_view, std::string_view>> vectors = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xfb\xef\xff", "++//"},
        {std::string_view("\0\0\0\0", 4), "AAAAAA=="}};
    for (const auto& [bytes, text] : vectors) {
        CHECK(base64_encode(bytes) == text);
    }
}

TEST_CASE("Basic credentials are the base64 of login, colon and password", "[F83]") {
    CHECK(BasicAuth("user", "pass").encode() == "Basic dXNlcjpwYXNz");
    CHECK(BasicAuth("user").encode() == "Basic dXNlcjo=");
    CHECK(BasicAuth("", "p").encode() == "Basic OnA=");
    CHECK(BasicAuth("u", "a:b").encode() == "Basic dTphOmI=");
}

TEST_CASE("Basic credentials are UTF-8", "[F83]") {
    // RFC 7617 2.1: user "test", password "123" and the pound sign.
    CHECK(BasicAuth("test", "123\xc2\xa3").encode() == "Basic dGVzdDoxMjPCow==");
}

TEST_CASE("a login with a colon is refused, and the message does not tell the password", "[F83]") {
    try {
        const BasicAuth auth("a:b", "secret");
        FAIL("taken: " << auth.login());
    } catch (const ValueError& error) {
        const std::string text = error.what();
        CHECK(text.find("\"a:b\"") != std::string::npos);
        CHECK(text.find("secret") == std::string::npos);
    }
}

TEST_CASE("credentials are values", "[F83]") {
    CHECK(BasicAuth("u", "p") == BasicAuth("u", "p"));
    CHECK_FALSE(BasicAuth("u", "p") == BasicAuth("u", "q"));
    CHECK(BasicAuth("u", "p").login() == "u");
    CHECK(BasicAuth("u", "p").password() == "p");
}

TEST_CASE("a bearer token is sent as it is", "[F83]") {
    CHECK(BearerAuth("mF_9.B5f-4.1JqM").encode() == "Bearer mF_9.B5f-4.1JqM");
    CHECK(bearer_auth("a+b/c~d==") == "Bearer a+b/c~d==");
    CHECK(BearerAuth("x").token() == "x");
    CHECK(BearerAuth("x") == BearerAuth("x"));
    CHECK_FALSE(BearerAuth("x") == BearerAuth("y"));
}

TEST_CASE("what is no bearer token is refused, and the message does not tell it", "[F83]") {
    using namespace std::string_literals;
    for (const auto& token : {""s, "="s, "=a"s, "secret a"s, "secret\r\nX: y"s, "secret\0"s,
                              "secret=a"s, "Bearer secret"s, "sécret"s, " secret"s, "secret\n"s}) {
        CAPTURE(token);
        try {
            const auto value = bearer_auth(token);
            FAIL("taken: " << value);
        } catch (const ValueError& error) {
            CHECK(std::string(error.what()).find("cret") == std::string::npos);
        }
    }
}

TEST_CASE("Basic credentials can be ISO-8859-1", "[F83]") {
    using aiohttp::AuthEncoding;
    const BasicAuth latin("J\xc3\xbcrgen", "\xc2\xa3\xc3\xbf", AuthEncoding::latin1);
    CHECK(latin.encode() == "Basic " + base64_encode("J\xfcrgen:\xa3\xff"));
    CHECK(latin.encoding() == AuthEncoding::latin1);
    CHECK_FALSE(latin == BasicAuth("J\xc3\xbcrgen", "\xc2\xa3\xc3\xbf"));
    CHECK(BasicAuth("a", "b", AuthEncoding::latin1).encode() == BasicAuth("a", "b").encode());
    for (const auto* const bad : {"\xe2\x82\xac", "\xc4\x80", "\xff", "\xc3", "\xc3z"}) {
        CHECK_THROWS_AS(BasicAuth("a", bad, AuthEncoding::latin1), ValueError);
        CHECK_THROWS_AS(BasicAuth(bad, "a", AuthEncoding::latin1), ValueError);
    }
    try {
        const BasicAuth auth("me", "secret\xe2\x82\xac", AuthEncoding::latin1);
        FAIL("taken: " << auth.login());
    } catch (const ValueError& error) {
        CHECK(std::string(error.what()) ==
              "the credentials of \"me\" have a character that is not in ISO-8859-1");
    }
}

TEST_CASE("Basic credentials are taken out of a field", "[F83]") {
    using aiohttp::AuthEncoding;
    for (const auto* const password : {"pass", "", "a:b", "p@ss w\xc3\xb6rd"}) {
        const BasicAuth auth("user", password);
        CHECK(BasicAuth::decode(auth.encode()) == auth);
    }
    CHECK(BasicAuth::decode("  bAsIc \t dXNlcjpwYXNz ") == BasicAuth("user", "pass"));
    CHECK(BasicAuth::decode("Basic dTo") == BasicAuth("u"));
    const BasicAuth latin("\xc3\xbc", "\xc3\x80\x7e", AuthEncoding::latin1);
    CHECK(BasicAuth::decode(latin.encode(), AuthEncoding::latin1) == latin);
    for (const auto& bad :
         {std::string(), std::string("Basic"), std::string("Basic "), std::string("Basicdxs="),
          std::string("Bearer dXNlcjpwYXNz"), std::string("dXNlcjpwYXNz"), std::string("Basic !"),
          std::string("Basic dXNl cjpwYXNz"), std::string("Basic dXNlcg=="),
          std::string("Basic dXNlcjpwYXNz,x"), std::string("Basic dXNlcjpwYXNz\0", 19)}) {
        INFO(bad);
        CHECK_THROWS_AS(BasicAuth::decode(bad), ValueError);
    }
}

TEST_CASE("Basic credentials are taken out of a URL", "[F84][F85]") {
    using aiohttp::Url;
    CHECK(BasicAuth::from_url(Url("http://us%65r:p%40@h/")) == BasicAuth("user", "p@"));
    CHECK(BasicAuth::from_url(Url("http://user@h/")) == BasicAuth("user"));
    CHECK_FALSE(BasicAuth::from_url(Url("http://h/")));
    CHECK_THROWS_AS(BasicAuth::from_url(Url("http://a%3Ab@h/")), ValueError);
}
