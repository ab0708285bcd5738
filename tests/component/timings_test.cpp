// response.timings() with a clock that only the scripts move.

#include <chrono>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/middleware.hpp>
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
using aiohttp::ClientRequest;
using aiohttp::ClientResponse;
using aiohttp::Next;
using aiohttp::TCPConnectorOptions;
using aiohttp::Timings;

namespace {

constexpr const char* url = "http://h.test/";
constexpr const char* head = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n";

asio::awaitable<void> check_parts() {
    MemoryRig rig;
    rig.memory->otherwise(MemoryScript()
                              .expect_request()
                              .delay(100ms)
                              .send(std::string(head) + "abc")
                              .delay(40ms)
                              .send("def")
                              .repeat());
    for (int round = 0; round < 2; ++round) {
        auto response = co_await rig.session.get(url);
        auto timings = response.timings();
        CHECK(timings.reused == (round == 1));
        CHECK(timings.connection == 1);
        CHECK(timings.connect.has_value() == (round == 0));
        CHECK(!timings.queue);
        CHECK(!timings.tls);
        CHECK(timings.send == 0ms);
        CHECK(timings.wait == 100ms);
        CHECK(timings.body == 0ms);
        CHECK(timings.total == 100ms);
        CHECK(timings.bytes_sent == response.output_size());
        CHECK(timings.head_bytes_sent == timings.bytes_sent);
        CHECK(timings.head_bytes_received == std::string_view(head).size());
        CHECK(timings.bytes_received == std::string_view(head).size() + 3);
        CHECK(timings.body_bytes == 0);

        // The body counts until its end, and not beyond.
        co_await aiohttp::sleep(30ms);
        timings = response.timings();
        CHECK(timings.body == 30ms);
        co_await response.read();
        co_await aiohttp::sleep(500ms);
        timings = response.timings();
        CHECK(timings.body == 40ms);
        CHECK(timings.total == 140ms);
        CHECK(timings.bytes_received == std::string_view(head).size() + 6);
        CHECK(timings.body_bytes == 6);
    }
}

asio::awaitable<void> check_whole_body() {
    MemoryRig rig;
    rig.memory->otherwise(serves("whole"));
    auto response = co_await rig.session.get(url);
    co_await aiohttp::sleep(500ms);
    const auto timings = response.timings();
    CHECK(timings.body == 0ms);
    CHECK(timings.total == 0ms);
    CHECK(timings.body_bytes == 0);
    co_await response.read();
    CHECK(response.timings().body_bytes == 5);
}

asio::awaitable<void> check_given_up() {
    MemoryRig rig;
    rig.memory->otherwise(MemoryScript().expect_request().send(std::string(head) + "abc").wait());
    auto response = co_await rig.session.get(url);
    co_await aiohttp::sleep(70ms);
    response.release();
    co_await aiohttp::sleep(500ms);
    CHECK(response.timings().body == 70ms);
}

asio::awaitable<void> check_queue() {
    MemoryRig rig(TCPConnectorOptions().limit(1));
    rig.memory->otherwise(MemoryScript().expect_request().delay(100ms).send(ok("x")).repeat());
    auto first = co_await aiohttp::create_task(rig.session.get(url));
    co_await settle();
    const auto response = co_await rig.session.get(url);
    const auto timings = response.timings();
    CHECK(timings.queue == 100ms);
    CHECK(timings.reused);
    CHECK(!timings.connect);
    CHECK(timings.send == 0ms);
    CHECK(timings.wait == 100ms);
    CHECK(timings.total == 200ms);
    co_await first.result();
}

asio::awaitable<void> check_redirects() {
    MemoryRig rig;
    rig.memory->otherwise(MemoryScript()
                              .expect_request()
                              .delay(100ms)
                              .send("HTTP/1.1 302 x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
                              .expect_request()
                              .delay(20ms)
                              .send(ok("x")));
    const auto response = co_await rig.session.get(url);
    const auto timings = response.timings();
    CHECK(timings.before == 100ms);
    CHECK(timings.wait == 20ms);
    CHECK(timings.total == 120ms);
    const auto first = response.history().at(0).timings();
    CHECK(first.before == 0ms);
    CHECK(first.wait == 100ms);
    CHECK(first.total == 100ms);
    CHECK(!first.reused);
    CHECK(timings.reused);
}

asio::awaitable<ClientResponse> twice(ClientRequest& request, Next next) {
    co_await next(request);
    co_await aiohttp::sleep(30ms);
    co_return co_await next(request);
}

asio::awaitable<ClientResponse> canned(ClientRequest& request, Next) {
    co_return aiohttp::make_response(request, 200, "x");
}

asio::awaitable<void> check_middlewares() {
    MemoryRig rig;
    rig.memory->otherwise(MemoryScript().expect_request().delay(100ms).send(ok("x")).repeat());
    const auto response = co_await rig.session.get(url).middlewares(twice);
    const auto timings = response.timings();
    CHECK(timings.before == 130ms);
    CHECK(timings.wait == 100ms);
    CHECK(timings.total == 230ms);
    const auto made = co_await rig.session.get(url).middlewares(canned);
    CHECK(made.timings() == Timings());
}

asio::awaitable<void> check_early_answer() {
    MemoryRig rig;
    rig.memory->otherwise(MemoryScript()
                              .expect_request()
                              .delay(10ms)
                              .send("HTTP/1.1 103 Early Hints\r\n\r\n")
                              .delay(50ms)
                              .send(ok("x"))
                              .repeat());
    const auto response = co_await rig.session.get(url);
    const auto timings = response.timings();
    CHECK(timings.wait == 10ms);
    CHECK(timings.total == 60ms);
    CHECK(timings.bytes_received > timings.head_bytes_received + 1);
}

}  // namespace

TEST_CASE("timings say how long each part took, on a new and on a reused connection") {
    run_virtual(check_parts());
}

TEST_CASE("a body that came with the head took no time of its own") {
    run_virtual(check_whole_body());
}

TEST_CASE("the time of a body ends when it is given up") {
    run_virtual(check_given_up());
}

TEST_CASE("timings say how long a request waited in the queue") {
    run_virtual(check_queue());
}

TEST_CASE("timings are of the last hop, and say what came before") {
    run_virtual(check_redirects());
}

TEST_CASE("what middlewares do comes before, and what they make took no time") {
    run_virtual(check_middlewares());
}

TEST_CASE("waiting ends with the first byte, of an interim response too") {
    run_virtual(check_early_answer());
}
