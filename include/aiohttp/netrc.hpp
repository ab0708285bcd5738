#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <aiohttp/auth.hpp>

namespace aiohttp {

/// A netrc file cannot be read, or is malformed. The message names the file and the line, and
/// nothing of its text, which may be a password.
class NetrcError : public std::runtime_error {
public:
    NetrcError(const std::string& path, std::size_t line, const std::string& reason);
    /// The file.
    const std::string& path() const noexcept { return path_; }
    /// The line, from 1; 0 when the file could not be opened or read.
    std::size_t line() const noexcept { return line_; }

private:
    std::string path_;
    std::size_t line_;
};

/// The credentials that a netrc file has for a host: those of its "machine" entry, of several the
/// last one, else those of "default"; nullopt when there are none. Without login the account
/// counts as one. Quoted tokens, comments and macros ("macdef", passed over) are understood as
/// Python's netrc does. The file is read now, 1 MiB at most. Throws NetrcError: it is also the way
/// to find out why ClientSessionOptions::trust_env() sends nothing.
std::optional<BasicAuth> netrc_auth(const std::string& path, std::string_view host);

}  // namespace aiohttp
