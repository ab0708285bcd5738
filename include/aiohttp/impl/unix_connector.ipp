#pragma once

#include <memory>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/unix_dialer.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/unix_connector.hpp>

namespace aiohttp {

namespace detail {

AIOHTTP_DECL std::unique_ptr<Dialer> unix_dialer(const std::string& path) {
    if (path.empty()) {
        throw ValueError("the path of a Unix socket is empty");
    }
    if (path.find('\0', 1) != std::string::npos) {
        throw ValueError("the path of a Unix socket has a NUL in it: '" + path + "'");
    }
    return std::make_unique<UnixDialer>(path);
}

}  // namespace detail

AIOHTTP_DECL UnixConnectorOptions::UnixConnectorOptions() = default;

AIOHTTP_DECL UnixConnector::UnixConnector(std::string path, const UnixConnectorOptions& options)
    : BaseConnector(options.policy(), detail::unix_dialer(path)), path_(std::move(path)) {}

}  // namespace aiohttp
