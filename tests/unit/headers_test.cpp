#include <aiohttp/headers.hpp>

#include <array>
#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/error.hpp>

#include "support/catch.hpp"

using aiohttp::Headers;

namespace {

std::string describe(const Headers& headers) {
    std::string text;
    for (const auto field : headers) {
        text.append(field.name).append("=").append(field.value).append("\n");
    }
    return text;
}

}  // namespace

TEST_CASE("headers keep order, case and duplicates", "[core][J157]") {
    Headers headers;
    headers.add("Set-Cookie", "a=1");
    headers.add("X-Other", "");
    headers.add("set-cookie", "b=2");
    CHECK(describe(headers) == "Set-Cookie=a=1\nX-Other=\nset-cookie=b=2\n");
    CHECK(headers.size() == 3);
    CHECK_FALSE(headers.empty());
}

TEST_CASE("headers are found without regard to case", "[core][J157]") {
    const Headers headers{{"Content-Type", "text/html"}, {"A", "1"}, {"a", "2"}};
    CHECK(headers["content-TYPE"] == "text/html");
    CHECK(headers["a"] == "1");
    CHECK(headers["missing"].empty());
    CHECK(headers.get("A") == "1");
    CHECK_FALSE(headers.get("missing").has_value());
    CHECK(headers.at("CONTENT-TYPE") == "text/html");
    CHECK(headers.contains("content-type"));
    CHECK_FALSE(headers.contains("content-typ"));
    CHECK(headers.count("A") == 2);
    CHECK(headers.count("B") == 0);
    CHECK(headers.getall("A") == std::vector<std::string_view>{"1", "2"});
    CHECK(headers.getall("B").empty());
}

TEST_CASE("at() names the header that is missing", "[core]") {
    CHECK_THROWS_AS(Headers().at("X-Gone"), std::out_of_range);
    CHECK_THROWS_WITH(Headers().at("X-Gone"), "no header \"X-Gone\"");
}

TEST_CASE("set() replaces all fields of the name by one at the end", "[core]") {
    Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    headers.set("A", "4");
    CHECK(describe(headers) == "B=2\nA=4\n");
    headers.set("C", "5");
    CHECK(describe(headers) == "B=2\nA=4\nC=5\n");
}

TEST_CASE("set() and erase() may get views into the headers themselves", "[core]") {
    Headers headers{{"A", "a value that is too long to be kept in place"}, {"B", "2"}};
    headers.set("B", headers["A"]);
    CHECK(headers["B"] == "a value that is too long to be kept in place");
    headers.set((*headers.begin()).name, "x");
    CHECK(headers["A"] == "x");
    CHECK(headers.erase((*headers.begin()).name) == 1);
    CHECK(describe(headers) == "A=x\n");
}

TEST_CASE("add() may get views into the headers themselves", "[core]") {
    Headers headers{{"Name", "a value that is long enough to make the buffer grow"}};
    for (int i = 0; i < 10; ++i) {
        headers.add((*headers.begin()).name, headers["Name"]);
    }
    for (const auto field : headers) {
        CHECK(field.name == "Name");
        CHECK(field.value == "a value that is long enough to make the buffer grow");
    }
}

TEST_CASE("append() adds every field of another, or of the same headers", "[core]") {
    Headers headers{{"A", "1"}};
    headers.append(Headers{{"B", "2"}, {"a", "3"}});
    headers.append(Headers());
    headers.append(headers);
    REQUIRE(headers.size() == 6);
    CHECK(headers.getall("a") == std::vector<std::string_view>{"1", "3", "1", "3"});
    CHECK(headers.getall("B") == std::vector<std::string_view>{"2", "2"});
    headers.fold_into_last("more");
    CHECK(headers.getall("A").back() == "3 more");
    headers.clear();
    headers.append(Headers{{"C", "4"}});
    CHECK(headers["c"] == "4");
}

