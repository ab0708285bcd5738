#include <string>
#include <string_view>

#include <aiohttp/detail/core/percent.hpp>

#include "support/catch.hpp"

using namespace aiohttp::detail;

namespace {

std::string quoted(std::string_view text, const CharSet& legal, std::string_view space) {
    std::string out;
    append_quoted(out, text, legal, space);
    return out;
}

std::string requoted(std::string_view text, const CharSet& legal, std::string_view space) {
    std::string out;
    append_requoted(out, text, legal, space);
    return out;
}

std::string all_bytes() {
    std::string bytes;
    for (int c = 0; c < 256; ++c) {
        bytes += static_cast<char>(c);
    }
    return bytes;
}

}  // namespace

TEST_CASE("requoting keeps what is legal and encodes what is not", "[H115]") {
    struct Case {
        const char* text;
        const char* wanted;
    };
    const auto test =
        GENERATE(Case{"", ""}, Case{"/get", "/get"}, Case{"/a b", "/a%20b"},
                 Case{"/\xc3\xa9", "/%C3%A9"}, Case{"%2F%2f%7E%7e", "%2F%2f%7E%7e"},
                 Case{"%zz", "%25zz"}, Case{"%", "%25"}, Case{"%4", "%254"}, Case{"%%41", "%25%41"},
                 Case{"%4%41", "%254%41"}, Case{"100%", "100%25"}, Case{"a|b", "a%7Cb"},
                 Case{"<>\"[]\\^`{}", "%3C%3E%22%5B%5D%5C%5E%60%7B%7D"},
                 Case{"!$&'()*+,;=:@-._~", "!$&'()*+,;=:@-._~"});
    CAPTURE(test.text);
    CHECK(requoted(test.text, is_path_char, "%20") == test.wanted);
}

TEST_CASE("requoting twice is requoting once") {
    const std::string once = requoted(all_bytes() + "%4%41%zz%", is_path_char, "%20");
    CHECK(requoted(once, is_path_char, "%20") == once);
}

TEST_CASE("a space becomes what the part of the URL calls for") {
    CHECK(requoted("a b+c%20d", is_query_char, "+") == "a+b+c%20d");
    CHECK(quoted("a b+c", is_param_char, "+") == "a+b%2Bc");
    CHECK(quoted("a b", is_path_char, "%20") == "a%20b");
}

TEST_CASE("quoting encodes the percent sign too", "[H114]") {
    CHECK(quoted("%41 100%", is_param_char, "+") == "%2541+100%25");
}

TEST_CASE("a param keeps only what means nothing to the server", "[H114]") {
    CHECK(quoted("&=+#;", is_param_char, "+") == "%26%3D%2B%23%3B");
    CHECK(quoted("/?:@!$'()*,-._~", is_param_char, "+") == "/?:@!$'()*,-._~");
    CHECK(quoted("\r\n\t\x7f", is_param_char, "+") == "%0D%0A%09%7F");
}

TEST_CASE("decoding undoes quoting for every byte") {
    const std::string bytes = all_bytes();
    CHECK(percent_decode(quoted(bytes, is_path_char, "%20")) == bytes);
    CHECK(percent_decode(quoted(bytes, is_param_char, "%20")) == bytes);
}

TEST_CASE("decoding leaves a percent sign that encodes nothing") {
    CHECK(percent_decode("%zz%4%") == "%zz%4%");
    CHECK(percent_decode("%%41%C3%a9") == "%A\xc3\xa9");
    CHECK(percent_decode("a+b") == "a+b");
}
