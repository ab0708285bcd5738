#include <chrono>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
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
using aiohttp::create_task;
using aiohttp::Duration;
using aiohttp::PoolStats;

namespace {

constexpr const char* url = "http://h.test/";
constexpr const char* head_of_9 = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";

/// How a GET with this limit ends and when; afterwards its connection must be gone.
asio::awaitable<void> check_limit(MemoryScript script,
                                  ClientTimeout timeout,
                                  std::string expected,
                                  Duration after,
                                  std::string target = url) {
    MemoryRig rig;
    rig.memory->next(script).otherwise(serves("next"));
    const auto start = aiohttp::Clock::now();
    auto outcome = co_await outcome_of(rig.session.get(target).timeout(timeout));
    CHECK(outcome == expected);
    CHECK(aiohttp::Clock::now() - start == after);
    CHECK(rig.stats().in_use == 0);
    CHECK(rig.memory->open_connections() == rig.stats().idle);
    if (!expected.starts_with("200")) {
        CHECK(rig.stats() == PoolStats());
    }
    outcome = co_await outcome_of(rig.session.get("http://other.test/"));
    CHECK(outcome == "200 next");
}

ClientTimeout total(Duration limit) {
    auto timeout = ClientTimeout::none();
    timeout.total = limit;
    return timeout;
}
ClientTimeout connect(Duration limit) {
    auto timeout = ClientTimeout::none();
    timeout.connect = limit;
    return timeout;
}
ClientTimeout sock_connect(Duration limit) {
    auto timeout = ClientTimeout::none();
    timeout.sock_connect = limit;
    return timeout;
}
ClientTimeout sock_read(Duration limit) {
    auto timeout = ClientTimeout::none();
    timeout.sock_read = limit;
    return timeout;
}
ClientTimeout sock_write(Duration limit) {
    auto timeout = ClientTimeout::none();
    timeout.sock_write = limit;
    return timeout;
}
ClientTimeout pool(Duration limit) {
    auto timeout = ClientTimeout::none();
    timeout.pool = limit;
    return timeout;
}

MemoryScript request() {
    return MemoryScript().expect_request();
}

asio::awaitable<void> check_total_between_reads() {
    MemoryRig rig;
    rig.memory->next(request().send(head_of_9).send("abc").delay(1h).send("defghi"));
    auto response = co_await rig.session.get(url).timeout(total(100ms));
    const auto piece = co_await response.content().read_any();
    CHECK(piece == "abc");
    // Nobody reads when the time is up: the connection closes all the same.
    co_await aiohttp::sleep(99ms);
    CHECK(rig.memory->open_connections() == 1);
    co_await aiohttp::sleep(2ms);
    CHECK(rig.memory->open_connections() == 0);
    auto outcome = co_await outcome_of(response.content().read_any());
    CHECK(outcome == "total_timeout in body");
    outcome = co_await outcome_of(response.read());
    CHECK(outcome == "total_timeout in body");
    CHECK(response.closed());
    CHECK(rig.stats() == PoolStats());
}

asio::awaitable<void> check_total_after_body() {
    MemoryRig rig;
    rig.memory->next(serves("all of it"));
    auto response = co_await rig.session.get(url).timeout(total(100ms));
    co_await aiohttp::sleep(1s);
    const auto text = co_await response.text();
    CHECK(text == "all of it");
    CHECK(rig.stats().idle == 1);
}

asio::awaitable<void> check_full_pool(ClientTimeout timeout, std::string expected) {
    MemoryRig rig(aiohttp::TCPConnectorOptions().limit(1));
    rig.memory->next(request().send(head_of_9).delay(1s).send("abcdefghi"))
        .otherwise(serves("next"));
    auto response = co_await rig.session.get(url);
    const auto start = aiohttp::Clock::now();
    auto outcome = co_await outcome_of(rig.session.get(url).timeout(timeout));
    CHECK(outcome == expected);
    CHECK(aiohttp::Clock::now() - start == 100ms);
    CHECK(rig.stats() == PoolStats{1, 1, 0, 0});
    outcome = co_await response.text();
    CHECK(outcome == "abcdefghi");
}

asio::awaitable<void> check_idle_needs_no_connecting() {
    MemoryRig rig;
    rig.memory->next(request().send(ok("warm")).expect_request().delay(1s).send(ok("late")));
    co_await outcome_of(rig.session.get(url));
    auto timeout = connect(100ms);
    timeout.sock_connect = 100ms;
    timeout.pool = 100ms;
    timeout.dns = 100ms;
    const auto outcome = co_await outcome_of(rig.session.get(url).timeout(timeout));
    CHECK(outcome == "200 late");
}

asio::awaitable<void> check_message() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().never_connect()).next(request().wait());
    aiohttp::Error error;
    try {
        co_await rig.session.get("http://user:secret@h.test/x").timeout(sock_connect(100ms));
    } catch (const aiohttp::ConnectionTimeoutError& thrown) {
        error = thrown.error();
    }
    REQUIRE(error);
    CHECK_THAT(error.message(), Catch::Matchers::Contains("sock_connect = 0.1 s"));
    CHECK_THAT(error.message(), Catch::Matchers::Contains("h.test"));
    CHECK_THAT(error.message(), !Catch::Matchers::Contains("secret"));
    CHECK(error.code() == aiohttp::condition::timeout);
    CHECK(error.retryable());

    bool is_client_error = false;
    try {
        co_await rig.session.post(url).timeout(total(100ms));
    } catch (const aiohttp::ClientError&) {
        is_client_error = true;
    } catch (const aiohttp::TimeoutError& thrown) {
        error = thrown.error();
    }
    CHECK_FALSE(is_client_error);
    CHECK(error.kind() == aiohttp::errc::total_timeout);
    CHECK(error.phase() == aiohttp::Phase::wait);
    CHECK_FALSE(error.retryable());
}

