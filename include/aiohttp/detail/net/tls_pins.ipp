#pragma once

#include <algorithm>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/tls_peer.hpp>
#include <aiohttp/detail/net/tls_pins.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL std::string joined_pins(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts) {
        all.append(all.empty() ? "" : " or ").append(text);
    }
    return all;
}

AIOHTTP_DECL std::optional<TlsFailure> check_pins(ssl_st* ssl,
                                                  const std::vector<TlsPin>& pins,
                                                  const std::string& name) {
    if (pins.empty()) {
        return std::nullopt;
    }
    TlsFailure failure;
    failure.reason = TlsFailure::Reason::pin_mismatch;
    X509* const certificate = SSL_get0_peer_certificate(ssl);
    for (const auto kind : {TlsPin::Kind::certificate, TlsPin::Kind::public_key}) {
        const auto asked = std::count_if(pins.begin(), pins.end(),
                                         [&](const auto& pin) { return pin.kind == kind; });
        if (asked == 0 || certificate == nullptr) {
            continue;
        }
        const auto own = pin_of(kind, certificate);
        if (std::find(pins.begin(), pins.end(), own) != pins.end()) {
            return std::nullopt;
        }
        failure.got.push_back(text_of(own));
    }
    for (const auto& pin : pins) {
        failure.expected.push_back(text_of(pin));
    }
    failure.depth = 0;
    failure.text = "certificate of " + quote(name) + " refused: " +
                   (certificate == nullptr ? "there is none to compare with the pins"
                                           : "it has the fingerprint " + joined_pins(failure.got) +
                                                 ", not " + joined_pins(failure.expected));
    return failure;
}

}  // namespace aiohttp::detail
