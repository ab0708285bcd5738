// When which address is tried, and in which order.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <aiohttp/detail/core/happy_eyeballs.hpp>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::Clock;
using aiohttp::detail::HappyEyeballs;

const Clock::time_point start{};
constexpr auto delay = 250ms;
constexpr std::optional<std::size_t> nothing;

using Names = std::vector<std::string>;

Names ordered(Names names, std::size_t lead) {
    return aiohttp::detail::interleave(std::move(names), lead,
                                       [](const std::string& name) { return name[0] == '6'; });
}

}  // namespace

TEST_CASE("an attempt begins every 250 ms while none has succeeded", "[K173]") {
    HappyEyeballs race(3, delay);
    CHECK(race.begin(start) == 0);
    CHECK(race.timer() == start + delay);
    CHECK(race.on_timer(start + delay - 1ns) == nothing);
    CHECK(race.on_timer(start + delay) == 1);
    CHECK(race.timer() == start + 2 * delay);
    CHECK(race.on_timer(start + 2 * delay + 1s) == 2);
    CHECK(race.timer() == std::nullopt);
    CHECK(race.on_timer(start + 10s) == nothing);
    CHECK_FALSE(race.exhausted());
    CHECK(race.begun() == 3);
}

TEST_CASE("the next attempt begins at once when one has failed", "[K173]") {
    HappyEyeballs race(3, delay);
    race.begin(start);
    CHECK(race.failed(start + 10ms) == 1);
    CHECK(race.timer() == start + 10ms + delay);
    CHECK(race.on_timer(start + delay) == nothing);
    CHECK(race.failed(start + 20ms) == 2);
    CHECK_FALSE(race.exhausted());
    CHECK(race.failed(start + 30ms) == nothing);
    CHECK(race.exhausted());
}

TEST_CASE("nothing begins after a success", "[K173]") {
    HappyEyeballs race(3, delay);
    race.begin(start);
    race.connected();
    CHECK(race.timer() == std::nullopt);
    CHECK(race.on_timer(start + 1s) == nothing);
    CHECK(race.failed(start + 1s) == nothing);
    CHECK_FALSE(race.exhausted());
    CHECK(race.begun() == 1);
}

TEST_CASE("an attempt that still runs keeps the race open when the others have failed", "[K173]") {
    HappyEyeballs race(2, delay);
    race.begin(start);
    CHECK(race.on_timer(start + delay) == 1);
    CHECK(race.failed(start + 300ms) == nothing);
    CHECK_FALSE(race.exhausted());
    CHECK(race.failed(start + 400ms) == nothing);
    CHECK(race.exhausted());
}

TEST_CASE("without a delay an attempt waits for the failure of the one before") {
    HappyEyeballs race(2, std::nullopt);
    CHECK(race.begin(start) == 0);
    CHECK(race.timer() == std::nullopt);
    CHECK(race.on_timer(start + 1000s) == nothing);
    CHECK(race.failed(start + 1000s) == 1);
}

TEST_CASE("a delay beyond the clock's range never ends") {
    HappyEyeballs race(2, aiohttp::Duration::max());
    CHECK(race.begin(start + 1s) == 0);
    CHECK(race.timer() == std::nullopt);
    CHECK(race.failed(start + 2s) == 1);
}

TEST_CASE("a single address needs no timer") {
    HappyEyeballs race(1, delay);
    CHECK(race.begin(start) == 0);
    CHECK(race.timer() == std::nullopt);
    CHECK(race.failed(start) == nothing);
    CHECK(race.exhausted());
}

TEST_CASE("the families take turns", "[K173]") {
    CHECK(ordered({"6a", "6b", "6c", "4a", "4b"}, 1) == Names{"6a", "4a", "6b", "4b", "6c"});
    CHECK(ordered({"4a", "4b", "6a"}, 1) == Names{"4a", "6a", "4b"});
    CHECK(ordered({"4a", "6a", "4b", "6b"}, 1) == Names{"4a", "6a", "4b", "6b"});
    CHECK(ordered({"6a", "4a", "4b", "4c"}, 1) == Names{"6a", "4a", "4b", "4c"});
}

TEST_CASE("the first family may have several turns") {
    CHECK(ordered({"6a", "4a", "6b", "4b", "6c"}, 2) == Names{"6a", "6b", "4a", "6c", "4b"});
    CHECK(ordered({"6a", "4a", "6b", "4b"}, 9) == Names{"6a", "6b", "4a", "4b"});
    CHECK(ordered({"6a", "4a", "6b", "4b"}, 0) == Names{"6a", "4a", "6b", "4b"});
}

TEST_CASE("one family alone keeps its order") {
    CHECK(ordered({"4b", "4a"}, 1) == Names{"4b", "4a"});
    CHECK(ordered({"6a"}, 1) == Names{"6a"});
    CHECK(ordered({}, 1) == Names{});
}
