#pragma once

#include <cstdint>
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

}  // namespace aiohttp::detail
