#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/protocol/cookie_admission.hpp>
#include <aiohttp/detail/protocol/cookie_date.hpp>
#include <aiohttp/detail/protocol/cookie_text.hpp>

namespace aiohttp::detail {

inline constexpr std::string_view http_only_mark = "#HttpOnly_";

AIOHTTP_DECL void append_netscape_line(std::string& out, const Cookie& cookie) {
    const auto flag = [](bool on) { return on ? "TRUE" : "FALSE"; };
    const auto end = std::chrono::ceil<std::chrono::seconds>(
        cookie.expires.value_or(std::chrono::system_clock::time_point()));
    out.append(cookie.http_only ? http_only_mark : "").append(cookie.host_only ? "" : ".");
    out.append(cookie.domain).append("\t").append(flag(!cookie.host_only)).append("\t");
    out.append(cookie.path).append("\t").append(flag(cookie.secure)).append("\t");
    out.append(std::to_string(end.time_since_epoch().count())).append("\t");
    out.append(cookie.name).append("\t").append(cookie.value).append("\n");
}

AIOHTTP_DECL std::string write_netscape_cookies(const std::list<Cookie>& cookies) {
    std::string out = "# Netscape HTTP Cookie File\n";
    for (const Cookie& cookie : cookies) {
        const bool has_tab =
            (cookie.domain + cookie.path + cookie.name).find('\t') != std::string::npos;
        if (!cookie.domain.empty() && !has_tab) {
            append_netscape_line(out, cookie);
        }
    }
    return out;
}

/// The moment a cookie ends: seconds since 1970, perhaps with a fraction; 0 or less: no end.
AIOHTTP_DECL bool read_netscape_expiry(std::string_view text, Cookie& cookie) {
    const auto fraction = text.find('.');
    std::int64_t seconds = 0;
    const auto whole = text.substr(0, fraction);
    const auto parsed = std::from_chars(whole.data(), whole.data() + whole.size(), seconds);
    const auto rest = fraction == std::string_view::npos ? "0" : text.substr(fraction + 1);
    if (whole.empty() || parsed.ec != std::errc() || parsed.ptr != whole.data() + whole.size() ||
        rest.empty() || !std::ranges::all_of(rest, is_digit)) {
        return false;
    }
    if (seconds > 0) {
        cookie.expires = to_cookie_time(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
    }
    return true;
}

AIOHTTP_DECL bool read_flag(std::string_view text, bool& flag) {
    flag = iequals(text, "TRUE");
    return flag || iequals(text, "FALSE");
}

/// Reads one line; returns what is wrong with it, or an empty text.
AIOHTTP_DECL std::string_view read_netscape_line(std::string_view line, Cookie& cookie) {
    cookie.http_only = line.starts_with(http_only_mark);
    line.remove_prefix(cookie.http_only ? http_only_mark.size() : 0);
    std::array<std::string_view, 7> fields;
    std::size_t count = 0;
    for (; count < 6; ++count) {
        const auto tab = line.find('\t');
        if (tab == std::string_view::npos) {
            break;
        }
        fields[count] = line.substr(0, tab);
        line.remove_prefix(tab + 1);
    }
    fields[count] = line;
    // curl leaves the tab before an empty value out.
    if (count < 5) {
        return "there are not seven fields with tabs between them";
    }
    bool subdomains = false;
    if (!read_flag(fields[1], subdomains) || !read_flag(fields[3], cookie.secure)) {
        return "a field is neither TRUE nor FALSE";
    }
    if (!read_netscape_expiry(fields[4], cookie)) {
        return "the expiry is not a number";
    }
    cookie.domain = to_lower_copy(fields[0].substr(fields[0].starts_with('.') ? 1 : 0));
    cookie.host_only = !subdomains;
    cookie.path = fields[2];
    cookie.name = fields[5];
    cookie.value = fields[6];
    return cookie.domain.empty() ? "there is no domain" : cookie_problem(cookie);
}

AIOHTTP_DECL std::optional<CookieTextProblem> read_netscape_cookies(std::string_view text,
                                                                    std::vector<Cookie>& cookies) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) {
            return CookieTextProblem{number, "the file ends within this line"};
        }
        auto line = text.substr(0, end);
        text.remove_prefix(end + 1);
        line.remove_suffix(line.ends_with('\r') ? 1 : 0);
        if (trim(line).empty() || (line.starts_with('#') && !line.starts_with(http_only_mark))) {
            continue;
        }
        Cookie cookie;
        const auto problem = read_netscape_line(line, cookie);
        if (!problem.empty()) {
            return CookieTextProblem{number, std::string(problem)};
        }
        cookies.push_back(std::move(cookie));
    }
    return std::nullopt;
}

}  // namespace aiohttp::detail
