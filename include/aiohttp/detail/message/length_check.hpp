#pragma once

#include <cstdint>
#include <optional>

namespace aiohttp::detail {

/// Throws ClientPayloadError when a body has given more bytes than it announced or, at its end,
/// fewer. For those who wrap a body into one of another length, which nobody else can check then.
void check_given(std::optional<std::uint64_t> announced, std::uint64_t given, bool ended);

}  // namespace aiohttp::detail
