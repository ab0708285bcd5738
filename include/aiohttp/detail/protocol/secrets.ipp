#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/percent.hpp>
#include <aiohttp/detail/protocol/secrets.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL bool is_secret_name(std::string_view name) {
    static constexpr std::array<std::string_view, 13> marks = {
        "token",     "secret",    "password",   "passwd",        "passphrase",
        "apikey",    "accesskey", "privatekey", "authorization", "credential",
        "signature", "xauth",     "sessionid"};
    // These are parts of many a harmless name.
    static constexpr std::array<std::string_view, 11> names = {
        "pwd",  "pass", "sig",    "key", "auth", "jwt", "assertion", "clientassertion",
        "code", "sid",  "session"};
    std::string plain;
    for (const char c : name) {
        if (c != '-' && c != '_') {
            plain += to_lower(c);
        }
    }
    return std::ranges::find(names, plain) != names.end() ||
           std::ranges::any_of(marks, [&plain](std::string_view mark) {
               return plain.find(mark) != std::string::npos;
           });
}

/// The cookies of a Cookie field, or the one of a Set-Cookie field: "a=***; b=***".
AIOHTTP_DECL std::string masked_cookies(std::string_view cookies, bool only_first) {
    std::string out;
    bool first = true;
    while (!cookies.empty()) {
        const auto end = std::min(cookies.find(';'), cookies.size());
        const auto cookie = cookies.substr(0, end);
        cookies.remove_prefix(std::min(end + 1, cookies.size()));
        const auto equals = cookie.find('=');
        out.append(first ? "" : ";");
        if (only_first && !first) {
            out.append(cookie);
        } else if (equals != std::string_view::npos) {
            out.append(cookie.substr(0, equals + 1)).append(secret_mask);
        } else {
            out.append(secret_mask);
        }
        first = false;
    }
    return out;
}

AIOHTTP_DECL std::string masked_field(std::string_view name, std::string_view value) {
    if (iequals(name, "authorization") || iequals(name, "proxy-authorization")) {
        const auto scheme = value.find(' ');
        return scheme == std::string_view::npos
                   ? std::string(secret_mask)
                   : std::string(value.substr(0, scheme + 1)).append(secret_mask);
    }
    if (iequals(name, "cookie") || iequals(name, "set-cookie")) {
        return masked_cookies(value, iequals(name, "set-cookie"));
    }
    if (iequals(name, "location") || iequals(name, "content-location") ||
        iequals(name, "referer")) {
        return masked_url(value);
    }
    // An empty value is no secret, and says something.
    return is_secret_name(name) && !value.empty() ? std::string(secret_mask) : std::string(value);
}

AIOHTTP_DECL std::string masked_form(std::string_view form) {
    std::string out;
    for (bool more = true; more;) {
        const auto end = form.find('&');
        more = end != std::string_view::npos;
        const auto pair = form.substr(0, end);
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos &&
            is_secret_name(percent_decode(pair.substr(0, equals)))) {
            out.append(pair.substr(0, equals + 1)).append(secret_mask);
        } else {
            out.append(pair);
        }
        if (more) {
            out += '&';
            form.remove_prefix(end + 1);
        }
    }
    return out;
}

AIOHTTP_DECL std::string masked_url(std::string_view url) {
    const auto fragment = url.substr(std::min(url.find('#'), url.size()));
    url.remove_suffix(fragment.size());
    const auto query = url.substr(std::min(url.find('?'), url.size()));
    url.remove_suffix(query.size());
    std::string out;
    const auto slashes = url.find("//");
    const auto authority = slashes == std::string_view::npos ? url.size() : slashes + 2;
    const auto path = std::min(url.find('/', authority), url.size());
    const auto at = url.substr(0, path).rfind('@');
    if (at != std::string_view::npos && at >= authority) {
        out.append(url.substr(0, authority)).append(secret_mask).append(url.substr(at));
    } else {
        out.append(url);
    }
    if (!query.empty()) {
        out.append("?").append(masked_form(query.substr(1)));
    }
    // Tokens are handed over in fragments, too (OAuth's implicit grant).
    if (!fragment.empty()) {
        out.append("#").append(masked_form(fragment.substr(1)));
    }
    return out;
}

/// Behind the string that begins at `at` with its quotation mark, or behind the end.
AIOHTTP_DECL std::size_t end_of_json_string(std::string_view json, std::size_t at) {
    for (++at; at < json.size(); ++at) {
        if (json[at] == '\\') {
            ++at;
        } else if (json[at] == '"') {
            return at + 1;
        }
    }
    return json.size();
}

/// Each word on its own; "," or ":" behind a URL is not its own.
AIOHTTP_DECL std::string masked_words(std::string_view text) {
    static constexpr std::string_view between = " \t\r\n\"<>";
    std::string out;
    while (!text.empty()) {
        const auto begin = std::min(text.find_first_not_of(between), text.size());
        out.append(text.substr(0, begin));
        text.remove_prefix(begin);
        const auto end = std::min(text.find_first_of(between), text.size());
        const auto size = text.substr(0, end).find_last_not_of(",:;") + 1;
        out.append(masked_url(text.substr(0, size))).append(text.substr(size, end - size));
        text.remove_prefix(end);
    }
    return out;
}

AIOHTTP_DECL std::string masked_text(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto begin = std::min(text.find('"'), text.size());
        const auto end = end_of_json_string(text, begin);
        out.append(text.substr(0, begin));
        if (end - begin >= 2 && text[end - 1] == '"') {
            // A URL between quotation marks may be none, and have spaces.
            const auto quoted = text.substr(begin + 1, end - begin - 2);
            out.append("\"").append(masked_url(quoted)).append("\"");
            text.remove_prefix(end);
        } else {
            out.append(text.substr(begin));
            text = {};
        }
    }
    return masked_words(out);
}

/// Behind the array or object that begins at `at`, or behind the end.
AIOHTTP_DECL std::size_t end_of_json_group(std::string_view json, std::size_t at) {
    std::size_t depth = 0;
    while (at < json.size()) {
        const char c = json[at];
        if (c == '"') {
            at = end_of_json_string(json, at);
            continue;
        }
        ++at;
        if (c == '[' || c == '{') {
            ++depth;
        } else if ((c == ']' || c == '}') && --depth == 0) {
            break;
        }
    }
    return at;
}

AIOHTTP_DECL std::string masked_json(std::string_view json) {
    static constexpr std::string_view white = " \t\r\n";
    std::string out;
    std::size_t at = 0;
    while (at < json.size()) {
        if (json[at] != '"') {
            out += json[at++];
            continue;
        }
        const auto end = end_of_json_string(json, at);
        const auto name = json.substr(at, end - at);
        out.append(name);
        at = end;
        const auto colon = json.find_first_not_of(white, at);
        if (colon == std::string_view::npos || json[colon] != ':' ||
            !is_secret_name(name.substr(1, name.size() - std::min<std::size_t>(name.size(), 2)))) {
            continue;
        }
        const auto value = std::min(json.find_first_not_of(white, colon + 1), json.size());
        out.append(json.substr(at, value - at));
        at = value;
        if (value == json.size()) {
            break;
        }
        const char first = json[value];
        if (first == '"') {
            at = end_of_json_string(json, value);
        } else if (first == '[' || first == '{') {
            at = end_of_json_group(json, value);
        } else if (first == '-' || is_digit(first)) {
            at = std::min(json.find_first_not_of("+-.0123456789eE", value), json.size());
        }
        if (at != value) {
            out.append("\"").append(secret_mask).append("\"");
        }
    }
    return out;
}

}  // namespace aiohttp::detail
