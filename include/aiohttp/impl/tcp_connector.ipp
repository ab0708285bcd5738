#pragma once

#include <memory>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/tcp_dialer.hpp>
#include <aiohttp/detail/net/resolver.hpp>
#include <aiohttp/tcp_connector.hpp>

namespace aiohttp {

AIOHTTP_DECL TCPConnectorOptions::TCPConnectorOptions() = default;

AIOHTTP_DECL TCPConnector::TCPConnector(const TCPConnectorOptions& options)
    : BaseConnector(
          options.policy(),
          std::make_unique<detail::TcpDialer>(std::make_unique<detail::ThreadedResolver>())) {}

}  // namespace aiohttp
