#pragma once

#include <string>
#include <string_view>

namespace aiohttp::detail {

/// A cookie's value from the caller, as it goes over the wire: quoted when it must be, or as it
/// is. Throws ValueError, which names the cookie and not its value, for a name or value that could
/// be read as something else, and for control characters.
std::string encode_cookie_value(std::string_view name, std::string_view value, bool quoting);

}  // namespace aiohttp::detail
