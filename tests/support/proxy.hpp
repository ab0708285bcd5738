#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/testing/server.hpp>

namespace aiohttp::testing {

inline const std::string tunnel_opened = "HTTP/1.1 200 Connection established\r\n\r\n";

/// The port of "host:port".
inline std::uint16_t port_of(std::string_view target) {
    return static_cast<std::uint16_t>(std::stoi(std::string(target.substr(target.rfind(':') + 1))));
}

/// A server that is an HTTP proxy: whatever the target's host, CONNECT leads to its port on
/// 127.0.0.1; requests with a whole URL are answered with it.
class HttpProxy : public Server {
public:
    explicit HttpProxy(const ServerOptions& options = ServerOptions()) : Server(options) {
        route("CONNECT *", [](const ServerRequest& request) -> Answer {
            return Script().send(tunnel_opened).tunnel_to(port_of(request.target));
        });
        route("*", [](const ServerRequest& request) -> Answer {
            return Reply(200, "forwarded " + request.target);
        });
    }

    /// Its URL as a proxy.
    std::string proxy(std::string_view credentials = {}) const {
        auto text = url("");
        if (!credentials.empty()) {
            text.insert(text.find("//") + 2, std::string(credentials) + '@');
        }
        return text;
    }
};

}  // namespace aiohttp::testing
