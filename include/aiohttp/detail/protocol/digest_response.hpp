#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/digest_challenge.hpp>

namespace aiohttp::detail {

/// What a request is authenticated with (RFC 7616 3.4).
struct DigestRequest {
    std::string_view login;
    std::string_view password;
    std::string_view method;
    std::string_view uri;    ///< the request target
    std::string_view nonce;  ///< the challenge's, or one that followed it
    std::uint32_t count = 1;
    std::string_view cnonce;
    std::string_view first_cnonce;  ///< of the session, for -sess
    std::string_view body_hash;     ///< for auth-int; empty: qop is auth, or none
};

/// The value of the Authorization field that answers the challenge.
std::string digest_authorization(const DigestChallenge& challenge, const DigestRequest& request);

/// A client nonce: 16 random bytes as hexadecimal digits.
std::string random_cnonce();

/// A challenge being answered, from one nonce to the next.
struct DigestSession {
    /// Begins with a challenge. `before` is the session until now, or null: a nonce is counted as
    /// long as it lives.
    DigestSession(DigestChallenge of, const DigestSession* before, std::string cnonce);

    /// digest_authorization() for the next request: its nonce, count and cnonces are filled in.
    std::string answer(DigestRequest request, const std::function<std::string()>& make_cnonce);

    DigestChallenge challenge;
    std::string nonce;  ///< the challenge's, or one that followed it
    std::uint32_t used = 0;
    std::string first_cnonce;
};

}  // namespace aiohttp::detail
