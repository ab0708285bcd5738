// Host names that are not ASCII: what libidn2 makes of them, and what that may become.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/detail/core/host_name.hpp>
#include <aiohttp/detail/core/idna.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/url.hpp>

#include "support/catch.hpp"

using aiohttp::Error;
using aiohttp::InvalidUrlClientError;
using aiohttp::Url;
using aiohttp::detail::append_idna;
using aiohttp::detail::ends_in_number;

namespace {

std::string host_of(std::string_view host) {
    const Url url("http://" + std::string(host) + "/");
    // Whatever it became is fit to be parsed again, and stays.
    CHECK(Url(url.str()) == url);
    CHECK(Url::encoded(url.str()) == url);
    return std::string(url.host());
}

std::string problem_of(std::string_view host) {
    Url url;
    const Error error = Url::parse("http://" + std::string(host) + "/", url);
    CHECK(error.kind() == aiohttp::errc::invalid_url);
    return error.message();
}

}  // namespace

TEST_CASE("a host that is not ASCII becomes what DNS knows", "[H117]") {
    const std::vector<std::pair<std::string_view, std::string_view>> hosts = {
        {"bücher.example", "xn--bcher-kva.example"},
        {"BÜCHER.Example", "xn--bcher-kva.example"},
        {"bu\xcc\x88"
         "cher.example",
         "xn--bcher-kva.example"},  // decomposed
        {"b%C3%BCcher.example", "xn--bcher-kva.example"},
        {"b%c3%bccher.example.", "xn--bcher-kva.example."},
        {"straße.example", "xn--strae-oqa.example"},  // "ss" in the transitional form
        {"xn--bcher-kva.bücher", "xn--bcher-kva.xn--bcher-kva"},
        {"日本語。jp", "xn--wgv71a119e.jp"},
        {"إختبار", "xn--kgbechtv"},
        {"_dmarc.bücher.example", "_dmarc.xn--bcher-kva.example"},
        {"ｅｘａｍｐｌｅ.com", "example.com"},
        {"a\xc2\xad"
         "b.example",
         "ab.example"},  // a soft hyphen
        {"xn--bcher-kva.example", "xn--bcher-kva.example"}};
    for (const auto& [written, known] : hosts) {
        CAPTURE(written);
        CHECK(host_of(written) == known);
    }
}

TEST_CASE("an international host is the same in every form of the URL", "[H117]") {
    const Url url("http://user:p@bücher.example:8080/ü?ß#é");
    CHECK(url.str() == "http://user:p@xn--bcher-kva.example:8080/%C3%BC?%C3%9F#%C3%A9");
    CHECK(url.display() == "http://xn--bcher-kva.example:8080/%C3%BC?%C3%9F#%C3%A9");
    CHECK(url.server_name() == "xn--bcher-kva.example");
    std::string field;
    url.append_host_field(field);
    CHECK(field == "xn--bcher-kva.example:8080");
    CHECK(url.same_origin(Url("http://xn--bcher-kva.example:8080/")));
    CHECK(Url("http://h/").join("//bücher.example/x") == Url("http://xn--bcher-kva.example/x"));
}

TEST_CASE("what is no international name is an error that says why", "[H117]") {
    const std::vector<std::pair<std::string_view, std::string_view>> hosts = {
        {"☃.example", "disallowed character"},  // no symbol is in IDNA2008
        {"😀.example", "disallowed character"},
        {"-bücher.example", "hyphen"},
        {"bücher-.example", "hyphen"},
        {"ab--cd.bücher.example", "hyphens"},
        {"xn--bücher.example", "punycode"},
        {"xn--zzzzzz99999.bücher", "punycode"},
        {"\xcc\x81x.example", "combining"},
        {"1\xd7\x90.example", "bi-directional"},
        {"%FF.example", "encoding"},
        {"b%C3.example", "encoding"},
        {"bücher%00.example", "disallowed character"}};
    for (const auto& [host, reason] : hosts) {
        CAPTURE(host);
        const auto message = problem_of(host);
        CHECK_THAT(message, Catch::Matchers::Contains("its host is no international name ("));
        CHECK_THAT(message, Catch::Matchers::Contains(std::string(reason)));
        CHECK_THAT(message, Catch::Matchers::EndsWith("): \"" + std::string(host) + '"'));
    }
    CHECK_THROWS_AS(Url("http://☃.example/"), InvalidUrlClientError);
}

TEST_CASE("labels and names that become too long are errors", "[H117]") {
    std::string label;
    for (int i = 0; i < 64; ++i) {
        label += "ü";
    }
    CHECK_THAT(problem_of(label + ".example"), Catch::Matchers::Contains("no international name"));
    std::string name = "ü";
    for (int i = 0; i < 60; ++i) {
        name += ".bücher";
    }
    CHECK_THAT(problem_of(name),
               Catch::Matchers::Contains("long") || Catch::Matchers::Contains("more than 253"));
    // Given up on before libidn2 has to sort it.
    std::string huge;
    for (int i = 0; i < 100'000; ++i) {
        huge += "ü";
    }
    CHECK_THAT(problem_of(huge), Catch::Matchers::Contains("no international name"));
}

TEST_CASE("what IDNA makes is checked as any other host", "[H117]") {
    CHECK(host_of("１２７.0.0.1") == "127.0.0.1");
    CHECK(host_of("127。0。0。1") == "127.0.0.1");
    for (const auto* host :
         {"１２７.1", "０x7f.1", "0x7f。1", "２１３０７０６４３３", "127。0。0。01"}) {
        CAPTURE(host);
        CHECK_THAT(problem_of(host), Catch::Matchers::Contains("no IPv4 address"));
    }
    for (const auto* host : {"a／b.example", "℀.example", "a＠b.example", "a：80", "a％2e", "a＃b",
                             "a？b", "bücher.a%2fb", "bücher.%0a", "bücher.a b"}) {
        CAPTURE(host);
        CHECK_THAT(problem_of(host), Catch::Matchers::Contains("a character that no name has"));
    }
    for (const auto* host : {"bücher%2f.example", "bücher%0a", "bücher b", "ü*"}) {
        CAPTURE(host);
        CHECK_THAT(problem_of(host), Catch::Matchers::Contains("no international name"));
    }
    for (const auto* host : {"bücher..example", ".bücher", "bücher。。", "。bücher", "\xc2\xad"}) {
        CAPTURE(host);
        CHECK_THAT(problem_of(host), Catch::Matchers::Contains("an empty label"));
    }
}

TEST_CASE("a name that cannot be translated leaves the text as it was", "[H117]") {
    std::string out = "http://";
    CHECK(append_idna(out, "☃") != nullptr);
    CHECK(append_idna(out, std::string_view("\xc3\xbc\0x", 4)) != nullptr);
    CHECK(out == "http://");
    CHECK(append_idna(out, "ü") == nullptr);
    CHECK(out == "http://xn--tda");
}

TEST_CASE("names that resolvers take for addresses end in a number", "[H119][G102]") {
    for (const auto* name : {"127.0.0.1", "127.1", "2130706433", "0x7f000001", "a.0x", "127.0.0.1.",
                             "a.1", "a.0XfF.", "08"}) {
        CAPTURE(name);
        CHECK(ends_in_number(name));
    }
    for (const auto* name : {"", ".", "a", "a.1a", "1.a", "a.0xyz", "0xg.", "a.x0", "1-2"}) {
        CAPTURE(name);
        CHECK_FALSE(ends_in_number(name));
    }
    CHECK(Url("http://a.0xyz/").host() == "a.0xyz");
}
