// Pins as callers write them.

#include <string>

#include <aiohttp/detail/protocol/tls_pin.hpp>
#include <aiohttp/error.hpp>

#include "support/catch.hpp"

using aiohttp::ValueError;
using aiohttp::detail::parse_certificate_pin;
using aiohttp::detail::parse_public_key_pin;
using aiohttp::detail::text_of;
using aiohttp::detail::TlsPin;

namespace {

// SHA-256 of nothing.
const std::string hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const std::string base64 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

std::string with_colons() {
    std::string text;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        text += (i > 0 ? ":" : "") + hex.substr(i, 2);
    }
    return text;
}

std::string upper(std::string text) {
    for (char& letter : text) {
        letter = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
    }
    return text;
}

std::string reason(const std::string& pin) {
    try {
        parse_certificate_pin(pin);
    } catch (const ValueError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a certificate's pin is read from digits, with colons, and from bytes", "[K168]") {
    const auto pin = parse_certificate_pin(hex);
    CHECK(pin.kind == TlsPin::Kind::certificate);
    CHECK(text_of(pin) == hex);
    CHECK(parse_certificate_pin(with_colons()) == pin);
    CHECK(parse_certificate_pin(upper(with_colons())) == pin);
    const std::string bytes(pin.digest.begin(), pin.digest.end());
    CHECK(parse_certificate_pin(bytes) == pin);
}

TEST_CASE("a public key's pin is read from base64, as curl and OkHttp write it", "[K168]") {
    const auto pin = parse_public_key_pin("sha256/" + base64);
    CHECK(pin.kind == TlsPin::Kind::public_key);
    CHECK(text_of(pin) == "sha256/" + base64);
    CHECK(parse_public_key_pin("sha256//" + base64) == pin);
    CHECK(parse_public_key_pin(hex) == pin);
    CHECK_FALSE(pin == parse_certificate_pin(hex));
    // A hash whose base64 begins with the slash itself.
    const std::string slash = "/7DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    CHECK(text_of(parse_public_key_pin("sha256/" + slash)) == "sha256/" + slash);
    CHECK(text_of(parse_public_key_pin("sha256//" + slash)) == "sha256/" + slash);
}

TEST_CASE("hashes of another size are refused, MD5 and SHA-1 by name", "[K168]") {
    CHECK(reason(std::string(16, '\x81')).find("MD5") != std::string::npos);
    CHECK(reason(hex.substr(0, 32)).find("MD5") != std::string::npos);
    CHECK(reason(std::string(20, '\x81')).find("SHA-1") != std::string::npos);
    CHECK(reason(hex.substr(0, 40)).find("SHA-1") != std::string::npos);
    const auto* const bad = GENERATE("", "x", "e3", "e3:b0", ":", "zz", "e3b", "sha256/");
    CHECK_FALSE(reason(bad).empty());
    CHECK_FALSE(reason(hex + "00").empty());
    CHECK_FALSE(reason(hex.substr(1)).empty());
    CHECK_FALSE(reason(hex + ":").empty());
    CHECK_THROWS_AS(parse_public_key_pin("sha256/"), ValueError);
    CHECK_THROWS_AS(parse_public_key_pin("sha256/!!!!"), ValueError);
    CHECK_THROWS_AS(parse_public_key_pin("sha1/" + base64), ValueError);
    CHECK_THROWS_AS(parse_public_key_pin("sha256/AAAA"), ValueError);
}
