#pragma once

#include <span>
#include <string>
#include <utility>

namespace aiohttp::detail {

/// Fields as application/x-www-form-urlencoded, quoted as Python's urlencode() does: letters,
/// digits and `_.-~` stay, a space becomes "+", everything else is percent-encoded.
std::string encode_form(std::span<const std::pair<std::string, std::string>> fields);

}  // namespace aiohttp::detail
