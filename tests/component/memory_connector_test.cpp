#include <aiohttp/testing/memory_connector.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include "support/catch.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace aiohttp::testing;
using aiohttp::create_task;

namespace {

constexpr const char* url = "http://h.test/";

asio::awaitable<void> check_exact_bytes() {
    MemoryRig rig;
    rig.memory->next(MemoryScript()
                         .expect("PUT /p?q=1 HTTP/1.1\r\nHost: h.test:8080\r\n")
                         .expect_request("\r\n\r\nbody")
                         .send(ok("got it")));
    // Only what is left of the request after the exact bytes is looked at by the second step.
    auto request = rig.session.put("http://h.test:8080/p?q=1").data("body");
    const auto outcome = co_await outcome_of(std::move(request));
    CHECK(outcome == "200 got it");
    const auto& connection = rig.memory->connection(0);
    CHECK(connection.host == "h.test");
    CHECK(connection.port == 8080);
    CHECK(connection.written.starts_with("PUT /p?q=1 HTTP/1.1\r\nHost: h.test:8080\r\n"));
    CHECK(connection.written.ends_with("\r\n\r\nbody"));
    CHECK(connection.open);
    rig.memory->verify();
}

asio::awaitable<void> check_departure(bool exact) {
    MemoryRig rig;
    rig.memory->next(exact ? MemoryScript().expect("POST / ")
                           : MemoryScript().expect_request("/b"));
    const auto outcome = co_await outcome_of(rig.session.get("http://h.test/a"));
    CHECK(outcome == "connection_reset in wait");
    CHECK_FALSE(rig.memory->connection(0).problem.empty());
    CHECK_THROWS_AS(rig.memory->verify(), std::logic_error);
}

asio::awaitable<void> check_unfinished() {
    MemoryRig rig;
    CHECK_NOTHROW(rig.memory->verify());
    rig.memory->next(serves("a"))
        .next(MemoryScript().expect_request().send(ok("b")).expect("more"));
    CHECK_THROWS_WITH(rig.memory->verify(),
                      "2 scripts were not used, no connection was made for them");
    auto outcome = co_await outcome_of(rig.session.get(url));
    outcome = co_await outcome_of(rig.session.get("http://g.test/"));
    CHECK(outcome == "200 b");
    CHECK_THROWS_WITH(rig.memory->verify(), Catch::Matchers::Contains("g.test") &&
                                                Catch::Matchers::Contains("to its end"));
}

asio::awaitable<void> check_dialling() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().refuse())
        .next(MemoryScript().fail_lookup())
        .next(MemoryScript().fail_connect(asio::error::host_unreachable));
    auto outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "connect_failed in connect");
    outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "dns_failed in dns");
    outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "connect_failed in connect");
    // No script: refused.
    outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "connect_failed in connect");
    CHECK(rig.memory->dialled() == 4);
    CHECK(rig.memory->open_connections() == 0);
    CHECK(rig.stats() == aiohttp::PoolStats());

    const auto start = aiohttp::Clock::now();
    rig.memory->next(MemoryScript().connect_after(20ms).expect_request().send(ok("late")));
    outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 late");
    CHECK(aiohttp::Clock::now() - start == 20ms);
}

MemoryScript echo_host(const std::string& host, std::uint16_t port) {
    return serves(host + ' ' + std::to_string(port));
}

std::string echo_line(std::string_view request) {
    return ok(request.substr(0, request.find('\r')));
}

asio::awaitable<void> check_answers() {
    MemoryRig rig;
    rig.memory->on_dial(echo_host);
    auto outcome = co_await outcome_of(rig.session.get("http://a.test/"));
    CHECK(outcome == "200 a.test 80");
    outcome = co_await outcome_of(rig.session.get("http://b.test:81/"));
    CHECK(outcome == "200 b.test 81");
    rig.memory->next(MemoryScript().answer(echo_line).repeat());
    outcome = co_await outcome_of(rig.session.get("http://c.test/1"));
    CHECK(outcome == "200 GET /1 HTTP/1.1");
    outcome = co_await outcome_of(rig.session.delete_("http://c.test/2"));
    CHECK(outcome == "200 DELETE /2 HTTP/1.1");
    CHECK(rig.memory->dialled() == 3);
    CHECK(rig.memory->requests().size() == 4);
    CHECK(rig.memory->requests().at(3).starts_with("DELETE /2 HTTP/1.1\r\n"));
}

