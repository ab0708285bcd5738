#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/tls_material.hpp>
#include <aiohttp/detail/net/tls_failures.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL int certificate_request_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

/// OpenSSL's callback for a request that there is no certificate for. It gives none either.
AIOHTTP_DECL int note_certificate_request(SSL* ssl, X509** /*certificate*/, EVP_PKEY** /*key*/) {
    SSL_set_ex_data(ssl, certificate_request_index(), ssl);
    return 0;
}

AIOHTTP_DECL void watch_certificate_requests(ssl_ctx_st* context) {
    SSL_CTX_set_client_cert_cb(context, &note_certificate_request);
}

AIOHTTP_DECL bool lacks_certificate(ssl_st* ssl) noexcept {
    return SSL_get_ex_data(ssl, certificate_request_index()) != nullptr;
}

AIOHTTP_DECL void clear_openssl_errors() noexcept {
    if (ERR_peek_error() != 0) {
        ERR_clear_error();
    }
}

AIOHTTP_DECL std::optional<int> pending_alert() noexcept {
    const auto error = ERR_peek_error();
    const int reason = ERR_GET_REASON(error);
    if (ERR_GET_LIB(error) != ERR_LIB_SSL || reason < SSL_AD_REASON_OFFSET ||
        reason > SSL_AD_REASON_OFFSET + 255) {
        return std::nullopt;
    }
    return reason - SSL_AD_REASON_OFFSET;
}

/// Whether bytes can be the beginning of a TLS record (RFC 8446 5.1).
AIOHTTP_DECL bool looks_like_tls(std::string_view begin) noexcept {
    return begin.empty() ||
           (begin[0] >= 20 && begin[0] <= 24 && (begin.size() < 2 || begin[1] == 3));
}

/// The name of an alert (RFC 8446 6); OpenSSL 3.0 does not know them all.
AIOHTTP_DECL std::string tls_alert_name(int alert) {
    switch (alert) {
        case 109:
            return "missing extension";
        case 116:
            return "certificate required";
        case 120:
            return "no application protocol";
        default:
            return SSL_alert_desc_string_long(alert);
    }
}

AIOHTTP_DECL TlsFailure take_tls_failure(const std::string& name,
                                         std::string_view begin,
                                         bool wanted_certificate) {
    TlsFailure failure;
    failure.text = "TLS handshake with " + quote(name) + " failed: ";
    if (const auto alert = pending_alert()) {
        failure.reason = TlsFailure::Reason::alert;
        failure.code = *alert;
        failure.text += "the server refused with the alert \"" + tls_alert_name(*alert) + "\" (" +
                        std::to_string(*alert) + ')';
        if (wanted_certificate) {
            failure.text += "; it asked for a certificate of the client, and there is none";
        }
        ERR_clear_error();
        return failure;
    }
    const auto reason = take_openssl_error();
    if (looks_like_tls(begin)) {
        failure.text += reason;
        return failure;
    }
    failure.reason = TlsFailure::Reason::not_tls;
    failure.text += "the server does not speak TLS, " +
                    std::string(begin.starts_with("HTTP/") ? "it answered in plain HTTP"
                                                           : "it began with " + quote(begin)) +
                    " (" + reason + ')';
    return failure;
}

}  // namespace aiohttp::detail
