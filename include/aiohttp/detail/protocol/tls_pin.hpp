#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace aiohttp::detail {

using Sha256Digest = std::array<unsigned char, 32>;

/// The hash that a server's certificate, or its public key, must have.
struct TlsPin {
    enum class Kind : std::uint8_t { certificate, public_key };
    Kind kind = Kind::certificate;
    Sha256Digest digest{};

    bool operator==(const TlsPin&) const = default;
};

/// The pin as text: of a certificate in hexadecimal digits, of a key as "sha256/" and base64.
std::string text_of(const TlsPin& pin);

/// A certificate's SHA-256: 32 bytes, or 64 hexadecimal digits with or without colons. Throws
/// ValueError for anything else, with a word on MD5 and SHA-1.
TlsPin parse_certificate_pin(std::string_view text);

/// A public key's SHA-256: "sha256/" and base64 (curl's second slash may be there), or as for a
/// certificate. Throws ValueError for anything else.
TlsPin parse_public_key_pin(std::string_view text);

}  // namespace aiohttp::detail
