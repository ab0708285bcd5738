#include <aiohttp/sleep.hpp>

#include <vector>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <aiohttp/gather.hpp>
#include <aiohttp/task.hpp>
#include "support/catch.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using aiohttp::testing::run_sync;
using aiohttp::testing::run_virtual;

namespace {

asio::awaitable<void> check_elapsed() {
    const auto start = aiohttp::Clock::now();
    co_await aiohttp::sleep(10ms);
    CHECK(aiohttp::Clock::now() - start == 10ms);
    co_await aiohttp::sleep(0ms);
    co_await aiohttp::sleep(-5ms);
    CHECK(aiohttp::Clock::now() - start == 10ms);
}

asio::awaitable<void> append_twice(std::vector<int>* order, int value) {
    order->push_back(value);
    co_await aiohttp::sleep(0ms);
    order->push_back(value);
}

asio::awaitable<void> race() {
    const auto start = aiohttp::Clock::now();
    const auto winner = co_await (aiohttp::sleep(aiohttp::Duration::max()) || aiohttp::sleep(3ms));
    CHECK(winner.index() == 1);
    CHECK(aiohttp::Clock::now() - start == 3ms);
}

asio::awaitable<boost::system::error_code> cancel_a_sleep() {
    auto task = co_await aiohttp::create_task(aiohttp::sleep(1h));
    task.cancel();
    try {
        co_await task.result();
    } catch (const boost::system::system_error& error) {
        co_return error.code();
    }
    co_return boost::system::error_code();
}

}  // namespace

TEST_CASE("sleep takes the time it is told", "[sleep]") {
    run_virtual(check_elapsed());
}

TEST_CASE("sleep works on the real clock", "[sleep]") {
    const auto start = std::chrono::steady_clock::now();
    run_sync(aiohttp::sleep(2ms));
    CHECK(std::chrono::steady_clock::now() - start >= 2ms);
}

TEST_CASE("sleeping for no time lets others run", "[sleep]") {
    std::vector<int> order;
    run_sync(aiohttp::gather(append_twice(&order, 1), append_twice(&order, 2)));
    CHECK(order == std::vector{1, 2, 1, 2});
}

TEST_CASE("the longest sleep does not overflow, and loses a race", "[sleep]") {
    run_virtual(race());
}

TEST_CASE("cancelling a sleep throws operation_aborted", "[sleep]") {
    CHECK(run_sync(cancel_a_sleep()) == asio::error::operation_aborted);
}