asio::awaitable<void> check_blocked_writes() {
    MemoryRig rig;
    rig.memory->next(MemoryScript()
                         .allow_writes(10)
                         .expect_bytes(10)
                         .delay(30ms)
                         .allow_writes(1)
                         .expect_bytes(1)
                         .delay(30ms)
                         .allow_writes(1 << 20)
                         .expect("1.1\r\n")
                         .send(ok("x")));
    const auto start = aiohttp::Clock::now();
    auto task = co_await create_task(outcome_of(rig.session.get(url)));
    co_await settle();
    CHECK(rig.memory->connection(0).written == "GET / HTTP");
    const auto outcome = co_await task.result();
    CHECK(outcome == "200 x");
    CHECK(aiohttp::Clock::now() - start == 60ms);
}

asio::awaitable<void> check_pieces() {
    MemoryRig rig;
    const auto response = ok("0123456789");
    rig.memory->next(MemoryScript().expect_request().send_pieces(response, 3));
    const auto outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 0123456789");
    // One write, and a read for every three bytes.
    CHECK(rig.memory->connection(0).operations == 1 + (response.size() + 2) / 3);
}

asio::awaitable<void> check_steering() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request());
    auto task = co_await create_task(outcome_of(rig.session.get(url)));
    co_await settle();
    CHECK_FALSE(task.done());
    rig.memory->then(0, MemoryScript().send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab"));
    co_await settle();
    CHECK_FALSE(task.done());
    rig.memory->then(0, MemoryScript().send("cd"));
    const auto outcome = co_await task.result();
    CHECK(outcome == "200 abcd");
    CHECK_THROWS_AS(rig.memory->then(1, MemoryScript()), std::out_of_range);
}

asio::awaitable<void> check_close_while(MemoryScript script) {
    MemoryRig rig;
    rig.memory->next(script);
    auto task = co_await create_task(outcome_of(rig.session.post(url).data("body")));
    co_await settle();
    CHECK_FALSE(task.done());
    co_await rig.memory->close();
    const auto outcome = co_await task.result();
    CHECK(outcome.starts_with("connection_closed in "));
    CHECK(rig.memory->open_connections() == 0);
    CHECK(rig.stats() == aiohttp::PoolStats());
}

}  // namespace

TEST_CASE("a memory connection sees exactly the bytes that were written", "[memory]") {
    run_virtual(check_exact_bytes());
}

TEST_CASE("a client that departs from the script gets an error and verify says how", "[memory]") {
    run_virtual(check_departure(true));
    run_virtual(check_departure(false));
}

TEST_CASE("verify complains of scripts that were not used or not finished", "[memory]") {
    run_virtual(check_unfinished());
}

TEST_CASE("a memory connector can fail to look up, to connect, or take its time", "[memory]") {
    run_virtual(check_dialling());
}

TEST_CASE("a memory script can be chosen by host and answers by function", "[memory]") {
    run_virtual(check_answers());
}

TEST_CASE("a memory connection takes as many bytes as its script allows", "[memory]") {
    run_virtual(check_blocked_writes());
}

TEST_CASE("one read gives no more than one piece that was sent", "[memory]") {
    run_virtual(check_pieces());
}

TEST_CASE("a test can say what the far end does now", "[memory]") {
    run_virtual(check_steering());
}

TEST_CASE("closing the connector ends what its memory connections have under way", "[memory]") {
    run_virtual(check_close_while(MemoryScript().never_connect()));
    run_virtual(check_close_while(MemoryScript().connect_after(1h)));
    run_virtual(check_close_while(MemoryScript().allow_writes(5)));
    run_virtual(check_close_while(MemoryScript().expect_request().delay(1h)));
}

TEST_CASE("a memory script that would run round without waiting is refused", "[memory]") {
    CHECK_THROWS_AS(MemoryScript().send("x").repeat(), aiohttp::ValueError);
    CHECK_THROWS_AS(MemoryScript().repeat(), aiohttp::ValueError);
    CHECK_THROWS_AS(MemoryScript().expect("").repeat(), aiohttp::ValueError);
    CHECK_THROWS_AS(MemoryScript().send_pieces("x", 0), aiohttp::ValueError);
    CHECK_NOTHROW(MemoryScript().expect("x").send("x").repeat());
}
