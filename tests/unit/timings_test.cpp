#include <chrono>
#include <string>

#include <aiohttp/detail/message/exchange_times.hpp>
#include <aiohttp/timings.hpp>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using aiohttp::Clock;
using aiohttp::Timings;
using aiohttp::detail::ExchangeTimes;
using aiohttp::detail::timings_of;

namespace {

Timings example() {
    Timings timings;
    timings.before = 10ms;
    timings.dns = 1ms;
    timings.send = 50us;
    timings.wait = 19ms;
    timings.body = 10ms;
    timings.total = 40ms;
    timings.bytes_sent = 120;
    timings.bytes_received = 2048;
    return timings;
}

}  // namespace

TEST_CASE("timings as a line name what took place") {
    CHECK(to_string(example()) ==
          "before 10.00 dns 1.00 send 0.05 wait 19.00 body 10.00 total 40.00 ms, sent 120, "
          "received 2048");
    Timings reused;
    reused.reused = true;
    CHECK(to_string(reused) == "total 0.00 ms, sent 0, received 0, reused connection");
}

TEST_CASE("a waterfall draws each part where it was") {
    CHECK(waterfall(example(), 8) ==
          "before   |==      |     10.00 ms\n"
          "dns      |  =     |      1.00 ms\n"
          "send     |  =     |      0.05 ms\n"
          "wait     |  ====  |     19.00 ms\n"
          "body     |      ==|     10.00 ms\n"
          "total    |========|     40.00 ms\n");
}

TEST_CASE("a waterfall of nothing, or without room, is still one") {
    CHECK(waterfall(Timings(), 0) == "total    |=|      0.00 ms\n");
    for (std::size_t width = 0; width < 5; ++width) {
        CHECK(waterfall(example(), width).size() > 100);
    }
}

TEST_CASE("times that were never taken make no timings") {
    CHECK(timings_of(ExchangeTimes()) == Timings());
}

TEST_CASE("connect is what dns, proxy and tls leave of making the connection") {
    const Clock::time_point zero{};
    ExchangeTimes times;
    times.whole = zero;
    times.start = zero + 5ms;
    times.create.begin(zero + 6ms);
    times.dns.begin(zero + 6ms);
    times.dns.end(zero + 8ms);
    times.tls.begin(zero + 12ms);
    times.tls.end(zero + 20ms);
    times.create.end(zero + 20ms);
    times.ready = zero + 20ms;
    times.sent = zero + 21ms;
    times.answered = zero + 31ms;
    times.end = zero + 40ms;
    const auto timings = timings_of(times);
    CHECK(timings.dns == 2ms);
    CHECK(timings.connect == 4ms);
    CHECK(timings.tls == 8ms);
    CHECK(!timings.queue);
    CHECK(!timings.proxy);
    CHECK(timings.send == 1ms);
    CHECK(timings.wait == 10ms);
    CHECK(timings.body == 9ms);
    CHECK(timings.before == 5ms);
    CHECK(timings.total == 40ms);
}
