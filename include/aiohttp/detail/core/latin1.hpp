#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aiohttp::detail {

/// ISO-8859-1 as UTF-8.
std::string latin1_to_utf8(std::string_view bytes);
/// UTF-8 as ISO-8859-1; nullopt when it is not UTF-8, or has another character.
std::optional<std::string> utf8_to_latin1(std::string_view text);

}  // namespace aiohttp::detail
