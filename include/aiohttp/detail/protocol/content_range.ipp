#pragma once

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/decimal.hpp>
#include <aiohttp/detail/protocol/content_range.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL std::optional<ContentRange> parse_content_range(std::string_view value) noexcept {
    constexpr std::string_view unit = "bytes ";
    const auto slash = value.find('/');
    if (!istarts_with(value, unit) || slash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto range = trim(value.substr(unit.size(), slash - unit.size()));
    const auto size = trim(value.substr(slash + 1));
    ContentRange result;
    result.size = parse_decimal(size);
    if (!result.size && size != "*") {
        return std::nullopt;
    }
    if (range == "*") {
        return result.size ? std::optional(result) : std::nullopt;
    }
    const auto dash = range.find('-');
    if (dash == std::string_view::npos) {
        return std::nullopt;
    }
    result.first = parse_decimal(range.substr(0, dash));
    result.last = parse_decimal(range.substr(dash + 1));
    const bool sound = result.first && result.last && *result.first <= *result.last &&
                       (!result.size || *result.last < *result.size);
    return sound ? std::optional(result) : std::nullopt;
}

}  // namespace aiohttp::detail
