#include <cstddef>
#include <cstdint>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <aiohttp/error.hpp>
#include <aiohttp/url.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include "support/catch.hpp"

using aiohttp::Error;
using aiohttp::InvalidUrlClientError;
using aiohttp::Url;

namespace {

using Params = std::vector<std::pair<std::string, std::string>>;

std::string problem_of(std::string_view text) {
    Url url;
    return Url::parse(text, url).message();
}

std::string host_field(const Url& url) {
    std::string out;
    url.append_host_field(out);
    return out;
}

// Valid, in every shape; some need requoting.
const std::vector<std::string> corpus = {
    "",
    "x",
    "/x",
    "//h/p",
    "//h",
    "?q",
    "?",
    "#f",
    "#",
    "../x",
    "./a:b",
    "..",
    "a/b?c#d",
    "http://h",
    "http://h/",
    "http://h?q",
    "http://h#f",
    "HTTP://EXAMPLE.com:80/A/../b",
    "https://h:443/",
    "https://h:80/",
    "http://h:/x",
    "http://h:00080/x",
    "http://h:008080/x",
    "ws://h/chat",
    "wss://h:8443/chat",
    "ftp://h",
    "ftp://h/a/../b",
    "mailto:joe@example.com",
    "urn:isbn:1",
    "file:///etc/hosts",
    "http://user@h/",
    "http://user:pass@h/",
    "http://us%40er:p%3Aa:ss@h:81/x",
    "http://:@h/",
    "http://@h/",
    "http://a@b@h/",
    "http://user name:\xc3\xa9@h/",
    "http://[::1]/",
    "http://[::1]:8080/x",
    "http://[2001:DB8::A]:80/",
    "http://[::ffff:1.2.3.4]/",
    "http://127.0.0.1:8080/get?x=1",
    "http://example.com./",
    "http://my_host.intra-net/",
    "http://h%41.example/",
    "http://xn--bcher-kva.example/",
    "http://h/a b/\xc3\xa9?q=\xc3\xa9 x#f g",
    "http://h/%zz?%#%",
    "http://h/a%2Fb%2fc%7E?a%2Fb%26c%3Dd%2B%20",
    "http://h/a|b{c}?d|[e]",
    "http://h/a/./b/../../c/.",
    "http://h/..",
    "http://h/.well-known/x..y/...",
    "http://h//a//../b",
    "http://h/%2e%2E/x",
    "http://h/x?",
    "http://h/x#",
    "http://h/x?#",
    "http://h/x?a?b/c#d#e?f",
    "http://h/@me:x;y=1,2?x@y:z",
    "http://h/x?u=http://a@b/",
};

// Deterministic, so that a failure can be repeated.
class Mutator {
public:
    std::string operator()(std::string text) {
        for (std::size_t edits = 1 + next(3); edits > 0; --edits) {
            constexpr std::string_view alphabet = ":/?#[]@%. \\aA0192-_|+&=;\xc3\xa9\n~xf";
            const char c = alphabet[next(alphabet.size())];
            const std::size_t at = next(text.size() + 1);
            if (next(3) != 0 || at == text.size()) {
                text.insert(at, 1, c);
            } else if (next(2) != 0) {
                text[at] = c;
            } else {
                text.erase(at, 1);
            }
        }
        return text;
    }
    std::size_t next(std::size_t bound) {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::size_t>(state_ >> 33) % bound;
    }

private:
    std::uint64_t state_ = 7;
};

std::vector<std::string> mutations(std::size_t count) {
    Mutator mutate;
    std::vector<std::string> out = corpus;
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back(mutate(corpus[mutate.next(corpus.size())]));
    }
    return out;
}

std::string text_of(boost::urls::string_view view) {
    return {view.data(), view.size()};
}

// Compares without the assertion's cost, which is most of the time of a test over thousands.
void same(std::string_view what,
          const std::string& text,
          std::string_view ours,
          std::string_view oracle) {
    if (ours != oracle) {
        FAIL_CHECK(what << " of " << text << ": " << ours << ", but the oracle says " << oracle);
    }
}

}  // namespace

