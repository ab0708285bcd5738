#pragma once

#include <algorithm>

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

AIOHTTP_DECL std::vector<std::pair<std::string, std::string>> decode_form(std::string_view text) {
    const auto decoded = [](std::string_view part) {
        std::string spaced(part);
        std::replace(spaced.begin(), spaced.end(), '+', ' ');
        return percent_decode(spaced);
    };
    std::vector<std::pair<std::string, std::string>> fields;
    while (!text.empty()) {
        const auto field = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), field.size() + 1));
        const auto equals = std::min(field.find('='), field.size());
        if (!field.empty()) {
            fields.emplace_back(decoded(field.substr(0, equals)),
                                decoded(field.substr(std::min(field.size(), equals + 1))));
        }
    }
    return fields;
}

}  // namespace aiohttp::detail
