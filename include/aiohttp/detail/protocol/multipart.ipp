#pragma once

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/protocol/multipart.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL bool is_boundary(std::string_view boundary) noexcept {
    constexpr std::size_t limit = 70;
    for (const char c : boundary) {
        if (c < ' ' || c > '~') {
            return false;
        }
    }
    return !boundary.empty() && boundary.size() <= limit && boundary.back() != ' ';
}

AIOHTTP_DECL void append_quoted_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    out += '"';
}

AIOHTTP_DECL std::string multipart_type(std::string_view subtype, std::string_view boundary) {
    auto type = std::string("multipart/").append(subtype).append("; boundary=");
    if (is_token(boundary)) {
        type.append(boundary);
    } else {
        append_quoted_string(type, boundary);
    }
    return type;
}

AIOHTTP_DECL std::string part_head(std::string_view boundary, const Headers& fields) {
    auto head = std::string("--").append(boundary).append("\r\n");
    for (const auto field : fields) {
        head.append(field.name).append(": ").append(field.value).append("\r\n");
    }
    return head.append("\r\n");
}

AIOHTTP_DECL std::string closing_delimiter(std::string_view boundary) {
    return std::string("--").append(boundary).append("--\r\n");
}

AIOHTTP_DECL void append_form_quoted(std::string& out, std::string_view text, FormQuoting quoting) {
    if (quoting == FormQuoting::backslash) {
        append_quoted_string(out, text);
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"') {
            out += "%22";
        } else if (c == '\r') {
            out += "%0D";
        } else if (c == '\n') {
            out += "%0A";
        } else {
            out += c;
        }
    }
    out += '"';
}

AIOHTTP_DECL std::string form_disposition(std::string_view name,
                                          std::optional<std::string_view> file_name,
                                          FormQuoting quoting) {
    std::string value = "form-data; name=";
    append_form_quoted(value, name, quoting);
    if (file_name) {
        value += "; filename=";
        append_form_quoted(value, *file_name, quoting);
    }
    return value;
}

AIOHTTP_DECL std::string attachment_disposition(std::string_view file_name) {
    std::string value = "attachment; filename=";
    append_quoted_string(value, file_name);
    return value;
}

}  // namespace aiohttp::detail
