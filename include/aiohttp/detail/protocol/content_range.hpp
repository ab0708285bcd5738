#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace aiohttp::detail {

/// A Content-Range field of bytes (RFC 9110 14.4).
struct ContentRange {
    /// The first and the last byte; nullopt for "*", an unsatisfied range.
    std::optional<std::uint64_t> first;
    std::optional<std::uint64_t> last;
    /// The size of the whole; nullopt for "*", not known.
    std::optional<std::uint64_t> size;
};

/// nullopt when it is malformed, contradicts itself, or is of another unit than bytes.
std::optional<ContentRange> parse_content_range(std::string_view value) noexcept;

}  // namespace aiohttp::detail