template <class Exception>
asio::awaitable<bool> throws(MemoryScript script, ClientTimeout timeout) {
    MemoryRig rig;
    rig.memory->next(script);
    try {
        co_await rig.session.get(url).timeout(timeout).text();
    } catch (const Exception&) {
        co_return true;
    }
    co_return false;
}

asio::awaitable<void> check_slow_upload() {
    MemoryRig rig;
    rig.memory->next(MemoryScript()
                         .allow_writes(10)
                         .expect_bytes(10)
                         .delay(1s)
                         .allow_writes(1 << 20)
                         .expect_bytes(300)
                         .delay(50ms)
                         .send(ok("thanks")));
    auto upload = rig.session.post(url).data(std::string(300, 'x')).timeout(sock_read(100ms));
    const auto outcome = co_await outcome_of(std::move(upload));
    CHECK(outcome == "200 thanks");
}

asio::awaitable<void> check_pausing_reader() {
    MemoryRig rig;
    rig.memory->next(request().send(head_of_9).send("abc").delay(150ms).send("defghi"));
    auto response = co_await rig.session.get(url).timeout(sock_read(200ms));
    auto outcome = co_await response.content().read_any();
    CHECK(outcome == "abc");
    co_await aiohttp::sleep(1s);
    outcome = co_await outcome_of(response.content().read_any());
    CHECK(outcome == "defghi");
}

asio::awaitable<void> check_pausing_reader_then_silence() {
    MemoryRig rig;
    rig.memory->next(request().send(head_of_9).send("abc").wait());
    auto response = co_await rig.session.get(url).timeout(sock_read(200ms));
    auto outcome = co_await response.content().read_any();
    co_await aiohttp::sleep(1s);
    const auto start = aiohttp::Clock::now();
    outcome = co_await outcome_of(response.content().read_any());
    CHECK(outcome == "socket_timeout in body");
    // It counts from when the caller began to read.
    CHECK(aiohttp::Clock::now() - start == 200ms);
}

asio::awaitable<void> check_no_limits() {
    MemoryRig rig;
    rig.memory->next(request().delay(1h).send(ok("at last")));
    auto task =
        co_await create_task(outcome_of(rig.session.get(url).timeout(ClientTimeout::none())));
    co_await aiohttp::sleep(6s);
    CHECK_FALSE(task.done());
    task.cancel();
    const auto outcome = co_await task.result();
    CHECK(outcome == "cancelled");
}

asio::awaitable<void> check_override() {
    MemoryRig rig(aiohttp::TCPConnectorOptions(),
                  aiohttp::ClientSessionOptions().timeout(sock_read(10ms)));
    rig.memory->otherwise(request().delay(1s).send(ok("slow")));
    auto outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "socket_timeout in wait");
    // The request's limits have no sock_read, and the session's is not merged in.
    outcome = co_await outcome_of(rig.session.get(url).timeout(10s));
    CHECK(outcome == "200 slow");
}

