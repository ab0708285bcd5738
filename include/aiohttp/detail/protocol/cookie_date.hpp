#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

// The times of cookies. They are system_clock's, whose range is only some 290 years around 1970:
// what lies beyond is moved to its edge.
namespace aiohttp::detail {

using CookieTime = std::chrono::system_clock::time_point;

/// The date of an Expires attribute, by the tolerant algorithm of RFC 6265bis 5.1.1: the first
/// token that looks like a time, a day, a month or a year is taken as that, time zones are
/// ignored, two-digit years are 1970 to 2069. Nullopt when a part is missing or out of range.
std::optional<std::chrono::sys_seconds> parse_cookie_date(std::string_view text);

/// The same moment, or the nearest one that system_clock can tell; in whole milliseconds.
CookieTime to_cookie_time(std::chrono::sys_seconds time) noexcept;
/// `now` and `seconds` together, likewise.
CookieTime add_seconds(CookieTime now, std::int64_t seconds) noexcept;
/// Without what is less than a millisecond.
CookieTime whole_milliseconds(CookieTime time) noexcept;

}  // namespace aiohttp::detail
