#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aiohttp::detail {

/// Base64 with padding (RFC 4648 4).
std::string base64_encode(std::string_view bytes);
/// Undoes it as MIME wants it (RFC 2045 6.8): line ends and other white space are skipped, and so
/// is missing padding. nullopt for any other byte, or a single character over.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace aiohttp::detail