TEST_CASE("erase() removes all fields of the name and counts them", "[core]") {
    Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    CHECK(headers.erase("C") == 0);
    CHECK(headers.erase("A") == 2);
    CHECK(describe(headers) == "B=2\n");
    CHECK(headers.erase("b") == 1);
    CHECK(headers.empty());
    CHECK(headers.begin() == headers.end());
}

TEST_CASE("equal headers have the same fields in the same order and case", "[core]") {
    const Headers headers{{"A", "1"}, {"B", "2"}};
    CHECK(headers == Headers{{"A", "1"}, {"B", "2"}});
    CHECK(Headers() == Headers());
    CHECK_FALSE(headers == Headers());
    CHECK_FALSE(headers == Headers{{"B", "2"}, {"A", "1"}});
    CHECK_FALSE(headers == Headers{{"a", "1"}, {"B", "2"}});
    CHECK_FALSE(headers == Headers{{"A", "1"}, {"B", "3"}});
}

TEST_CASE("clear() removes everything", "[core]") {
    Headers headers{{"A", "1"}};
    headers.clear();
    CHECK(headers.empty());
    CHECK(describe(headers).empty());
    headers.add("B", "2");
    CHECK(describe(headers) == "B=2\n");
}

TEST_CASE("copies are independent, moving leaves nothing behind", "[core]") {
    Headers headers{{"A", "1"}};
    Headers copy = headers;
    copy.add("B", "2");
    CHECK(describe(headers) == "A=1\n");
    Headers moved = std::move(copy);
    CHECK(describe(moved) == "A=1\nB=2\n");
    CHECK(copy.empty());  // NOLINT(bugprone-use-after-move): that is the promise
    CHECK(describe(copy).empty());
    copy = std::move(moved);
    CHECK(describe(copy) == "A=1\nB=2\n");
    CHECK(moved.empty());  // NOLINT(bugprone-use-after-move)
    copy = headers;
    CHECK(describe(copy) == "A=1\n");
}

TEST_CASE("has_token() looks through comma-separated lists of all lines", "[core]") {
    const Headers headers{{"Connection", "foo , Keep-Alive,,"}, {"connection", "close"}};
    CHECK(headers.has_token("Connection", "keep-alive"));
    CHECK(headers.has_token("CONNECTION", "close"));
    CHECK(headers.has_token("connection", "FOO"));
    CHECK_FALSE(headers.has_token("connection", "keep"));
    CHECK_FALSE(headers.has_token("connection", "clos"));
    CHECK_FALSE(headers.has_token("other", "close"));
}

TEST_CASE("names that are no token are refused and named", "[core][H]") {
    const std::string name = GENERATE("", " ", "a b", "a:", "a\r\nb", "\xc3\xa4", "a\"", "(a)");
    Headers headers;
    CHECK_THROWS_AS(headers.add(name, "x"), aiohttp::ValueError);
    CHECK_THROWS_AS(headers.set(name, "x"), aiohttp::ValueError);
    CHECK_THROWS_AS((Headers{{name, "x"}}), aiohttp::ValueError);
    CHECK_THROWS_AS(headers.add(name, "x"), std::invalid_argument);
    CHECK(headers.empty());
    CHECK_THROWS_WITH(headers.add("a b", "x"), "header name \"a b\" is not a token");
}

TEST_CASE("values with control characters are refused without being told", "[core][H]") {
    using namespace std::string_literals;
    const std::string value =
        GENERATE("secret\r\nX: y"s, "secret\n"s, "secret\0"s, "secret\x7f"s, "secret\x1b"s);
    Headers headers{{"A", "kept"}};
    CHECK_THROWS_AS(headers.add("A", value), aiohttp::ValueError);
    CHECK_THROWS_AS(headers.set("A", value), aiohttp::ValueError);
    CHECK(describe(headers) == "A=kept\n");
    CHECK_THROWS_WITH(headers.add("A", value),
                      !Catch::Matchers::Contains("secret") && Catch::Matchers::Contains("\"A\""));
}

