#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include "support/catch.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace aiohttp::testing;
using aiohttp::create_task;
using aiohttp::PoolStats;
using aiohttp::TCPConnectorOptions;

namespace {

constexpr const char* url = "http://h.test/";
constexpr const char* other_url = "http://other.test/";
constexpr const char* head = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";

/// Answers every request after 100 ms.
MemoryScript slow() {
    return MemoryScript().expect_request().delay(100ms).send(ok("x")).repeat();
}

using Tasks = std::vector<aiohttp::Task<std::string>>;

asio::awaitable<void> start(Tasks* tasks, MemoryRig* rig, std::string target) {
    tasks->push_back(co_await create_task(outcome_of(rig->session.get(target))));
    co_await settle();
}

asio::awaitable<void> check_limit_of_one() {
    MemoryRig rig(TCPConnectorOptions().limit(1));
    rig.memory->otherwise(slow());
    const auto begin = aiohttp::Clock::now();
    Tasks tasks;
    co_await start(&tasks, &rig, url);
    co_await start(&tasks, &rig, url);
    CHECK(rig.stats() == PoolStats{1, 1, 0, 1});
    CHECK(rig.memory->requests().size() == 1);
    for (auto& task : tasks) {
        const auto outcome = co_await task.result();
        CHECK(outcome == "200 x");
    }
    CHECK(aiohttp::Clock::now() - begin == 200ms);
    CHECK(rig.memory->dialled() == 1);
}

asio::awaitable<void> check_limit_of_two() {
    MemoryRig rig(TCPConnectorOptions().limit(2));
    rig.memory->otherwise(slow());
    const auto begin = aiohttp::Clock::now();
    Tasks tasks;
    for (int i = 0; i < 6; ++i) {
        co_await start(&tasks, &rig, url);
    }
    CHECK(rig.stats() == PoolStats{2, 2, 0, 4});
    for (auto& task : tasks) {
        co_await task.result();
        CHECK(rig.stats().in_use <= 2);
    }
    CHECK(aiohttp::Clock::now() - begin == 300ms);
    CHECK(rig.memory->dialled() == 2);
}

asio::awaitable<void> check_limit_per_host() {
    MemoryRig rig(TCPConnectorOptions().limit(0).limit_per_host(1));
    rig.memory->otherwise(slow());
    const auto begin = aiohttp::Clock::now();
    Tasks tasks;
    co_await start(&tasks, &rig, url);
    co_await start(&tasks, &rig, url);
    co_await start(&tasks, &rig, other_url);
    CHECK(rig.stats() == PoolStats{2, 2, 0, 1});
    co_await tasks[2].result();
    CHECK(aiohttp::Clock::now() - begin == 100ms);
    co_await tasks[1].result();
    CHECK(aiohttp::Clock::now() - begin == 200ms);
    co_await tasks[0].result();
}

asio::awaitable<void> check_no_limit() {
    MemoryRig rig(TCPConnectorOptions().limit(0));
    rig.memory->otherwise(slow());
    const auto begin = aiohttp::Clock::now();
    Tasks tasks;
    for (int i = 0; i < 300; ++i) {
        tasks.push_back(co_await create_task(outcome_of(rig.session.get(url))));
    }
    co_await settle();
    CHECK(rig.stats() == PoolStats{300, 300, 0, 0});
    for (auto& task : tasks) {
        co_await task.result();
    }
    CHECK(aiohttp::Clock::now() - begin == 100ms);
    CHECK(rig.stats() == PoolStats{300, 0, 300, 0});
}

asio::awaitable<void> check_order() {
    MemoryRig rig(TCPConnectorOptions().limit(1));
    rig.memory->otherwise(slow());
    Tasks tasks;
    for (const auto* path : {"1", "2", "3", "4"}) {
        // Every other one is for another host: order is over all of them.
        const auto* base = tasks.size() % 2 == 0 ? url : other_url;
        co_await start(&tasks, &rig, std::string(base) + path);
    }
    for (auto& task : tasks) {
        co_await task.result();
    }
    REQUIRE(rig.memory->requests().size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        const std::string line = "GET /" + std::to_string(i + 1) + ' ';
        CHECK(rig.memory->requests()[i].starts_with(line));
    }
    CHECK(rig.memory->dialled() == 4);
    CHECK(rig.memory->open_connections() == 1);
}

asio::awaitable<void> check_cancelled_waiter(bool just_granted) {
    MemoryRig rig(TCPConnectorOptions().limit(1));
    rig.memory->next(MemoryScript().expect_request().send(head));
    auto response = co_await rig.session.get(url);
    Tasks tasks;
    co_await start(&tasks, &rig, url);
    co_await start(&tasks, &rig, url);
    CHECK(rig.stats() == PoolStats{1, 1, 0, 2});
    rig.memory->otherwise(serves("z"));
    if (just_granted) {
        // The slot is handed to the waiter, who is cancelled before it has noticed.
        response.release();
        CHECK(rig.stats() == PoolStats{1, 1, 0, 1});
        tasks[0].cancel();
    } else {
        tasks[0].cancel();
        co_await settle();
        CHECK(rig.stats() == PoolStats{1, 1, 0, 1});
        response.release();
    }
    auto outcome = co_await tasks[0].result();
    CHECK(outcome == "cancelled");
    outcome = co_await tasks[1].result();
    CHECK(outcome == "200 z");
    CHECK(rig.stats() == PoolStats{1, 0, 1, 0});
}

asio::awaitable<void> check_cancelled_connect() {
    MemoryRig rig(TCPConnectorOptions().limit(1));
    rig.memory->next(MemoryScript().never_connect()).otherwise(serves("z"));
    Tasks tasks;
    co_await start(&tasks, &rig, url);
    co_await start(&tasks, &rig, url);
    CHECK(rig.stats() == PoolStats{1, 1, 0, 1});
    tasks[0].cancel();
    auto outcome = co_await tasks[0].result();
    CHECK(outcome == "cancelled");
    outcome = co_await tasks[1].result();
    CHECK(outcome == "200 z");
    CHECK(rig.memory->dialled() == 2);
}

asio::awaitable<void> check_failed_connect() {
    MemoryRig rig(TCPConnectorOptions().limit(1));
    rig.memory->next(MemoryScript().connect_after(10ms).refuse())
        .next(MemoryScript().refuse())
        .otherwise(serves("z"));
    Tasks tasks;
    for (int i = 0; i < 3; ++i) {
        co_await start(&tasks, &rig, url);
    }
    auto outcome = co_await tasks[0].result();
    CHECK(outcome == "connect_failed in connect");
    outcome = co_await tasks[1].result();
    CHECK(outcome == "connect_failed in connect");
    outcome = co_await tasks[2].result();
    CHECK(outcome == "200 z");
}

asio::awaitable<void> check_names() {
    MemoryRig rig;
    rig.memory->otherwise(serves("x"));
    co_await outcome_of(rig.session.get(url));
    co_await outcome_of(rig.session.get(url).server_hostname("a.test"));
    co_await outcome_of(rig.session.get(url).server_hostname("b.test"));
    co_await outcome_of(rig.session.get("http://h.test:81/"));
    CHECK(rig.memory->dialled() == 4);
    co_await outcome_of(rig.session.get(url).server_hostname("a.test"));
    co_await outcome_of(rig.session.get(url));
    co_await outcome_of(rig.session.get("http://H.TEST:80/"));
    CHECK(rig.memory->dialled() == 4);
}

asio::awaitable<void> check_tls_policies() {
    MemoryRig rig(TCPConnectorOptions().limit_per_host(1));
    rig.memory->otherwise(MemoryScript().wait());
    const auto target = "https://h.test/";
    Tasks tasks;
    co_await start(&tasks, &rig, target);
    tasks.push_back(
        co_await create_task(outcome_of(rig.session.get(target).ssl(aiohttp::verify_none))));
    co_await settle();
    CHECK(rig.stats() == PoolStats{2, 2, 0, 0});
    tasks.push_back(
        co_await create_task(outcome_of(rig.session.get(target).ssl(aiohttp::verify_none))));
    co_await start(&tasks, &rig, target);
    CHECK(rig.stats() == PoolStats{2, 2, 0, 2});
    CHECK(rig.memory->dialled() == 2);
    co_await rig.session.close();
    for (auto& task : tasks) {
        const auto outcome = co_await task.result();
        CHECK(outcome.starts_with("connection_closed in "));
    }
}

asio::awaitable<void> check_shared() {
    const auto memory = std::make_shared<MemoryConnector>();
    memory->otherwise(slow());
    const auto options = aiohttp::ClientSessionOptions().connector(memory).connector_owner(false);
    aiohttp::ClientSession first{options};
    aiohttp::ClientSession second{options};
    co_await outcome_of(first.get(url));
    auto of_first = co_await create_task(outcome_of(first.get(url)));
    auto of_second = co_await create_task(outcome_of(second.get(url)));
    co_await settle();
    CHECK(memory->dialled() == 2);
    co_await first.close();
    auto outcome = co_await of_first.result();
    CHECK(outcome == "connection_closed in wait");
    outcome = co_await of_second.result();
    CHECK(outcome == "200 x");
    outcome = co_await outcome_of(second.get(url));
    CHECK(outcome == "200 x");
    CHECK(memory->dialled() == 2);
    CHECK(memory->open_connections() == 1);
}

asio::awaitable<void> check_close_with_waiter(bool by_session) {
    MemoryRig rig(TCPConnectorOptions().limit(1));
    rig.memory->otherwise(slow());
    Tasks tasks;
    for (int i = 0; i < 3; ++i) {
        co_await start(&tasks, &rig, url);
    }
    if (by_session) {
        co_await rig.session.close();
    } else {
        co_await rig.memory->close();
    }
    const auto outcome = co_await tasks[0].result();
    CHECK(outcome == "connection_closed in wait");
    for (const std::size_t i : {1U, 2U}) {
        const auto waiter = co_await tasks[i].result();
        CHECK(waiter == "connection_closed in queue");
    }
    CHECK(rig.memory->open_connections() == 0);
    CHECK(rig.stats() == PoolStats());
    CHECK(rig.memory->dialled() == 1);
}

asio::awaitable<void> check_eviction() {
    MemoryRig rig(TCPConnectorOptions().limit(2));
    rig.memory->otherwise(serves("x"));
    co_await outcome_of(rig.session.get("http://a.test/"));
    co_await aiohttp::sleep(1ms);
    co_await outcome_of(rig.session.get("http://b.test/"));
    const auto outcome = co_await outcome_of(rig.session.get("http://c.test/"));
    CHECK(outcome == "200 x");
    CHECK_FALSE(rig.memory->connection(0).open);
    CHECK(rig.memory->connection(1).open);
    CHECK(rig.stats() == PoolStats{2, 0, 2, 0});
}

asio::awaitable<void> check_stale_for_waiter() {
    MemoryRig rig(TCPConnectorOptions().limit(1));
    // The connection that the waiter gets is closed by the server with the last response.
    rig.memory->next(MemoryScript().expect_request().delay(10ms).send(ok("x")).close())
        .otherwise(serves("z"));
    Tasks tasks;
    co_await start(&tasks, &rig, url);
    tasks.push_back(co_await create_task(outcome_of(rig.session.post(url).data("b"))));
    auto outcome = co_await tasks[0].result();
    CHECK(outcome == "200 x");
    outcome = co_await tasks[1].result();
    CHECK(outcome == "200 z");
    CHECK(rig.memory->dialled() == 2);
    CHECK(rig.stats() == PoolStats{1, 0, 1, 0});
}

}  // namespace

