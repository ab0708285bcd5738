#include <aiohttp/auth.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/detail/core/base64.hpp>
#include <aiohttp/error.hpp>
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
