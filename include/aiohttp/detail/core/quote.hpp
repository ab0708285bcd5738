#pragma once

#include <string>
#include <string_view>

namespace aiohttp::detail {

/// `text` in double quotes for an error message, control characters, quotes and backslashes
/// escaped and cut after 120 bytes, so that hostile input can neither break a log line nor flood
/// it.
std::string quote(std::string_view text);

/// The text with its control characters as "\x0d", so that it stays on its line of a log.
std::string printable(std::string_view text);

}  // namespace aiohttp::detail
