#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include <aiohttp/clock.hpp>
#include <aiohttp/detail/core/dns_cache.hpp>
#include <aiohttp/detail/net/deadline.hpp>
#include <aiohttp/detail/net/transport.hpp>
#include <aiohttp/resolver.hpp>

namespace aiohttp::detail {

/// What a lookup came to: addresses, or what went wrong.
struct Resolution {
    std::vector<asio::ip::tcp::endpoint> endpoints;
    error_code error;     ///< the cause, when it has a code
    std::string problem;  ///< the cause, when it has none
};

/// How names are looked up.
struct LookupPolicy {
    std::shared_ptr<Resolver> resolver;  ///< null: a ThreadedResolver of its own
    AddressFamily family = AddressFamily::any;
    bool use_cache = true;
    std::optional<Duration> ttl = std::chrono::seconds(10);
    std::size_t max_size = 1000;
};

/// What stands between a dialer and a Resolver: the cache, and one lookup for all that want the
/// same name at the same time. A lookup is a coroutine of its own, which those who want the answer
/// wait for and can leave at any time; when the last one has left it is cancelled.
class NameLookup : public std::enable_shared_from_this<NameLookup> {
public:
    /// No more addresses of an answer are used than this.
    static constexpr std::size_t max_addresses = 64;

    explicit NameLookup(LookupPolicy policy);
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;
    ~NameLookup();

    /// Looks a name up within `deadline`. Returns no endpoints when the deadline ends it; throws
    /// operation_aborted when the caller is cancelled. Its owner keeps `this` alive.
    asio::awaitable<Resolution> resolve(std::string host, std::uint16_t port, Deadline& deadline);

    /// Forgets what was found; lookups under way are not kept either.
    void clear() noexcept;
    void clear(const std::string& host, std::uint16_t port);

private:
    using Cache = DnsCache<asio::ip::tcp::endpoint>;
    struct Flight;
    struct Waiter;
    struct Landing;

    std::shared_ptr<Flight> take_off(const Cache::Key& key, const asio::any_io_executor& executor);
    void land(const std::shared_ptr<Flight>& flight);
    void forget(const Flight& flight) noexcept;

    LookupPolicy policy_;
    bool owns_resolver_;
    Cache cache_;
    std::map<Cache::Key, std::shared_ptr<Flight>> flights_;  // those that others may join
};

}  // namespace aiohttp::detail
