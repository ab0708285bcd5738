#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace aiohttp {

/// Which requests of other sites a cookie goes with. It is kept for those who ask; a client that
/// is no browser has no sites, so it sends every cookie.
enum class SameSite : std::uint8_t {
    unset,   ///< the server said nothing, or something unknown
    none,    ///< SameSite=None
    lax,     ///< SameSite=Lax
    strict,  ///< SameSite=Strict
};

/// One cookie, as a jar keeps it (RFC 6265bis 5.7).
struct Cookie {
    /// May be empty: `Set-Cookie: x` makes a cookie without a name.
    std::string name;
    /// As it goes over the wire: double quotes around it, if any, are a part of it.
    std::string value;
    /// The host or domain it belongs to: lower case, no leading dot. Empty for a cookie that goes
    /// to every host.
    std::string domain;
    /// It goes to this path and what is below it.
    std::string path = "/";
    /// Whether it goes to `domain` only, not to its subdomains.
    bool host_only = true;
    /// Whether it goes over https and wss only.
    bool secure = false;
    /// Whether the server wants scripts not to see it; kept, without a meaning here.
    bool http_only = false;
    SameSite same_site = SameSite::unset;
    /// When it ends, in whole milliseconds; nullopt for a session cookie.
    std::optional<std::chrono::system_clock::time_point> expires;
    /// When it was first set, in whole milliseconds; a new value keeps it.
    std::chrono::system_clock::time_point creation;

    bool operator==(const Cookie&) const = default;
};

/// Cookies by their names.
using Cookies = std::map<std::string, Cookie, std::less<>>;

}  // namespace aiohttp
