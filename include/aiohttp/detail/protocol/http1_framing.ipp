#pragma once

#include <cstring>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/protocol/http1_framing.hpp>

namespace aiohttp::detail {

/// What the header fields that bear on framing say.
struct FramingFields {
    int lengths = 0;  // how many Content-Length fields
    std::string_view length;
    bool coded = false;  // there is a Transfer-Encoding field
    int chunked = 0;     // how many of its codings are chunked
    bool bad_coding = false;
    bool last_is_chunked = false;
    bool close = false;
    bool keep_alive = false;
    std::int32_t idle_seconds = -1;   // of Keep-Alive: timeout
    std::int32_t requests_left = -1;  // of Keep-Alive: max
};

/// iequals(), quicker where the text is in the usual case.
inline bool matches(std::string_view text, std::string_view usual) noexcept {
    // Not with ==: here the size is a constant, and the comparison needs no call.
    return text.size() == usual.size() &&
           (std::memcmp(text.data(), usual.data(), usual.size()) == 0 || iequals(text, usual));
}

AIOHTTP_DECL void read_transfer_codings(std::string_view list, FramingFields& fields) noexcept {
    fields.coded = true;
    while (!list.empty()) {
        const auto coding = next_list_element(list);
        if (!coding.empty()) {
            // The name of a coding; whether its parameters are well-formed makes no difference.
            fields.bad_coding =
                fields.bad_coding || !is_token(trim(coding.substr(0, coding.find(';'))));
            fields.last_is_chunked = matches(coding, "chunked");
            fields.chunked += fields.last_is_chunked ? 1 : 0;
        }
    }
}

AIOHTTP_DECL void read_connection_options(std::string_view list, FramingFields& fields) noexcept {
    constexpr std::string_view usual = "keep-alive";
    if (matches(list, usual)) {  // as nearly always
        fields.keep_alive = true;
        return;
    }
    while (!list.empty()) {
        const auto option = next_list_element(list);
        fields.close = fields.close || matches(option, "close");
        fields.keep_alive = fields.keep_alive || matches(option, "keep-alive");
    }
}

/// The number after `name` and "=", at most nine digits' worth; false when it is something else.
AIOHTTP_DECL bool read_parameter(std::string_view text,
                                 std::string_view name,
                                 std::int32_t& number) noexcept {
    constexpr std::int32_t most = 999'999'999;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || !iequals(trim(text.substr(0, equals)), name)) {
        return false;
    }
    const auto digits = trim(text.substr(equals + 1));
    std::int32_t value = 0;
    for (const char c : digits) {
        if (!is_digit(c)) {
            return false;
        }
        value = value > (most - (c - '0')) / 10 ? most : value * 10 + (c - '0');
    }
    if (!digits.empty()) {
        number = value;
    }
    return !digits.empty();
}

/// What is not understood is ignored: it is only a hint.
AIOHTTP_DECL void read_keep_alive(std::string_view list, FramingFields& fields) noexcept {
    while (!list.empty()) {
        const auto parameter = next_list_element(list);
        if (!read_parameter(parameter, "timeout", fields.idle_seconds)) {
            read_parameter(parameter, "max", fields.requests_left);
        }
    }
}

/// In one pass over the head.
AIOHTTP_DECL FramingFields read_framing_fields(const Headers& headers) noexcept {
    constexpr std::string_view connection = "Connection";
    constexpr std::string_view keep_alive = "Keep-Alive";
    static_assert(keep_alive.size() == connection.size());
    constexpr std::string_view content_length = "Content-Length";
    constexpr std::string_view transfer_encoding = "Transfer-Encoding";
    FramingFields fields;
    for (const auto field : headers) {
        switch (field.name.size()) {
            case connection.size():
                if (matches(field.name, connection)) {
                    read_connection_options(field.value, fields);
                } else if (matches(field.name, keep_alive)) {
                    read_keep_alive(field.value, fields);
                }
                break;
            case content_length.size():
                if (matches(field.name, content_length)) {
                    ++fields.lengths;
                    fields.length = field.value;
                }
                break;
            case transfer_encoding.size():
                if (matches(field.name, transfer_encoding)) {
                    read_transfer_codings(field.value, fields);
                }
                break;
            default:
                break;
        }
    }
    return fields;
}

/// Digits and nothing else, of at most 63 bits.
AIOHTTP_DECL bool parse_content_length(std::string_view text, std::uint64_t& length) noexcept {
    std::uint64_t number = 0;
    for (const char c : text) {
        if (!is_digit(c) || number > INT64_MAX / 10) {
            return false;
        }
        number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    length = number;
    return !text.empty() && number <= INT64_MAX;
}

AIOHTTP_DECL bool decide_framing(std::string_view request_method,
                                 const ResponseHead& head,
                                 bool read_until_eof,
                                 Framing& framing,
                                 std::string& error) {
    framing = Framing();
    const bool successful = head.status >= 200 && head.status < 300;
    if (request_method == "CONNECT" && successful) {
        framing.upgraded = true;
        return true;
    }
    const auto fields = read_framing_fields(head.headers);
    std::uint64_t length = 0;
    if (fields.lengths > 1) {
        error = "got " + std::to_string(fields.lengths) + " Content-Length fields, the last is " +
                quote(fields.length);
        return false;
    }
    if (fields.lengths != 0 && fields.coded) {
        error = "Content-Length " + quote(fields.length) + " beside Transfer-Encoding " +
                quote(head.headers["transfer-encoding"]);
        return false;
    }
    if (fields.lengths != 0 && !parse_content_length(fields.length, length)) {
        error = "bad Content-Length " + quote(fields.length);
        return false;
    }
    if (fields.bad_coding) {
        error = "bad Transfer-Encoding " + quote(head.headers["transfer-encoding"]);
        return false;
    }
    if (fields.chunked > 1) {
        error = "Transfer-Encoding applies chunked more than once";
        return false;
    }
    if (head.status == 101) {
        framing.upgraded = true;
        return true;
    }
    // An HTTP/1.0 message with Transfer-Encoding may be framed wrongly (RFC 9112 6.1).
    // A server that has one request left, or none, is about to close.
    const bool ends = fields.close || fields.idle_seconds == 0 || fields.requests_left == 0 ||
                      fields.requests_left == 1;
    const bool persistent = !ends && (head.version >= 11 || (fields.keep_alive && !fields.coded));
    framing.idle_seconds = fields.idle_seconds;
    if (request_method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304) {
        framing.keep_alive = persistent;
    } else if (fields.last_is_chunked) {
        framing.kind = BodyKind::chunked;
        framing.keep_alive = persistent;
    } else if (fields.lengths != 0) {
        framing.kind = BodyKind::length;
        framing.length = length;
        framing.keep_alive = persistent;
    } else if (read_until_eof) {
        framing.kind = BodyKind::until_close;
    }
    return true;
}

}  // namespace aiohttp::detail
