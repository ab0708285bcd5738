#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/secrets.hpp>

#include "support/catch.hpp"

using namespace aiohttp::detail;

TEST_CASE("names that usually hold secrets are known, others are not") {
    for (const std::string_view name : {"token",
                                        "access_token",
                                        "X-Api-Key",
                                        "apikey",
                                        "client_secret",
                                        "PASSWORD",
                                        "pwd",
                                        "X-Amz-Signature",
                                        "X-Auth-User",
                                        "sessionId",
                                        "private-key",
                                        "sig",
                                        "X-CSRF-Token",
                                        "auth",
                                        "JWT",
                                        "assertion",
                                        "client_assertion",
                                        "code",
                                        "sid",
                                        "session",
                                        "session_id",
                                        "SessionID"}) {
        CAPTURE(name);
        CHECK(is_secret_name(name));
    }
    for (const std::string_view name :
         {"", "author", "id", "page", "Content-Type", "monkey", "keyboard", "design",
          "X-Request-Id", "authority", "decode", "postcode", "sides", "sessions"}) {
        CAPTURE(name);
        CHECK(!is_secret_name(name));
    }
}

TEST_CASE("of credentials the scheme is left, of cookies the names") {
    CHECK(masked_field("Authorization", "Bearer abc.def") == "Bearer ***");
    CHECK(masked_field("authorization", "abc") == "***");
    CHECK(masked_field("Proxy-Authorization", "Basic dTpw") == "Basic ***");
    CHECK(masked_field("Cookie", "a=1; b=2=3; c") == "a=***; b=***;***");
    CHECK(masked_field("Set-Cookie", "a=1; Path=/x; Secure") == "a=***; Path=/x; Secure");
    CHECK(masked_field("X-Api-Key", "k") == "***");
    CHECK(masked_field("X-Api-Key", "") == "");
    CHECK(masked_field("Accept", "*/*") == "*/*");
    CHECK(masked_field("Location", "https://u:p@h/x?token=1&a=2") ==
          "https://***@h/x?token=***&a=2");
}

TEST_CASE("a URL loses user info and secret parameters, and nothing else") {
    CHECK(masked_url("http://h/a?b=c#d") == "http://h/a?b=c#d");
    CHECK(masked_url("http://u@h:1/") == "http://***@h:1/");
    CHECK(masked_url("http://u:p%40@h/a@b?q=x@y") == "http://***@h/a@b?q=x@y");
    CHECK(masked_url("/a?api_key=1&api%5Fkey=2&x") == "/a?api_key=***&api%5Fkey=***&x");
    CHECK(masked_url("http://h/?password=") == "http://h/?password=***");
    CHECK(masked_url("http://h/cb#access_token=1&state=2") ==
          "http://h/cb#access_token=***&state=2");
    CHECK(masked_url("") == "");
    CHECK(masked_url("http://h?") == "http://h?");
}

TEST_CASE("a form loses the values of secret fields") {
    CHECK(masked_form("") == "");
    CHECK(masked_form("user=a&password=b%26&x=1&") == "user=a&password=***&x=1&");
}

TEST_CASE("JSON loses the values of secret members") {
    CHECK(masked_json(R"({"user":"a","password":"b\"c","pin":1})") ==
          R"({"user":"a","password":"***","pin":1})");
    CHECK(masked_json(R"({"token" :
 -1.5e3, "secret":{"api_key":"x"}, "tokens":["t"]})") ==
          R"({"token" :
 "***", "secret":"***", "tokens":"***"})");
    CHECK(masked_json(R"({"tokens":["S1"],"secret":{"v":"S2"},"a":{"sid":true,"b":[1]}})") ==
          R"({"tokens":"***","secret":"***","a":{"sid":true,"b":[1]}})");
    CHECK(masked_json(R"({"secret" : {"a":["]}\"]}",{"b":{}}]} , "c":[{"auth":[]}]})") ==
          R"({"secret" : "***" , "c":[{"auth":"***"}]})");
    CHECK(masked_json(R"(["token","x"])") == R"(["token","x"])");
}

TEST_CASE("JSON that is cut off anywhere neither shows the secret nor runs over") {
    const std::string json =
        R"({"a":"b\\","password":"hunter2\"x","n":[1,{"token":77}],"tokens":["hunter",[7]],"secret":{"v":"hunter","w":[{"x":7}]},"z":8})";
    for (std::size_t size = 0; size <= json.size(); ++size) {
        const auto masked = masked_json(std::string_view(json).substr(0, size));
        CAPTURE(masked);
        CHECK(masked.find("hunter") == std::string::npos);
        CHECK(masked.find('7') == std::string::npos);
    }
}

TEST_CASE("a text loses the secrets of every URL in it") {
    CHECK(masked_text("") == "");
    CHECK(masked_text("no URL, a=b, token=c") == "no URL, a=b, token=c");
    CHECK(masked_text("GET http://u:p@h/?token=a&b=c: it\tfailed; /x?a=b&sig=d") ==
          "GET http://***@h/?token=***&b=c: it\tfailed; /x?a=b&sig=***");
    CHECK(masked_text("from \"http://h/?token=a b\" to \"http://u:p@h/\"") ==
          "from \"http://h/?token=***\" to \"http://***@h/\"");
    CHECK(masked_text(R"(from "http://h/?token=a\" b" on)") == R"(from "http://h/?token=***" on)");
    CHECK(masked_text("a \" http://h/?token=a <http://h/#sig=1&token=b>") ==
          "a \" http://h/?token=*** <http://h/#sig=***&token=***>");
    CHECK(masked_text("\"see http://u:p@h/ and http://u:p@h/\"") ==
          "\"see http://***@h/ and http://***@h/\"");
    CHECK(masked_text("  \n") == "  \n");
}
