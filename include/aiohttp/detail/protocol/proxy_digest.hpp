#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/digest_challenge.hpp>
#include <aiohttp/detail/protocol/digest_response.hpp>

namespace aiohttp::detail {

/// Digest credentials for a proxy (RFC 7616 with RFC 9110 11.7): the challenge that it sent last,
/// and the answers to it.
class ProxyDigest {
public:
    ProxyDigest(std::string login, std::string password);

    /// Takes the challenge of a 407, from its Proxy-Authenticate fields. False when none of them
    /// can be answered; then what was known before stays.
    bool take(std::span<const std::string_view> fields);
    /// Whether there is a challenge to answer.
    bool ready() const noexcept { return session_.has_value(); }
    /// Whether the challenge taken last says that only the nonce was out of date.
    bool stale() const noexcept { return session_ && session_->challenge.stale; }
    /// Whether answers need a hash of the request's body, and which.
    std::optional<HashFunction> body_hash() const noexcept;

    /// The value of a Proxy-Authorization field. `uri` is the request target; the hash of the body
    /// is in hexadecimal digits, or empty.
    std::string authorization(std::string_view method,
                              std::string_view uri,
                              std::string_view body_hash);

private:
    std::string login_;
    std::string password_;
    std::optional<DigestSession> session_;
};

}  // namespace aiohttp::detail
