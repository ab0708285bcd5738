#pragma once

#include <string>

namespace aiohttp::detail {

/// Whether anybody can register names directly below `domain` (publicsuffix.org): "com", "co.uk",
/// "github.io", and every single label. Lower case, IDNA-encoded.
bool is_public_suffix(const std::string& domain) noexcept;

}  // namespace aiohttp::detail
