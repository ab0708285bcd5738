#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "support/temporary_folder.hpp"

namespace aiohttp::testing {

/// A real nginx on a free port of the loopback interface, with a folder of its own whose files it
/// serves; gone with this object. It can be asked from the start: its socket listens before it
/// runs.
class Nginx {
public:
    /// `directives` go into its server block, where "root" is the folder. Throws
    /// std::runtime_error when it cannot be started.
    explicit Nginx(std::string_view directives = {});
    Nginx(const Nginx&) = delete;
    Nginx& operator=(const Nginx&) = delete;
    ~Nginx();

    /// The URL of a path on it.
    std::string url(std::string_view path = "/") const;
    /// Puts a file into its folder.
    void put(const std::string& name, std::string_view contents) const;
    /// Stops it, and gives one line a request it has answered: "METHOD /target STATUS", each ended
    /// by a line feed.
    std::string stop();

private:
    void finish(int signal) noexcept;

    TemporaryFolder folder_;
    std::uint16_t port_ = 0;
    pid_t process_ = -1;
};

}  // namespace aiohttp::testing