TEST_CASE("a control character is found wherever it is in a value", "[core][H]") {
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const bool allowed = (byte >= 0x20 && byte != 0x7f) || c == '\t';
        for (std::size_t length = 1; length < 20; ++length) {
            for (std::size_t at = 0; at < length; ++at) {
                std::string value(length, '\xff');
                value[at] = c;
                REQUIRE(aiohttp::detail::is_field_value(value) == allowed);
            }
        }
    }
}

TEST_CASE("values may hold tabs and bytes beyond ASCII", "[core]") {
    Headers headers;
    headers.add("A", "x\ty \xc3\xa4\xff");
    CHECK(headers["A"] == "x\ty \xc3\xa4\xff");
}

TEST_CASE("a name may have 65535 bytes and no more", "[core]") {
    Headers headers;
    const std::string name(65535, 'n');
    headers.add(name, "v");
    CHECK(headers[name] == "v");
    CHECK_THROWS_AS(headers.add(name + "n", "v"), aiohttp::ValueError);
}

TEST_CASE("values may be long", "[core]") {
    const std::string value(1 << 20, 'v');
    Headers headers{{"A", "1"}, {"B", value}, {"C", "2"}};
    CHECK(headers["B"] == value);
    CHECK(headers["C"] == "2");
}

TEST_CASE("folding appends to the last field", "[core]") {
    Headers headers;
    headers.reserve(3, 100);
    headers.add_unchecked("A", "1");
    headers.add_unchecked("B", "2");
    headers.fold_into_last("3");
    headers.fold_into_last("4");
    headers.add_unchecked("C", "5");
    CHECK(describe(headers) == "A=1\nB=2 3 4\nC=5\n");
}

TEST_CASE("the iterator is a forward iterator", "[core]") {
    static_assert(std::forward_iterator<Headers::const_iterator>);
    const Headers headers{{"A", "1"}, {"B", "2"}};
    auto first = headers.begin();
    const auto second = std::next(first);
    CHECK(first++ == headers.begin());
    CHECK(first == second);
    CHECK(++first == headers.end());
    CHECK(std::distance(headers.begin(), headers.end()) == 2);
    const Headers none;
    CHECK(none.begin() == none.end());
}

TEST_CASE("lines are taken as they are and sent as they are", "[core]") {
    constexpr std::array<Headers::Lengths, 2> lengths{{{1, 3}, {7, 0}}};
    Headers headers{{"A", "1"}};
    headers.add_lines("B: 2 3\r\nX-Empty: \r\n", lengths);
    CHECK(describe(headers) == "A=1\nB=2 3\nX-Empty=\n");
    CHECK(headers["x-empty"].empty());
    CHECK(headers.contains("X-EMPTY"));
    CHECK(headers.wire() == "A: 1\r\nB: 2 3\r\nX-Empty: \r\n");
    CHECK(Headers{{"A", "1"}, {"B", "2 3"}, {"X-Empty", ""}} == headers);
    headers.add_lines("", {});
    CHECK(headers.size() == 3);
    headers.fold_into_last("4");
    CHECK(headers.wire() == "A: 1\r\nB: 2 3\r\nX-Empty: 4\r\n");
    CHECK(Headers().wire().empty());
}

TEST_CASE("a name is found in any case, and not when it only looks alike", "[core]") {
    Headers headers{{"Set-Cookie", "a=1"}};
    CHECK(headers.contains("sET-cOOKIE"));
    CHECK_FALSE(headers.contains("Set-Cookiz"));  // as long, and with the same first letter
    CHECK_FALSE(headers.contains(""));
    headers.append(Headers{{"etag", "x"}});
    CHECK(headers["ETag"] == "x");
    const Headers copy = headers;
    CHECK(copy.contains("Etag"));
    headers.erase("etag");
    CHECK_FALSE(headers.contains("etag"));
    headers.clear();
    CHECK_FALSE(headers.contains("Set-Cookie"));
}