asio::awaitable<void> check_no_reuse() {
    MemoryRig rig;
    rig.memory->next(request().send(ok("warm")).expect_request().delay(1s).send(ok("too late")))
        .otherwise(serves("fresh"));
    co_await outcome_of(rig.session.get(url));
    auto outcome = co_await outcome_of(rig.session.get(url).timeout(100ms));
    CHECK(outcome == "total_timeout in wait");
    CHECK(rig.memory->open_connections() == 0);
    co_await aiohttp::sleep(2s);
    outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 fresh");
    CHECK(rig.memory->dialled() == 2);
}

asio::awaitable<void> check_many_short_after_long() {
    MemoryRig rig;
    rig.memory->otherwise(request().delay(50ms).send(ok("x")).repeat());
    // A deadline that is used again is still armed for the request before; it must not fire early,
    // nor late.
    auto outcome = co_await outcome_of(rig.session.get(url).timeout(10s));
    CHECK(outcome == "200 x");
    outcome = co_await outcome_of(rig.session.get(url).timeout(60ms));
    CHECK(outcome == "200 x");
    outcome = co_await outcome_of(rig.session.get(url).timeout(10s));
    CHECK(outcome == "200 x");
    const auto start = aiohttp::Clock::now();
    outcome = co_await outcome_of(rig.session.get(url).timeout(40ms));
    CHECK(outcome == "total_timeout in wait");
    CHECK(aiohttp::Clock::now() - start == 40ms);
}

}  // namespace

TEST_CASE("total ends a request that is not answered", "[timeout][D42]") {
    run_virtual(check_limit(request().wait(), total(100ms), "total_timeout in wait", 100ms));
    CHECK(run_virtual(throws<aiohttp::TimeoutError>(request().wait(), total(100ms))));
}

TEST_CASE("total covers every phase of a request", "[timeout][D42]") {
    run_virtual(check_limit(MemoryScript().never_connect(), total(100ms),
                            "total_timeout in connect", 100ms));
    run_virtual(
        check_limit(MemoryScript().allow_writes(7), total(100ms), "total_timeout in send", 100ms));
    run_virtual(check_limit(MemoryScript(), total(100ms), "total_timeout in tls", 100ms,
                            "https://h.test/"));
    run_virtual(check_full_pool(total(100ms), "total_timeout in queue"));
}

TEST_CASE("total covers the body", "[timeout][D43]") {
    run_virtual(check_limit(request().send(head_of_9).send("abc").wait(), total(100ms),
                            "total_timeout in body", 100ms));
    run_virtual(check_limit(request().delay(60ms).send(head_of_9).delay(60ms).send("abcdefghi"),
                            total(100ms), "total_timeout in body", 100ms));
}

TEST_CASE("total also fires while nobody reads", "[timeout][D43]") {
    run_virtual(check_total_between_reads());
}

TEST_CASE("total is over when the body has arrived", "[timeout][D43]") {
    run_virtual(check_total_after_body());
}

TEST_CASE("connect and pool cover the queue", "[timeout][D45]") {
    run_virtual(check_full_pool(connect(100ms), "connection_timeout in queue"));
    run_virtual(check_full_pool(pool(100ms), "connection_timeout in queue"));
}

TEST_CASE("a request that finds an idle connection meets no connect limit", "[timeout][D45]") {
    run_virtual(check_idle_needs_no_connecting());
}

TEST_CASE("sock_connect and connect end connecting", "[timeout][D47]") {
    for (const auto& limit : {connect(100ms), sock_connect(100ms)}) {
        run_virtual(check_limit(MemoryScript().never_connect(), limit,
                                "connection_timeout in connect", 100ms));
        run_virtual(
            check_limit(MemoryScript().connect_after(99ms).expect_request().delay(1s).send(ok("x")),
                        limit, "200 x", 1099ms));
    }
}

TEST_CASE("sock_connect, connect and tls end a TLS handshake", "[timeout][D48]") {
    auto tls = ClientTimeout::none();
    tls.tls = 100ms;
    for (const auto& limit : {connect(100ms), sock_connect(100ms), tls}) {
        run_virtual(check_limit(MemoryScript(), limit, "connection_timeout in tls", 100ms,
                                "https://h.test/"));
    }
    // Connecting and handshake share sock_connect; the handshake alone has tls.
    run_virtual(check_limit(MemoryScript().connect_after(60ms), sock_connect(100ms),
                            "connection_timeout in tls", 100ms, "https://h.test/"));
    run_virtual(check_limit(MemoryScript().connect_after(60ms), tls, "connection_timeout in tls",
                            160ms, "https://h.test/"));
}

