#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/tls_session_cache.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL void TlsSessionCache::put(std::string_view server, TlsSession session) {
    const auto found = index_.find(server);
    if (found != index_.end()) {
        servers_.splice(servers_.begin(), servers_, found->second);
    } else {
        servers_.emplace_front().name = std::string(server);
        index_.emplace(servers_.front().name, servers_.begin());
    }
    auto& sessions = servers_.front().sessions;
    sessions.push_back(std::move(session));
    if (sessions.size() > most_each_) {
        sessions.pop_front();
    }
    if (servers_.size() > most_servers_) {
        forget(servers_.back().name);
    }
}

AIOHTTP_DECL std::shared_ptr<ssl_session_st> TlsSessionCache::take(std::string_view server,
                                                                   std::int64_t now) {
    const auto found = index_.find(server);
    if (found == index_.end()) {
        return nullptr;
    }
    servers_.splice(servers_.begin(), servers_, found->second);
    auto& sessions = servers_.front().sessions;
    std::shared_ptr<ssl_session_st> taken;
    while (!sessions.empty() && !taken) {
        const bool fresh = now < sessions.back().expires;
        if (fresh) {
            taken = sessions.back().session;
        }
        if (!fresh || sessions.back().single_use) {
            sessions.pop_back();
        }
    }
    if (sessions.empty()) {
        forget(server);
    }
    return taken;
}

AIOHTTP_DECL void TlsSessionCache::forget(std::string_view server) {
    const auto found = index_.find(server);
    if (found != index_.end()) {
        const auto entry = found->second;
        index_.erase(found);
        servers_.erase(entry);
    }
}

}  // namespace aiohttp::detail
