#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/middleware.hpp>

namespace aiohttp {

namespace detail {
class DigestState;
}

/// HTTP's Digest authentication (RFC 7616), as a middleware:
///
///     aiohttp::DigestAuthMiddleware digest("user", "secret");
///     aiohttp::ClientSession session{aiohttp::ClientSessionOptions().middleware(digest)};
///
/// It answers a 401 that offers Digest by sending the request once more, with the strongest hash
/// offered: MD5, SHA, SHA-256, SHA-512-256 or SHA-512, each also with -sess; qop is auth-int where
/// offered, else auth, else none. Another 401 then is the response; one that says stale=true is
/// answered once more. Later requests within the protection space are authenticated at once.
///
/// It is for one origin, the first one it sees: requests elsewhere, also after redirects, pass
/// untouched. Copies share their state; use one for each session. A challenge that cannot be
/// answered (no realm or nonce, an unknown algorithm or qop) throws ClientResponseError with its
/// status; a body that BodySource::rewind() cannot bring back throws ClientPayloadError.
class DigestAuthMiddleware {
public:
    /// Login and password are UTF-8. Without `preemptive` every request waits for its 401. Throws
    /// ValueError for a login with ":" or a control character.
    DigestAuthMiddleware(const std::string& login,
                         const std::string& password,
                         bool preemptive = true);

    /// Makes the client's nonces, instead of 16 random bytes in hexadecimal digits; for tests.
    DigestAuthMiddleware& cnonce(std::function<std::string()> make);

    boost::asio::awaitable<ClientResponse> operator()(ClientRequest& request, Next next) const;

private:
    std::shared_ptr<detail::DigestState> state_;
};

}  // namespace aiohttp
