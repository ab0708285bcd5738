#pragma once

#include <string_view>

namespace aiohttp::detail {

/// Throws ValueError unless `name` is a token and `value` is free of control characters other than
/// tab: the one rule that keeps injected lines out of requests.
void check_header(std::string_view name, std::string_view value);

}  // namespace aiohttp::detail
