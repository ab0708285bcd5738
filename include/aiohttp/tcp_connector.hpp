#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <aiohttp/address_guard.hpp>
#include <aiohttp/clock.hpp>
#include <aiohttp/connector.hpp>
#include <aiohttp/connector_options.hpp>
#include <aiohttp/resolved_host.hpp>
#include <aiohttp/socket_hook.hpp>

namespace aiohttp {

class Resolver;

namespace detail {
class NameLookup;

/// What a TCPConnector can be told beyond what all connectors can.
struct TcpPolicy {
    std::shared_ptr<Resolver> resolver;
    bool use_dns_cache = true;
    std::optional<Duration> ttl_dns_cache = std::chrono::seconds(10);
    std::size_t dns_cache_max_size = 1000;
    AddressFamily family = AddressFamily::any;
    std::string local_host;
    std::uint16_t local_port = 0;
    std::optional<Duration> happy_eyeballs_delay = std::chrono::milliseconds(250);
    std::optional<std::size_t> interleave;
    bool tcp_keepalive = false;
    int tcp_keepalive_idle = 0;
    SocketHook on_socket;
    AddressGuard address_guard;
};

}  // namespace detail

/// The options of a TCPConnector; set in a chain: `TCPConnectorOptions().limit(10)`.
class TCPConnectorOptions : public ConnectorOptions<TCPConnectorOptions> {
public:
    TCPConnectorOptions();

    /// Who looks names up; it is not closed with the connector. Default, and with null: a
    /// ThreadedResolver of the connector's own. IP literals are never looked up.
    TCPConnectorOptions& resolver(std::shared_ptr<Resolver> resolver) &;
    TCPConnectorOptions&& resolver(std::shared_ptr<Resolver> resolver) &&;
    /// Whether addresses are remembered, and requests for the same name at the same time share one
    /// lookup. What failed is not remembered. Default true.
    TCPConnectorOptions& use_dns_cache(bool on) &;
    TCPConnectorOptions&& use_dns_cache(bool on) &&;
    /// How long addresses are remembered; std::nullopt: until clear_dns_cache(). Default 10
    /// seconds. ValueError unless positive.
    TCPConnectorOptions& ttl_dns_cache(std::optional<Duration> ttl) &;
    TCPConnectorOptions&& ttl_dns_cache(std::optional<Duration> ttl) &&;
    /// How many names are remembered; the one that was not asked for the longest time goes first.
    /// Default 1000. ValueError for 0.
    TCPConnectorOptions& dns_cache_max_size(std::size_t names) &;
    TCPConnectorOptions&& dns_cache_max_size(std::size_t names) &&;

    /// Only addresses of this family are used, also of IP literals. Default: any.
    TCPConnectorOptions& family(AddressFamily family) &;
    TCPConnectorOptions&& family(AddressFamily family) &&;
    /// Binds every socket to this address, and to this port unless it is 0. Only addresses of the
    /// same family are connected to. ValueError unless `host` is an IP literal.
    TCPConnectorOptions& local_addr(std::string host, std::uint16_t port = 0) &;
    TCPConnectorOptions&& local_addr(std::string host, std::uint16_t port = 0) &&;
    /// With several addresses: how long the one tried first is alone before the next one is tried
    /// beside it (RFC 8305). The first to connect wins. std::nullopt: the next one is tried when
    /// the one before it has failed. Default 250 milliseconds. ValueError unless positive.
    TCPConnectorOptions& happy_eyeballs_delay(std::optional<Duration> delay) &;
    TCPConnectorOptions&& happy_eyeballs_delay(std::optional<Duration> delay) &&;
    /// How many addresses of the family that the resolver prefers come first; after them the
    /// families take turns. 0: in the resolver's order. Default 1, without happy eyeballs 0.
    TCPConnectorOptions& interleave(std::size_t first_family_count) &;
    TCPConnectorOptions&& interleave(std::size_t first_family_count) &&;
    /// Whether the system probes connections that are silent (SO_KEEPALIVE). Default false.
    TCPConnectorOptions& tcp_keepalive(bool on) &;
    TCPConnectorOptions&& tcp_keepalive(bool on) &&;
    /// Switches it on, with the first probe after `idle`. ValueError unless 1 second to 32767.
    TCPConnectorOptions& tcp_keepalive(std::chrono::seconds idle) &;
    TCPConnectorOptions&& tcp_keepalive(std::chrono::seconds idle) &&;
    /// Sees every socket before it connects. Default: none.
    TCPConnectorOptions& on_socket(SocketHook hook) &;
    TCPConnectorOptions&& on_socket(SocketHook hook) &&;
    /// Decides which addresses may be connected to, e.g. no_private_addresses(). Those it refuses
    /// are left out; a host with no other one is ClientConnectorAddressError. Default: none.
    TCPConnectorOptions& address_guard(AddressGuard guard) &;
    TCPConnectorOptions&& address_guard(AddressGuard guard) &&;

    /// What was set.
    const detail::TcpPolicy& tcp() const noexcept { return tcp_; }

private:
    detail::TcpPolicy tcp_;
};

/// Connects over TCP, with TLS for https (aiohttp's TCPConnector).
class TCPConnector : public BaseConnector {
public:
    explicit TCPConnector(const TCPConnectorOptions& options = TCPConnectorOptions());

    /// Forgets the addresses of all names, or of one name at one port. Connections stay.
    void clear_dns_cache() noexcept;
    void clear_dns_cache(const std::string& host, std::uint16_t port);

private:
    TCPConnector(const TCPConnectorOptions& options, std::shared_ptr<detail::NameLookup> names);

    std::shared_ptr<detail::NameLookup> names_;
};

}  // namespace aiohttp
