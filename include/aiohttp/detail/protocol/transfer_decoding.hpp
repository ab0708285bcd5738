#pragma once

#include <optional>
#include <string>
#include <string_view>

// The Content-Transfer-Encodings of MIME that change the bytes (RFC 2045 6).
namespace aiohttp::detail {

/// Base64 (RFC 2045 6.8): line ends and other white space are skipped, and so is missing padding.
/// nullopt for any other byte, or a single character over.
std::optional<std::string> decode_base64(std::string_view text);

/// Quoted-printable (RFC 2045 6.7); white space at the end of a line is dropped. nullopt for an
/// "=" that is followed neither by two hexadecimal digits nor by the end of a line.
std::optional<std::string> decode_quoted_printable(std::string_view text);

}  // namespace aiohttp::detail
