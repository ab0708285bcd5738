#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include "support/catch.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace aiohttp::testing;
using aiohttp::TCPConnectorOptions;

namespace {

constexpr const char* url = "http://h.test/";

/// Sends two requests, the first answered with `first`, and says how many connections they took.
asio::awaitable<std::size_t> connections_of_two(std::string method, std::string first, bool text) {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request().send(first).expect_request().send(ok("b")))
        .otherwise(serves("b"));
    {
        auto response = co_await rig.session.request(method, url);
        if (text) {
            co_await response.read();
        }
        CHECK(response.closed());
    }
    const auto second = co_await outcome_of(rig.session.get(url));
    CHECK(second == "200 b");
    CHECK(rig.stats().in_use == 0);
    CHECK(rig.memory->open_connections() == rig.stats().idle);
    co_return rig.memory->dialled();
}

std::size_t connections(std::string first, std::string method = "GET") {
    const auto read = run_virtual(connections_of_two(method, first, true));
    CHECK(run_virtual(connections_of_two(method, first, false)) == read);
    return read;
}

asio::awaitable<void> check_idle_timeout() {
    MemoryRig rig(TCPConnectorOptions().keepalive_timeout(100ms));
    rig.memory->otherwise(serves("x"));
    co_await outcome_of(rig.session.get(url));
    co_await aiohttp::sleep(99ms);
    co_await outcome_of(rig.session.get(url));
    CHECK(rig.memory->dialled() == 1);
    CHECK(rig.stats().idle == 1);
    co_await aiohttp::sleep(101ms);
    // It closes when its time has come, not when the next request looks for it.
    CHECK(rig.stats().idle == 0);
    CHECK(rig.memory->open_connections() == 0);
    co_await outcome_of(rig.session.get(url));
    CHECK(rig.memory->dialled() == 2);
}

asio::awaitable<void> check_force_close() {
    MemoryRig rig(TCPConnectorOptions().force_close(true));
    rig.memory->otherwise(serves("x"));
    for (int i = 0; i < 3; ++i) {
        const auto outcome = co_await outcome_of(rig.session.get(url));
        CHECK(outcome == "200 x");
        CHECK(rig.memory->open_connections() == 0);
    }
    CHECK(rig.memory->dialled() == 3);
    for (const auto& request : rig.memory->requests()) {
        CHECK(request.find("\r\nConnection: close\r\n") != std::string::npos);
    }
}

asio::awaitable<void> check_last_in_first_out() {
    MemoryRig rig;
    rig.memory->otherwise(serves("x"));
    std::vector<aiohttp::ClientResponse> responses;
    // Bodies that have not arrived keep their connections.
    for (int i = 0; i < 3; ++i) {
        rig.memory->next(MemoryScript()
                             .expect_request()
                             .send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
                             .delay(1ms)
                             .send("a")
                             .expect_request()
                             .send(ok(std::to_string(i))));
        responses.push_back(co_await rig.session.get(url));
    }
    for (auto& response : responses) {
        co_await response.read();
    }
    CHECK(rig.stats().idle == 3);
    const auto outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 2");
}

/// An idle connection on which something happens, which the next request must not notice.
asio::awaitable<void> check_stale(MemoryScript what, std::string method) {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request().send(ok("first"))).otherwise(serves("fresh"));
    auto outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 first");
    CHECK(rig.stats().idle == 1);
    rig.memory->then(0, what);
    outcome = co_await outcome_of(rig.session.request(method, url));
    CHECK(outcome == "200 fresh");
    CHECK(rig.memory->dialled() == 2);
    CHECK_FALSE(rig.memory->connection(0).open);
    CHECK(rig.memory->requests().size() == 2);
    CHECK(rig.stats().open == 1);
}

