#pragma once

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/address_ranges.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/resolver.hpp>

namespace aiohttp {

AIOHTTP_DECL Resolver::~Resolver() = default;
AIOHTTP_DECL void Resolver::close() noexcept {}

namespace detail {

/// The family of an address; `any` for what is none.
AIOHTTP_DECL AddressFamily family_of(std::string_view address) noexcept {
    if (parse_ipv4(address)) {
        return AddressFamily::ipv4;
    }
    return parse_ipv6(address) ? AddressFamily::ipv6 : AddressFamily::any;
}

AIOHTTP_DECL void check_addresses(std::string_view host,
                                  const std::vector<std::string>& addresses) {
    for (const auto& address : addresses) {
        if (family_of(address) == AddressFamily::any) {
            throw ValueError("'" + address + "', the address of '" + std::string(host) +
                             "', is no IP address");
        }
    }
}

}  // namespace detail

AIOHTTP_DECL StaticResolver::StaticResolver(Hosts hosts, std::shared_ptr<Resolver> otherwise)
    : hosts_(std::move(hosts)), otherwise_(std::move(otherwise)) {
    for (const auto& [host, addresses] : hosts_) {
        detail::check_addresses(host, addresses);
    }
}

AIOHTTP_DECL void StaticResolver::set(std::string host, std::vector<std::string> addresses) {
    detail::check_addresses(host, addresses);
    hosts_.insert_or_assign(std::move(host), std::move(addresses));
}

AIOHTTP_DECL boost::asio::awaitable<std::vector<ResolvedHost>> StaticResolver::resolve(
    std::string host, std::uint16_t port, AddressFamily family) {
    std::vector<ResolvedHost> found;
    const auto entry = hosts_.find(host);
    if (entry == hosts_.end()) {
        if (!otherwise_) {
            throw boost::system::system_error(boost::asio::error::host_not_found);
        }
        const auto otherwise = otherwise_;
        found = co_await otherwise->resolve(std::move(host), port, family);
        co_return found;
    }
    for (const auto& address : entry->second) {
        const auto kind = detail::family_of(address);
        if (family == AddressFamily::any || family == kind) {
            found.push_back({host, address, port, kind});
        }
    }
    co_return found;
}

}  // namespace aiohttp
