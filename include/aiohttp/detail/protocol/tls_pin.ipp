#pragma once

#include <algorithm>
#include <optional>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/base64.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/protocol/tls_pin.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

/// The bytes of hexadecimal digits, in pairs that colons may separate; nullopt for other text.
AIOHTTP_DECL std::optional<std::string> pin_from_hex(std::string_view text) {
    std::string bytes;
    while (!text.empty()) {
        if (!bytes.empty() && text.front() == ':') {
            text.remove_prefix(1);
        }
        if (text.size() < 2 || hex_value(text[0]) < 0 || hex_value(text[1]) < 0) {
            return std::nullopt;
        }
        bytes.push_back(static_cast<char>(hex_value(text[0]) * 16 + hex_value(text[1])));
        text.remove_prefix(2);
    }
    return bytes;
}

AIOHTTP_DECL TlsPin make_pin(TlsPin::Kind kind, std::string_view bytes) {
    TlsPin pin;
    pin.kind = kind;
    if (bytes.size() == 16 || bytes.size() == 20) {
        throw ValueError(
            std::string("a pin must be a SHA-256 hash of 32 bytes; this one has ") +
            (bytes.size() == 16 ? "16, as MD5, which is broken" : "20, as SHA-1, which is broken"));
    }
    if (bytes.size() != pin.digest.size()) {
        throw ValueError("a pin must be a SHA-256 hash of 32 bytes; this one has " +
                         std::to_string(bytes.size()));
    }
    std::copy(bytes.begin(), bytes.end(), pin.digest.begin());
    return pin;
}

AIOHTTP_DECL TlsPin parse_pin_digest(TlsPin::Kind kind, std::string_view text) {
    if (const auto bytes = pin_from_hex(text)) {
        return make_pin(kind, *bytes);
    }
    return make_pin(kind, text);
}

AIOHTTP_DECL std::string text_of(const TlsPin& pin) {
    const std::string bytes(pin.digest.begin(), pin.digest.end());
    if (pin.kind == TlsPin::Kind::public_key) {
        return "sha256/" + base64_encode(bytes);
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : pin.digest) {
        text.push_back(digits[byte >> 4U]);
        text.push_back(digits[byte & 15U]);
    }
    return text;
}

AIOHTTP_DECL TlsPin parse_certificate_pin(std::string_view text) {
    return parse_pin_digest(TlsPin::Kind::certificate, text);
}

AIOHTTP_DECL TlsPin parse_public_key_pin(std::string_view text) {
    constexpr std::string_view prefix = "sha256/";
    constexpr std::size_t encoded = 44;  // of 32 bytes
    if (!text.starts_with(prefix)) {
        return parse_pin_digest(TlsPin::Kind::public_key, text);
    }
    auto base64 = text.substr(prefix.size());
    if (base64.size() == encoded + 1 && base64.front() == '/') {
        base64.remove_prefix(1);
    }
    const auto bytes = base64_decode(base64);
    if (!bytes) {
        throw ValueError("the pin " + quote(text) + " is not base64");
    }
    return make_pin(TlsPin::Kind::public_key, *bytes);
}

}  // namespace aiohttp::detail
