#pragma once

#include <functional>
#include <string_view>

#include <aiohttp/resolved_host.hpp>

namespace aiohttp {

/// Decides whether an address may be connected to (TCPConnectorOptions::address_guard). It is
/// asked for every address before it is dialled: those a name resolves to and IP literals, for
/// every connection, so also for the targets of redirects. False, or an exception, vetoes it.
///
/// A request through a proxy is asked about, too, when its host is an IP literal or is looked up
/// here (socks4 and socks5); a name that the proxy looks up cannot be. The proxy's own address is
/// asked about like any other.
using AddressGuard = std::function<bool(const ResolvedHost&)>;

/// Whether an IPv4 or IPv6 address belongs to a host of the public Internet: false for loopback,
/// private (RFC 1918), shared (RFC 6598), link-local and unique local addresses, multicast, "this
/// network" (0.0.0.0/8) and ::, broadcast, everything reserved or for documentation, and for IPv6
/// addresses that carry such an IPv4 address: mapped (::ffff:127.0.0.1), NAT64 (64:ff9b::/96) and
/// 6to4 (2002::/16). Also false for Teredo and for what is no address. A zone ("%eth0") is ignored.
bool is_public_address(std::string_view address) noexcept;

/// A guard against requests to the own network through URLs of others (SSRF): only public
/// addresses may be connected to, see is_public_address().
AddressGuard no_private_addresses();

}  // namespace aiohttp