TEST_CASE("a URL is cut into its parts", "[H118]") {
    const Url url("http://user:pass@Example.COM:8080/a/b?x=1&y=2#top");
    CHECK(url.is_absolute());
    CHECK(url.scheme() == "http");
    CHECK(url.host() == "example.com");
    CHECK(url.port() == 8080);
    CHECK(url.authority() == "example.com:8080");
    CHECK(url.path() == "/a/b");
    CHECK(url.query() == "x=1&y=2");
    CHECK(url.fragment() == "top");
    CHECK(url.target() == "/a/b?x=1&y=2");
    CHECK(url.has_user_info());
    CHECK(url.user() == "user");
    CHECK(url.password() == "pass");
    CHECK(url.str() == "http://user:pass@example.com:8080/a/b?x=1&y=2#top");
}

TEST_CASE("a URL is made fit for the wire", "[H115][H118]") {
    struct Case {
        const char* text;
        const char* wanted;
    };
    const auto test = GENERATE(
        Case{"http://h", "http://h/"}, Case{"https://h?q", "https://h/?q"},
        Case{"ws://h#f", "ws://h/#f"}, Case{"ftp://h", "ftp://h"}, Case{"HTTP://H/P", "http://h/P"},
        Case{"http://h:80/", "http://h/"}, Case{"https://h:443/", "https://h/"},
        Case{"wss://h:443/", "wss://h/"}, Case{"https://h:80/", "https://h:80/"},
        Case{"http://h:/x", "http://h/x"}, Case{"http://h:008080/", "http://h:8080/"},
        Case{"http://h/a/./b/../c", "http://h/a/c"}, Case{"http://h/..", "http://h/"},
        Case{"http://h/../../a/..", "http://h/"}, Case{"http://h/a/.", "http://h/a/"},
        Case{"http://h/.a/..b/...", "http://h/.a/..b/..."},
        Case{"http://h//a//../b", "http://h//a/b"},
        Case{"http://h/a b/\xc3\xa9?q=\xc3\xa9", "http://h/a%20b/%C3%A9?q=%C3%A9"},
        Case{"http://h/a%2Fb", "http://h/a%2Fb"}, Case{"http://h/%zz", "http://h/%25zz"},
        Case{"http://h/?a b+c%20d", "http://h/?a+b+c%20d"},
        Case{"http://h/?a%26b%3Dc%2Bd", "http://h/?a%26b%3Dc%2Bd"},
        Case{"http://h/?a|b#c d|", "http://h/?a%7Cb#c%20d%7C"}, Case{"http://h/?", "http://h/"},
        Case{"http://h/x?#", "http://h/x"}, Case{"http://h/#a#b", "http://h/#a%23b"},
        Case{"http://@h/", "http://h/"}, Case{"http://a@b@h/", "http://a%40b@h/"},
        Case{"http://h%41/", "http://ha/"}, Case{"http://[2001:DB8::A]/", "http://[2001:db8::a]/"});
    CAPTURE(test.text);
    CHECK(Url(test.text).str() == test.wanted);
}

TEST_CASE("what is legal already stays byte for byte", "[H115][H116]") {
    const std::string signed_url =
        "https://bucket.s3.amazonaws.com/a%2fb%7Ec/~d%2E%2e/x%20y?X-Amz-Credential=AKIA%2F20240101"
        "%2feu%7e1&X-Amz-Date=20240101T000000Z&sig=a%2Bb%3d+c/d==&u=http://h/?x@y";
    CHECK(Url(signed_url).str() == signed_url);
    CHECK(Url::encoded(signed_url).str() == signed_url);
}

