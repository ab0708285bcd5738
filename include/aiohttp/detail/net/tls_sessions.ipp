#pragma once

#include <algorithm>
#include <ctime>
#include <utility>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/tls_sessions.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL int resumption_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

/// In seconds since 1970: as long as client and server both want to keep it.
AIOHTTP_DECL std::int64_t session_expiry(const SSL_SESSION* session) {
    std::int64_t lifetime = SSL_SESSION_get_timeout(session);
    const auto hint = static_cast<std::int64_t>(SSL_SESSION_get_ticket_lifetime_hint(session));
    if (hint > 0) {
        lifetime = std::min(lifetime, hint);
    }
    return SSL_SESSION_get_time(session) + lifetime;
}

/// OpenSSL's callback for a new session. 1: it is ours now.
AIOHTTP_DECL int keep_session(SSL* ssl, SSL_SESSION* session) {
    auto* const connection = static_cast<TlsResumption*>(SSL_get_ex_data(ssl, resumption_index()));
    if (connection == nullptr || SSL_SESSION_is_resumable(session) != 1) {
        return 0;
    }
    TlsSession kept;
    kept.single_use = SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION;
    kept.expires = session_expiry(session);
    kept.session.reset(session, &SSL_SESSION_free);
    connection->cache().put(connection->server(), std::move(kept));
    return 1;
}

AIOHTTP_DECL void enable_sessions(ssl_ctx_st* context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, &keep_session);
}

AIOHTTP_DECL TlsResumption::TlsResumption(std::shared_ptr<TlsSessionCache> cache,
                                          std::string server)
    : cache_(std::move(cache)), server_(std::move(server)) {}

AIOHTTP_DECL void TlsResumption::attach(ssl_st* ssl) {
    if (!cache_) {
        return;
    }
    SSL_set_ex_data(ssl, resumption_index(), this);
    const auto session = cache_->take(server_, std::time(nullptr));
    if (!session) {
        return;
    }
    // What was verified then must still hold.
    const X509* const certificate = SSL_SESSION_get0_peer(session.get());
    if (certificate == nullptr || X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0) {
        forget();
        return;
    }
    SSL_set_session(ssl, session.get());
}

AIOHTTP_DECL void TlsResumption::forget() {
    if (cache_) {
        cache_->forget(server_);
    }
}

}  // namespace aiohttp::detail
