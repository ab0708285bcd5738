#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiohttp::detail {

/// Fields as application/x-www-form-urlencoded, quoted as Python's urlencode() does: letters,
/// digits and `_.-~` stay, a space becomes "+", everything else is percent-encoded.
std::string encode_form(std::span<const std::pair<std::string, std::string>> fields);

/// The fields of an urlencoded form (WHATWG URL 5.1); a field without "=" has an empty value.
std::vector<std::pair<std::string, std::string>> decode_form(std::string_view text);

}  // namespace aiohttp::detail
