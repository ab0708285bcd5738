// Expect: 100-continue: when the body is sent, and when it is not.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/generator_body.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include <aiohttp/timeout.hpp>
#include "support/catch.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace aiohttp::testing;
using aiohttp::ClientTimeout;
using aiohttp::Duration;

namespace {

constexpr const char* url = "http://h.test/";
constexpr const char* go_on = "HTTP/1.1 100 Continue\r\n\r\n";

std::string body_of(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
}

/// How a PUT of "body" ends, when, and what of the body is sent until then.
asio::awaitable<void> check(MemoryScript script,
                            std::string expected,
                            Duration after,
                            std::string body,
                            ClientTimeout timeout = ClientTimeout::none(),
                            std::optional<Duration> wait = std::nullopt) {
    MemoryRig rig;
    rig.memory->next(script).otherwise(serves("next"));
    const auto start = aiohttp::Clock::now();
    auto request = rig.session.put(url).data("body").timeout(timeout).expect100();
    if (wait) {
        request.expect100(*wait);
    }
    const auto outcome = co_await outcome_of(std::move(request));
    CHECK(outcome == expected);
    CHECK(aiohttp::Clock::now() - start == after);
    const auto& connection = rig.memory->connection(0);
    CHECK(connection.written.find("Expect: 100-continue\r\n") != std::string::npos);
    CHECK(body_of(connection.written) == body);
    CHECK(connection.open == (body == "body" && expected.starts_with("200")));
    CHECK(rig.stats().in_use == 0);
    const auto next = co_await outcome_of(rig.session.get("http://other.test/"));
    CHECK(next == "200 next");
}

asio::awaitable<void> check_body_waits() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().delay(500ms).send(go_on).expect_request().send(ok("done")));
    auto task = co_await aiohttp::create_task(
        outcome_of(rig.session.put(url).data(std::string(200'000, 'x')).expect100()));
    co_await aiohttp::sleep(499ms);
    const auto& connection = rig.memory->connection(0);
    CHECK(connection.written.ends_with("\r\n\r\n"));
    const auto outcome = co_await task.result();
    CHECK(outcome == "200 done");
    CHECK(body_of(connection.written) == std::string(200'000, 'x'));
}

asio::awaitable<void> check_own_field() {
    MemoryRig rig;
    rig.memory->otherwise(MemoryScript().expect_request().send(ok("done")).repeat());
    const auto start = aiohttp::Clock::now();
    auto outcome =
        co_await outcome_of(rig.session.put(url).data("body").header("expect", "100-Continue"));
    CHECK(outcome == "200 done");
    CHECK(aiohttp::Clock::now() - start == 1s);
    // Without a body there is nothing to wait for, nor after a redirect dropped it.
    outcome = co_await outcome_of(rig.session.put(url).expect100());
    CHECK(outcome == "200 done");
    outcome = co_await outcome_of(rig.session.put(url).data("").expect100());
    outcome = co_await outcome_of(rig.session.put(url).data("body").expect100().expect100(false));
    CHECK(aiohttp::Clock::now() - start == 1s);
    for (std::size_t i = 1; i < 4; ++i) {
        CHECK(rig.memory->requests().at(i).find("xpect") == std::string::npos);
    }
}

asio::awaitable<void> check_redirect() {
    MemoryRig rig;
    constexpr const char* moved =
        "HTTP/1.1 307 Moved\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n";
    rig.memory->next(MemoryScript().expect_bytes(1).send(moved))
        .next(MemoryScript().delay(1ms).send(go_on).expect_request().send(ok("done")));
    const auto generator = [given =
                                false]() mutable -> asio::awaitable<std::optional<std::string>> {
        co_return std::exchange(given, true) ? std::nullopt : std::optional<std::string>("body");
    };
    auto body = aiohttp::generator_body(generator);
    const auto outcome =
        co_await outcome_of(rig.session.post(url).data(std::move(body)).expect100());
    CHECK(outcome == "200 done");
    CHECK(body_of(rig.memory->connection(0).written).empty());
    CHECK_FALSE(rig.memory->connection(0).open);
    CHECK(body_of(rig.memory->connection(1).written) == "4\r\nbody\r\n0\r\n\r\n");
}

asio::awaitable<void> check_mistakes() {
    MemoryRig rig;
    const aiohttp::HttpVersion old{1, 0};
    auto outcome = co_await outcome_of(rig.session.put(url).data("body").expect100().version(old));
    CHECK(outcome == "HTTP/1.0 does not know Expect: 100-continue");
    CHECK_THROWS_AS(rig.session.put(url).expect100(0s), aiohttp::ValueError);
    CHECK_THROWS_AS(rig.session.put(url).expect100(-1s), aiohttp::ValueError);
}

ClientTimeout limits(std::optional<Duration> total, std::optional<Duration> sock_read) {
    auto timeout = ClientTimeout::none();
    timeout.total = total;
    timeout.sock_read = sock_read;
    return timeout;
}

MemoryScript answers_after(std::string first) {
    return MemoryScript().expect_bytes(1).send(std::move(first)).expect_request().send(ok("done"));
}

std::string refused(int status) {
    return "HTTP/1.1 " + std::to_string(status) + " No\r\nContent-Length: 2\r\n\r\nno";
}

asio::awaitable<std::string> put(aiohttp::ClientSession& session) {
    return outcome_of(session.put(url).data("body").expect100());
}

}  // namespace

TEST_CASE("the body is sent after 100 Continue", "[I138]") {
    run_virtual(check_body_waits());
    run_virtual(check(answers_after(go_on), "200 done", 0s, "body"));
    run_virtual(check(answers_after("HTTP/1.1 103 Hints\r\nA: b\r\n\r\n" + std::string(go_on)),
                      "200 done", 0s, "body"));
    run_virtual(
        check(MemoryScript().expect_bytes(1).send_pieces(go_on).expect_request().send(ok("done")),
              "200 done", 0s, "body"));
}

TEST_CASE("a server that says nothing gets the body after a second", "[I138]") {
    const auto silent = MemoryScript().expect_request().send(ok("done"));
    run_virtual(check(silent, "200 done", 1s, "body"));
    run_virtual(check(silent, "200 done", 200ms, "body", ClientTimeout::none(), 200ms));
    run_virtual(check(answers_after("HTTP/1.1 10"), "malformed_response in wait", 1s, "body"));
    const auto late = MemoryScript().expect_request().delay(1s).send(go_on).send(ok("done"));
    run_virtual(check(late, "200 done", 2s, "body"));
    const auto split = MemoryScript()
                           .expect_bytes(1)
                           .send("HTTP/1.1 10")
                           .expect_request()
                           .send("0 Continue\r\n\r\n" + ok("done"));
    run_virtual(check(split, "200 done", 1s, "body"));
}

TEST_CASE("a final status instead of 100 is the response, and the body stays", "[I138]") {
    for (const int status : {200, 401, 413, 417}) {
        const auto expected = std::to_string(status) + " no";
        run_virtual(check(MemoryScript().expect_bytes(1).send(refused(status)), expected, 0s, ""));
        // Also when it comes with a 100.
        run_virtual(
            check(MemoryScript().expect_bytes(1).send(go_on + refused(status)), expected, 0s, ""));
    }
}

TEST_CASE("the time limits hold while 100 is waited for", "[I138]") {
    const auto silent = MemoryScript().wait();
    run_virtual(check(silent, "socket_timeout in wait", 300ms, "", limits(std::nullopt, 300ms)));
    run_virtual(check(silent, "total_timeout in wait", 400ms, "", limits(400ms, std::nullopt)));
    run_virtual(check(silent, "total_timeout in wait", 3s, "body", limits(3s, std::nullopt)));
    run_virtual(check(silent, "socket_timeout in wait", 3s, "body", limits(std::nullopt, 2s)));
}

TEST_CASE("a server that hangs up instead of 100 is an error", "[I138]") {
    run_virtual(
        check(MemoryScript().expect_bytes(1).close(), "server_disconnected in wait", 0s, ""));
    run_virtual(check(MemoryScript().expect_bytes(1).reset(), "connection_reset in wait", 0s, ""));
    run_virtual(check(MemoryScript().expect_bytes(1).send("rubbish\r\n\r\n"),
                      "malformed_response in wait", 0s, ""));
}

TEST_CASE("an own Expect field means the same, and a body must be there", "[I138]") {
    run_virtual(check_own_field());
    run_virtual(check_redirect());
    run_virtual(check_mistakes());
}

TEST_CASE("waiting for 100 can be cancelled and can fail at every step", "[I138]") {
    const auto script = answers_after(go_on);
    std::size_t ended = 0;
    bool cancelled = true;
    for (std::size_t handlers = 0; cancelled && handlers < 1000; ++handlers) {
        INFO("cancelled after " << handlers << " handlers");
        const auto exchange = exchange_once(script, put, handlers);
        cancelled = exchange.cancelled;
        // What has arrived when the cancellation comes may still be delivered.
        if (exchange.outcome != "200 done") {
            CHECK(exchange.outcome == "cancelled");
            ++ended;
        }
    }
    CHECK_FALSE(cancelled);
    CHECK(ended > 3);
    const auto operations = exchange_once(script, put).operations;
    for (std::size_t i = 0; i < operations; ++i) {
        INFO("operation " << i << " fails");
        auto failing = script;
        failing.fail_operation(i, asio::error::connection_reset);
        CHECK(exchange_once(failing, put).outcome.starts_with("connection_reset in "));
    }
}
