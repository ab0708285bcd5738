#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/ssl.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/detail/server_core.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL testing::Certificate make_server_certificate(const std::string& address) {
    const testing::CertificateAuthority authority;
    testing::CertificateOptions options;
    if (address != "127.0.0.1" && address != "::1") {
        options.ip_addresses({"127.0.0.1", "::1", address});
    }
    return authority.issue(options);
}

/// The callback of SSL_CTX_set_alpn_select_cb; `argument` is the wire form of the protocols.
AIOHTTP_DECL int select_server_protocol(SSL* /*ssl*/,
                                        const unsigned char** selected,
                                        unsigned char* selected_size,
                                        const unsigned char* offered,
                                        unsigned int offered_size,
                                        void* argument) {
    const auto& protocols = *static_cast<const std::string*>(argument);
    unsigned char* choice = nullptr;
    const int result = SSL_select_next_proto(
        &choice, selected_size, reinterpret_cast<const unsigned char*>(protocols.data()),
        static_cast<unsigned int>(protocols.size()), offered, offered_size);
    *selected = choice;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

/// The same for a server that asks nobody.
AIOHTTP_DECL int impose_server_protocol(SSL* /*ssl*/,
                                        const unsigned char** selected,
                                        unsigned char* selected_size,
                                        const unsigned char* /*offered*/,
                                        unsigned int /*offered_size*/,
                                        void* argument) {
    const auto& protocols = *static_cast<const std::string*>(argument);
    *selected_size = static_cast<unsigned char>(protocols[0]);
    *selected = reinterpret_cast<const unsigned char*>(protocols.data()) + 1;
    return SSL_TLSEXT_ERR_OK;
}

AIOHTTP_DECL void set_server_versions(SSL_CTX* context,
                                      const testing::ServerOptions::Fields& options) {
    // TLS1_VERSION and its successors are consecutive numbers.
    SSL_CTX_set_min_proto_version(context, options.max_tls_version < 12 ? TLS1_VERSION : 0);
    SSL_CTX_set_max_proto_version(context, TLS1_VERSION + options.max_tls_version - 10);
    if (!options.session_tickets) {
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(context, 0);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    }
}

AIOHTTP_DECL void ServerCore::load_tls() {
    namespace ssl = boost::asio::ssl;
    const auto certificate =
        options_.certificate ? *options_.certificate : make_server_certificate(options_.address);
    auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
    // Certificates and versions that are too weak are what some tests want.
    SSL_CTX_set_security_level(context->native_handle(), 0);
    const char* step = "certificate";
    try {
        context->use_certificate_chain(boost::asio::buffer(certificate.chain_pem));
        step = "key";
        context->use_private_key(boost::asio::buffer(certificate.key_pem), ssl::context::pem);
        step = "client authority";
        if (!options_.client_authority.empty()) {
            context->add_certificate_authority(boost::asio::buffer(options_.client_authority));
            context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
        }
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error(std::string("testing::Server: cannot use the ") + step + ": " +
                                 error.what());
    }
    auto* native = context->native_handle();
    set_server_versions(native, options_);
    // Without an id, sessions verified by a client certificate cannot be resumed.
    constexpr std::string_view id = "aiohttp";
    SSL_CTX_set_session_id_context(native, reinterpret_cast<const unsigned char*>(id.data()),
                                   static_cast<unsigned int>(id.size()));
    for (const auto& protocol : options_.alpn) {
        alpn_.push_back(static_cast<char>(protocol.size()));
        alpn_.append(protocol);
    }
    if (!alpn_.empty()) {
        SSL_CTX_set_alpn_select_cb(
            native, options_.impose_alpn ? &impose_server_protocol : &select_server_protocol,
            &alpn_);
    }
    authority_pem_ = certificate.authority_pem;
    tls_ = std::move(context);
}

AIOHTTP_DECL boost::asio::ssl::context& ServerCore::tls_context() {
    std::call_once(tls_once_, [this] { load_tls(); });
    return *tls_;
}

AIOHTTP_DECL std::string ServerCore::authority_pem() {
    tls_context();
    return authority_pem_;
}

}  // namespace aiohttp::detail
