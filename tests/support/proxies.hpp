#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "support/temporary_folder.hpp"

namespace aiohttp::testing {

/// A program that is a server, started for a test with a configuration in a folder of its own, on
/// a free port of the loopback interface; gone with this object.
class ServerProgram {
public:
    ServerProgram(const ServerProgram&) = delete;
    ServerProgram& operator=(const ServerProgram&) = delete;
    ~ServerProgram();

    std::uint16_t port() const noexcept { return port_; }
    /// "scheme://[credentials@]127.0.0.1:port".
    std::string url(std::string_view scheme, std::string_view credentials = {}) const;
    /// What it has logged by now.
    std::string log() const;

protected:
    /// Makes its configuration, for a port and the file "log" of the folder.
    using Configure =
        std::function<std::string(std::uint16_t port, const std::filesystem::path& folder)>;

    /// With `own_users` it sees the files "passwd" and "shadow" of its folder in /etc. Throws
    /// std::runtime_error, with what it has logged, when it does not listen within 10 s.
    ServerProgram(const std::string& program,
                  const std::vector<std::string>& options,
                  const Configure& configure,
                  bool own_users = false);

private:
    bool start(const std::string& program, const std::vector<std::string>& options, bool own_users);
    void stop() noexcept;

    TemporaryFolder folder_;
    std::uint16_t port_ = 0;
    pid_t process_ = -1;
};

/// Whether a program is installed, in $PATH or where servers are.
bool is_installed(const std::string& program);

/// tinyproxy, an HTTP proxy.
class Tinyproxy : public ServerProgram {
public:
    static constexpr const char* program = "tinyproxy";
    /// `directives` are added to its configuration, e.g. "BasicAuth user password".
    explicit Tinyproxy(std::string_view directives = {});
};

/// Dante's server, a SOCKS proxy.
class Danted : public ServerProgram {
public:
    static constexpr const char* program = "danted";
    /// It asks for the login "me" and the password "secret", with `login`; this takes a view of the
    /// file system of its own, with another /etc/passwd. See may_ask_for_login().
    explicit Danted(bool login = false);
    /// Whether the system lets us make such a view.
    static bool may_ask_for_login();
};

}  // namespace aiohttp::testing
