#include <aiohttp/cookie_jar.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/detail/protocol/cookie_text.hpp>
#include <aiohttp/testing/certificate.hpp>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using aiohttp::Cookie;
using aiohttp::CookieFileError;
using aiohttp::CookieFormat;
using aiohttp::CookieJar;
using aiohttp::Url;
using aiohttp::testing::TemporaryFile;

namespace {

using Time = std::chrono::system_clock::time_point;

const Time start{std::chrono::milliseconds(1'700'000'000'123)};

CookieJar::Now at(Time time) {
    return [time] { return time; };
}

void set(CookieJar& jar, std::string_view url, std::vector<std::string_view> lines) {
    jar.update_cookies_from_headers(lines, Url(url));
}

std::vector<Cookie> all(const CookieJar& jar) {
    return {jar.begin(), jar.end()};
}

std::vector<Cookie> by_name(const CookieJar& jar) {
    auto cookies = all(jar);
    std::ranges::sort(cookies, {}, &Cookie::name);
    return cookies;
}

std::string content(const TemporaryFile& file) {
    std::ifstream stream(file.path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void fill(CookieJar& jar) {
    set(jar, "https://www.example.com/dir/x",
        {"a=1; Max-Age=100; Secure; HttpOnly; SameSite=Lax", "b=\"x\\054y\"; Domain=example.com",
         "c=2; Path=/", "raw=\xff\xc3\xa9", "nameless", "short=1; Max-Age=1"});
    set(jar, "http://other.org/", {"a=3; Expires=Fri, 31 Dec 9999 23:59:59 GMT"});
}

/// Loads the text and returns the message of the error, without the file's name; or "".
std::string loading(std::string_view text, CookieFormat format) {
    const TemporaryFile file(text);
    CookieJar jar({}, at(start));
    set(jar, "http://kept.com/", {"kept=1"});
    const auto before = all(jar);
    try {
        jar.load(file.path(), format);
    } catch (const CookieFileError& error) {
        CHECK(all(jar) == before);
        CHECK(error.path() == file.path());
        const std::string message = error.what();
        const auto name = "cookie file " + file.path().string() + ", ";
        REQUIRE(message.starts_with(name));
        CHECK(message.substr(name.size()).starts_with("line " + std::to_string(error.line())));
        return message.substr(name.size());
    }
    return {};
}

}  // namespace

TEST_CASE("a jar comes back from a JSON file as it was", "[cookies][G108]") {
    const TemporaryFile file;
    CookieJar jar({}, at(start));
    fill(jar);
    jar.update_cookies({{"shared", "1"}});
    jar.save(file.path());

    CookieJar same({}, at(start));
    same.update_cookies({{"gone", "1"}});
    same.load(file.path());
    CHECK(by_name(same) == by_name(jar));  // those of one moment come grouped by domain and path
    CHECK(same.size() == 8);

    CookieJar later({}, at(start + 2s));
    later.load(file.path());
    CHECK(later.size() == 7);
    CHECK(later.cookie_header(Url("https://www.example.com/dir/y")) ==
          "a=1; raw=\xff\xc3\xa9; nameless; b=\"x\\054y\"; c=2; shared=1");
    CHECK(later.cookie_header(Url("http://sub.example.com/dir/")) == "b=\"x\\054y\"; shared=1");
}

TEST_CASE("a jar comes back from cookies.txt, but for what the format has no place for",
          "[cookies][G108]") {
    const TemporaryFile file;
    CookieJar jar({}, at(start));
    fill(jar);
    jar.update_cookies({{"shared", "1"}});
    jar.save(file.path(), CookieFormat::netscape);

    CookieJar same({}, at(start));
    same.load(file.path(), CookieFormat::netscape);
    std::vector<Cookie> expected = all(jar);
    expected.pop_back();
    for (auto& cookie : expected) {
        cookie.same_site = aiohttp::SameSite::unset;
        if (cookie.expires) {
            cookie.expires = std::chrono::ceil<std::chrono::seconds>(*cookie.expires);
        }
    }
    CHECK(all(same) == expected);
}

TEST_CASE("cookies.txt is written as curl writes it", "[cookies]") {
    const TemporaryFile file;
    CookieJar jar({}, at(start));
    set(jar, "https://www.h.com/",
        {"a=1; Max-Age=10; Secure; HttpOnly", "b=2; Domain=h.com; Path=/x"});
    set(jar, "http://h.com/", {"t\tb=1"});
    jar.save(file.path(), CookieFormat::netscape);
    CHECK(content(file) ==
          "# Netscape HTTP Cookie File\n"
          "#HttpOnly_www.h.com\tFALSE\t/\tTRUE\t1700000011\ta\t1\n"
          ".h.com\tTRUE\t/x\tFALSE\t0\tb\t2\n");
}

TEST_CASE("cookies.txt of other programs is read", "[cookies]") {
    const TemporaryFile file(
        "# Netscape HTTP Cookie File\r\n"
        "# a comment\r\n"
        "\r\n"
        ".h.com\tTRUE\t/\tFALSE\t1800000000.25\ta\tb\tc\r\n"
        "#HttpOnly_H.com\tfalse\t/x\ttrue\t0\tempty\r\n");
    CookieJar jar({}, at(start));
    jar.load(file.path(), CookieFormat::netscape);
    const auto cookies = all(jar);
    REQUIRE(cookies.size() == 2);
    CHECK(cookies[0].value == "b\tc");
    CHECK_FALSE(cookies[0].host_only);
    CHECK(cookies[0].expires == Time(1'800'000'000s));
    CHECK(cookies[1].domain == "h.com");
    CHECK(cookies[1].http_only);
    CHECK(cookies[1].secure);
    CHECK(cookies[1].host_only);
    CHECK(cookies[1].value.empty());
    CHECK_FALSE(cookies[1].expires);
    CHECK(cookies[1].creation == start);
}

TEST_CASE("a file of aiohttp is read", "[cookies]") {
    const TemporaryFile file(R"({
  "example.com|/": {
    "a": {
      "key": "a", "value": "x,y", "coded_value": "\"x\\054y\"", "domain": "example.com",
      "expires": "Fri, 15 Jan 2027 08:00:00 GMT", "httponly": true, "samesite": "Lax",
      "comment": null, "version": 1, "expires_timestamp": 1800000000.0, "host_only": false
    }
  },
  "|": {"s": {"key": "s", "value": "1"}}
})");
    CookieJar jar({}, at(start));
    jar.load(file.path());
    CHECK(jar.cookie_header(Url("http://www.example.com/")) == "a=\"x\\054y\"; s=1");
    CHECK(jar.begin()->expires == Time(1'800'000'000s));
    CHECK(jar.begin()->http_only);
    CHECK(jar.begin()->same_site == aiohttp::SameSite::lax);
}

TEST_CASE("a corrupt JSON file is refused with its line", "[cookies]") {
    const auto [text, message] = GENERATE(table<std::string, std::string>({
        {"", "line 1: not JSON, or cut off"},
        {"{}{", "line 1: not JSON, or cut off"},
        {"{\n\"h.com|/\": {\n  x", "line 3: not JSON, or cut off"},
        {"[]", "line 1: an array"},
        {"7", "line 1: a number where none belongs"},
        {"\n\"x\"", "line 2: a string where an object belongs"},
        {"{\"h.com\": {}}", "line 1: a key that is not \"domain|path\""},
        {"{\"h.com|/\":\n null}", "line 2: null where an object belongs"},
        {"{\"h.com|/\": {\"a\":\n{\"value\": 7\n}}}", "line 2: a number where none belongs"},
        {"{\"h.com|/\": {\"a\":\n{\"secure\": \"no\"}}}", "line 2: a string where none belongs"},
        {"{\"h.com|/\": {\"a\": {\"x\": {}}}}", "line 1: an object within a cookie"},
        {"{\"h.com|/\": {\"a\": {\"value\": true}}}", "line 1: a boolean where none belongs"},
        {"{\"h.com|/\": {\"a\":\n{\"value\": \"x\\ny\"}}}",
         "line 2: the value holds a control character, \";\" or blanks at an end"},
        {"{\"h.com|x\": {\"a\": {\"value\": \"1\"}}}", "line 1: the path is not one"},
        {"{\"h com|/\": {\"a\": {\"value\": \"1\"}}}", "line 1: the domain is not one"},
        {"{\"#h.com|/\": {\"a\": {\"value\": \"1\"}}}", "line 1: the domain is not one"},
    }));
    INFO(text);
    CHECK(loading(text, CookieFormat::json) == message);
}

TEST_CASE("a corrupt cookies.txt is refused with its line", "[cookies]") {
    const std::string good = "h.com\tFALSE\t/\tFALSE\t0\ta\t1\n";
    const auto [text, message] = GENERATE_COPY(table<std::string, std::string>({
        {good + "junk\n", "line 2: there are not seven fields with tabs between them"},
        {good + "h.com\tFALSE\t/\tFALSE\t0\n",
         "line 2: there are not seven fields with tabs between them"},
        {good + "\nh.com\tno\t/\tFALSE\t0\ta\t1\n", "line 3: a field is neither TRUE nor FALSE"},
        {"h.com\tFALSE\t/\t1\t0\ta\t1\n", "line 1: a field is neither TRUE nor FALSE"},
        {"h.com\tFALSE\t/\tFALSE\tsoon\ta\t1\n", "line 1: the expiry is not a number"},
        {"h.com\tFALSE\t/\tFALSE\t1.\ta\t1\n", "line 1: the expiry is not a number"},
        {"\tFALSE\t/\tFALSE\t0\ta\t1\n", "line 1: there is no domain"},
        {"h.com\tFALSE\tx\tFALSE\t0\ta\t1\n", "line 1: the path is not one"},
        {good + good.substr(0, good.size() - 1), "line 2: the file ends within this line"},
        {std::string("h.com\tFALSE\t/\tFALSE\t0\ta\t1\0\n", 27),
         "line 1: the value holds a control character, \";\" or blanks at an end"},
    }));
    INFO(text);
    CHECK(loading(text, CookieFormat::netscape) == message);
}

TEST_CASE("a file cut off anywhere never gives a wrong cookie", "[cookies]") {
    using namespace aiohttp::detail;
    const bool json = GENERATE(true, false);
    Cookie cookie;
    cookie.name = "a";
    cookie.value = "value";
    cookie.domain = "h.com";
    cookie.expires = start;
    const std::list<Cookie> cookies = {cookie};
    const auto whole = json ? write_json_cookies(cookies) : write_netscape_cookies(cookies);
    for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
        INFO("cut after " << size << " bytes");
        std::vector<Cookie> read;
        const std::string_view cut(whole.data(), size);
        const auto problem = json ? read_json_cookies(cut, read) : read_netscape_cookies(cut, read);
        const bool between_lines = size == 0 || cut.ends_with('\n');
        REQUIRE(read.size() <= (json ? 1U : 0U));
        REQUIRE(problem.has_value() == (json || !between_lines));
    }
}

TEST_CASE("cookie files are their owner's, and replaced whole", "[cookies]") {
    const TemporaryFile file("something old");
    std::filesystem::permissions(file.path(), std::filesystem::perms(0644));
    const auto folder = file.path().parent_path() / (file.path().filename().string() + "-folder");
    std::filesystem::create_directory(folder);
    const auto path = folder / "cookies.json";
    std::filesystem::copy(file.path(), path);
    CookieJar jar;
    set(jar, "http://h.com/", {"a=1"});
    jar.save(path);
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
    CookieJar same;
    same.load(path);
    CHECK(same.size() == 1);
    const auto files = std::distance(std::filesystem::directory_iterator(folder), {});
    CHECK(files == 1);
    std::filesystem::remove_all(folder);
}

TEST_CASE("a cookie file that cannot be opened or written is an error with its name", "[cookies]") {
    CookieJar jar;
    set(jar, "http://h.com/", {"a=1"});
    const auto text_of = [](auto call) {
        try {
            call();
        } catch (const CookieFileError& error) {
            CHECK(error.line() == 0);
            return std::string(error.what());
        }
        return std::string("no error");
    };
    CHECK(text_of([&] { jar.load("/nowhere/cookies"); }) ==
          "cookie file /nowhere/cookies: cannot open: No such file or directory");
    CHECK(text_of([&] { jar.load("/tmp"); }) == "cookie file /tmp: cannot read: Is a directory");
    CHECK(text_of([&] { jar.save("/nowhere/cookies"); }) ==
          "cookie file /nowhere/cookies: cannot create a temporary file beside it: "
          "No such file or directory");
    const auto folder = TemporaryFile();
    std::filesystem::remove(folder.path());
    std::filesystem::create_directories(folder.path() / "full");
    CHECK(text_of([&] { jar.save(folder.path()); }).ends_with("cannot replace it: Is a directory"));
    std::filesystem::remove_all(folder.path());
    CHECK(jar.size() == 1);
}
