#pragma once

#include <algorithm>
#include <cstdlib>
#include <exception>

#include <openssl/ssl.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/tls_fields.hpp>
#include <aiohttp/detail/message/tls_material.hpp>
#include <aiohttp/detail/net/tls_context.hpp>
#include <aiohttp/detail/net/tls_failures.hpp>
#include <aiohttp/detail/net/tls_key_log.hpp>
#include <aiohttp/detail/net/tls_session_cache.hpp>
#include <aiohttp/detail/net/tls_sessions.hpp>

namespace aiohttp::detail {

// The steps of making a context; each returns what went wrong, or nothing.

AIOHTTP_DECL std::string set_trust(SSL_CTX* context, const TlsFields& fields) {
    SSL_CTX_set_verify(context, fields.verifies() ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (fields.pins_suffice && fields.pins.empty()) {
        return "pin_instead_of_verifying is set, but no pin";
    }
    if (fields.verifies() && fields.system_trust &&
        SSL_CTX_set_default_verify_paths(context) != 1) {
        return "cannot load the system's trust store: " + take_openssl_error();
    }
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    for (const auto& source : fields.trust) {
        const auto list = certificates_of(source);
        if (!list.error.empty()) {
            return list.error;
        }
        for (const auto& certificate : list.certificates) {
            if (X509_STORE_add_cert(store, certificate.get()) != 1) {
                return "cannot trust a CA certificate: " + take_openssl_error();
            }
        }
    }
    return {};
}

AIOHTTP_DECL std::string set_identity(SSL_CTX* context, const TlsFields& fields) {
    if (fields.client.kind == ClientCertificate::Kind::none) {
        watch_certificate_requests(context);
        return {};
    }
    const auto identity = load_identity(fields.client);
    if (!identity.error.empty()) {
        return identity.error;
    }
    bool used = SSL_CTX_use_certificate(context, identity.certificate.get()) == 1 &&
                SSL_CTX_use_PrivateKey(context, identity.key.get()) == 1;
    for (const auto& certificate : identity.chain) {
        used = used && SSL_CTX_add1_chain_cert(context, certificate.get()) == 1;
    }
    return used ? std::string() : "cannot use the client certificate: " + take_openssl_error();
}

AIOHTTP_DECL int native_version(TlsVersion version) noexcept {
    switch (version) {
        case TlsVersion::v1_0:
            return TLS1_VERSION;
        case TlsVersion::v1_1:
            return TLS1_1_VERSION;
        case TlsVersion::v1_2:
            return TLS1_2_VERSION;
        case TlsVersion::v1_3:
            break;
    }
    return TLS1_3_VERSION;
}

AIOHTTP_DECL std::string set_protocol(SSL_CTX* context, const TlsFields& fields) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    // Whatever the system's default is; the list of ciphers may say otherwise.
    SSL_CTX_set_security_level(context, std::max(2, SSL_CTX_get_security_level(context)));
    const auto oldest =
        fields.min_version
            ? *fields.min_version
            : std::min(TlsVersion::v1_2, fields.max_version.value_or(TlsVersion::v1_2));
    const int newest = fields.max_version ? native_version(*fields.max_version) : 0;
    if (SSL_CTX_set_min_proto_version(context, native_version(oldest)) != 1 ||
        SSL_CTX_set_max_proto_version(context, newest) != 1) {
        return "cannot set the versions of TLS: " + take_openssl_error();
    }
    if ((!fields.ciphers.empty() &&
         SSL_CTX_set_cipher_list(context, fields.ciphers.c_str()) != 1) ||
        (!fields.ciphersuites.empty() &&
         SSL_CTX_set_ciphersuites(context, fields.ciphersuites.c_str()) != 1)) {
        return "cannot set the ciphers of TLS: " + take_openssl_error();
    }
    std::string wire;
    for (const auto& protocol : fields.alpn) {
        wire.push_back(static_cast<char>(protocol.size()));
        wire += protocol;
    }
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(wire.data()),
                            static_cast<unsigned int>(wire.size()));  // 0 is success here
    return {};
}

AIOHTTP_DECL std::string set_extras(TlsContext& made, const TlsFields& fields) {
    std::string path = fields.key_log;
    const char* const named = std::getenv("SSLKEYLOGFILE");
    if (path.empty() && fields.key_log_from_environment && named != nullptr) {
        path = named;
    }
    std::string error;
    if (!path.empty()) {
        made.key_log = TlsKeyLog::open(path, error);
        if (!made.key_log) {
            return error;
        }
        made.key_log->attach(made.native.get());
    }
    if (fields.session_resumption) {
        made.sessions = std::make_shared<TlsSessionCache>();
        enable_sessions(made.native.get());
    }
    try {
        if (fields.hook) {
            (*fields.hook)(made.native.get());
        }
    } catch (const std::exception& thrown) {
        error = std::string("the native_hook of the TLS options threw: ") + thrown.what();
    }
    return error;
}

AIOHTTP_DECL TlsContext make_tls_context(const TlsOptions& options) {
    TlsContext made;
    made.options = options;
    const auto& fields = options.fields();
    if (options.native_context() != nullptr) {
        auto* const native = static_cast<SSL_CTX*>(options.native_context());
        SSL_CTX_up_ref(native);
        made.native.reset(native, &SSL_CTX_free);
        return made;
    }
    made.native.reset(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    SSL_CTX* const context = made.native.get();
    made.error = context != nullptr ? set_protocol(context, fields) : take_openssl_error();
    for (const auto step : {&set_trust, &set_identity}) {
        if (made.error.empty()) {
            made.error = step(context, fields);
        }
    }
    if (made.error.empty()) {
        made.error = set_extras(made, fields);
    }
    return made;
}

AIOHTTP_DECL std::shared_ptr<const TlsContext> TlsContexts::get(const TlsOptions& options) {
    const auto found = std::find_if(contexts_.begin(), contexts_.end(),
                                    [&](const auto& entry) { return entry.first == options; });
    if (found != contexts_.end()) {
        return found->second;
    }
    auto made = std::make_shared<const TlsContext>(make_tls_context(options));
    if (made->error.empty()) {  // a file that was missing may be there the next time
        if (contexts_.size() == most) {
            contexts_.erase(contexts_.begin());
        }
        contexts_.emplace_back(options, made);
    }
    return made;
}

}  // namespace aiohttp::detail
