#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <aiohttp/resolved_host.hpp>

namespace aiohttp::detail {

/// AF_INET, AF_INET6 or AF_UNSPEC.
int system_family(AddressFamily family) noexcept;

/// Appends an address as the system has it, unless it is none of IP.
void append_address(std::vector<ResolvedHost>& hosts,
                    const std::string& hostname,
                    const sockaddr* address,
                    std::size_t size,
                    std::uint16_t port);

}  // namespace aiohttp::detail
