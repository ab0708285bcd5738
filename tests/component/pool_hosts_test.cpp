// What the pool remembers of hosts that have no connection any more.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include <aiohttp/detail/connection/pool.hpp>
#include "support/catch.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace aiohttp::detail;
using aiohttp::Duration;
using aiohttp::Error;

namespace {

/// A connection that is never used.
class IdleConnection final : public Connection {
public:
    asio::awaitable<Error> exchange(ClientRequest&, Deadline&, ResponseHead&) override {
        co_return Error();
    }
    bool nothing_sent() const noexcept override { return true; }
    bool answer_begun() const noexcept override { return false; }
    std::uint64_t bytes_sent() const noexcept override { return 0; }
    bool upload_complete() const noexcept override { return true; }
    std::string_view body_piece() override { return {}; }
    bool piece_ends_chunk() const noexcept override { return false; }
    void consume_body(std::size_t) override {}
    bool body_done() override { return true; }
    asio::awaitable<Error> fill_body(Deadline&, std::size_t) override { co_return Error(); }
    std::uint64_t body_left() const noexcept override { return 0; }
    aiohttp::Headers& trailers() override { return trailers_; }
    bool reusable() const noexcept override { return true; }
    Duration idle_limit() const noexcept override { return Duration::max(); }
    bool is_dead() noexcept override { return false; }
    std::shared_ptr<const std::string> remote_endpoint() const override { return nullptr; }
    const std::shared_ptr<const TlsPeer>& tls_peer() const noexcept override { return peer_; }
    void abort() noexcept override {}

private:
    aiohttp::Headers trailers_;
    std::shared_ptr<const TlsPeer> peer_;
};

/// A pool that is asked for one host after the other, all with the same TLS context.
struct Hosts {
    explicit Hosts(const PoolLimits& limits)
        : pool(std::make_shared<Pool>(
              io.get_executor(), PoolPolicy{limits, {}, false}, aiohttp::PoolCounters())) {}

    Lease lease(std::size_t number) {
        const auto name = "h" + std::to_string(number) + ".test";
        ConnectionKeyView key{name, 443, tls.get(), {}, nullptr};
        Lease lease = pool->try_acquire(key, tls);
        REQUIRE(lease);
        if (lease.connection() == nullptr) {
            lease.set(std::make_unique<IdleConnection>());
        }
        return lease;
    }
    void use(std::size_t number) { lease(number).give_back(); }
    /// How many hosts the pool holds a key of.
    std::size_t remembered() const { return static_cast<std::size_t>(tls.use_count()) - 1; }

    asio::io_context io{1};
    std::shared_ptr<const TlsContext> tls = std::make_shared<TlsContext>();
    std::shared_ptr<Pool> pool;
};

PoolLimits with(std::size_t PoolLimits::* limit, std::size_t value) {
    PoolLimits limits;
    limits.total = 0;
    limits.keepalive = 1h;
    limits.*limit = value;
    return limits;
}

}  // namespace

TEST_CASE("hosts whose connections gave way to others are forgotten", "[pool]") {
    const auto limit = GENERATE(&PoolLimits::total, &PoolLimits::idle);
    Hosts hosts(with(limit, 3));
    std::size_t listed = 0;
    std::size_t remembered = 0;
    for (std::size_t i = 0; i < 1000; ++i) {
        hosts.use(i);
        listed = std::max(listed, hosts.pool->stats_by_host().size());
        remembered = std::max(remembered, hosts.remembered());
    }
    CHECK(listed == 3);
    CHECK(remembered <= 2 * 3 + 16 + 1);
    CHECK(hosts.pool->idle() == 3);
}

TEST_CASE("hosts that have connections are not forgotten", "[pool]") {
    Hosts hosts(with(&PoolLimits::total, 0));
    std::vector<Lease> leases;
    for (std::size_t i = 0; i < 100; ++i) {
        hosts.use(i);
        leases.push_back(hosts.lease(1000 + i));
    }
    CHECK(hosts.remembered() == 200);
    for (auto& lease : leases) {
        lease.give_back();
    }
    for (std::size_t i = 0; i < 100; ++i) {
        CHECK(hosts.lease(i).reused());
        CHECK(hosts.lease(1000 + i).reused());
    }
}
