#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/latin1.hpp>
#include <aiohttp/detail/protocol/field_values.hpp>

namespace aiohttp::detail {

/// One parameter of a structured field, as cut off by next_parameter().
struct FieldParameter {
    std::string name;  // in lower case
    std::string value;
    bool quoted = false;
};

enum class ParameterStatus : std::uint8_t { parameter, end, malformed };

AIOHTTP_DECL bool take_quoted_string(std::string_view& text, std::string& out) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return true;
        }
        if (text[i] == '\\' && i + 1 < text.size()) {
            ++i;
        }
        out += text[i];
    }
    return false;
}

/// Cuts the next `; name=value` off `text`, up to one of `ends`, which is left. A value may be
/// missing, and one without quotes may hold whatever does not end it. After malformed, `text`
/// begins behind the malformed piece.
AIOHTTP_DECL ParameterStatus next_parameter(std::string_view& text,
                                            std::string_view ends,
                                            FieldParameter& out) {
    out = FieldParameter();
    while (!text.empty() && (is_blank(text.front()) || text.front() == ';')) {
        text.remove_prefix(1);
    }
    if (text.empty() || ends.find(text.front()) != std::string_view::npos) {
        return ParameterStatus::end;
    }
    const auto is_end = [ends](char c) {
        return c == ';' || ends.find(c) != std::string_view::npos;
    };
    const auto take_until = [&text](auto stops) {
        const auto stop = std::find_if(text.begin(), text.end(), stops);
        const auto taken = text.substr(0, static_cast<std::size_t>(stop - text.begin()));
        text.remove_prefix(taken.size());
        return trim(taken);
    };
    const auto name = take_until([is_end](char c) { return c == '=' || is_end(c); });
    out.name = to_lower_copy(name);
    auto status = is_token(name) ? ParameterStatus::parameter : ParameterStatus::malformed;
    if (text.empty() || text.front() != '=') {
        return status;
    }
    text.remove_prefix(1);
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    if (!text.empty() && text.front() == '"') {
        out.quoted = true;
        if (!take_quoted_string(text, out.value)) {
            text = std::string_view();
            return ParameterStatus::malformed;
        }
        // Nothing may follow the closing quote.
        return take_until(is_end).empty() ? status : ParameterStatus::malformed;
    }
    out.value = take_until(is_end);
    return out.value.empty() ? ParameterStatus::malformed : status;
}

template <class Parameters>
const std::string* find_parameter(const Parameters& parameters, std::string_view name) noexcept {
    for (const auto& [key, value] : parameters) {
        if (key == name) {
            return &value;
        }
    }
    return nullptr;
}

AIOHTTP_DECL std::string_view MediaType::parameter(std::string_view name) const noexcept {
    const auto* const value = find_parameter(parameters, name);
    return value == nullptr ? std::string_view() : std::string_view(*value);
}

AIOHTTP_DECL MediaType parse_media_type(std::string_view value) {
    MediaType media;
    const auto type = trim(value.substr(0, value.find(';')));
    const auto slash = type.find('/');
    if (slash != std::string_view::npos && is_token(type.substr(0, slash)) &&
        is_token(type.substr(slash + 1))) {
        media.type = to_lower_copy(type);
    }
    value.remove_prefix(std::min(value.find(';'), value.size()));
    FieldParameter parameter;
    auto status = ParameterStatus::malformed;
    while ((status = next_parameter(value, "", parameter)) != ParameterStatus::end) {
        if (status == ParameterStatus::parameter &&
            !find_parameter(media.parameters, parameter.name)) {
            media.parameters.emplace_back(std::move(parameter.name), std::move(parameter.value));
        }
    }
    return media;
}

AIOHTTP_DECL bool is_json_media_type(std::string_view type, std::string_view wanted) {
    constexpr std::string_view json = "application/json";
    constexpr std::string_view suffix = "+json";
    if (wanted != json) {
        return type.find(wanted) != std::string_view::npos;
    }
    if (iequals(type, json)) {
        return true;
    }
    const auto slash = type.find('/');
    return slash != std::string_view::npos && slash != 0 &&
           type.size() > slash + 1 + suffix.size() &&
           iequals(type.substr(type.size() - suffix.size()), suffix);
}

AIOHTTP_DECL bool percent_decode_value(std::string_view text, std::string& out) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (text.size() - i < 3 || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) {
            return false;
        }
        out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
        i += 2;
    }
    return true;
}

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
AIOHTTP_DECL bool is_utf8(std::string_view text) noexcept {
    std::size_t i = 0;
    const auto byte = [&](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u;
    };
    while (i < text.size()) {
        const auto lead = byte(i);
        const auto next = byte(i + 1);
        std::size_t size = 1;
        if (lead >= 0x80) {
            size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
            const bool bad_second = (lead == 0xe0 && next < 0xa0) ||
                                    (lead == 0xed && next > 0x9f) ||
                                    (lead == 0xf0 && next < 0x90) || (lead == 0xf4 && next > 0x8f);
            if (lead < 0xc2 || lead > 0xf4 || bad_second) {
                return false;
            }
        }
        for (std::size_t k = 1; k < size; ++k) {
            if ((byte(i + k) & 0xc0u) != 0x80) {
                return false;
            }
        }
        i += size;
    }
    return true;
}

/// `bytes`, which are in `charset`, in UTF-8; nullopt when they are not or it is another charset.
AIOHTTP_DECL std::optional<std::string> to_utf8(std::string_view charset, std::string bytes) {
    if (iequals(charset, "iso-8859-1") || iequals(charset, "latin1")) {
        return latin1_to_utf8(bytes);
    }
    const bool unicode =
        iequals(charset, "utf-8") || iequals(charset, "utf8") || iequals(charset, "us-ascii");
    if (!unicode || !is_utf8(bytes)) {
        return std::nullopt;
    }
    return bytes;
}

