#pragma once

#include <algorithm>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/host_name.hpp>
#include <aiohttp/detail/core/idna.hpp>
#include <aiohttp/detail/core/percent.hpp>

namespace aiohttp::detail {

inline constexpr CharSet is_zone_char{"-._~", true};

/// A dotted quad of decimal numbers without leading zeros, and nothing else that inet_aton takes.
AIOHTTP_DECL bool is_ipv4(std::string_view text) noexcept {
    int dots = 0;
    int value = -1;  // of the octet, -1 before its first digit
    for (const char c : text) {
        if (is_digit(c)) {
            if (value == 0) {
                return false;
            }
            value = (value < 0 ? 0 : value * 10) + (c - '0');
            if (value > 255) {
                return false;
            }
        } else if (c == '.' && value >= 0) {
            ++dots;
            value = -1;
        } else {
            return false;
        }
    }
    return dots == 3 && value >= 0;
}

/// RFC 3986 3.2.2, without zone.
AIOHTTP_DECL bool is_ipv6(std::string_view text) noexcept {
    int groups = 0;
    bool compressed = text.starts_with("::");
    text.remove_prefix(compressed ? 2 : 0);
    while (!text.empty()) {
        const auto digits = static_cast<std::size_t>(
            std::find_if(text.begin(), text.end(), [](char c) { return hex_value(c) < 0; }) -
            text.begin());
        if (digits < text.size() && text[digits] == '.') {
            groups += 2;
            return is_ipv4(text) && (compressed ? groups < 8 : groups == 8);
        }
        if (digits == 0 || digits > 4) {
            return false;
        }
        ++groups;
        text.remove_prefix(digits);
        if (text.starts_with("::")) {
            if (std::exchange(compressed, true)) {
                return false;
            }
            text.remove_prefix(2);
        } else if (text.size() > 1 && text.front() == ':') {
            text.remove_prefix(1);
        } else if (!text.empty()) {
            return false;
        }
    }
    return compressed ? groups < 8 : groups == 8;
}

AIOHTTP_DECL bool ends_in_number(std::string_view name) noexcept {
    if (name.ends_with('.')) {
        name.remove_suffix(1);
    }
    auto last = name.substr(name.rfind('.') + 1);
    const bool hexadecimal = istarts_with(last, "0x");
    last.remove_prefix(hexadecimal ? 2 : 0);
    for (const char c : last) {
        if (hexadecimal ? hex_value(c) < 0 : !is_digit(c)) {
            return false;
        }
    }
    return hexadecimal || !last.empty();
}

AIOHTTP_DECL std::string canonical_name(std::string_view name) {
    auto lower = to_lower_copy(name);
    std::string ascii;
    const bool translated = !is_ascii(lower) && append_idna(ascii, lower) == nullptr;
    return translated ? ascii : lower;
}

/// Checks a lower-case name; `host` is as the user wrote it.
AIOHTTP_DECL bool check_host_name(std::string_view whole,
                                  std::string_view host,
                                  UrlProblem& problem) {
    constexpr std::size_t max_label = 63;
    constexpr std::size_t max_name = 253;
    const auto name = whole.substr(0, whole.size() - (whole.ends_with('.') ? 1 : 0));
    std::size_t label = 0;
    for (const char c : name) {
        if (c == '.') {
            if (std::exchange(label, 0) == 0) {
                return problem.found("its host has an empty label", host);
            }
        } else if (!is_host_char(c)) {
            return problem.found("its host has a character that no name has", host);
        } else if (++label > max_label) {
            return problem.found("its host has a label of more than 63 characters", host);
        }
    }
    if (label == 0) {
        return problem.found("its host has an empty label", host);
    }
    if (name.size() > max_name) {
        return problem.found("its host has more than 253 characters", host);
    }
    if (ends_in_number(name) && !is_ipv4(whole)) {
        return problem.found("its host ends in a number but is no IPv4 address", host);
    }
    return true;
}

/// Appends a name in the form that DNS and the Host field want.
AIOHTTP_DECL bool append_host_name(std::string& out, std::string_view host, UrlProblem& problem) {
    const auto begin = out.size();
    const auto name = to_lower_copy(percent_decode(host));
    if (is_ascii(name)) {
        out.append(name);
    } else if (const char* const reason = append_idna(out, name)) {
        problem.reason = reason;
        return problem.found("its host is no international name", host);
    }
    // What IDNA makes is checked as what was written, lest "\uff0f" become a "/" and digits of full
    // width an address in an odd form.
    return check_host_name(std::string_view(out).substr(begin), host, problem);
}

/// Appends an address in brackets. A zone may be written as "%eth0" or, after RFC 6874, "%25eth0";
/// the former is kept, as getaddrinfo() wants it, so a zone cannot itself begin with "25".
AIOHTTP_DECL bool append_ipv6(std::string& out, std::string_view host, UrlProblem& problem) {
    const auto inside = host.substr(1, host.size() - 2);
    const auto address = inside.substr(0, inside.find('%'));
    auto zone = inside.substr(address.size());
    if (!is_ipv6(address)) {
        return problem.found("its host is no IPv6 address", host);
    }
    out.append(1, '[').append(to_lower_copy(address));
    if (!zone.empty()) {
        zone.remove_prefix(zone.starts_with("%25") ? 3 : 1);
        if (zone.empty() || zone.starts_with("25") ||
            count_leading(zone, is_zone_char) < zone.size()) {
            return problem.found("its IPv6 address has a bad zone", host);
        }
        out.append(1, '%').append(zone);
    }
    out.append(1, ']');
    return true;
}

AIOHTTP_DECL bool append_host(std::string& out, std::string_view host, UrlProblem& problem) {
    if (host.empty()) {
        return true;
    }
    return host.front() == '[' ? append_ipv6(out, host, problem)
                               : append_host_name(out, host, problem);
}

}  // namespace aiohttp::detail
