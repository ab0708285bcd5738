#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/dial_error.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL ErrorDetails dial_failure(errc kind,
                                       std::string what,
                                       const std::string& host,
                                       std::uint16_t port,
                                       boost::system::error_code cause) {
    ErrorDetails details;
    details.kind = kind;
    details.phase = kind == errc::dns_failed ? Phase::dns : Phase::connect;
    details.what = std::move(what);
    details.host = host;
    details.port = port;
    details.cause = cause;
    details.retryable = true;
    return details;
}

}  // namespace aiohttp::detail
