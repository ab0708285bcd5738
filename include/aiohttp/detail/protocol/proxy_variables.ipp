#pragma once

#include <algorithm>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/decimal.hpp>
#include <aiohttp/detail/core/host_name.hpp>
#include <aiohttp/detail/protocol/proxy_variables.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL NoProxyRules::NoProxyRules(std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(", \t\r\n"), text.size());
        add(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// Takes ":port" off the end of an entry that is no IPv6 address; false when it is none.
AIOHTTP_DECL bool take_port(std::string_view& entry, std::uint16_t& port) {
    const auto colon = entry.rfind(':');
    if (colon == std::string_view::npos || entry.ends_with(']')) {
        return true;
    }
    const auto number = parse_decimal(entry.substr(colon + 1));
    if (!number || *number == 0 || *number > 65535) {
        return false;
    }
    port = static_cast<std::uint16_t>(*number);
    entry = entry.substr(0, colon);
    return true;
}

AIOHTTP_DECL void NoProxyRules::add(std::string_view entry) {
    if (entry == "*") {
        all_ = true;
        return;
    }
    Rule rule;
    rule.network = parse_ip_network(entry);
    if (!rule.network) {
        if (!take_port(entry, rule.port)) {
            return;
        }
        if (entry.starts_with('[') && entry.ends_with(']')) {
            entry = entry.substr(1, entry.size() - 2);
        }
        rule.network = parse_ip_network(entry);
    }
    if (!rule.network) {
        entry.remove_prefix(entry.starts_with('.') ? 1 : 0);
        entry.remove_suffix(entry.ends_with('.') ? 1 : 0);
        rule.name = canonical_name(entry);
        if (rule.name.empty()) {
            return;
        }
    }
    rules_.push_back(std::move(rule));
}

/// Whether a host is that domain, or below it.
AIOHTTP_DECL bool is_below(std::string_view host, std::string_view domain) noexcept {
    return host.ends_with(domain) &&
           (host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.');
}

AIOHTTP_DECL bool NoProxyRules::match(std::string_view host, std::uint16_t port) const {
    if (all_) {
        return true;
    }
    const auto address = parse_ip_address(host);
    return std::ranges::any_of(rules_, [&](const Rule& rule) {
        if (rule.port != 0 && rule.port != port) {
            return false;
        }
        if (rule.network) {
            return address && rule.network->contains(*address);
        }
        return !address && is_below(host, rule.name);
    });
}

/// What a name means in lower or upper case; nullopt when neither is set.
AIOHTTP_DECL std::optional<ProxyVariable> find_variable(const ProxyVariables::LookUp& look_up,
                                                        std::string name,
                                                        bool upper) {
    const char* value = look_up(name.c_str());
    if (value == nullptr && upper) {
        std::ranges::transform(name, name.begin(), to_upper);
        value = look_up(name.c_str());
    }
    if (value == nullptr || trim(value).empty()) {
        return std::nullopt;
    }
    return ProxyVariable{std::move(name), std::string(trim(value))};
}

AIOHTTP_DECL ProxyVariables::ProxyVariables(const LookUp& look_up) {
    const bool cgi = look_up("REQUEST_METHOD") != nullptr;
    const auto all = find_variable(look_up, "all_proxy", true);
    for (std::size_t i = 0; i < schemes.size(); ++i) {
        const auto name = std::string(schemes[i]) + "_proxy";
        const auto found = find_variable(look_up, name, !cgi || schemes[i] != "http");
        proxies_[i] = found ? found : all;
    }
    if (const auto hosts = find_variable(look_up, "no_proxy", true)) {
        no_proxy_ = NoProxyRules(hosts->value);
    }
}

AIOHTTP_DECL std::string proxy_url_of(std::string_view value) {
    return value.find("://") == std::string_view::npos ? "http://" + std::string(value)
                                                       : std::string(value);
}

}  // namespace aiohttp::detail
