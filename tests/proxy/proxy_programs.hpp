#pragma once

// What the tests of proxies that are real programs share.

#include <string>

#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/proxies.hpp"

namespace aiohttp::testing {

/// Says so when there is nothing to test with.
inline bool missing(const char* program) {
    if (!is_installed(program)) {
        WARN(program << " is not installed, so nothing is tested");
        return true;
    }
    return false;
}

/// An http or https server that sends back what it got.
class Echo : public Server {
public:
    explicit Echo(bool tls) : Server(ServerOptions().tls(tls)) {
        route("*", [](const ServerRequest& request) { return Reply(200, request.body); });
        route("/large", Reply(200, std::string(1'000'000, 'x')));
    }
};

}  // namespace aiohttp::testing