TEST_CASE("an encoded URL keeps path, query and fragment as they are", "[H116]") {
    const Url url = Url::encoded("HTTP://H:80/a/../%zz//|./x?a|[b]&%#%c#");
    CHECK(url.str() == "http://h/a/../%zz//|./x?a|[b]&%#%c#");
    CHECK(url.target() == "/a/../%zz//|./x?a|[b]&%");
    CHECK(Url::encoded("http://h").target() == "/");
    CHECK(Url::encoded("http://h/?").target() == "/?");
    CHECK(Url("http://base/").join(url) == url);
    CHECK(Url("http://base/a/").join(Url::encoded("b%zz?c|d")).str() == "http://base/a/b%zz?c|d");
    CHECK(url.without_fragment().target() == url.target());

    for (const char* bad : {"http://h/a b", "http://h/\xc3\xa9", "http://h/\n", "http:///x"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(Url::encoded(bad), InvalidUrlClientError);
    }
    CHECK_THROWS_WITH(Url::encoded("http://h/a b"),
                      "invalid URL \"http://h/a b\": it is not encoded from here on: \" b\"");
}

TEST_CASE("the fragment is never in the request target") {
    CHECK(Url("http://h/x?y#z").target() == "/x?y");
    CHECK(Url("http://h#z").target() == "/");
    CHECK(Url("http://h/x?y#z").without_fragment().str() == "http://h/x?y");
    CHECK(Url("http://h/x?y").without_fragment().str() == "http://h/x?y");
}

TEST_CASE("the port is the explicit one, else the scheme's") {
    CHECK(Url("http://h/").port() == 80);
    CHECK(Url("ws://h/").port() == 80);
    CHECK(Url("https://h/").port() == 443);
    CHECK(Url("wss://h/").port() == 443);
    CHECK(Url("http://h:443/").port() == 443);
    CHECK(Url("http://h:65535/").port() == 65535);
    CHECK(Url("ftp://h/").port() == 0);
    CHECK(Url("//h:81/").port() == 81);
    CHECK(Url("/x").port() == 0);
}

TEST_CASE("the Host field has brackets, no default port and no trailing dot", "[H118]") {
    struct Case {
        const char* text;
        const char* field;
        const char* host;
        const char* server_name;
    };
    const auto test = GENERATE(
        Case{"http://h/", "h", "h", "h"}, Case{"http://u:p@h:80/", "h", "h", "h"},
        Case{"https://h:80/", "h:80", "h", "h"}, Case{"http://[::1]/", "[::1]", "::1", "::1"},
        Case{"http://[::1]:8080/", "[::1]:8080", "::1", "::1"},
        Case{"http://a.example.:81/", "a.example:81", "a.example.", "a.example"},
        Case{"http://[FE80::1%25eth0]:81/", "[fe80::1]:81", "fe80::1%eth0", "fe80::1%eth0"},
        Case{"http://[fe80::1%Eth0]/", "[fe80::1]", "fe80::1%Eth0", "fe80::1%Eth0"});
    CAPTURE(test.text);
    const Url url(test.text);
    CHECK(host_field(url) == test.field);
    CHECK(url.host() == test.host);
    CHECK(url.server_name() == test.server_name);
    CHECK(Url(url.str()) == url);
}

TEST_CASE("user info is decoded for use and left out of messages") {
    const Url url("http://us%40er:p%3Aa:s s@h:81/@x?y");
    CHECK(url.user() == "us@er");
    CHECK(url.password() == "p:a:s s");
    CHECK(url.display() == "http://h:81/@x?y");
    const Url without = url.without_user_info();
    CHECK(without.str() == "http://h:81/@x?y");
    CHECK(without.host() == "h");
    CHECK(without.target() == "/@x?y");
    CHECK_FALSE(without.has_user_info());
    CHECK(without == Url(without.str()));

    CHECK(Url("//u@h/x").display() == "//h/x");
    CHECK(Url("http://u@h/").password().empty());
    CHECK(Url("http://:p@h/").user().empty());
    CHECK(Url("http://:p@h/").password() == "p");
    CHECK_FALSE(Url("http://@h/").has_user_info());
    CHECK_FALSE(Url("http://h/a@b").has_user_info());
    CHECK_FALSE(Url("/a@b").has_user_info());
    CHECK_FALSE(Url("x:a@b").has_user_info());
}

TEST_CASE("a URL that lacks its scheme shows no password") {
    CHECK(Url("user:secret@h/x").display() == "***@h/x");
    CHECK(Url("user:x//secret@h/x").display() == "***@h/x");
}

TEST_CASE("what cannot be a URL is an error that names the problem", "[H119]") {
    struct Case {
        std::string text;
        const char* problem;
    };
    using namespace std::string_literals;
    const auto test = GENERATE(
        Case{"http://", "it has no host"}, Case{"http:///x", "it has no host"},
        Case{"http:x", "it has no host"}, Case{"http:", "it has no host"},
        Case{"http://:80/", "it has no host"}, Case{"http://u@/", "it has no host"},
        Case{"ws://?q", "it has no host"}, Case{"//", "it has no host"},
        Case{"///x", "it has no host"},
        Case{"http://a b/", "a character that no name has: \"a b\""},
        Case{"http://a%20b/", "a character that no name has: \"a%20b\""},
        Case{"http://a%00b/", "a character that no name has"},
        Case{"http://a\\b/", "a character that no name has: \"a\\\\b\""},
        Case{"http://a*/", "a character that no name has"},
        Case{"http://a%zz/", "a character that no name has"},
        Case{"http://good\\@evil/", "its user info has a backslash"},
        Case{"http://a..b/", "an empty label: \"a..b\""}, Case{"http://./", "an empty label"},
        Case{"http://.a/", "an empty label"}, Case{"http://a../", "an empty label"},
        Case{"http://" + std::string(64, 'a') + "/", "a label of more than 63 characters"},
        Case{"http://h/\r\nX: y", "a control character: \"\\x0d\""},
        Case{"http://h/\t", "a control character: \"\\x09\""},
        Case{"http://h/\0x"s, "a control character: \"\\x00\""},
        Case{"http://h\n/", "a control character: \"\\x0a\""},
        Case{"http://h/?\x7f", "a control character: \"\\x7f\""},
        Case{"http://h:x/", "its port is no number: \"x\""},
        Case{"http://h:-1/", "its port is no number"},
        Case{"http://h: 80/", "its port is no number"},
        Case{"http://h:0/", "its port is not between 1 and 65535: \"0\""},
        Case{"http://h:65536/", "its port is not between 1 and 65535: \"65536\""},
        Case{"http://h:99999999999999999999/", "its port is not between 1 and 65535"},
        Case{"http://::1/", "must be in brackets"}, Case{"http://[::1/", "is not closed: \"[::1\""},
        Case{"http://[::1]x/", "the bracket of its host is followed by: \"x\""},
        Case{"http://::1]/", "must be in brackets"}, Case{"http://[]/", "no IPv6 address: \"[]\""},
        Case{"http://[:::1]/", "no IPv6 address"}, Case{"http://[1:2]/", "no IPv6 address"},
        Case{"http://[v1.x]/", "no IPv6 address"}, Case{"http://[1.2.3.4]/", "no IPv6 address"},
        Case{"http://[::1%]/", "a bad zone"}, Case{"http://[::1%25]/", "a bad zone"},
        Case{"http://[::1%a b]/", "a bad zone"}, Case{"http://1.2.3/", "no IPv4 address: "},
        Case{"http://2130706433/", "no IPv4 address"}, Case{"http://256.1.1.1/", "no IPv4 address"},
        Case{"http://1.2.3.4.5/", "no IPv4 address"}, Case{"http://127.0.0.01/", "no IPv4 address"},
        Case{"http://127.0.0.1./", "no IPv4 address"}, Case{"http://0x7f.1/", "no IPv4 address"},
        Case{"http://0x7f000001/", "no IPv4 address"}, Case{"http://a.0x1/", "no IPv4 address"},
        Case{"http://h.123/", "no IPv4 address: \"h.123\""},
        Case{"127.0.0.1:8080/x", "no scheme such as \"http://\" before it"},
        Case{" http://h/", "no scheme such as \"http://\" before it"});
    CAPTURE(test.text);
    Url url("http://before/");
    const Error error = Url::parse(test.text, url);
    CHECK(error.kind() == aiohttp::errc::invalid_url);
    CHECK_THAT(error.message(), Catch::Matchers::StartsWith("invalid URL \""));
    CHECK_THAT(error.message(), Catch::Matchers::Contains(test.problem));
    CHECK(url == Url("http://before/"));
    CHECK_THROWS_AS(Url(test.text), InvalidUrlClientError);
}

TEST_CASE("names of intranets and numbers that are no addresses are hosts") {
    for (const char* host :
         {"h", "my_host", "-x-", "1a", "a1", "1.a", "0xh.a", "1.2.3.4", "0.0.0.0",
          "255.255.255.255", "_sip._tcp.example.com", "xn--p1ai", "3com.com"}) {
        CAPTURE(host);
        CHECK(Url("http://" + std::string(host) + "/").host() == host);
    }
}

TEST_CASE("a name longer than DNS has is an error") {
    const std::string label = std::string(62, 'a') + '.';
    const std::string longest = label + label + label + label + 'a';
    REQUIRE(longest.size() == 253);
    CHECK(Url("http://" + longest + "/").host() == longest);
    CHECK_THAT(problem_of("http://" + longest + "b/"),
               Catch::Matchers::Contains("more than 253 characters"));
}

TEST_CASE("an error about a URL holds no password, wherever it stands") {
    for (const char* text :
         {"http://user:secret@h:x/", "http://user:secret@a b/", "http://user:secret/more@h/",
          "http://user:secret@h/@\n", "//user:secret@/x", "http://user:secret\\@h/",
          "http://user:se[cret@[h/", "1:secret@h/x", "1:x//secret//@h/x", "1:secret://x@h",
          "http://[secret@h:x/"}) {
        CAPTURE(text);
        Url url;
        const Error error = Url::parse(text, url);
        REQUIRE(error);
        CHECK_THAT(error.message(), !Catch::Matchers::Contains("secret"));
        CHECK_THAT(error.url(), !Catch::Matchers::Contains("secret"));
        CHECK_THAT(error.url(), Catch::Matchers::Contains("***@"));
    }
    CHECK(problem_of("http://user:secret@h:x/") ==
          "invalid URL \"http://***@h:x/\": its port is no number: \"x\"");
}

TEST_CASE("relative references are URLs that are not absolute") {
    for (const char* text : {"", "x", "/x", "../x", "?q", "#f", "//h/p", "x:y/..", "file:///x"}) {
        CAPTURE(text);
        const Url url(text);
        CHECK_FALSE(url.is_absolute());
        CHECK(url.str() == text);
    }
    CHECK(Url().empty());
    CHECK(Url("").empty());
    CHECK_FALSE(Url("x").empty());
    CHECK(Url("//h/p").host() == "h");
    CHECK(Url("?q").query() == "q");
    CHECK(Url("#f").fragment() == "f");
    CHECK(Url("../x").path() == "../x");
}

TEST_CASE("a foreign scheme parses, so that the caller can name it", "[H119]") {
    CHECK(Url("ftp://h").scheme() == "ftp");
    CHECK(Url("mailto:joe@example.com").scheme() == "mailto");
    CHECK(Url("LocalHost:8080/x").scheme() == "localhost");
}

TEST_CASE("references are resolved as in RFC 3986 5.4") {
    struct Case {
        const char* reference;
        const char* wanted;
    };
    const auto test = GENERATE(
        Case{"g:h", "g:h"}, Case{"g", "http://a/b/c/g"}, Case{"./g", "http://a/b/c/g"},
        Case{"g/", "http://a/b/c/g/"}, Case{"/g", "http://a/g"}, Case{"//g", "http://g/"},
        Case{"?y", "http://a/b/c/d;p?y"}, Case{"g?y", "http://a/b/c/g?y"},
        Case{"#s", "http://a/b/c/d;p?q#s"}, Case{"g#s", "http://a/b/c/g#s"},
        Case{"g?y#s", "http://a/b/c/g?y#s"}, Case{";x", "http://a/b/c/;x"},
        Case{"g;x", "http://a/b/c/g;x"}, Case{"g;x?y#s", "http://a/b/c/g;x?y#s"},
        Case{"", "http://a/b/c/d;p?q"}, Case{".", "http://a/b/c/"}, Case{"./", "http://a/b/c/"},
        Case{"..", "http://a/b/"}, Case{"../", "http://a/b/"}, Case{"../g", "http://a/b/g"},
        Case{"../..", "http://a/"}, Case{"../../", "http://a/"}, Case{"../../g", "http://a/g"},
        Case{"../../../g", "http://a/g"}, Case{"../../../../g", "http://a/g"},
        Case{"/./g", "http://a/g"}, Case{"/../g", "http://a/g"}, Case{"g.", "http://a/b/c/g."},
        Case{".g", "http://a/b/c/.g"}, Case{"g..", "http://a/b/c/g.."},
        Case{"..g", "http://a/b/c/..g"}, Case{"./../g", "http://a/b/g"},
        Case{"./g/.", "http://a/b/c/g/"}, Case{"g/./h", "http://a/b/c/g/h"},
        Case{"g/../h", "http://a/b/c/h"}, Case{"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        Case{"g;x=1/../y", "http://a/b/c/y"}, Case{"g?y/./x", "http://a/b/c/g?y/./x"},
        Case{"g?y/../x", "http://a/b/c/g?y/../x"}, Case{"g#s/./x", "http://a/b/c/g#s/./x"},
        Case{"g#s/../x", "http://a/b/c/g#s/../x"});
    CAPTURE(test.reference);
    CHECK(Url("http://a/b/c/d;p?q").join(test.reference).str() == test.wanted);
    CHECK(Url("http://a/b/c/d;p?q#f").join(test.reference).str() == test.wanted);
    CHECK(Url("http://a/b/c/d;p?q").join(test.reference) == Url(test.wanted));
}

TEST_CASE("the strict reading of http:g has no host") {
    CHECK_THROWS_AS(Url("http://a/b").join("http:g"), InvalidUrlClientError);
}

TEST_CASE("a base URL takes relative, rooted and absolute references", "[H120]") {
    const Url base("http://h/api/");
    CHECK(base.join("x").str() == "http://h/api/x");
    CHECK(base.join("x/y?q").str() == "http://h/api/x/y?q");
    CHECK(base.join("/x").str() == "http://h/x");
    CHECK(base.join("").str() == "http://h/api/");
    CHECK(base.join("https://other:81/y").str() == "https://other:81/y");
    CHECK(base.join("a b?c d").str() == "http://h/api/a%20b?c+d");
    CHECK(Url("http://h/api").join("x").str() == "http://h/x");
}

TEST_CASE("joining keeps the base's authority or takes the reference's whole one") {
    const Url base("http://u:p@h:81/a/b");
    CHECK(base.join("c").str() == "http://u:p@h:81/a/c");
    CHECK(base.join("//g/c").str() == "http://g/c");
    CHECK(base.join("//v@g:80").str() == "http://v@g/");
    CHECK(Url("http://[::1]:8080/").join("/x").str() == "http://[::1]:8080/x");
    CHECK(Url("ftp://h").join("x").str() == "ftp://h/x");
    CHECK(Url("x").join("y").str() == "y");
    CHECK(Url().join("http://h/").str() == "http://h/");
}

TEST_CASE("the origin is scheme, host and effective port") {
    const Url url("http://u@h/a#b");
    CHECK(url.same_origin(Url("HTTP://H:80/x?y")));
    CHECK_FALSE(url.same_origin(Url("https://h/a")));
    CHECK_FALSE(url.same_origin(Url("https://h:80/a")));
    CHECK_FALSE(url.same_origin(Url("http://h:81/a")));
    CHECK_FALSE(url.same_origin(Url("http://h.example/a")));
}

TEST_CASE("params are appended to the query, in order and with duplicates", "[H113]") {
    CHECK(Url("http://h/p?z=0").with_params(Params{{"a", "1"}, {"b", "x y"}}).str() ==
          "http://h/p?z=0&a=1&b=x+y");
    CHECK(Url("http://h/p").with_params(Params{{"k", "2"}, {"a", ""}, {"k", "1"}}).str() ==
          "http://h/p?k=2&a=&k=1");
    const Url url = Url("http://u@h/p?z#f").with_params(Params{{"a", "1"}});
    CHECK(url.str() == "http://u@h/p?z&a=1#f");
    CHECK(url.query() == "z&a=1");
    CHECK(url.fragment() == "f");
    CHECK(url.target() == "/p?z&a=1");
    CHECK(Url("http://h").with_params(Params{{"a", "1"}}).target() == "/?a=1");
    CHECK(Url::encoded("http://h/?").with_params(Params{{"a", "1"}}).target() == "/?a=1");
    CHECK(Url("x").with_params(Params{{"a", "1"}}).str() == "x?a=1");
}

TEST_CASE("no params change nothing", "[H113]") {
    CHECK(Url("http://h/p?z=0#f").with_params({}).str() == "http://h/p?z=0#f");
    CHECK(Url("http://h/p?").with_params({}).str() == "http://h/p");
}

TEST_CASE("a param's special characters are encoded", "[H114]") {
    const Url url("http://h/");
    CHECK(url.with_params(Params{{"a&=", "b+c d&e=f"}}).query() == "a%26%3D=b%2Bc+d%26e%3Df");
    CHECK(url.with_params(Params{{"a", "#%41;"}}).query() == "a=%23%2541%3B");
    CHECK(url.with_params(Params{{"a", "/?:@"}}).query() == "a=/?:@");
    CHECK(url.with_params(Params{{"\xc3\xa9", "\n"}}).query() == "%C3%A9=%0A");
    CHECK(Url("http://h/?s=%2f").with_params(Params{{"a", "1"}}).query() == "s=%2f&a=1");
}

TEST_CASE("segments are appended to the path with a slash") {
    struct Case {
        const char* url;
        const char* segments;
        const char* result;
    };
    const auto test = GENERATE(
        Case{"http://h", "a", "http://h/a"}, Case{"http://h/a", "b", "http://h/a/b"},
        Case{"http://h/a/", "b", "http://h/a/b"}, Case{"http://h/a/", "b/c/", "http://h/a/b/c/"},
        Case{"http://h/a", "", "http://h/a/"},
        Case{"http://u:p@h:81/a?q#f", "b", "http://u:p@h:81/a/b"},
        Case{"http://h/a", "b c?d#e%20\xc3\xbc", "http://h/a/b%20c%3Fd%23e%2520%C3%BC"},
        Case{"http://h/a%2Fb", "c:d@e", "http://h/a%2Fb/c:d@e"},
        Case{"http://h/a/b", "../c", "http://h/a/c"}, Case{"http://h/a", "..", "http://h/"},
        Case{"http://h/a", "../../../x", "http://h/x"}, Case{"http://h/a", "./", "http://h/a/"},
        Case{"http://[::1]:8080/", "x", "http://[::1]:8080/x"}, Case{"a/b", "c", "a/b/c"},
        Case{"", "a", "a"}, Case{"/", "a", "/a"}, Case{"//h", "a", "//h/a"},
        Case{"http://h/", "\r\n", "http://h/%0D%0A"}, Case{"http://h/a//", "b", "http://h/a//b"});
    CAPTURE(test.url, test.segments);
    const auto url = Url(test.url) / test.segments;
    CHECK(url.str() == test.result);
    CHECK(Url(url.str()) == url);
}

TEST_CASE("what cannot be appended to a path is an error") {
    CHECK_THROWS_AS(Url("http://h/a") / "/b", aiohttp::ValueError);
    CHECK_THROWS_AS(Url("http://h/a") / "//b", aiohttp::ValueError);
    CHECK_THROWS_AS(Url() / "a:b", InvalidUrlClientError);
}

TEST_CASE("a Url is written without its credentials") {
    std::ostringstream out;
    out << Url("http://user:secret@h/x?y#z") << ' ' << Url("a");
    CHECK(out.str() == "http://h/x?y#z a");
}

TEST_CASE("a Url is a regular value") {
    const Url a("http://a/");
    const Url b("http://b/");
    CHECK(a == Url("HTTP://A"));
    CHECK(a != b);
    CHECK(a < b);
    CHECK(std::set<Url>{b, a, a}.size() == 2);
    CHECK(std::unordered_set<Url>{b, a, a}.size() == 2);

    Url copy = a;
    Url moved = std::move(copy);
    CHECK(moved == a);
    CHECK(copy.empty());  // NOLINT: moving leaves the source empty
    CHECK(copy.path().empty());
    copy = std::move(moved);
    CHECK(copy.host() == "a");
    copy = b;
    CHECK(copy.host() == "b");
}

TEST_CASE("parsing what was parsed changes nothing") {
    for (const std::string& text : mutations(3000)) {
        Url url;
        if (!Url::parse(text, url)) {
            same("the round trip", text, Url(url.str()).str(), url.str());
            Url again = Url(url.str());
            same("the target", text, again.target(), url.target());
            same("the authority", text, again.authority(), url.authority());
        }
    }
    for (const std::string& text : corpus) {
        CAPTURE(text);
        CHECK_NOTHROW(Url(text));
    }
}

TEST_CASE("a URL that is normal already is what the general way makes of it") {
    for (const std::string& text : mutations(3000)) {
        if (text.find('#') != std::string::npos) {
            continue;
        }
        // A fragment makes a URL take the general way.
        Url url;
        Url general;
        const bool bad = static_cast<bool>(Url::parse(text, url));
        const bool generally_bad = static_cast<bool>(Url::parse(text + "#f", general));
        if (bad != generally_bad) {
            FAIL_CHECK(text << (bad ? " is bad without" : " is bad with") << " a fragment");
        }
        general = general.without_fragment();
        same("the whole", text, url.str(), general.str());
        same("the scheme", text, url.scheme(), general.scheme());
        same("the authority", text, url.authority(), general.authority());
        same("the path", text, url.path(), general.path());
        same("the query", text, url.query(), general.query());
        same("the target", text, url.target(), general.target());
        same("the port", text, std::to_string(url.port()), std::to_string(general.port()));
    }
}

TEST_CASE("every part is where Boost.URL finds it") {
    std::size_t parsed = 0;
    for (const std::string& text : mutations(3000)) {
        Url url;
        if (Url::parse(text, url) || url.host().find('%') != std::string_view::npos) {
            continue;
        }
        ++parsed;
        const auto oracle = boost::urls::parse_uri_reference(url.str());
        if (!oracle) {
            FAIL_CHECK(text << " became " << url.str() << ", which is no URI reference");
            continue;
        }
        same("the scheme", text, url.scheme(), text_of(oracle->scheme()));
        same("the host", text, url.authority().substr(0, oracle->encoded_host().size()),
             text_of(oracle->encoded_host()));
        same("the path", text, url.path(), text_of(oracle->encoded_path()));
        same("the query", text, url.query(), text_of(oracle->encoded_query()));
        same("the fragment", text, url.fragment(), text_of(oracle->encoded_fragment()));
        same("the user", text, url.user(), oracle->user());
        same("the password", text, url.password(), oracle->password());
        if (oracle->has_port()) {
            same("the port", text, std::to_string(url.port()), text_of(oracle->port()));
        }
        // What was legal before is as it was, but for the dot segments.
        const auto before = boost::urls::parse_uri_reference(text);
        if (before) {
            same("the legal query", text, url.query(), text_of(before->encoded_query()));
            same("the legal fragment", text, url.fragment(), text_of(before->encoded_fragment()));
        }
    }
    CHECK(parsed > 1500);
}

TEST_CASE("references are resolved as Boost.URL resolves them") {
    const std::vector<std::string> bases = {"http://a/b/c/d;p?q", "https://u@h:81/x/", "http://h"};
    std::size_t joined = 0;
    for (const std::string& text : mutations(1500)) {
        Url reference;
        if (Url::parse(text, reference) || !reference.scheme().empty() ||
            reference.str().find('%') != std::string::npos || reference.str().ends_with('?')) {
            continue;
        }
        for (const std::string& base : bases) {
            ++joined;
            const Url parsed_base(base);
            const Url ours = parsed_base.join(reference);
            const auto base_view = boost::urls::parse_uri(parsed_base.str());
            const auto view = boost::urls::parse_uri_reference(reference.str());
            boost::urls::url wanted;
            REQUIRE(boost::urls::resolve(*base_view, *view, wanted));
            same("the join", text, ours.str(),
                 Url(std::string(wanted.c_str(), wanted.size())).str());
        }
    }
    CHECK(joined > 300);
}

TEST_CASE("IPv6 addresses are the ones that Boost.URL knows") {
    Mutator mutate;
    const std::vector<std::string> seeds = {"::",
                                            "::1",
                                            "1::",
                                            "1:2:3:4:5:6:7:8",
                                            "1:2:3:4:5:6:7::",
                                            "::2:3:4:5:6:7:8",
                                            "1:2:3:4:5:6:1.2.3.4",
                                            "::ffff:1.2.3.4",
                                            "2001:db8::a:0:1",
                                            "1::8"};
    for (int i = 0; i < 2000; ++i) {
        std::string text = seeds[mutate.next(seeds.size())];
        if (i >= static_cast<int>(seeds.size())) {
            constexpr std::string_view alphabet = ":::.1fg0";
            const auto at = mutate.next(text.size());
            const char c = alphabet[mutate.next(alphabet.size())];
            mutate.next(2) != 0 ? text.insert(at, 1, c) : text.erase(at, 1);
        }
        const std::string in_url = "http://[" + text + "]/";
        Url url;
        const bool ours = !Url::parse(in_url, url);
        const bool oracle = boost::urls::parse_uri(in_url).has_value();
        if (ours != oracle) {
            FAIL_CHECK(in_url << (oracle ? " is valid" : " is not valid"));
        }
    }
}
