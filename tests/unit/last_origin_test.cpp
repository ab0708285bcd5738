// URLs one after another: what a session remembers of the last one must change nothing.

#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/detail/core/last_origin.hpp>
#include <aiohttp/url.hpp>

#include "support/catch.hpp"

using aiohttp::Url;
using aiohttp::detail::LastOrigin;

namespace {

const std::vector<std::string_view> corpus = {
    "http://h/",
    "http://h/a",
    "http://h/a?q=1",
    "http://h/a?q#f",
    "http://h",
    "http://h?q",
    "http://h#f",
    "http://h:80/a",
    "http://h:81/a",
    "http://h:81/b",
    "http://h:8/a",
    "http://host/a",
    "http://h@evil/a",
    "http://h.evil/",
    "http://H/a",
    "http://h/a/../b",
    "http://h/a b",
    "http://h/\xc3\xa9",
    "http://h/a?",
    "http://h/%7E%",
    "http://u:p@h/a",
    "http://u:p@h/b",
    "https://h/a",
    "https://h/b",
    "http://[::1]/a",
    "http://[::1]/b",
    "http://127.0.0.1",
    "http://127.0.0.1/",
    "ftp://h/a",
    "ftp://h/b",
    "//h/a",
    "/a",
    "a",
    "",
    "http://h./a",
    "http://h\n/a",
    "http://h:99999/a",
    "http://h/a\\b",
    "http:///a",
    "http://h/a?b c",
};

void check_same(std::string_view text, LastOrigin& origin) {
    CAPTURE(text);
    Url expected("/before");
    Url parsed("/before");
    const auto wanted = Url::parse(text, expected);
    const auto error = origin.parse(text, parsed);
    CHECK(error.message() == wanted.message());
    CHECK(parsed == expected);
    CHECK(parsed.host() == expected.host());
    CHECK(parsed.port() == expected.port());
    CHECK(parsed.path() == expected.path());
    CHECK(parsed.query() == expected.query());
    CHECK(parsed.fragment() == expected.fragment());
    CHECK(parsed.authority() == expected.authority());
    CHECK(parsed.has_user_info() == expected.has_user_info());
}

}  // namespace

TEST_CASE("a URL is parsed the same whatever URL came before it") {
    for (const auto first : corpus) {
        CAPTURE(first);
        for (const auto second : corpus) {
            LastOrigin origin;
            check_same(first, origin);
            check_same(second, origin);
        }
    }
}

TEST_CASE("many URLs are parsed the same as each of them alone") {
    LastOrigin origin;
    for (int round = 0; round < 3; ++round) {
        for (const auto text : corpus) {
            check_same(text, origin);
        }
    }
}
