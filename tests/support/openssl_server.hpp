#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace aiohttp::testing {

/// A real `openssl s_server -www` on a free port of the loopback interface, gone with this object.
/// It answers every request with a page about the connection.
class OpensslServer {
public:
    /// More arguments for it. Throws std::runtime_error when it cannot be started.
    explicit OpensslServer(const std::vector<std::string>& arguments);
    OpensslServer(const OpensslServer&) = delete;
    OpensslServer& operator=(const OpensslServer&) = delete;
    ~OpensslServer();

    /// The URL of its page.
    std::string url() const;

private:
    std::uint16_t port_ = 0;
    int output_ = -1;
    pid_t process_ = -1;
};

}  // namespace aiohttp::testing
