#pragma once

#include <string>
#include <string_view>

namespace aiohttp::detail {

/// Base64 with padding (RFC 4648 4).
std::string base64_encode(std::string_view bytes);

}  // namespace aiohttp::detail
