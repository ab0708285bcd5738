// The cache in front of a resolver, and lookups that several share.

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/detail/net/deadline.hpp>
#include <aiohttp/detail/net/name_lookup.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>

#include "support/catch.hpp"
#include "support/fake_resolver.hpp"
#include "support/run_sync.hpp"

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using aiohttp::AddressFamily;
using aiohttp::ClientTimeout;
using aiohttp::create_task;
using aiohttp::sleep;
using aiohttp::Task;
using aiohttp::detail::ConnectionEvent;
using aiohttp::detail::Deadline;
using aiohttp::detail::LookupPolicy;
using aiohttp::detail::NameLookup;
using aiohttp::detail::TimerQueue;
using aiohttp::testing::FakeResolver;
using aiohttp::testing::run_virtual;
using Names = std::shared_ptr<NameLookup>;

struct Recorder final : aiohttp::detail::ExchangeObserver {
    void on_headers_sent(const aiohttp::detail::ClientRequest& /*request*/) override {}
    void on_chunk_sent(std::string_view /*chunk*/) override {}
    void on_event(ConnectionEvent event, std::string_view subject) override {
        switch (event) {
            case ConnectionEvent::dns_start:
                text += "start ";
                break;
            case ConnectionEvent::dns_end:
                text += "end ";
                break;
            case ConnectionEvent::dns_cache_hit:
                text += "hit ";
                break;
            case ConnectionEvent::dns_cache_miss:
                text += "miss ";
                break;
            default:
                text += "? ";
        }
        CHECK(subject == "a.test");
        if (clears != nullptr) {
            clears->clear();
        }
    }
    std::string text;
    NameLookup* clears = nullptr;  // at every event
};

struct Rig {
    explicit Rig(std::vector<std::string> addresses, LookupPolicy policy = {})
        : resolver(std::make_shared<FakeResolver>(std::move(addresses))) {
        policy.resolver = resolver;
        names = std::make_shared<NameLookup>(std::move(policy));
    }
    std::shared_ptr<FakeResolver> resolver;
    Names names;
};

/// The events of a lookup, then what it came to.
asio::awaitable<std::string> look(Names names,
                                  ClientTimeout timeout,
                                  std::uint16_t port = 80,
                                  bool clears = false) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    TimerQueue timers(executor);
    Deadline deadline(timers, 0);
    Recorder recorder;
    deadline.start(timeout);
    deadline.observe(&recorder);
    recorder.clears = clears ? names.get() : nullptr;
    const auto found = co_await names->resolve("a.test", port, deadline);
    std::string text = recorder.text;
    for (const auto& endpoint : found.endpoints) {
        text += endpoint.address().to_string() + ' ';
    }
    if (deadline.verdict()) {
        text += deadline.verdict().message();
    } else if (found.error) {
        text += found.error.message();
    } else {
        text += found.problem;
    }
    deadline.finish();
    co_return text;
}

asio::awaitable<std::string> look(Names names) {
    return look(std::move(names), ClientTimeout::none());
}

ClientTimeout dns_limit(aiohttp::Duration limit) {
    auto timeout = ClientTimeout::none();
    timeout.dns = limit;
    return timeout;
}

using Look = Task<std::string>;

}  // namespace

TEST_CASE("concurrent lookups of a name ask the resolver once", "[K171]") {
    Rig rig({"192.0.2.1"});
    rig.resolver->takes = 1s;
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        std::vector<Look> looks;
        for (int i = 0; i < 10; ++i) {
            auto task = co_await create_task(look(the.names));
            looks.push_back(std::move(task));
        }
        for (int i = 0; i < 10; ++i) {
            const auto text = co_await looks[static_cast<std::size_t>(i)].result();
            CHECK(text == (i == 0 ? "miss start end 192.0.2.1 " : "hit 192.0.2.1 "));
        }
    }(rig));
    CHECK(rig.resolver->asked.size() == 1);
}

