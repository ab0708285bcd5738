// close() with a grace period: what is under way may finish.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
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
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::Clock;
using aiohttp::create_task;
using aiohttp::Duration;
using aiohttp::PoolStats;
using aiohttp::TCPConnectorOptions;

namespace {

constexpr const char* url = "http://h.test/";
const std::string head_of_9 = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";

MemoryScript answers_after(Duration pause) {
    return MemoryScript().expect_request().delay(pause).send(ok("x")).repeat();
}

using Tasks = std::vector<aiohttp::Task<std::string>>;

asio::awaitable<Tasks> start(MemoryRig* rig, std::size_t count) {
    Tasks tasks;
    for (std::size_t i = 0; i < count; ++i) {
        tasks.push_back(co_await create_task(outcome_of(rig->session.get(url))));
    }
    co_await settle();
    co_return tasks;
}

asio::awaitable<void> check_finishes(bool by_session) {
    MemoryRig rig(TCPConnectorOptions().limit(2));
    rig.memory->otherwise(serves("x"));
    co_await outcome_of(rig.session.get("http://idle.test/"));
    rig.memory->otherwise(answers_after(2s));
    auto tasks = co_await start(&rig, 3);  // the third one waits in the queue
    CHECK(rig.stats() == PoolStats{2, 2, 0, 1});
    const auto begin = Clock::now();
    const auto executor = co_await asio::this_coro::executor;
    auto closing = aiohttp::create_task(
        executor, by_session ? rig.session.close(10s) : rig.memory->close(10s));
    CHECK(rig.memory->closed());
    CHECK(rig.session.closed() == by_session);
    const auto refused = co_await outcome_of(rig.session.get(url));
    CHECK(refused == (by_session ? "Session is closed" : "connection_closed in queue"));
    for (auto& task : tasks) {
        const auto outcome = co_await task.result();
        CHECK(outcome == "200 x");
    }
    co_await closing.result();
    CHECK(Clock::now() - begin == 4s);
    CHECK(rig.stats() == PoolStats());
    CHECK(rig.memory->open_connections() == 0);
}

asio::awaitable<void> check_grace_is_over() {
    MemoryRig rig(TCPConnectorOptions().limit(2));
    rig.memory->otherwise(MemoryScript().expect_request().wait());
    auto tasks = co_await start(&rig, 3);
    const auto begin = Clock::now();
    co_await rig.session.close(3s);
    CHECK(Clock::now() - begin == 3s);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto outcome = co_await tasks[i].result();
        CHECK(outcome == (i < 2 ? "connection_closed in wait" : "connection_closed in queue"));
    }
    CHECK(rig.stats() == PoolStats());
    CHECK(rig.memory->open_connections() == 0);
}

asio::awaitable<void> check_bodies() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request().send(head_of_9).delay(1s).send("abcdefghi"));
    rig.memory->next(MemoryScript().expect_request().send(head_of_9).wait());
    auto read = co_await rig.session.get(url);
    auto unread = std::optional(co_await rig.session.get(url));
    auto reading = co_await create_task(outcome_of(read.text()));
    auto closing = co_await create_task(rig.session.close(10s));
    const auto begin = Clock::now();
    const auto text = co_await reading.result();
    CHECK(text == "abcdefghi");
    CHECK_FALSE(closing.done());
    unread.reset();  // a response that is dropped is not waited for
    co_await closing.result();
    CHECK(Clock::now() - begin == 1s);
}

asio::awaitable<void> check_unread_body() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request().send(head_of_9).wait());
    auto unread = co_await rig.session.get(url);
    co_await rig.session.close(2s);
    const auto outcome = co_await outcome_of(unread.text());
    CHECK(outcome == "connection_closed in body");
    CHECK(rig.memory->open_connections() == 0);
    // What has been ended is not waited for again.
    const auto begin = Clock::now();
    co_await rig.session.close(5s);
    co_await rig.memory->close(5s);
    co_await rig.session.close();
    CHECK(Clock::now() == begin);
}

asio::awaitable<void> check_nothing_to_wait_for() {
    MemoryRig rig;
    rig.memory->otherwise(serves("x"));
    const auto begin = Clock::now();
    co_await outcome_of(rig.session.get(url));
    co_await rig.session.close(1h);
    co_await rig.session.close(1h);
    CHECK(Clock::now() == begin);
    CHECK(rig.memory->open_connections() == 0);
    ClientSession unused;
    co_await unused.close(1h);
    CHECK(unused.closed());
}

asio::awaitable<void> check_cancelled() {
    MemoryRig rig;
    rig.memory->otherwise(answers_after(2s));
    auto tasks = co_await start(&rig, 1);
    auto closing = co_await create_task(outcome_of(rig.session.close(10s)));
    co_await settle();
    closing.cancel();
    const auto outcome = co_await closing.result();
    CHECK(outcome == "cancelled");
    CHECK(rig.session.closed());
    const auto answered = co_await tasks[0].result();  // left alone
    CHECK(answered == "200 x");
    CHECK(rig.memory->open_connections() == 0);
}

