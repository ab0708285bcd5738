#include <aiohttp/as_completed.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include "support/catch.hpp"
#include "support/children.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using aiohttp::as_completed;
using aiohttp::testing::Awaitable;
using aiohttp::testing::boxed;
using aiohttp::testing::fail_after;
using aiohttp::testing::InFlight;
using aiohttp::testing::run_virtual;
using boost::system::system_error;
using Log = aiohttp::testing::Running;

namespace {

Awaitable<int> logged(Log* log, int milliseconds) {
    InFlight in_flight(log);
    co_await aiohttp::sleep(std::chrono::milliseconds(milliseconds));
    co_return milliseconds;
}

Awaitable<int> slow_to_cancel(Log* log) {
    InFlight in_flight(log);
    try {
        co_await aiohttp::sleep(1h);
    } catch (const system_error&) {
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await aiohttp::sleep(50ms);
    co_return -1;
}

Awaitable<> check_order() {
    Log log;
    std::vector<Awaitable<int>> children;
    for (const int milliseconds : {5, 1, 3}) {
        children.push_back(logged(&log, milliseconds));
    }
    auto completed = as_completed(std::move(children));
    CHECK(log.started == 0);
    std::vector<int> values;
    std::vector<std::size_t> indices;
    while (auto item = co_await completed.next()) {
        values.push_back(item->value());
        indices.push_back(item->index());
    }
    CHECK(values == std::vector{1, 3, 5});
    CHECK(indices == std::vector<std::size_t>{1, 2, 0});
    CHECK(log.most_running == 3);
    const auto after_the_end = co_await completed.next();
    CHECK_FALSE(after_the_end);
}

Awaitable<> check_empty() {
    std::vector<Awaitable<>> none;
    auto completed = as_completed(std::move(none));
    const auto item = co_await completed.next();
    CHECK_FALSE(item.has_value());
}

Awaitable<> check_errors() {
    Log log;
    std::vector<Awaitable<int>> children;
    children.push_back(fail_after(2));
    children.push_back(logged(&log, 3));
    children.push_back(fail_after(0));
    auto completed = as_completed(std::move(children));
    auto first = co_await completed.next();
    REQUIRE(first);
    CHECK(first->index() == 2);
    CHECK_THROWS_WITH(first->value(), "failed");
    auto second = co_await completed.next();
    REQUIRE(second);
    CHECK(second->index() == 0);
    CHECK(second->error() != nullptr);
    auto third = co_await completed.next();
    REQUIRE(third);
    CHECK(third->value() == 3);
}

Awaitable<> check_limit() {
    Log log;
    int made = 0;
    const auto make = [&](int item) {
        ++made;
        return logged(&log, item);
    };
    std::vector<int> items(1000, 1);
    auto completed = as_completed(items, make, {.limit = 8});
    std::size_t count = 0;
    while (auto item = co_await completed.next()) {
        CHECK(item->value() == 1);
        ++count;
        if (count == 20) {
            // Nothing is started for a consumer that does not come.
            co_await aiohttp::sleep(100ms);
            CHECK(made <= 28);
        }
    }
    CHECK(count == 1000);
    CHECK(log.most_running == 8);
}

Awaitable<> check_throwing_maker() {
    const auto make = [](int item) {
        if (item < 3) {
            throw std::runtime_error("no coroutine");
        }
        return boxed(item);
    };
    std::vector<int> items{1, 2, 3};
    auto completed = as_completed(std::move(items), make, {.limit = 1});
    auto item = co_await completed.next();
    CHECK_THROWS_WITH(item.value().value(), "no coroutine");
    item = co_await completed.next();
    CHECK(item.value().index() == 1);
    item = co_await completed.next();
    CHECK(**item.value() == 3);
    item = co_await completed.next();
    CHECK_FALSE(item);
}

Awaitable<> check_early_destruction(Log* log) {
    std::vector<Awaitable<int>> children;
    for (const int milliseconds : {1, 1000, 2000, 3000}) {
        children.push_back(logged(log, milliseconds));
    }
    {
        auto completed = as_completed(std::move(children), {.limit = 3});
        const auto item = co_await completed.next();
        CHECK(item.has_value());
        CHECK(log->running == 3);
    }
    co_await aiohttp::sleep(0ms);
    co_await aiohttp::sleep(0ms);
    co_await aiohttp::sleep(0ms);
    CHECK(log->running == 0);
}

Awaitable<> check_close() {
    Log log;
    const auto start = aiohttp::Clock::now();
    std::vector<Awaitable<int>> children;
    children.push_back(slow_to_cancel(&log));
    children.push_back(logged(&log, 5));
    auto completed = as_completed(std::move(children));
    auto first = co_await completed.next();
    CHECK(first.value().index() == 1);
    co_await completed.close();
    CHECK(aiohttp::Clock::now() - start == 55ms);
    CHECK(log.started - log.running == 2);
    first = co_await completed.next();
    CHECK(first.value().value() == -1);
    co_await completed.close();

    std::vector<Awaitable<int>> unstarted;
    unstarted.push_back(logged(&log, 5));
    auto never = as_completed(std::move(unstarted));
    co_await never.close();
    CHECK(log.started == 2);
}

Awaitable<> take_one(Log* log) {
    std::vector<Awaitable<int>> children;
    children.push_back(slow_to_cancel(log));
    children.push_back(slow_to_cancel(log));
    auto completed = as_completed(std::move(children));
    co_await completed.next();
}

Awaitable<> check_cancellation() {
    Log log;
    const auto start = aiohttp::Clock::now();
    const auto first = co_await (take_one(&log) || aiohttp::sleep(10ms));
    CHECK(first.index() == 1);
    CHECK(aiohttp::Clock::now() - start == 60ms);
    CHECK(log.started - log.running == 2);
}

Awaitable<> check_moves() {
    Log log;
    std::vector<Awaitable<int>> a;
    a.push_back(logged(&log, 5));
    std::vector<Awaitable<int>> b;
    b.push_back(logged(&log, 7));
    auto completed = as_completed(std::move(a));
    auto other = as_completed(std::move(b));
    completed = std::move(other);
    const auto item = co_await completed.next();
    CHECK(item.value().value() == 7);
}

Awaitable<> check_two_consumers() {
    Log log;
    std::vector<Awaitable<int>> children;
    children.push_back(logged(&log, 5));
    auto completed = as_completed(std::move(children));
    auto first = co_await aiohttp::create_task(completed.next());
    auto second = co_await aiohttp::create_task(completed.next());
    bool refused = false;
    try {
        co_await second.result();
    } catch (const std::logic_error&) {
        refused = true;
    }
    CHECK(refused);
    const auto item = co_await first.result();
    CHECK(item.value().value() == 5);
}

}  // namespace

TEST_CASE("as_completed gives outcomes in order of completion", "[as_completed]") {
    run_virtual(check_order());
}

TEST_CASE("as_completed of nothing ends at once", "[as_completed]") {
    run_virtual(check_empty());
}

TEST_CASE("as_completed gives errors their turn", "[as_completed]") {
    run_virtual(check_errors());
}

TEST_CASE("as_completed keeps to its limit and to its consumer's pace", "[as_completed]") {
    run_virtual(check_limit());
}

TEST_CASE("as_completed gives what the maker throws", "[as_completed]") {
    run_virtual(check_throwing_maker());
}

TEST_CASE("destroying as_completed early cancels the rest", "[as_completed][cancel]") {
    Log log;
    run_virtual(check_early_destruction(&log));
    CHECK(log.running == 0);
}

TEST_CASE("closing as_completed waits for the cancelled", "[as_completed][cancel]") {
    run_virtual(check_close());
}

TEST_CASE("a cancelled next ends when the children have", "[as_completed][cancel]") {
    run_virtual(check_cancellation());
}

TEST_CASE("as_completed can be moved", "[as_completed]") {
    run_virtual(check_moves());
}

TEST_CASE("as_completed has one consumer at a time", "[as_completed]") {
    run_virtual(check_two_consumers());
}