asio::awaitable<void> check_all_stale() {
    MemoryRig rig(TCPConnectorOptions().limit(3));
    rig.memory->otherwise(serves("x"));
    std::vector<aiohttp::ClientResponse> responses;
    for (int i = 0; i < 3; ++i) {
        rig.memory->next(
            MemoryScript().expect_request().send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"));
        responses.push_back(co_await rig.session.get(url));
    }
    for (std::size_t i = 0; i < 3; ++i) {
        rig.memory->then(i, MemoryScript().send("y"));
        co_await responses[i].read();
        rig.memory->then(i, MemoryScript().close());
    }
    CHECK(rig.stats().idle == 3);
    const auto outcome = co_await outcome_of(rig.session.post(url).data("p"));
    CHECK(outcome == "200 x");
    CHECK(rig.memory->dialled() == 4);
    CHECK(rig.stats().open == 1);
    CHECK(rig.memory->open_connections() == 1);
}

asio::awaitable<void> check_surplus() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request().send(ok("a") + "HTTP/1.1 200 OK\r\nX"))
        .otherwise(serves("b"));
    auto outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 a");
    CHECK(rig.memory->open_connections() == 0);
    outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 b");
    CHECK(rig.memory->dialled() == 2);
}

asio::awaitable<void> check_sock_read_between() {
    auto timeout = aiohttp::ClientTimeout();
    timeout.sock_read = 50ms;
    timeout.total = 200ms;
    MemoryRig rig(TCPConnectorOptions(), aiohttp::ClientSessionOptions().timeout(timeout));
    rig.memory->otherwise(serves("x"));
    for (int i = 0; i < 3; ++i) {
        const auto outcome = co_await outcome_of(rig.session.get(url));
        CHECK(outcome == "200 x");
        co_await aiohttp::sleep(1s);
    }
    CHECK(rig.memory->dialled() == 1);
}

}  // namespace

TEST_CASE("a second request uses the connection of the first", "[keep_alive][A1]") {
    CHECK(connections(ok("a")) == 1);
    CHECK(connections("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "1\r\na\r\n0\r\nX-Trailer: t\r\n\r\n") == 1);
}

TEST_CASE("the answer to HEAD has no body, whatever its length says", "[keep_alive][A2]") {
    CHECK(connections("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", "HEAD") == 1);
}

TEST_CASE("204 and 304 have no body, whatever their length says", "[keep_alive][A3]") {
    CHECK(connections("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n") == 1);
    CHECK(connections("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n") == 1);
}

TEST_CASE("a connection that the server will close is not used again", "[keep_alive][A4]") {
    CHECK(connections(ok("a", "Connection: close\r\n")) == 2);
    CHECK(connections(ok("a", "Connection: x, Close\r\n")) == 2);
}

TEST_CASE("an HTTP/1.0 connection is kept only when the server says so", "[keep_alive][A5]") {
    CHECK(connections("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na") == 2);
    CHECK(connections("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n"
                      "Connection: keep-alive\r\n\r\na") == 1);
}

TEST_CASE("an idle connection closes after keepalive_timeout", "[keep_alive][A6]") {
    run_virtual(check_idle_timeout());
}

TEST_CASE("with force_close every request has its own connection and says so", "[keep_alive][A7]") {
    run_virtual(check_force_close());
    CHECK_THROWS_AS(TCPConnectorOptions().force_close(true).keepalive_timeout(1s),
                    aiohttp::ValueError);
    CHECK_THROWS_AS(TCPConnectorOptions().keepalive_timeout(1s).force_close(true),
                    aiohttp::ValueError);
}

TEST_CASE("the connection that became idle last is used first", "[keep_alive][A16]") {
    run_virtual(check_last_in_first_out());
}

TEST_CASE("a 408 that arrives on an idle connection is nobody's answer", "[keep_alive][A21]") {
    const auto late = MemoryScript().send(
        "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    run_virtual(check_stale(late, "GET"));
    run_virtual(check_stale(late, "POST"));
}

TEST_CASE("a connection with bytes behind the response is not used again", "[keep_alive][A22]") {
    run_virtual(check_surplus());
}

TEST_CASE("an idle connection that the server has closed is replaced without an error",
          "[keep_alive][A23]") {
    for (const auto* method : {"GET", "POST"}) {
        run_virtual(check_stale(MemoryScript().close(), method));
        run_virtual(check_stale(MemoryScript().reset(), method));
    }
}

TEST_CASE("when every idle connection is stale a new one is made and all are closed",
          "[keep_alive][A23]") {
    run_virtual(check_all_stale());
}

TEST_CASE("time limits do not run on an idle connection", "[keep_alive][D51]") {
    run_virtual(check_sock_read_between());
}
