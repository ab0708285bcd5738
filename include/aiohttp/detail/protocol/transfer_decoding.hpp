#pragma once

#include <optional>
#include <string>
#include <string_view>

// The Content-Transfer-Encodings of MIME that change the bytes (RFC 2045 6).
namespace aiohttp::detail {

/// Base64, see base64_decode().
std::optional<std::string> decode_base64(std::string_view text);

/// Quoted-printable (RFC 2045 6.7); white space at the end of a line is dropped. nullopt for an
/// "=" that is followed neither by two hexadecimal digits nor by the end of a line.
std::optional<std::string> decode_quoted_printable(std::string_view text);

}  // namespace aiohttp::detail
