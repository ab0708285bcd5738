#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/detail/protocol/ip_network.hpp>

// The variables of the environment that name proxies, as curl and many others read them.
namespace aiohttp::detail {

/// What $no_proxy says: hosts, separated by commas or blanks, that are asked without a proxy.
///
/// An entry is "*", which is every host, or a name, which is that host and all below it ("a.test"
/// and ".a.test" alike: "a.test" and "x.a.test", not "xa.test"); an IP address, or a block of
/// them ("10.0.0.0/8"), which is for hosts given as addresses; each but the last perhaps with a
/// port ("a.test:8080", "[::1]:80"). What is neither is no host's.
class NoProxyRules {
public:
    NoProxyRules() = default;
    explicit NoProxyRules(std::string_view text);

    /// Whether a host, in lower case and without brackets and trailing dot, is among them.
    bool match(std::string_view host, std::uint16_t port) const;

private:
    struct Rule {
        std::optional<IpNetwork> network;
        std::string name;        ///< unless there is a network
        std::uint16_t port = 0;  ///< 0: any
    };

    void add(std::string_view entry);

    bool all_ = false;
    std::vector<Rule> rules_;
};

/// A variable that is set, and not empty.
struct ProxyVariable {
    std::string name;
    std::string value;
};

/// The variables as they are set: http_proxy, https_proxy, ws_proxy and wss_proxy for the schemes
/// of URLs, all_proxy for those that have none, and no_proxy. Of the lower and the upper case of a
/// name the lower one counts, also when it is empty, which is as if neither were set. HTTP_PROXY
/// in upper case is not read when REQUEST_METHOD is set: a web server puts the client's field
/// "Proxy" there (httpoxy).
class ProxyVariables {
public:
    /// Gives a variable's value, or null.
    using LookUp = std::function<const char*(const char* name)>;

    ProxyVariables() = default;
    explicit ProxyVariables(const LookUp& look_up);

    /// The variables for schemes(), in that order, where there is one.
    static constexpr std::array<std::string_view, 4> schemes{"http", "https", "ws", "wss"};
    const std::array<std::optional<ProxyVariable>, 4>& proxies() const noexcept { return proxies_; }
    const NoProxyRules& no_proxy() const noexcept { return no_proxy_; }

private:
    std::array<std::optional<ProxyVariable>, 4> proxies_;
    NoProxyRules no_proxy_;
};

/// The URL that a variable's value stands for: one without scheme means http.
std::string proxy_url_of(std::string_view value);

}  // namespace aiohttp::detail
