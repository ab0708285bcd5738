#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/auth.hpp>

// Credentials in the format of ~/.netrc, which ftp, curl and Python's netrc module read.
namespace aiohttp::detail {

/// One "machine" or, with an empty host, "default".
struct NetrcEntry {
    std::string host;  ///< in lower case and ASCII, as Url::server_name()
    std::string login;
    std::string account;
    std::string password;
};

/// Why a file is malformed. Never with the text itself, which may be a password.
struct NetrcProblem {
    std::size_t line;  ///< from 1
    const char* reason;
};

/// The entries of a file.
class Netrc {
public:
    /// Takes what a file says. Tokens may be in double quotes, a backslash takes the next
    /// character as it is; "#" where a keyword may stand begins a comment; macros, up to an empty
    /// line, are passed over. On failure nothing is taken.
    std::optional<NetrcProblem> parse(std::string_view text);
    /// The credentials for a host: those of its last entry, else of the last "default". Without
    /// login the account counts as one. None when the entry has none, or a login with ":".
    std::optional<BasicAuth> find(std::string_view host) const;

    const std::vector<NetrcEntry>& entries() const noexcept { return entries_; }

private:
    std::vector<NetrcEntry> entries_;
};

}  // namespace aiohttp::detail