asio::awaitable<void> check_two_closes(bool second_at_once) {
    MemoryRig rig;
    rig.memory->otherwise(MemoryScript().expect_request().wait());
    auto tasks = co_await start(&rig, 1);
    auto closing = co_await create_task(rig.session.close(10s));
    const auto begin = Clock::now();
    co_await aiohttp::sleep(1s);
    if (second_at_once) {
        co_await rig.session.close();
    } else {
        co_await rig.session.close(1s);
    }
    co_await closing.result();
    CHECK(Clock::now() - begin == (second_at_once ? 1s : 2s));
    const auto outcome = co_await tasks[0].result();
    CHECK(outcome == "connection_closed in wait");
}

asio::awaitable<void> check_shared() {
    const auto memory = std::make_shared<MemoryConnector>();
    memory->otherwise(answers_after(2s));
    const auto options = ClientSessionOptions().connector(memory).connector_owner(false);
    ClientSession first{options};
    ClientSession second{options};
    auto of_first = co_await create_task(outcome_of(first.get(url)));
    auto of_second = co_await create_task(outcome_of(second.get(url)));
    co_await aiohttp::sleep(1s);
    auto late = co_await create_task(outcome_of(second.get(url)));
    const auto begin = Clock::now();
    co_await first.close(10s);  // the second one's requests are not its own
    CHECK(Clock::now() - begin == 1s);
    CHECK_FALSE(memory->closed());
    auto outcome = co_await of_first.result();
    CHECK(outcome == "200 x");
    outcome = co_await of_second.result();
    CHECK(outcome == "200 x");
    outcome = co_await late.result();
    CHECK(outcome == "200 x");
}

asio::awaitable<void> check_destroyed_meanwhile() {
    auto rig = std::make_unique<MemoryRig>();
    const auto memory = rig->memory;
    memory->otherwise(MemoryScript().expect_request().wait());
    auto tasks = co_await start(rig.get(), 1);
    auto closing = co_await create_task(rig->session.close(1h));
    const auto begin = Clock::now();
    co_await settle();
    rig.reset();
    const auto outcome = co_await tasks[0].result();
    CHECK(outcome == "connection_closed in wait");
    co_await closing.result();
    CHECK(Clock::now() == begin);
}

/// A redirect needs a connection after the close has begun.
asio::awaitable<void> check_redirect() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request().delay(1s).send(
        "HTTP/1.1 302 Found\r\nLocation: "
        "http://b.test/\r\nContent-Length: 0\r\n\r\n"));
    rig.memory->otherwise(answers_after(1s));
    auto tasks = co_await start(&rig, 1);
    co_await rig.session.close(10s);
    const auto outcome = co_await tasks[0].result();
    CHECK(outcome == "200 x");
}

}  // namespace

TEST_CASE("close with a grace period lets requests under way finish", "[pool][A20]") {
    run_virtual(check_finishes(true));
    run_virtual(check_finishes(false));
    run_virtual(check_redirect());
}

TEST_CASE("what is not done within the grace period is ended", "[pool][A20]") {
    run_virtual(check_grace_is_over());
}

TEST_CASE("close with a grace period waits for responses that are being read", "[pool][A19]") {
    run_virtual(check_bodies());
    run_virtual(check_unread_body());
}

TEST_CASE("close with a grace period returns at once when nothing is under way", "[pool][B33]") {
    run_virtual(check_nothing_to_wait_for());
}

TEST_CASE("a cancelled close leaves what is under way alone", "[pool]") {
    run_virtual(check_cancelled());
}

TEST_CASE("a close may be overtaken by another one, or by the end of the session", "[pool]") {
    run_virtual(check_two_closes(true));
    run_virtual(check_two_closes(false));
    run_virtual(check_destroyed_meanwhile());
}

TEST_CASE("a session that shares its connector waits for its own requests", "[pool][A18]") {
    run_virtual(check_shared());
}

TEST_CASE("a grace period must not be negative", "[pool]") {
    ClientSession session;
    CHECK_THROWS_AS(run_virtual(session.close(-1s)), aiohttp::ValueError);
    CHECK_FALSE(session.closed());
}

TEST_CASE("an io_context may go while a close waits", "[pool]") {
    MemoryRig rig;
    rig.memory->otherwise(MemoryScript().expect_request().wait());
    {
        asio::io_context io;
        asio::co_spawn(io, outcome_of(rig.session.get(url)), asio::detached);
        io.poll();
        asio::co_spawn(io, rig.session.close(1h), asio::detached);
        io.poll();
    }
    CHECK(rig.stats() == PoolStats());
}
