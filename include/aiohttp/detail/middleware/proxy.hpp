#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/message/client_request.hpp>
#include <aiohttp/detail/protocol/netrc.hpp>
#include <aiohttp/detail/protocol/proxy_variables.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/proxy.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp::detail {

struct Exchange;

/// What a caller says of a proxy without saying which: it goes to the one that is used.
struct ProxyExtras {
    std::optional<ProxyAuth> auth;
    Headers headers;

    bool empty() const noexcept { return !auth && headers.empty(); }
};

/// The proxy with these extras; throws ValueError when it cannot take them.
std::shared_ptr<const Proxy> with_extras(const std::shared_ptr<const Proxy>& proxy,
                                         const ProxyExtras& extras);

/// Where a session's requests get their proxy from, unless they name one: the session, else the
/// environment.
class ProxySource {
public:
    /// `session` and `netrc` may be null. The extras are for the session's proxy, and for those of
    /// the variables, whose own credentials count, though.
    ProxySource(std::shared_ptr<const Proxy> session,
                const ProxyExtras& extras,
                const ProxyVariables& variables,
                const Netrc* netrc);

    /// The proxy for a URL, or null. Throws ValueError for a variable that names no proxy.
    std::shared_ptr<const Proxy> find(const Url& url) const;
    /// The proxy with credentials of the environment, if it has none.
    std::shared_ptr<const Proxy> with_netrc(const std::shared_ptr<const Proxy>& proxy) const;

private:
    struct OfVariable {
        std::shared_ptr<const Proxy> proxy;
        std::string problem;  ///< why there is none though the variable is set
    };

    std::shared_ptr<const Proxy> session_;
    std::array<OfVariable, ProxyVariables::schemes.size()> variables_;
    NoProxyRules no_proxy_;
    const Netrc* netrc_;
};

/// Decides on the hop's way, and makes its header block, which is complete already, fit for it: a
/// proxy that forwards gets its fields, and nobody else a Proxy-Authorization field.
void choose_route(Exchange& exchange);

/// After a hop that a proxy answered with 407: once more, when it wants Digest credentials that we
/// have. Else nothing happens, and the 407 is the response.
boost::asio::awaitable<Error> answer_proxy(Exchange& exchange);

}  // namespace aiohttp::detail
