#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace aiohttp::detail {

/// A number that is all of the text: digits and nothing else, no sign, at most 64 bits.
inline std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    const bool valid = !text.empty() && parsed.ec == std::errc() && parsed.ptr == end;
    return valid ? std::optional(number) : std::nullopt;
}

}  // namespace aiohttp::detail
