#pragma once

// TLS for the clients that set OpenSSL up themselves: the chain and the name are checked, and the
// last session is resumed if the server lets them.

#include <stdexcept>

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "clients/common.hpp"

namespace bench {

class RawTls {
public:
    explicit RawTls(const Job& job) : job_(job), context_(::SSL_CTX_new(::TLS_client_method())) {
        if (!job.tls) {
            return;
        }
        if (::SSL_CTX_load_verify_file(context_, job.ca_file.c_str()) != 1) {
            throw std::runtime_error("cannot read " + job.ca_file);
        }
        ::SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
        SSL_CTX_set_mode(context_,
                         SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        SSL_CTX_set_session_cache_mode(context_,
                                       SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
        ::SSL_CTX_set_ex_data(context_, slot(), this);
        ::SSL_CTX_sess_set_new_cb(context_, &RawTls::keep_session);
    }
    RawTls(const RawTls&) = delete;
    RawTls& operator=(const RawTls&) = delete;
    ~RawTls() {
        ::SSL_SESSION_free(session_);
        ::SSL_CTX_free(context_);
    }

    SSL_CTX* context() const { return context_; }

    /// Before the handshake: which host it must be, and the session to resume.
    void prepare(SSL* ssl) const {
        in_addr address{};
        if (::inet_pton(AF_INET, job_.host.c_str(), &address) == 1) {
            ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), job_.host.c_str());
        } else {
            ::SSL_set1_host(ssl, job_.host.c_str());
            SSL_set_tlsext_host_name(ssl, job_.host.c_str());
        }
        if (session_ != nullptr) {
            ::SSL_set_session(ssl, session_);
        }
    }

private:
    /// Where a context knows its RawTls; Asio takes the application's own slot for itself.
    static int slot() {
        static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
        return index;
    }

    static int keep_session(SSL* ssl, SSL_SESSION* session) {
        auto& self = *static_cast<RawTls*>(::SSL_CTX_get_ex_data(::SSL_get_SSL_CTX(ssl), slot()));
        ::SSL_SESSION_free(self.session_);
        self.session_ = session;
        return 1;  // it is ours now
    }

    const Job& job_;
    SSL_CTX* context_;
    SSL_SESSION* session_ = nullptr;
};

}  // namespace bench
