#pragma once

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/percent.hpp>
#include <aiohttp/detail/protocol/form.hpp>

namespace aiohttp::detail {

inline constexpr CharSet is_form_char{"_.-~", true};

AIOHTTP_DECL std::string encode_form(std::span<const std::pair<std::string, std::string>> fields) {
    std::string out;
    for (const auto& [name, value] : fields) {
        if (!out.empty()) {
            out += '&';
        }
        append_quoted(out, name, is_form_char, "+");
        out += '=';
        append_quoted(out, value, is_form_char, "+");
    }
    return out;
}

}  // namespace aiohttp::detail