TEST_CASE("with a limit of one the second request waits for the first", "[pool][A8]") {
    run_virtual(check_limit_of_one());
}

TEST_CASE("there are never more requests in flight than the limit", "[pool][A9]") {
    run_virtual(check_limit_of_two());
}

TEST_CASE("limit_per_host makes the requests of one host wait and no others", "[pool][A10]") {
    run_virtual(check_limit_per_host());
}

TEST_CASE("without a limit three hundred requests are in flight together", "[pool][A11]") {
    run_virtual(check_no_limit());
}

TEST_CASE("requests that wait go on in the order in which they came", "[pool][A12]") {
    run_virtual(check_order());
}

TEST_CASE("a cancelled waiter costs nobody a slot", "[pool][A13]") {
    run_virtual(check_cancelled_waiter(false));
    run_virtual(check_cancelled_waiter(true));
}

TEST_CASE("a request cancelled while it connects gives its slot to the next", "[pool][A14]") {
    run_virtual(check_cancelled_connect());
}

TEST_CASE("a connection that cannot be made gives its slot to the next", "[pool][A15]") {
    run_virtual(check_failed_connect());
}

TEST_CASE("another port or server_hostname is another connection", "[pool][A17]") {
    run_virtual(check_names());
}

TEST_CASE("another TLS policy is another host to the pool", "[pool][A17]") {
    run_virtual(check_tls_policies());
}

TEST_CASE("closing one of two sessions leaves a shared connector alone", "[pool][A18]") {
    run_virtual(check_shared());
}

TEST_CASE("closing the connector or the session fails those who wait", "[pool][A20]") {
    run_virtual(check_close_with_waiter(false));
    run_virtual(check_close_with_waiter(true));
}

TEST_CASE("an idle connection of another host makes room at the limit", "[pool]") {
    run_virtual(check_eviction());
}

TEST_CASE("a waiter that is handed a stale connection makes a new one", "[pool][A23]") {
    run_virtual(check_stale_for_waiter());
}
