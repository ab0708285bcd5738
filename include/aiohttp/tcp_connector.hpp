#pragma once

#include <aiohttp/connector.hpp>
#include <aiohttp/connector_options.hpp>

namespace aiohttp {

/// The options of a TCPConnector; set in a chain: `TCPConnectorOptions().limit(10)`.
class TCPConnectorOptions : public ConnectorOptions<TCPConnectorOptions> {
public:
    TCPConnectorOptions();
};

/// Connects over TCP, with TLS for https (aiohttp's TCPConnector).
class TCPConnector : public BaseConnector {
public:
    explicit TCPConnector(const TCPConnectorOptions& options = TCPConnectorOptions());
};

}  // namespace aiohttp
