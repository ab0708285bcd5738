#pragma once

#include <algorithm>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/net/tls_context.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL std::string take_openssl_error() {
    const auto code = ERR_get_error();
    ERR_clear_error();
    const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "unknown OpenSSL error" : reason;
}

AIOHTTP_DECL bool trust_pem(SSL_CTX* context, const std::string& pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    bool any = false;
    for (;;) {
        const std::unique_ptr<X509, decltype(&X509_free)> certificate(
            PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), &X509_free);
        if (!certificate) {
            ERR_clear_error();  // the end of the text is reported as an error
            return any;
        }
        if (X509_STORE_add_cert(store, certificate.get()) != 1) {
            return false;
        }
        any = true;
    }
}

AIOHTTP_DECL std::string configure(SSL_CTX* context, const TlsOptions& options) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_verify(context, options.verifies() ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (!options.ca_file().empty() &&
        SSL_CTX_load_verify_locations(context, options.ca_file().c_str(), nullptr) != 1) {
        return "cannot read the CA file " + quote(options.ca_file()) + ": " + take_openssl_error();
    }
    if (!options.ca_pem().empty() && !trust_pem(context, options.ca_pem())) {
        return "the CA text holds no usable PEM certificate";
    }
    if (options.verifies() && options.ca_file().empty() && options.ca_pem().empty() &&
        SSL_CTX_set_default_verify_paths(context) != 1) {
        return "cannot load the system's trust store: " + take_openssl_error();
    }
    return {};
}

AIOHTTP_DECL TlsContext make_tls_context(const TlsOptions& options) {
    TlsContext made;
    if (options.native_context() != nullptr) {
        auto* const native = static_cast<SSL_CTX*>(options.native_context());
        SSL_CTX_up_ref(native);
        made.native.reset(native, &SSL_CTX_free);
        return made;
    }
    made.native.reset(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    made.error = made.native ? configure(made.native.get(), options) : take_openssl_error();
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
