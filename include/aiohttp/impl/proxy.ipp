#pragma once

#include <algorithm>
#include <array>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/proxy.hpp>

namespace aiohttp {

namespace detail {

struct NamedProxyScheme {
    std::string_view name;
    ProxyScheme scheme;
};
inline constexpr std::array<NamedProxyScheme, 6> proxy_schemes{{{"http", ProxyScheme::http},
                                                                {"https", ProxyScheme::https},
                                                                {"socks4", ProxyScheme::socks4},
                                                                {"socks4a", ProxyScheme::socks4a},
                                                                {"socks5", ProxyScheme::socks5},
                                                                {"socks5h", ProxyScheme::socks5h}}};

inline constexpr std::uint16_t socks_port = 1080;

// They belong to the request, or to the connection.
inline constexpr std::array<std::string_view, 5> not_for_proxies{
    "Connection", "Content-Length", "Expect", "Host", "Transfer-Encoding"};

AIOHTTP_DECL ProxyScheme proxy_scheme(const Url& url) {
    const auto* const found =
        std::ranges::find(proxy_schemes, url.scheme(), &NamedProxyScheme::name);
    if (found == proxy_schemes.end()) {
        throw ValueError("scheme " + quote(url.scheme()) + " of proxy URL " + quote(url.display()) +
                         " is not http, https, socks4, socks4a, socks5 or socks5h");
    }
    return found->scheme;
}

AIOHTTP_DECL void check_proxy_auth(ProxyScheme scheme, const ProxyAuth& auth) {
    const bool socks5 = scheme == ProxyScheme::socks5 || scheme == ProxyScheme::socks5h;
    const bool socks4 = scheme == ProxyScheme::socks4 || scheme == ProxyScheme::socks4a;
    if ((socks4 || socks5) && auth.kind() == ProxyAuth::Kind::digest) {
        throw ValueError("Digest credentials are for HTTP proxies, SOCKS does not know them");
    }
    if (socks4 && auth.login().find('\0') != std::string::npos) {
        throw ValueError("the login for the SOCKS4 proxy has a NUL, which would end it");
    }
    const auto fits = [](const std::string& text) { return !text.empty() && text.size() <= 255; };
    if (socks5 && (!fits(auth.login()) || !fits(auth.password()))) {
        throw ValueError("login and password for a SOCKS5 proxy have 1 to 255 bytes, not " +
                         std::to_string(auth.login().size()) + " and " +
                         std::to_string(auth.password().size()));
    }
}

AIOHTTP_DECL void add_proxy_headers(const Headers& fields, Headers& all) {
    for (const auto field : fields) {
        const auto is_name = [&](std::string_view name) { return iequals(name, field.name); };
        if (std::ranges::any_of(not_for_proxies, is_name)) {
            throw ValueError("the field " + quote(field.name) +
                             " is not for a proxy: it belongs to the request");
        }
        all.add(field.name, field.value);
    }
}

}  // namespace detail

AIOHTTP_DECL ProxyAuth::ProxyAuth(const BasicAuth& credentials) : credentials_(credentials) {}

AIOHTTP_DECL ProxyAuth ProxyAuth::digest(std::string login, std::string password) {
    if (std::ranges::any_of(login, detail::is_forbidden_in_value)) {
        throw ValueError("the login " + detail::quote(login) +
                         " has a control character, which Digest authentication cannot express");
    }
    ProxyAuth auth(BasicAuth(std::move(login), std::move(password)));
    auth.kind_ = Kind::digest;
    return auth;
}

AIOHTTP_DECL Url Proxy::parse(std::string_view url) {
    Url parsed;
    if (const auto error = Url::parse(url, parsed)) {
        throw ValueError("proxy: " + error.message());
    }
    return parsed;
}

AIOHTTP_DECL Proxy::Proxy(const Url& url)
    : scheme_(detail::proxy_scheme(url)), host_(url.host()), port_(url.port()) {
    if (host_.empty()) {
        throw ValueError("proxy URL " + detail::quote(url.display()) + " has no host");
    }
    if (port_ == 0) {
        port_ = detail::socks_port;
    }
    if (url.has_user_info()) {
        auth(BasicAuth(url.user(), url.password()));
    }
}

AIOHTTP_DECL Proxy& Proxy::auth(const ProxyAuth& credentials) & {
    detail::check_proxy_auth(scheme_, credentials);
    auth_ = credentials;
    return *this;
}

AIOHTTP_DECL Proxy& Proxy::headers(const Headers& fields) & {
    detail::add_proxy_headers(fields, headers_);
    return *this;
}

AIOHTTP_DECL Proxy& Proxy::ssl(TlsOptions options) & {
    tls_ = std::move(options);
    return *this;
}

AIOHTTP_DECL Proxy& Proxy::tunnel(bool on) & {
    tunnel_ = on;
    return *this;
}

AIOHTTP_DECL std::string Proxy::str() const {
    if (scheme_ == ProxyScheme::none) {
        return {};
    }
    const auto* const found =
        std::ranges::find(detail::proxy_schemes, scheme_, &detail::NamedProxyScheme::scheme);
    const bool brackets = host_.find(':') != std::string::npos;
    return std::string(found->name) + "://" + (brackets ? "[" + host_ + "]" : host_) + ':' +
           std::to_string(port_);
}

AIOHTTP_DECL bool Proxy::operator==(const Proxy& other) const {
    return scheme_ == other.scheme_ && port_ == other.port_ && tunnel_ == other.tunnel_ &&
           host_ == other.host_ && auth_ == other.auth_ && tls_ == other.tls_ &&
           headers_ == other.headers_;
}

}  // namespace aiohttp