TEST_CASE("sock_read bounds each gap, not their sum", "[timeout][D49]") {
    run_virtual(check_limit(request().wait(), sock_read(100ms), "socket_timeout in wait", 100ms));
    auto dripping = request().delay(50ms).send(head_of_9);
    for (const auto* piece : {"a", "b", "c", "d", "e", "f", "g", "h", "i"}) {
        dripping.delay(50ms).send(piece);
    }
    run_virtual(check_limit(dripping, sock_read(100ms), "200 abcdefghi", 500ms));
    run_virtual(check_limit(request().send(head_of_9).send("abc").delay(101ms).send("defghi"),
                            sock_read(100ms), "socket_timeout in body", 100ms));
    // Bytes that are no whole head are bytes all the same.
    run_virtual(check_limit(request()
                                .delay(60ms)
                                .send("HTTP/1.1 200")
                                .delay(60ms)
                                .send(" OK\r\nContent-Length: 0\r\n\r\n"),
                            sock_read(100ms), "200 ", 120ms));
}

TEST_CASE("sock_read does not run while the request is sent", "[timeout][D50]") {
    run_virtual(check_slow_upload());
}

TEST_CASE("sock_write bounds the time in which the peer takes nothing", "[timeout]") {
    run_virtual(check_limit(MemoryScript().allow_writes(20), sock_write(100ms),
                            "socket_timeout in send", 100ms));
    run_virtual(check_limit(MemoryScript()
                                .allow_writes(20)
                                .expect_bytes(20)
                                .delay(90ms)
                                .allow_writes(1000)
                                .expect_bytes(50)
                                .delay(1s)
                                .send(ok("x")),
                            sock_write(100ms), "200 x", 1090ms));
}

TEST_CASE("sock_read does not run while the caller does not read", "[timeout][D52]") {
    run_virtual(check_pausing_reader());
    run_virtual(check_pausing_reader_then_silence());
}

TEST_CASE("every timeout is a TimeoutError, all but total are ServerTimeoutErrors",
          "[timeout][D53]") {
    const auto hangs = MemoryScript().never_connect();
    CHECK(run_virtual(throws<aiohttp::TimeoutError>(hangs, connect(10ms))));
    CHECK(run_virtual(throws<aiohttp::TimeoutError>(hangs, sock_connect(10ms))));
    CHECK(run_virtual(throws<aiohttp::TimeoutError>(request(), sock_read(10ms))));
    CHECK(run_virtual(throws<aiohttp::ServerTimeoutError>(hangs, connect(10ms))));
    CHECK(run_virtual(throws<aiohttp::ConnectionTimeoutError>(hangs, sock_connect(10ms))));
    CHECK(run_virtual(throws<aiohttp::SocketTimeoutError>(request(), sock_read(10ms))));
    CHECK(run_virtual(throws<aiohttp::ClientConnectionError>(request(), sock_read(10ms))));
    CHECK(run_virtual(throws<aiohttp::TotalTimeoutError>(request(), total(10ms))));
}

TEST_CASE("a timeout's message names the limit, its value and the peer", "[timeout][D47]") {
    run_virtual(check_message());
}

TEST_CASE("without limits a request waits until it is cancelled", "[timeout][D54]") {
    run_virtual(check_no_limits());
}

TEST_CASE("limits are exact, however long", "[timeout][D55]") {
    run_virtual(check_limit(request().wait(), total(500ms), "total_timeout in wait", 500ms));
    run_virtual(check_limit(request().wait(), total(10'001ms), "total_timeout in wait", 10'001ms));
}

TEST_CASE("a request's limits replace the session's whole", "[timeout][D56]") {
    run_virtual(check_override());
}

TEST_CASE("a connection on which time was up is never used again", "[timeout][D57]") {
    run_virtual(check_no_reuse());
}

TEST_CASE("limits of a request do not depend on those of the one before", "[timeout]") {
    run_virtual(check_many_short_after_long());
}

TEST_CASE("limits that are not positive are refused", "[timeout]") {
    MemoryRig rig;
    CHECK_THROWS_AS(rig.session.get(url).timeout(0s), aiohttp::ValueError);
    CHECK_THROWS_AS(rig.session.get(url).timeout(sock_read(-1ns)), aiohttp::ValueError);
    CHECK_THROWS_AS(aiohttp::ClientSessionOptions().timeout(connect(0s)), aiohttp::ValueError);
}
