#pragma once

// The handshake of a TlsTransport, and who is accepted.

#include <algorithm>
#include <memory>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <boost/asio/ssl/error.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/tls_fields.hpp>
#include <aiohttp/detail/net/tls_failures.hpp>
#include <aiohttp/detail/net/tls_pins.hpp>
#include <aiohttp/detail/net/tls_transport.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL TlsHandshake tls_refusal(errc kind, TlsFailure failure) {
    TlsHandshake outcome;
    outcome.kind = kind;
    outcome.text = failure.text;
    outcome.failure = std::make_shared<const TlsFailure>(std::move(failure));
    return outcome;
}

AIOHTTP_DECL TlsHandshake TlsTransport::failure() {
    resumption_.forget();
    if (!established_ && verification_.failed(ssl_.get())) {
        ERR_clear_error();
        return tls_refusal(errc::certificate_rejected, verification_.failure(ssl_.get(), host_));
    }
    return tls_refusal(errc::tls_failed,
                       take_tls_failure(host_, begin_, lacks_certificate(ssl_.get())));
}

AIOHTTP_DECL std::string TlsTransport::chosen_protocol() const {
    const unsigned char* protocol = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &protocol, &size);
    return {protocol, protocol + size};
}

/// After the handshake: what OpenSSL does not check.
AIOHTTP_DECL TlsHandshake TlsTransport::accept() {
    const auto& fields = context_->options.fields();
    auto protocol = chosen_protocol();
    if (!protocol.empty() && !fields.native &&
        std::find(fields.alpn.begin(), fields.alpn.end(), protocol) == fields.alpn.end()) {
        TlsFailure unasked;
        unasked.text = "TLS handshake with " + quote(host_) + " failed: the server chose " +
                       quote(protocol) + " by ALPN, which was not offered";
        resumption_.forget();
        return tls_refusal(errc::tls_failed, std::move(unasked));
    }
    if (auto mismatch = check_pins(ssl_.get(), fields.pins, host_)) {
        resumption_.forget();
        return tls_refusal(errc::fingerprint_mismatch, std::move(*mismatch));
    }
    auto peer = std::make_shared<TlsPeer>();
    peer->info.version = SSL_get_version(ssl_.get());
    peer->info.cipher = SSL_get_cipher_name(ssl_.get());
    peer->info.alpn = std::move(protocol);
    peer->info.server_name = host_;
    peer->info.resumed = SSL_session_reused(ssl_.get()) == 1;
    peer->certificate.reset(SSL_get1_peer_certificate(ssl_.get()), &X509_free);
    peer_ = std::move(peer);
    established_ = true;
    return {};
}

AIOHTTP_DECL asio::awaitable<TlsHandshake> TlsTransport::handshake() {
    TlsHandshake outcome;
    if (!checkable_) {
        TlsFailure unchecked;
        unchecked.text = "TLS handshake with " + quote(host_) +
                         " failed: no certificate can be checked against this name";
        outcome = tls_refusal(errc::tls_failed, std::move(unchecked));
        co_return outcome;
    }
    for (;;) {
        clear_openssl_errors();
        const int done = SSL_do_handshake(ssl_.get());
        const int wanted = SSL_get_error(ssl_.get(), done);
        if (done == 1) {
            outcome = accept();
        } else if (wanted != SSL_ERROR_WANT_READ) {
            outcome = failure();
        }
        if (done == 1 && !outcome.text.empty()) {
            // Its own last flight, with the client's certificate, is not for this server.
            co_return outcome;
        }
        // What is pending goes out in every case: it may be the alert that says why.
        auto flushed = try_flush();
        if (flushed == asio::error::would_block) {
            flushed = co_await flush();
        }
        if (done == 1 || !outcome.text.empty()) {
            if (done == 1) {
                outcome.error = flushed;
            }
            co_return outcome;
        }
        outcome.error = flushed;
        if (!outcome.error) {
            outcome.error = co_await receive();
        }
        if (outcome.error == asio::ssl::error::stream_truncated) {
            outcome.text =
                "TLS handshake with " + quote(host_) + " failed: the server closed the connection";
        }
        if (outcome.error) {
            resumption_.forget();
            co_return outcome;
        }
    }
}

}  // namespace aiohttp::detail