TEST_CASE("an answer is used again until its time is over", "[K171]") {
    Rig rig({"192.0.2.1"});
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        auto text = co_await look(the.names);
        CHECK(text == "miss start end 192.0.2.1 ");
        co_await sleep(9s);
        text = co_await look(the.names);
        CHECK(text == "hit 192.0.2.1 ");
        CHECK(the.resolver->asked.size() == 1);
        co_await sleep(2s);
        text = co_await look(the.names);
        CHECK(text == "miss start end 192.0.2.1 ");
        CHECK(the.resolver->asked.size() == 2);
    }(rig));
}

TEST_CASE("clear_dns_cache makes the next request ask again", "[K171]") {
    Rig rig({"192.0.2.1"});
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        co_await look(the.names);
        the.names->clear();
        co_await look(the.names);
        CHECK(the.resolver->asked.size() == 2);
        the.names->clear("a.test", 81);
        co_await look(the.names);
        CHECK(the.resolver->asked.size() == 2);
        the.names->clear("a.test", 80);
        co_await look(the.names);
        CHECK(the.resolver->asked.size() == 3);
    }(rig));
}

TEST_CASE("what a lookup finds that began before clear_dns_cache is not kept") {
    Rig rig({"192.0.2.1"});
    rig.resolver->takes = 1s;
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        auto before = co_await create_task(look(the.names));
        co_await sleep(500ms);
        the.names->clear();
        auto after = co_await create_task(look(the.names));
        auto text = co_await before.result();
        CHECK(text == "miss start end 192.0.2.1 ");
        text = co_await look(the.names);
        CHECK(text == "hit 192.0.2.1 ");  // joined the second one
        text = co_await after.result();
        CHECK(text == "miss start end 192.0.2.1 ");
        CHECK(the.resolver->asked.size() == 2);
    }(rig));
}

TEST_CASE("a trace may clear the cache while it is told of a lookup", "[K171]") {
    Rig rig({"192.0.2.1"});
    rig.resolver->takes = 1s;
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        auto first = co_await create_task(look(the.names));
        co_await sleep(500ms);
        auto second = co_await create_task(look(the.names, ClientTimeout::none(), 80, true));
        co_await sleep(100ms);
        auto third = co_await create_task(look(the.names, ClientTimeout::none(), 80, true));
        auto text = co_await second.result();
        CHECK(text == "hit 192.0.2.1 ");
        text = co_await first.result();
        CHECK(text == "miss start end 192.0.2.1 ");
        text = co_await third.result();
        CHECK(text == "miss start end 192.0.2.1 ");
        text = co_await look(the.names, ClientTimeout::none(), 80, true);
        CHECK(text == "miss start end 192.0.2.1 ");
    }(rig));
    CHECK(rig.resolver->asked.size() == 3);
}

TEST_CASE("others get the answer when one who waits is cancelled", "[K172]") {
    Rig rig({"192.0.2.1"});
    rig.resolver->takes = 1s;
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        auto first = co_await create_task(look(the.names));
        auto second = co_await create_task(look(the.names));
        co_await sleep(500ms);
        first.cancel();
        const auto text = co_await second.result();
        CHECK(text == "hit 192.0.2.1 ");
        CHECK(first.done());
    }(rig));
    CHECK(rig.resolver->asked.size() == 1);
    CHECK(rig.resolver->completed == 1);
}

TEST_CASE("others get the answer when the time of one is over", "[K172]") {
    Rig rig({"192.0.2.1"});
    rig.resolver->takes = 2s;
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        auto first = co_await create_task(look(the.names, dns_limit(1s)));
        auto second = co_await create_task(look(the.names, dns_limit(3s)));
        auto text = co_await first.result();
        CHECK(text == "miss start connection timeout: dns = 1 s passed in phase dns");
        text = co_await second.result();
        CHECK(text == "hit 192.0.2.1 ");
    }(rig));
    CHECK(rig.resolver->completed == 1);
}

TEST_CASE("a lookup that nobody waits for any more is cancelled", "[K172]") {
    Rig rig({"192.0.2.1"});
    rig.resolver->takes = std::chrono::hours(24);
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        auto first = co_await create_task(look(the.names));
        const auto text = co_await look(the.names, dns_limit(1s));
        CHECK(text == "hit connection timeout: dns = 1 s passed in phase dns");
        CHECK(the.resolver->running == 1);
        first.cancel();
        co_await sleep(1ms);
        CHECK(the.resolver->running == 0);
        CHECK(the.resolver->completed == 0);

        the.resolver->takes = 0s;
        const auto next = co_await look(the.names);
        CHECK(next == "miss start end 192.0.2.1 ");
    }(rig));
}

