#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiohttp::detail {

/// Whether a body that has given so many bytes, and maybe ended, does as it announced.
inline bool keeps_length(std::optional<std::uint64_t> announced,
                         std::uint64_t given,
                         bool ended) noexcept {
    return !announced || (ended ? given == *announced : given <= *announced);
}

/// The message about one that does not; `subject` is what has the length.
std::string broken_length(std::string_view subject,
                          std::uint64_t announced,
                          std::uint64_t given,
                          bool ended);

/// Throws ClientPayloadError for a body that does not. For those who wrap it into one of another
/// length, which nobody else can check then.
void check_given(std::optional<std::uint64_t> announced, std::uint64_t given, bool ended);

}  // namespace aiohttp::detail
