#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/resolved_host.hpp>

namespace aiohttp {

/// Turns host names into addresses (aiohttp's AbstractResolver). Derive from it to look names up in
/// another way, and give it to TCPConnectorOptions::resolver(). The connector keeps a cache in
/// front of it, runs one lookup for all that want the same name, and asks it for no IP literal.
class Resolver {
public:
    Resolver() = default;
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    virtual ~Resolver();

    /// The addresses of `host`, best first. What it throws becomes the cause of a
    /// ClientConnectorDNSError, and so does an empty list. It runs on the connector's executor, and
    /// is cancelled when nobody wants its answer any more: time limits and cancelled requests do
    /// not wait for it. The object lives until it has ended.
    virtual boost::asio::awaitable<std::vector<ResolvedHost>> resolve(std::string host,
                                                                      std::uint16_t port,
                                                                      AddressFamily family) = 0;

    /// Ends the lookups under way, which fail. Connectors do so only with a resolver of their own.
    virtual void close() noexcept;
};

/// The system's getaddrinfo(), the default. It runs on at most 8 threads of the resolver, because
/// it blocks and cannot be interrupted: a slow name holds up neither the other names nor
/// cancellation nor the end of the program. The threads start when they are needed.
/// May be shared by connectors on any executors.
class ThreadedResolver final : public Resolver {
public:
    ThreadedResolver();
    ~ThreadedResolver() override;

    boost::asio::awaitable<std::vector<ResolvedHost>> resolve(std::string host,
                                                              std::uint16_t port,
                                                              AddressFamily family) override;
    void close() noexcept override;

private:
    struct Pool;
    std::shared_ptr<Pool> pool_;
};

/// Addresses from a table: to pin a host to an address, and for tests.
class StaticResolver final : public Resolver {
public:
    using Hosts = std::map<std::string, std::vector<std::string>, std::less<>>;

    /// `hosts` has the addresses of each name, in lower case. Names that are not in it are looked
    /// up by `otherwise`, or have no address. Throws ValueError for what is no IP address.
    explicit StaticResolver(Hosts hosts = {}, std::shared_ptr<Resolver> otherwise = nullptr);

    /// Gives a name other addresses; a connector may still know the old ones, see
    /// TCPConnector::clear_dns_cache(). Throws ValueError for what is no IP address.
    void set(std::string host, std::vector<std::string> addresses);

    boost::asio::awaitable<std::vector<ResolvedHost>> resolve(std::string host,
                                                              std::uint16_t port,
                                                              AddressFamily family) override;

private:
    Hosts hosts_;
    std::shared_ptr<Resolver> otherwise_;
};

}  // namespace aiohttp
