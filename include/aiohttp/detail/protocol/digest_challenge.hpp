#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/detail/protocol/message_digest.hpp>

namespace aiohttp::detail {

/// Parameters by name, the names in lower case, the values unquoted.
using AuthParams = std::vector<std::pair<std::string, std::string>>;

/// The first parameter of that (lower case) name, or null.
const std::string* find_param(const AuthParams& params, std::string_view name) noexcept;

/// One way to authenticate (RFC 9110 11.3), with token68 or with parameters.
struct AuthChallenge {
    std::string scheme;  ///< in lower case
    std::string token68;
    AuthParams params;
};

/// The challenges of all WWW-Authenticate fields, in order; one field may have several. What is
/// malformed is left out, a parameter at a time.
std::vector<AuthChallenge> parse_challenges(std::span<const std::string_view> fields);

/// The parameters of an Authentication-Info field (RFC 9110 11.6.3).
AuthParams parse_auth_params(std::string_view field);

/// A Digest challenge (RFC 7616 3.3).
struct DigestChallenge {
    std::string realm;
    std::string nonce;
    std::optional<std::string> opaque;
    std::optional<std::string> algorithm;  ///< as it was written
    HashFunction hash = HashFunction::md5;
    bool session = false;   ///< the algorithm ends in -sess
    bool auth = false;      ///< qop has it
    bool auth_int = false;  ///< qop has it; neither: without qop, as RFC 2069
    bool stale = false;
    bool userhash = false;
    bool utf8 = false;
    std::string domain;  ///< URIs with spaces in between; empty: the whole server
};

/// Understands a challenge; when it cannot be answered, `problem` says why.
std::optional<DigestChallenge> parse_digest(const AuthChallenge& challenge, std::string& problem);

/// Of the Digest challenges that can be answered the one with the strongest hash, of equal ones the
/// first. Without one `problem` is the first one's, or empty when Digest is not offered.
std::optional<DigestChallenge> choose_digest(std::span<const AuthChallenge> challenges,
                                             std::string& problem);

}  // namespace aiohttp::detail