/// Takes `charset'language'` off an extended value (RFC 8187 3.2); false when it is not there.
AIOHTTP_DECL bool take_charset(std::string_view& value, std::string_view& charset) noexcept {
    const auto first = value.find('\'');
    const auto second = first == std::string_view::npos ? first : value.find('\'', first + 1);
    if (second == std::string_view::npos) {
        return false;
    }
    charset = value.substr(0, first);
    value.remove_prefix(second + 1);
    return true;
}

AIOHTTP_DECL std::optional<std::string> decode_extended_value(std::string_view value) {
    std::string_view charset;
    std::string bytes;
    if (!take_charset(value, charset) || !percent_decode_value(value, bytes)) {
        return std::nullopt;
    }
    return to_utf8(charset, std::move(bytes));
}

/// Whether the name is that of a section, `name*0` or `name*0*` (RFC 2231 3).
AIOHTTP_DECL bool is_section_name(std::string_view name) noexcept {
    const auto star = name.find('*');
    if (star == std::string_view::npos) {
        return false;
    }
    auto digits = name.substr(star + 1);
    if (digits.ends_with('*')) {
        digits.remove_suffix(1);
    }
    return !digits.empty() && std::all_of(digits.begin(), digits.end(), is_digit);
}

using ParameterList = std::vector<std::pair<std::string, std::string>>;

/// Adds a parameter to a list, its value decoded when it is an extended one that decodes.
AIOHTTP_DECL void add_decoded(ParameterList& list, FieldParameter& parameter) {
    if (!parameter.name.ends_with('*') || is_section_name(parameter.name)) {
        list.emplace_back(std::move(parameter.name), std::move(parameter.value));
    } else if (auto decoded = decode_extended_value(parameter.value)) {
        list.emplace_back(std::move(parameter.name), std::move(*decoded));
    }
}

/// Puts the sections `name*0`, `name*1*`, ... together; nullopt when there are none or they do
/// not decode. A section with a star is percent-encoded, and the first then names the charset.
AIOHTTP_DECL std::optional<std::string> join_sections(const ParameterList& list,
                                                      std::string_view name) {
    std::string_view charset = "utf-8";
    std::string bytes;
    std::size_t section = 0;
    for (;; ++section) {
        const auto key = std::string(name) + '*' + std::to_string(section);
        const auto* value = find_parameter(list, key);
        if (value != nullptr) {
            bytes += *value;
            continue;
        }
        value = find_parameter(list, key + '*');
        if (value == nullptr) {
            break;
        }
        std::string_view encoded = *value;
        if ((section == 0 && !take_charset(encoded, charset)) ||
            !percent_decode_value(encoded, bytes)) {
            return std::nullopt;
        }
    }
    return section == 0 ? std::nullopt : to_utf8(charset, std::move(bytes));
}

AIOHTTP_DECL std::optional<ContentDisposition> parse_content_disposition(std::string_view value) {
    ContentDisposition disposition;
    const auto type = trim(value.substr(0, value.find(';')));
    if (!is_token(type)) {
        return std::nullopt;
    }
    disposition.type = to_lower_copy(type);
    value.remove_prefix(std::min(value.find(';'), value.size()));
    std::vector<std::string> names;
    FieldParameter parameter;
    auto status = ParameterStatus::malformed;
    while ((status = next_parameter(value, "", parameter)) != ParameterStatus::end) {
        if (status == ParameterStatus::malformed ||
            (!parameter.quoted && !is_token(parameter.value)) ||
            std::find(names.begin(), names.end(), parameter.name) != names.end()) {
            return std::nullopt;
        }
        names.push_back(parameter.name);
        add_decoded(disposition.parameters, parameter);
    }
    for (const auto* const name : {"filename*", "filename"}) {
        if (const auto* const found = find_parameter(disposition.parameters, name)) {
            disposition.filename = *found;
            return disposition;
        }
    }
    disposition.filename = join_sections(disposition.parameters, "filename");
    return disposition;
}

/// Parses the link that begins at `text` and takes it off, with the comma behind it; nullopt when
/// it is malformed.
AIOHTTP_DECL std::optional<Link> take_link(std::string_view& text) {
    const auto close = text.find('>');
    if (text.front() != '<' || close == std::string_view::npos) {
        text.remove_prefix(std::min(text.find(','), text.size()));
        return std::nullopt;
    }
    Link link;
    link.url = trim(text.substr(1, close - 1));
    text.remove_prefix(close + 1);
    FieldParameter parameter;
    auto status = ParameterStatus::malformed;
    while ((status = next_parameter(text, ",", parameter)) != ParameterStatus::end) {
        if (status == ParameterStatus::parameter &&
            !find_parameter(link.parameters, parameter.name)) {
            add_decoded(link.parameters, parameter);
        }
    }
    if (const auto* const rel = find_parameter(link.parameters, "rel")) {
        link.rel = *rel;
    }
    return link;
}

AIOHTTP_DECL std::vector<Link> parse_links(std::span<const std::string_view> values) {
    std::vector<Link> links;
    for (auto text : values) {
        while (true) {
            while (!text.empty() && (is_blank(text.front()) || text.front() == ',')) {
                text.remove_prefix(1);
            }
            if (text.empty()) {
                break;
            }
            if (auto link = take_link(text)) {
                links.push_back(std::move(*link));
            }
        }
    }
    return links;
}

}  // namespace aiohttp::detail
