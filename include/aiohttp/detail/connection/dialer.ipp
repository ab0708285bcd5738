#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/dialer.hpp>
#include <aiohttp/detail/core/error_details.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL asio::awaitable<Error> Dialer::dial_another(
    std::string /*host*/,
    std::uint16_t /*port*/,
    std::vector<std::string> /*but*/,
    Deadline& /*deadline*/,
    std::unique_ptr<Transport>& /*transport*/) {
    co_return Error();
}

AIOHTTP_DECL Error Dialer::refuse(const std::string& /*host*/, std::uint16_t /*port*/) const {
    return Error();
}

AIOHTTP_DECL asio::awaitable<Error> Dialer::resolve(std::string host,
                                                    std::uint16_t port,
                                                    Deadline& /*deadline*/,
                                                    std::vector<std::string>& /*addresses*/) {
    ErrorDetails details;
    details.kind = errc::dns_failed;
    details.phase = Phase::dns;
    details.what = "look-up of " + host + " failed: this connector knows no addresses";
    details.host = std::move(host);
    details.port = port;
    co_return make_error(std::move(details));
}

}  // namespace aiohttp::detail
