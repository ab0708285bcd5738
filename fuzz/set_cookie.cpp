// Set-Cookie fields and cookie dates: what is taken means the same when it is written down anew,
// and a jar sends nothing that would break a header.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/cookie_jar.hpp>
#include <aiohttp/detail/protocol/cookie_date.hpp>
#include <aiohttp/detail/protocol/set_cookie.hpp>
#include <aiohttp/url.hpp>

#include <fuzz/require.hpp>

using namespace aiohttp::detail;

namespace {

void check_date(std::string_view text) {
    const auto date = parse_cookie_date(text);
    if (date) {
        const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(*date)};
        FUZZ_REQUIRE(day.ok() && int{day.year()} >= 1601 && int{day.year()} <= 9999);
        FUZZ_REQUIRE(to_cookie_time(*date) == whole_milliseconds(to_cookie_time(*date)));
    }
}

std::string written(const SetCookie& cookie) {
    std::string line;
    line.append(cookie.name).append("=").append(cookie.value);
    // The dot that may stand before a domain also keeps what would be taken for it or for padding.
    const bool dot = cookie.domain.starts_with('.') || cookie.domain.starts_with(' ') ||
                     cookie.domain.starts_with('\t');
    line.append(dot ? "; Domain=." : "; Domain=").append(cookie.domain);
    if (cookie.has_path_attribute) {
        line.append("; Path=").append(cookie.path);
    }
    if (cookie.max_age) {
        line.append("; Max-Age=").append(std::to_string(*cookie.max_age));
    }
    line.append(cookie.secure ? "; Secure" : "").append(cookie.http_only ? "; HttpOnly" : "");
    return line;
}

void check_cookie(const SetCookie& cookie) {
    FUZZ_REQUIRE(!cookie.name.empty() || !cookie.value.empty());
    FUZZ_REQUIRE(cookie.name.size() + cookie.value.size() <= max_cookie_size);
    FUZZ_REQUIRE(cookie.domain.size() <= max_attribute_size);
    FUZZ_REQUIRE(cookie.path.empty() || cookie.path.starts_with('/'));
    const auto line = written(cookie);
    FUZZ_REQUIRE(!has_control_character(line));
    const auto again = parse_set_cookie(line);
    FUZZ_REQUIRE(again);
    FUZZ_REQUIRE(again->name == cookie.name && again->value == cookie.value);
    FUZZ_REQUIRE(again->path == cookie.path && again->max_age == cookie.max_age);
    FUZZ_REQUIRE(written(*again) == line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto line = fuzz::text_of(data, size);
    check_date(line);
    if (const auto cookie = parse_set_cookie(line)) {
        check_cookie(*cookie);
    }

    static const aiohttp::Url url("https://www.example.com/a/b");
    const auto now = [] { return CookieTime(std::chrono::seconds(1'700'000'000)); };
    aiohttp::CookieJar jar(aiohttp::CookieJarOptions(), now);
    jar.update_cookies_from_headers({&line, 1}, url);
    FUZZ_REQUIRE(jar.size() <= 1);
    FUZZ_REQUIRE(!has_control_character(jar.cookie_header(url)));
    FUZZ_REQUIRE(jar.cookie_header(aiohttp::Url("https://other.test/")).empty());
    return 0;
}
