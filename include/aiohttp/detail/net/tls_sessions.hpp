#pragma once

#include <memory>
#include <string>

#include <aiohttp/detail/net/tls_session_cache.hpp>

struct ssl_st;
struct ssl_ctx_st;

namespace aiohttp::detail {

/// Makes a context hand over the sessions of its connections to their TlsResumption.
void enable_sessions(ssl_ctx_st* context);

/// One connection's dealings with the session cache.
class TlsResumption {
public:
    /// `cache` may be null: nothing is resumed, nothing kept.
    TlsResumption(std::shared_ptr<TlsSessionCache> cache, std::string server);
    TlsResumption(const TlsResumption&) = delete;
    TlsResumption& operator=(const TlsResumption&) = delete;

    /// Before the handshake: offers the server a session, and waits for new ones. This object
    /// must live as long as the connection.
    void attach(ssl_st* ssl);
    /// After a failure: what is known of the server is of no use.
    void forget();

    /// For the callback.
    TlsSessionCache& cache() noexcept { return *cache_; }
    const std::string& server() const noexcept { return server_; }

private:
    std::shared_ptr<TlsSessionCache> cache_;
    std::string server_;
};

}  // namespace aiohttp::detail
