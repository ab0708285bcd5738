#pragma once

#include <optional>
#include <string>

#include <aiohttp/detail/protocol/netrc.hpp>

namespace aiohttp::detail {

/// Reads a netrc file. Throws NetrcError.
Netrc read_netrc(const std::string& path);

/// What the file of $NETRC, else $HOME/.netrc, says; nullopt when there is none, or none that can
/// be read and understood.
std::optional<Netrc> netrc_of_environment();

}  // namespace aiohttp::detail
