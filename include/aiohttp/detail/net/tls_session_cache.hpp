#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

struct ssl_session_st;

namespace aiohttp::detail {

/// A TLS session that may be resumed.
struct TlsSession {
    std::shared_ptr<ssl_session_st> session;
    std::int64_t expires = 0;  ///< in seconds since 1970
    bool single_use = false;   ///< a ticket of TLS 1.3 (RFC 8446 C.4)
};

/// The sessions of one TLS policy: a few for each server, and of so many servers that were used
/// last. Plain bookkeeping; nothing here looks into a session or at a clock.
class TlsSessionCache {
public:
    explicit TlsSessionCache(std::size_t most_servers = 256, std::size_t most_each = 4)
        : most_servers_(most_servers), most_each_(most_each) {}

    /// Keeps a session; of a server with too many the oldest one goes.
    void put(std::string_view server, TlsSession session);
    /// The newest session of a server, or null. One for a single use is gone afterwards.
    std::shared_ptr<ssl_session_st> take(std::string_view server, std::int64_t now);
    /// Drops the sessions of a server.
    void forget(std::string_view server);

    /// How many servers have sessions here.
    std::size_t servers() const noexcept { return servers_.size(); }

private:
    struct Server {
        std::string name;
        std::deque<TlsSession> sessions;  // the oldest one first
    };
    using Servers = std::list<Server>;  // the one used last in front

    std::size_t most_servers_;
    std::size_t most_each_;
    Servers servers_;
    std::unordered_map<std::string_view, Servers::iterator> index_;  // views into servers_
};

}  // namespace aiohttp::detail
