#pragma once

#include <algorithm>
#include <array>
#include <charconv>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/protocol/cookie_date.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL bool is_date_delimiter(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x09 || (byte >= 0x20 && byte <= 0x2F) || (byte >= 0x3B && byte <= 0x40) ||
           (byte >= 0x5B && byte <= 0x60) || (byte >= 0x7B && byte <= 0x7E);
}

/// Cuts a number of `least` to `most` digits off the front; a further digit is none of it.
AIOHTTP_DECL std::optional<int> take_number(std::string_view& text,
                                            std::size_t least,
                                            std::size_t most) {
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits])) {
        ++digits;
    }
    if (digits < least || digits > most) {
        return std::nullopt;
    }
    int value = 0;
    std::from_chars(text.data(), text.data() + digits, value);
    text.remove_prefix(digits);
    return value;
}

/// 1 to 12 for a token that begins with the name of a month, else nullopt.
AIOHTTP_DECL std::optional<int> month_of(std::string_view token) {
    constexpr std::array<std::string_view, 12> names = {"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (istarts_with(token, names[i])) {
            return static_cast<int>(i) + 1;
        }
    }
    return std::nullopt;
}

/// "h:m:s", each of one or two digits; anything but a digit may follow.
AIOHTTP_DECL std::optional<std::array<int, 3>> time_of_day(std::string_view token) {
    std::array<int, 3> time{};
    for (std::size_t i = 0; i < time.size(); ++i) {
        if (i > 0) {
            if (!token.starts_with(':')) {
                return std::nullopt;
            }
            token.remove_prefix(1);
        }
        const auto number = take_number(token, 1, 2);
        if (!number) {
            return std::nullopt;
        }
        time[i] = *number;
    }
    return time;
}

/// What the tokens of a date have told so far.
struct CookieDateParts {
    std::optional<std::array<int, 3>> time;
    std::optional<int> day;
    std::optional<int> month;
    std::optional<int> year;

    /// Takes a token for the first part that is missing and that it looks like.
    void take(std::string_view token) {
        const bool taken = take(time, time_of_day(token)) ||
                           take(day, number_in_front(token, 1, 2)) || take(month, month_of(token));
        if (!taken) {
            take(year, number_in_front(token, 2, 4));
        }
    }

private:
    template <class Part>
    static bool take(std::optional<Part>& part, const std::optional<Part>& found) {
        const bool takes = !part && found;
        if (takes) {
            part = found;
        }
        return takes;
    }
    static std::optional<int> number_in_front(std::string_view token,
                                              std::size_t least,
                                              std::size_t most) {
        return take_number(token, least, most);
    }
};

AIOHTTP_DECL std::optional<std::chrono::sys_seconds> parse_cookie_date(std::string_view text) {
    CookieDateParts parts;
    while (!text.empty()) {
        const auto end = std::min(
            static_cast<std::size_t>(std::ranges::find_if(text, is_date_delimiter) - text.begin()),
            text.size());
        if (end > 0) {
            parts.take(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (!parts.time || !parts.day || !parts.month || !parts.year) {
        return std::nullopt;
    }
    int year = *parts.year;
    if (year < 100) {
        year += year >= 70 ? 1900 : 2000;
    }
    const auto [hour, minute, second] = *parts.time;
    const auto date = std::chrono::year(year) / *parts.month / *parts.day;
    if (year < 1601 || !date.ok() || hour > 23 || minute > 59 || second > 59) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second);
}

AIOHTTP_DECL CookieTime whole_milliseconds(CookieTime time) noexcept {
    return time - time.time_since_epoch() % std::chrono::milliseconds(1);
}

// Compared in seconds: as system_clock's ticks, times beyond its range would overflow.
inline constexpr auto first_cookie_time =
    std::chrono::ceil<std::chrono::seconds>(CookieTime::min());
inline constexpr auto last_cookie_time =
    std::chrono::floor<std::chrono::seconds>(CookieTime::max());

AIOHTTP_DECL CookieTime to_cookie_time(std::chrono::sys_seconds time) noexcept {
    return std::clamp(time, first_cookie_time, last_cookie_time);
}

AIOHTTP_DECL CookieTime add_seconds(CookieTime now, std::int64_t seconds) noexcept {
    const auto room = last_cookie_time.time_since_epoch().count() -
                      std::chrono::ceil<std::chrono::seconds>(now).time_since_epoch().count();
    return seconds >= room ? last_cookie_time
                           : whole_milliseconds(now + std::chrono::seconds(seconds));
}

}  // namespace aiohttp::detail
