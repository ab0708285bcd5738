#pragma once

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/middleware/stale_retry.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL bool is_idempotent(std::string_view method) noexcept {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" ||
           method == "PUT" || method == "DELETE" || method == "QUERY";
}

AIOHTTP_DECL bool may_replay(const ClientRequest& request, const Lease& lease, const Error& error) {
    const auto kind = error.kind();
    const bool connection_gone = kind == errc::server_disconnected ||
                                 kind == errc::connection_reset || kind == errc::io_failed;
    return connection_gone && lease.reused() && !lease->answer_begun() &&
           (is_idempotent(request.method) || lease->nothing_sent());
}

}  // namespace aiohttp::detail