TEST_CASE("failures are not kept", "[K170]") {
    Rig rig({"192.0.2.1"});
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        the.resolver->error = asio::error::host_not_found;
        auto text = co_await look(the.names);
        CHECK(text == "miss start Host not found (authoritative)");
        the.resolver->error = {};
        the.resolver->complaint = "no idea";
        text = co_await look(the.names);
        CHECK(text == "miss start no idea");
        the.resolver->complaint.clear();
        auto hosts = std::exchange(the.resolver->hosts, {});
        text = co_await look(the.names);
        CHECK(text.starts_with("miss start "));
        CHECK(text.find("192") == std::string::npos);
        the.resolver->hosts = std::move(hosts);
        text = co_await look(the.names);
        CHECK(text == "miss start end 192.0.2.1 ");
        CHECK(the.resolver->asked.size() == 4);
    }(rig));
}

TEST_CASE("an answer that is no address is a failure") {
    Rig rig({"192.0.2.1", "192.0.2.256"});
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        const auto text = co_await look(the.names);
        CHECK(text == "miss start the resolver gave '192.0.2.256', which is no IP address");
    }(rig));
}

TEST_CASE("a resolver that ends its own lookup does not cancel who waits for it") {
    Rig rig({});
    rig.resolver->error = asio::error::operation_aborted;
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        const auto text = co_await look(the.names);
        CHECK(text == "miss start Operation canceled");
    }(rig));
}

TEST_CASE("without a cache each request has a lookup of its own", "[K171]") {
    LookupPolicy policy;
    policy.use_cache = false;
    Rig rig({"192.0.2.1"}, policy);
    rig.resolver->takes = 1s;
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        auto first = co_await create_task(look(the.names));
        auto second = co_await create_task(look(the.names));
        auto text = co_await first.result();
        CHECK(text == "start end 192.0.2.1 ");
        text = co_await second.result();
        CHECK(text == "start end 192.0.2.1 ");
    }(rig));
    CHECK(rig.resolver->asked.size() == 2);
}

TEST_CASE("each request begins with the next address of a name", "[K171]") {
    Rig rig({"192.0.2.1", "192.0.2.2"});
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        auto text = co_await look(the.names);
        CHECK(text == "miss start end 192.0.2.1 192.0.2.2 ");
        text = co_await look(the.names);
        CHECK(text == "hit 192.0.2.2 192.0.2.1 ");
        text = co_await look(the.names);
        CHECK(text == "hit 192.0.2.1 192.0.2.2 ");
    }(rig));
}

TEST_CASE("a huge answer is cut off, and repetitions do not count") {
    std::vector<std::string> addresses;
    for (int i = 0; i < 20'000; ++i) {
        addresses.push_back("10.0." + std::to_string(i / 200 % 200) + '.' +
                            std::to_string(i % 100));
    }
    Rig rig(addresses);
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        TimerQueue timers(executor);
        Deadline deadline(timers, 0);
        deadline.start(ClientTimeout::none());
        const auto found = co_await the.names->resolve("a.test", 80, deadline);
        CHECK(found.endpoints.size() == NameLookup::max_addresses);
        CHECK(found.endpoints.back().address().to_string() == "10.0.0.63");
    }(rig));
}

TEST_CASE("addresses of the other family are left out, whatever the resolver says", "[K174]") {
    LookupPolicy policy;
    policy.family = AddressFamily::ipv6;
    Rig rig({"192.0.2.1", "2001:db8::1"}, policy);
    run_virtual([](Rig& the) -> asio::awaitable<void> {
        const auto text = co_await look(the.names);
        CHECK(text == "miss start end 2001:db8::1 ");
        CHECK(the.resolver->families.at(0) == AddressFamily::ipv6);
    }(rig));
}
