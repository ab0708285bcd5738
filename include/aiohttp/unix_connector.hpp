#pragma once

#include <string>

#include <aiohttp/connector.hpp>
#include <aiohttp/connector_options.hpp>

namespace aiohttp {

/// The options of a UnixConnector; set in a chain: `UnixConnectorOptions().limit(10)`.
class UnixConnectorOptions : public ConnectorOptions<UnixConnectorOptions> {
public:
    UnixConnectorOptions();
};

/// Connects to a Unix socket, for http and https alike. The host of a URL is only what the Host
/// field says, and what TLS checks: `http://docker/v1.43/containers/json`.
///
/// There is no proxy in between: those of the session and the environment are not asked, and one
/// that a request names throws ValueError.
///
/// A request throws UnixClientConnectorError when there is no such path, it is longer than the
/// system allows (107 bytes on Linux), or nobody listens.
class UnixConnector : public BaseConnector {
public:
    /// `path` is that of the socket or, when it begins with a NUL, the name of a socket in Linux's
    /// abstract namespace. ValueError when it is empty or has a NUL elsewhere.
    explicit UnixConnector(std::string path,
                           const UnixConnectorOptions& options = UnixConnectorOptions());

    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

}  // namespace aiohttp
