#include <aiohttp/detail/protocol/cookie_date.hpp>

#include <chrono>
#include <string>

#include "support/catch.hpp"

using namespace aiohttp::detail;
using namespace std::chrono;

namespace {

/// "year-month-day hour:minute:second", or "none".
std::string date(std::string_view text) {
    const auto time = parse_cookie_date(text);
    if (!time) {
        return "none";
    }
    const auto day = floor<days>(*time);
    const year_month_day date(day);
    const auto seconds = (*time - day).count();
    return std::to_string(int(date.year())) + '-' + std::to_string(unsigned(date.month())) + '-' +
           std::to_string(unsigned(date.day())) + ' ' + std::to_string(seconds / 3600) + ':' +
           std::to_string(seconds / 60 % 60) + ':' + std::to_string(seconds % 60);
}

}  // namespace

TEST_CASE("cookie dates of all the forms that servers write are understood", "[cookies][G101]") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {"Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-6 8:49:37"},
        {"Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-6 8:49:37"},
        {"Sun Nov  6 08:49:37 1994", "1994-11-6 8:49:37"},
        {"Thu, 01-Jan-1970 00:00:00 GMT", "1970-1-1 0:0:0"},
        {"Thu, 10 Apr 1980 16:33:12 +0200", "1980-4-10 16:33:12"},
        {"1980 16:33:12 10 april", "1980-4-10 16:33:12"},
        {"10-DECEMBER-1980 1:2:3", "1980-12-10 1:2:3"},
        {"29 Feb 2000 23:59:59", "2000-2-29 23:59:59"},
        {"1 Jan 1601 00:00:00", "1601-1-1 0:0:0"},
        {"31 Dec 9999 23:59:59", "9999-12-31 23:59:59"},
        {"01 Jan 70 00:00:00", "1970-1-1 0:0:0"},
        {"01 Jan 99 00:00:00", "1999-1-1 0:0:0"},
        {"01 Jan 00 00:00:00", "2000-1-1 0:0:0"},
        {"01 Jan 69 00:00:00", "2069-1-1 0:0:0"},
        {"1st Jan 2001x 10:11:12.5", "2001-1-1 10:11:12"},
        {"10:11:12 01/Jan/2001 20:00:00", "2001-1-1 10:11:12"},
    }));
    INFO(text);
    CHECK(date(text) == expected);
}

TEST_CASE("cookie dates with a part missing or out of range are none", "[cookies]") {
    const auto text =
        GENERATE(as<std::string>(), "", " ", "tomorrow", "06 Nov 1994", "06 1994 08:49:37",
                 "Nov 1994 08:49:37", "06 Nov 08:49:37", "30 Feb 2001 00:00:00",
                 "29 Feb 1900 00:00:00", "32 Jan 2001 00:00:00", "00 Jan 2001 00:00:00",
                 "01 Jan 1600 00:00:00", "01 Jan 20011 00:00:00", "01 Jan 2001 24:00:00",
                 "01 Jan 2001 00:60:00", "01 Jan 2001 00:00:60", "01 Jan 2001 000:00:00",
                 "01 Jan 2001 00:00", "01 Jan \xd9\xa2\xd9\xa0 00:00:00");
    INFO(text);
    CHECK(date(text) == "none");
}

TEST_CASE("cookie times beyond the clock are moved to its edge", "[cookies]") {
    const auto late = to_cookie_time(*parse_cookie_date("31 Dec 9999 23:59:59"));
    const auto early = to_cookie_time(*parse_cookie_date("01 Jan 1601 00:00:00"));
    CHECK(late > CookieTime(hours(24 * 365 * 200)));
    CHECK(early < CookieTime());
    CHECK(to_cookie_time(sys_seconds(seconds(5))) == CookieTime(seconds(5)));

    const CookieTime now(seconds(1'700'000'000) + microseconds(1234));
    CHECK(add_seconds(now, 10) == CookieTime(seconds(1'700'000'010) + milliseconds(1)));
    CHECK(add_seconds(now, INT64_MAX) == late);
    CHECK(add_seconds(now, 10'000'000'000) == late);
    CHECK(add_seconds(CookieTime(seconds(-5)), 10) == CookieTime(seconds(5)));
    CHECK(whole_milliseconds(CookieTime::min()) >= CookieTime::min());
}
