#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <aiohttp/auth.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/tls.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp {

/// The type of no_proxy.
struct NoProxy {};

/// `proxy(no_proxy)`: straight to the server, whatever the session or the environment say.
inline constexpr NoProxy no_proxy{};

/// Who we are to a proxy, and how it is told:
///
///     session.get(url).proxy("http://proxy:3128").proxy_auth(aiohttp::BasicAuth("me", "secret"));
///     session.get(url).proxy("http://proxy:3128").proxy_auth(ProxyAuth::digest("me", "secret"));
///
/// Basic credentials (RFC 7617) are sent at once. Digest (RFC 7616) waits for the proxy's 407, and
/// is sent at once from then on; a proxy that offers only Basic is told nothing. A 407 to
/// credentials is final. To a SOCKS5 proxy login and password go as RFC 1929 says, to a SOCKS4
/// proxy the login alone.
class ProxyAuth {
public:
    enum class Kind : std::uint8_t { basic, digest };

    ProxyAuth(const BasicAuth& credentials);
    /// Digest credentials, in UTF-8. Throws ValueError for a login with ":" or a control character.
    static ProxyAuth digest(std::string login, std::string password);

    Kind kind() const noexcept { return kind_; }
    const std::string& login() const noexcept { return credentials_.login(); }
    const std::string& password() const noexcept { return credentials_.password(); }
    /// The value of a Proxy-Authorization field with Basic credentials.
    std::string encode() const { return credentials_.encode(); }

    bool operator==(const ProxyAuth&) const = default;

private:
    BasicAuth credentials_;
    Kind kind_ = Kind::basic;
};

/// How a proxy is spoken to.
enum class ProxyScheme : std::uint8_t {
    none,     ///< no proxy at all
    http,     ///< HTTP in the clear
    https,    ///< HTTP over TLS
    socks4,   ///< SOCKS4; names are looked up here, only IPv4 can be reached
    socks4a,  ///< SOCKS4a; the proxy looks names up
    socks5,   ///< SOCKS5 (RFC 1928); names are looked up here
    socks5h,  ///< SOCKS5; the proxy looks names up
};

/// A proxy: where it is, how it is spoken to, and what it is told. A URL is enough in most cases:
///
///     session.get(url).proxy("http://me:secret@proxy.example:3128");
///     session.get(url).proxy(aiohttp::Proxy("https://proxy.example").ssl(tls));
///
/// An HTTP(S) proxy gets http requests whole, with the URL in the request line, and is asked with
/// CONNECT for a tunnel to the server of https requests; a SOCKS proxy is asked for a connection to
/// either. Connections are shared by requests with equal proxies only.
class Proxy {
public:
    /// From a URL `scheme://[user:password@]host[:port]`; what follows is ignored. Without port
    /// it is 80 for http, 443 for https and 1080 for SOCKS. The credentials are percent-decoded
    /// and count as Basic ones. Throws ValueError, which never shows them, for what is no such
    /// URL, for another scheme, and as auth().
    template <std::convertible_to<std::string_view> Text>
    Proxy(const Text& url) : Proxy(parse(url)) {}
    Proxy(const Url& url);
    /// No proxy.
    Proxy(NoProxy) noexcept {}

    /// Credentials, instead of those of the URL. Throws ValueError for what the scheme cannot
    /// express: SOCKS has no Digest, SOCKS5 wants logins and passwords of 1 to 255 bytes, SOCKS4
    /// no NUL in the login.
    Proxy& auth(const ProxyAuth& credentials) &;
    Proxy&& auth(const ProxyAuth& credentials) && { return std::move(auth(credentials)); }
    /// Adds fields for an HTTP proxy: sent with CONNECT and never into the tunnel, and with http
    /// requests, where the request's own fields win (and where the proxy may pass them on). A
    /// Proxy-Authorization field counts as credentials, unless there are others. Throws ValueError
    /// for Connection, Content-Length, Expect, Host and Transfer-Encoding.
    Proxy& headers(const Headers& fields) &;
    Proxy&& headers(const Headers& fields) && { return std::move(headers(fields)); }
    /// How TLS is made with an https proxy itself, instead of the connector's way.
    Proxy& ssl(TlsOptions options) &;
    Proxy&& ssl(TlsOptions options) && { return std::move(ssl(std::move(options))); }
    /// Whether an HTTP proxy is asked for a tunnel (CONNECT) for http requests, too. Default false.
    Proxy& tunnel(bool on = true) &;
    Proxy&& tunnel(bool on = true) && { return std::move(tunnel(on)); }

    /// What was set.
    ProxyScheme scheme() const noexcept { return scheme_; }
    const std::string& host() const noexcept { return host_; }
    std::uint16_t port() const noexcept { return port_; }
    const std::optional<ProxyAuth>& auth() const noexcept { return auth_; }
    const Headers& headers() const noexcept { return headers_; }
    const std::optional<TlsOptions>& ssl() const noexcept { return tls_; }
    bool tunnels() const noexcept { return tunnel_; }
    /// "scheme://host:port", without credentials; empty for no proxy.
    std::string str() const;

    bool operator==(const Proxy& other) const;

private:
    static Url parse(std::string_view url);

    ProxyScheme scheme_ = ProxyScheme::none;
    std::string host_;
    std::uint16_t port_ = 0;
    std::optional<ProxyAuth> auth_;
    Headers headers_;
    std::optional<TlsOptions> tls_;
    bool tunnel_ = false;
};

namespace detail {

/// Adds fields to those for a proxy; throws ValueError as Proxy::headers().
void add_proxy_headers(const Headers& fields, Headers& all);

}  // namespace detail

}  // namespace aiohttp
