#pragma once

#include <algorithm>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/ssl/context.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/tls_fields.hpp>
#include <aiohttp/detail/message/tls_material.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/tls.hpp>

namespace aiohttp {

namespace detail {

inline const TlsFields default_tls_fields;

/// A path or a text that OpenSSL gets as a C string, or in a file name.
AIOHTTP_DECL void check_tls_text(const char* what, const std::string& text) {
    if (text.empty()) {
        throw ValueError(std::string(what) + " must not be empty");
    }
    if (text.find('\0') != std::string::npos) {
        throw ValueError(std::string(what) + " has a NUL: " + quote(text));
    }
}

AIOHTTP_DECL void check_tls_versions(const TlsFields& fields) {
    if (fields.min_version && fields.max_version && *fields.max_version < *fields.min_version) {
        throw ValueError("max_version of TLS is below min_version");
    }
}

/// Whether OpenSSL understands a list of ciphers; `set` is how it gets one.
AIOHTTP_DECL void check_tls_ciphers(const std::string& list, int (*set)(SSL_CTX*, const char*)) {
    check_tls_text("a list of TLS ciphers", list);
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
        SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    const bool good = context && set(context.get(), list.c_str()) == 1;
    ERR_clear_error();
    if (!good) {
        throw ValueError("OpenSSL knows no cipher of " + quote(list));
    }
}

AIOHTTP_DECL void check_tls_alpn(const std::vector<std::string>& protocols) {
    for (const auto& protocol : protocols) {
        if (protocol.empty() || protocol.size() > 255) {
            throw ValueError("a protocol of ALPN has 1 to 255 bytes: " + quote(protocol));
        }
        if (protocol == "h2" || protocol == "h3") {
            throw ValueError("HTTP/2 and HTTP/3 are not spoken: ALPN " + quote(protocol));
        }
    }
}

AIOHTTP_DECL TrustSource trust_source(TrustSource::Kind kind, std::string text) {
    TrustSource source;
    source.kind = kind;
    source.text = std::move(text);
    if (kind == TrustSource::Kind::pem) {
        const auto list = certificates_of(source.text);
        if (!list.error.empty()) {
            throw ValueError("CA text: " + list.error);
        }
    } else {
        check_tls_text("a path of certificates", source.text);
    }
    return source;
}

}  // namespace detail

AIOHTTP_DECL TlsOptions::TlsOptions() = default;
AIOHTTP_DECL TlsOptions::TlsOptions(VerifyNone) {
    verify(false);
}
AIOHTTP_DECL TlsOptions::TlsOptions(boost::asio::ssl::context& context) {
    SSL_CTX* const native = context.native_handle();
    change([&](detail::TlsFields& fields) {
        SSL_CTX_up_ref(native);
        fields.native.reset(native,
                            [](void* shared) { SSL_CTX_free(static_cast<SSL_CTX*>(shared)); });
    });
}
AIOHTTP_DECL TlsOptions::TlsOptions(const TlsOptions&) noexcept = default;
AIOHTTP_DECL TlsOptions::TlsOptions(TlsOptions&&) noexcept = default;
AIOHTTP_DECL TlsOptions& TlsOptions::operator=(const TlsOptions&) noexcept = default;
AIOHTTP_DECL TlsOptions& TlsOptions::operator=(TlsOptions&&) noexcept = default;
AIOHTTP_DECL TlsOptions::~TlsOptions() = default;

AIOHTTP_DECL const detail::TlsFields& TlsOptions::fields() const noexcept {
    return fields_ ? *fields_ : detail::default_tls_fields;
}
AIOHTTP_DECL bool TlsOptions::operator==(const TlsOptions& other) const {
    return fields_ == other.fields_ || fields() == other.fields();
}
AIOHTTP_DECL bool TlsOptions::verifies() const noexcept {
    return fields().verifies();
}
AIOHTTP_DECL void* TlsOptions::native_context() const noexcept {
    return fields().native.get();
}

/// Changes a copy, as others may share what there is.
template <class Change>
TlsOptions& TlsOptions::change(const Change& change) {
    auto fields = std::make_shared<detail::TlsFields>(this->fields());
    change(*fields);
    fields_ = std::move(fields);
    return *this;
}

/// The same for what an own context of the caller decides itself.
template <class Change>
TlsOptions& TlsOptions::change_context(const char* what, const Change& change) {
    if (native_context() != nullptr) {
        throw ValueError(std::string(what) + " must be set on the own ssl::context");
    }
    return this->change(change);
}

AIOHTTP_DECL TlsOptions& TlsOptions::ca_file(std::string path) & {
    add_ca_file(std::move(path));
    return change([](detail::TlsFields& fields) { fields.system_trust = false; });
}
AIOHTTP_DECL TlsOptions& TlsOptions::ca_dir(std::string path) & {
    add_ca_dir(std::move(path));
    return change([](detail::TlsFields& fields) { fields.system_trust = false; });
}
AIOHTTP_DECL TlsOptions& TlsOptions::ca_pem(std::string pem) & {
    add_ca_pem(std::move(pem));
    return change([](detail::TlsFields& fields) { fields.system_trust = false; });
}
AIOHTTP_DECL TlsOptions& TlsOptions::add_ca_file(std::string path) & {
    auto source = detail::trust_source(detail::TrustSource::Kind::file, std::move(path));
    return change_context("an authority",
                          [&](detail::TlsFields& fields) { fields.trust.push_back(source); });
}
AIOHTTP_DECL TlsOptions& TlsOptions::add_ca_dir(std::string path) & {
    auto source = detail::trust_source(detail::TrustSource::Kind::directory, std::move(path));
    return change_context("an authority",
                          [&](detail::TlsFields& fields) { fields.trust.push_back(source); });
}
AIOHTTP_DECL TlsOptions& TlsOptions::add_ca_pem(std::string pem) & {
    auto source = detail::trust_source(detail::TrustSource::Kind::pem, std::move(pem));
    return change_context("an authority",
                          [&](detail::TlsFields& fields) { fields.trust.push_back(source); });
}

AIOHTTP_DECL TlsOptions& TlsOptions::client_certificate(std::string file,
                                                        std::string key_file,
                                                        std::string passphrase) & {
    detail::check_tls_text("the path of a client certificate", file);
    return change_context("a client certificate", [&](detail::TlsFields& fields) {
        fields.client.kind = detail::ClientCertificate::Kind::pem_files;
        fields.client.certificate = std::move(file);
        fields.client.key = std::move(key_file);
        fields.client.passphrase = std::move(passphrase);
    });
}
AIOHTTP_DECL TlsOptions& TlsOptions::client_certificate_pem(std::string pem,
                                                            std::string key_pem,
                                                            std::string passphrase) & {
    detail::ClientCertificate client;
    client.kind = detail::ClientCertificate::Kind::pem;
    client.certificate = std::move(pem);
    client.key = std::move(key_pem);
    client.passphrase = std::move(passphrase);
    const auto identity = detail::load_identity(client);
    if (!identity.error.empty()) {
        throw ValueError(identity.error);
    }
    return change_context("a client certificate",
                          [&](detail::TlsFields& fields) { fields.client = std::move(client); });
}
AIOHTTP_DECL TlsOptions& TlsOptions::client_certificate_pkcs12(std::string file,
                                                               std::string passphrase) & {
    detail::check_tls_text("the path of a client certificate", file);
    return change_context("a client certificate", [&](detail::TlsFields& fields) {
        fields.client.kind = detail::ClientCertificate::Kind::pkcs12_file;
        fields.client.certificate = std::move(file);
        fields.client.key.clear();
        fields.client.passphrase = std::move(passphrase);
    });
}

AIOHTTP_DECL TlsOptions& TlsOptions::verify(bool on) & {
    return change_context("verify", [&](detail::TlsFields& fields) { fields.verify = on; });
}
AIOHTTP_DECL TlsOptions& TlsOptions::verify_hostname(bool on) & {
    return change([&](detail::TlsFields& fields) { fields.verify_hostname = on; });
}
AIOHTTP_DECL TlsOptions& TlsOptions::server_name(std::string name) & {
    if (name.find('\0') != std::string::npos) {
        throw ValueError("the TLS server name has a NUL: " + detail::quote(name));
    }
    return change([&](detail::TlsFields& fields) { fields.server_name = std::move(name); });
}

AIOHTTP_DECL TlsOptions& TlsOptions::min_version(TlsVersion wanted) & {
    return change_context("min_version", [&](detail::TlsFields& fields) {
        fields.min_version = wanted;
        detail::check_tls_versions(fields);
    });
}
AIOHTTP_DECL TlsOptions& TlsOptions::max_version(TlsVersion wanted) & {
    return change_context("max_version", [&](detail::TlsFields& fields) {
        fields.max_version = wanted;
        detail::check_tls_versions(fields);
    });
}
AIOHTTP_DECL TlsOptions& TlsOptions::ciphers(std::string list) & {
    detail::check_tls_ciphers(list, &SSL_CTX_set_cipher_list);
    return change_context("ciphers",
                          [&](detail::TlsFields& fields) { fields.ciphers = std::move(list); });
}
AIOHTTP_DECL TlsOptions& TlsOptions::ciphersuites(std::string list) & {
    detail::check_tls_ciphers(list, &SSL_CTX_set_ciphersuites);
    return change_context(
        "ciphersuites", [&](detail::TlsFields& fields) { fields.ciphersuites = std::move(list); });
}
AIOHTTP_DECL TlsOptions& TlsOptions::alpn(std::vector<std::string> protocols) & {
    detail::check_tls_alpn(protocols);
    return change_context("alpn",
                          [&](detail::TlsFields& fields) { fields.alpn = std::move(protocols); });
}

AIOHTTP_DECL TlsOptions& TlsOptions::pin_certificate(std::string_view sha256) & {
    const auto pin = detail::parse_certificate_pin(sha256);
    return change([&](detail::TlsFields& fields) { fields.pins.push_back(pin); });
}
AIOHTTP_DECL TlsOptions& TlsOptions::pin_public_key(std::string_view sha256) & {
    const auto pin = detail::parse_public_key_pin(sha256);
    return change([&](detail::TlsFields& fields) { fields.pins.push_back(pin); });
}
AIOHTTP_DECL TlsOptions& TlsOptions::pin_instead_of_verifying() & {
    return change_context("pin_instead_of_verifying",
                          [](detail::TlsFields& fields) { fields.pins_suffice = true; });
}

AIOHTTP_DECL TlsOptions& TlsOptions::session_resumption(bool on) & {
    return change_context("session_resumption",
                          [&](detail::TlsFields& fields) { fields.session_resumption = on; });
}
AIOHTTP_DECL TlsOptions& TlsOptions::key_log(std::string path) & {
    detail::check_tls_text("the path of a key log", path);
    return change_context("key_log",
                          [&](detail::TlsFields& fields) { fields.key_log = std::move(path); });
}
AIOHTTP_DECL TlsOptions& TlsOptions::key_log_from_environment(bool on) & {
    return change_context("key_log_from_environment",
                          [&](detail::TlsFields& fields) { fields.key_log_from_environment = on; });
}
AIOHTTP_DECL TlsOptions& TlsOptions::native_hook(std::function<void(ssl_ctx_st*)> hook) & {
    if (!hook) {
        throw ValueError("native_hook must not be empty");
    }
    return change_context("native_hook", [&](detail::TlsFields& fields) {
        fields.hook = std::make_shared<const std::function<void(ssl_ctx_st*)>>(std::move(hook));
    });
}

}  // namespace aiohttp
