#include <aiohttp/gather.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include "support/catch.hpp"
#include "support/children.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using aiohttp::gather;
using aiohttp::gather_settled;
using aiohttp::testing::Awaitable;
using aiohttp::testing::boxed;
using aiohttp::testing::InFlight;
using aiohttp::testing::run_virtual;
using boost::system::system_error;

namespace {

/// And how they have ended.
struct Log : aiohttp::testing::Running {
    int completed = 0;
    int cancelled = 0;
};

Awaitable<int> after(aiohttp::Duration delay, int value) {
    co_await aiohttp::sleep(delay);
    co_return value;
}

Awaitable<int> logged(Log* log, aiohttp::Duration delay, int value) {
    InFlight in_flight(log);
    try {
        co_await aiohttp::sleep(delay);
    } catch (const system_error&) {
        ++log->cancelled;
        throw;
    }
    ++log->completed;
    co_return value;
}

Awaitable<int> fail_at_once(const char* what) {
    throw std::runtime_error(what);
    co_return 0;
}

Awaitable<int> fail_after(aiohttp::Duration delay, const char* what) {
    co_await aiohttp::sleep(delay);
    throw std::runtime_error(what);
}

/// Needs 50 ms to clean up when it is cancelled.
Awaitable<int> slow_to_cancel(Log* log) {
    InFlight in_flight(log);
    bool cancelled = false;
    try {
        co_await aiohttp::sleep(1h);
    } catch (const system_error&) {
        cancelled = true;
    }
    if (cancelled) {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await aiohttp::sleep(50ms);
        ++log->cancelled;
        throw system_error(asio::error::operation_aborted);
    }
    co_return 0;
}

Awaitable<std::string> outcome_of(Awaitable<> body) {
    try {
        co_await std::move(body);
    } catch (const system_error& error) {
        if (error.code() == asio::error::operation_aborted) {
            co_return "cancelled";
        }
        throw;
    } catch (const std::exception& error) {
        co_return error.what();
    }
    co_return "completed";
}

Awaitable<> discard_pair(Awaitable<int> a, Awaitable<int> b) {
    co_await gather(std::move(a), std::move(b));
}

Awaitable<> discard_settled(Awaitable<int> a, Awaitable<int> b) {
    co_await gather_settled(std::move(a), std::move(b));
}

Awaitable<> discard_range(std::vector<Awaitable<int>> children, std::size_t limit) {
    co_await gather(std::move(children), {.limit = limit});
}

/// Awaits `body`, gives up after `patience` and returns how long that took.
Awaitable<aiohttp::Duration> give_up(Awaitable<> body, aiohttp::Duration patience) {
    const auto start = aiohttp::Clock::now();
    const auto first = co_await (std::move(body) || aiohttp::sleep(patience));
    CHECK(first.index() == 1);
    co_return aiohttp::Clock::now() - start;
}

std::vector<Awaitable<int>> countdown(Log* log, int count) {
    std::vector<Awaitable<int>> children;
    for (int i = 0; i < count; ++i) {
        children.push_back(logged(log, std::chrono::milliseconds(count - i), i));
    }
    return children;
}

class Request : public asio::awaitable<int> {
public:
    explicit Request(int value) : asio::awaitable<int>(after(1ms, value)) {}
};

Awaitable<> check_different_types() {
    const auto start = aiohttp::Clock::now();
    auto results = co_await gather(after(3ms, 1), aiohttp::sleep(2ms), boxed(3), Request(4));
    CHECK(std::get<0>(results) == 1);
    CHECK(std::get<1>(results) == std::monostate());
    CHECK(*std::get<2>(results) == 3);
    CHECK(std::get<3>(results) == 4);
    CHECK(aiohttp::Clock::now() - start == 3ms);
}

Awaitable<> check_nothing() {
    auto none = co_await gather();
    static_assert(std::is_same_v<decltype(none), std::tuple<>>);
    std::vector<Awaitable<int>> empty;
    auto values = co_await gather(std::move(empty));
    CHECK(values.empty());
    std::vector<Awaitable<>> nothing;
    auto outcomes = co_await gather_settled(std::move(nothing), {.limit = 3});
    CHECK(outcomes.empty());
}

Awaitable<> check_ranges() {
    Log log;
    auto values = co_await gather(countdown(&log, 5));
    CHECK(values == std::vector{0, 1, 2, 3, 4});
    CHECK(log.most_running == 5);

    std::vector<Request> requests;
    requests.emplace_back(7);
    requests.emplace_back(8);
    values = co_await gather(std::move(requests));
    CHECK(values == std::vector{7, 8});

    std::array<Awaitable<std::unique_ptr<int>>, 2> boxes{boxed(1), boxed(2)};
    auto opened = co_await gather(std::move(boxes), {.limit = 1});
    CHECK(*opened.at(1) == 2);

    std::vector<Awaitable<>> sleeps;
    sleeps.push_back(aiohttp::sleep(1ms));
    auto none = co_await gather(std::move(sleeps));
    CHECK(none.size() == 1);
}

Awaitable<> check_limit(std::size_t limit, int expected) {
    Log log;
    auto values = co_await gather(countdown(&log, 20), {.limit = limit});
    CHECK(values.size() == 20);
    CHECK(values.at(13) == 13);
    CHECK(log.most_running == expected);
}

Awaitable<> check_ten_thousand() {
    Log log;
    std::vector<int> items(10'000);
    for (int i = 0; i < 10'000; ++i) {
        items[static_cast<std::size_t>(i)] = i;
    }
    const auto make = [&log](int item) { return logged(&log, 0ms, item); };
    const auto values = co_await gather(items, make, {.limit = 100});
    CHECK(values == items);
    CHECK(log.most_running == 100);
    CHECK(log.started == 10'000);
}

Awaitable<> check_made_in_turn() {
    Log log;
    int made = 0;
    const auto make = [&](const std::string& name) {
        ++made;
        CHECK(made <= log.completed + 2);
        return logged(&log, 1ms, static_cast<int>(name.size()));
    };
    std::vector<std::string> names{"a", "bc", "def", "ghij"};
    auto sizes = co_await gather(names, make, {.limit = 2});
    CHECK(sizes == std::vector{1, 2, 3, 4});
    CHECK(names.size() == 4);
}

Awaitable<> throwing_maker(Log* log) {
    const auto make = [log](int item) {
        if (item == 2) {
            throw std::runtime_error("no coroutine");
        }
        return logged(log, 5ms, item);
    };
    std::vector<int> items{1, 2, 3};
    co_await gather(items, make);
}

Awaitable<> check_settled_maker() {
    const auto make = [](int item) {
        if (item % 2 == 1) {
            throw std::runtime_error("odd");
        }
        return after(1ms, item);
    };
    std::vector<int> items{0, 1, 2, 3};
    auto outcomes = co_await gather_settled(items, make, {.limit = 1});
    REQUIRE(outcomes.size() == 4);
    CHECK(outcomes[0].value() == 0);
    CHECK_THROWS_WITH(outcomes[1].value(), "odd");
    CHECK(*outcomes[2] == 2);
    CHECK_FALSE(outcomes[3].has_value());
}

Awaitable<> check_settled() {
    auto results = co_await gather_settled(fail_at_once("first"), after(2ms, 2),
                                           fail_after(1ms, "third"), aiohttp::sleep(1ms));
    auto& [first, second, third, fourth] = results;
    CHECK_THROWS_WITH(first.value(), "first");
    CHECK(first.error() != nullptr);
    CHECK_FALSE(first);
    CHECK(second.has_value());
    CHECK(*second == 2);
    CHECK(second.error() == nullptr);
    CHECK_THROWS_WITH(*third, "third");
    CHECK(fourth.has_value());
    CHECK_NOTHROW(fourth.value());

    std::vector<Awaitable<int>> children;
    children.push_back(fail_after(1ms, "slow"));
    children.push_back(after(5ms, 5));
    auto outcomes = co_await gather_settled(std::move(children));
    CHECK_THROWS_WITH(outcomes.at(0).value(), "slow");
    CHECK(outcomes.at(1).value() == 5);
}

Awaitable<int> sum(int depth) {
    if (depth == 0) {
        co_await aiohttp::sleep(1ms);
        co_return 1;
    }
    auto halves = co_await gather(sum(depth - 1), sum(depth - 1));
    co_return std::get<0>(halves) + std::get<1>(halves);
}

Awaitable<> nested_in_one(Log* log) {
    co_await gather(discard_pair(slow_to_cancel(log), slow_to_cancel(log)),
                    discard_pair(slow_to_cancel(log), logged(log, 1h, 0)));
}

Awaitable<> await_twice() {
    auto child = after(1ms, 1);
    auto moved = std::move(child);
    co_await gather(std::move(child), std::move(moved));
}

Awaitable<> cancel_a_task(aiohttp::Task<void>* task) {
    co_await aiohttp::sleep(1ms);
    task->cancel();
}

Awaitable<int> cancel_parent(aiohttp::Task<void>* parent, Log* log) {
    InFlight in_flight(log);
    parent->cancel();
    co_return 1;
}

Awaitable<> gather_after(aiohttp::Task<void>* self, Log* log) {
    co_await aiohttp::sleep(1ms);
    co_await gather(logged(log, 1h, 1), cancel_parent(self, log), logged(log, 1h, 3));
}

Awaitable<> check_cancelled_while_starting() {
    Log log;
    aiohttp::Task<void> task;
    task = co_await aiohttp::create_task(gather_after(&task, &log));
    const auto outcome = co_await outcome_of(task.result());
    CHECK(outcome == "cancelled");
    CHECK(log.started == 2);
    CHECK(log.running == 0);
}

Awaitable<int> note_turn(const bool* others_had_theirs, int* started_after) {
    *started_after += *others_had_theirs ? 1 : 0;
    co_await aiohttp::sleep(1ms);
    co_return 0;
}

Awaitable<> check_turns() {
    bool others_had_theirs = false;
    int started_after = 0;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    asio::post(executor, [&others_had_theirs] { others_had_theirs = true; });
    std::vector<Awaitable<int>> children;
    for (int i = 0; i < 1000; ++i) {
        children.push_back(note_turn(&others_had_theirs, &started_after));
    }
    const auto values = co_await gather(std::move(children));
    CHECK(values.size() == 1000);
    CHECK(started_after > 500);
}

Awaitable<> check_failure_while_starting() {
    Log log;
    std::vector<Awaitable<int>> children;
    children.push_back(fail_at_once("the first"));
    for (int i = 0; i < 1000; ++i) {
        children.push_back(logged(&log, 1h, i));
    }
    const auto outcome = co_await outcome_of(discard_range(std::move(children), 0));
    CHECK(outcome == "the first");
    CHECK(log.started < 500);
    CHECK(log.running == 0);
}

Awaitable<> gather_with_dead_state(bool* reached) {
    try {
        co_await aiohttp::sleep(1h);
    } catch (const system_error&) {
        *reached = true;
    }
    co_await gather(fail_at_once("never started"));
}

Awaitable<> discard(Awaitable<int> child) {
    co_await std::move(child);
}

/// Children without a value run without a coroutine of the library's around them.
Awaitable<> check_no_values() {
    Log log;
    std::vector<Awaitable<>> children;
    children.push_back(discard(logged(&log, 2ms, 1)));
    children.push_back(discard(fail_at_once("early")));
    children.emplace_back();
    children.push_back(discard(fail_after(1ms, "late")));
    const auto outcomes = co_await gather_settled(std::move(children));
    REQUIRE(outcomes.size() == 4);
    CHECK(outcomes[0].has_value());
    CHECK_THROWS_WITH(outcomes[1].value(), "early");
    CHECK_THROWS_AS(outcomes[2].value(), std::logic_error);
    CHECK_THROWS_WITH(outcomes[3].value(), "late");
    const auto mixed = co_await gather_settled(discard(after(1ms, 1)), after(2ms, 2),
                                               discard(fail_after(3ms, "last")), Awaitable<int>());
    CHECK(std::get<0>(mixed).has_value());
    CHECK(std::get<1>(mixed).value() == 2);
    CHECK_THROWS_WITH(std::get<2>(mixed).value(), "last");
    CHECK_THROWS_AS(std::get<3>(mixed).value(), std::logic_error);
}

Awaitable<> discard_all(std::vector<Awaitable<>> children, std::size_t limit) {
    co_await gather(std::move(children), {.limit = limit});
}

Awaitable<> check_failure_without_values() {
    Log log;
    std::vector<Awaitable<>> children;
    children.push_back(discard(logged(&log, 1h, 1)));
    children.push_back(discard(fail_after(1ms, "first")));
    children.push_back(discard(logged(&log, 1h, 1)));
    const auto outcome = co_await outcome_of(discard_all(std::move(children), 2));
    CHECK(outcome == "first");
    CHECK(log.started == 1);
    CHECK(log.cancelled == 1);
    CHECK(log.running == 0);
}

Awaitable<> cancel_parent_and_wait(aiohttp::Task<void>* parent, Log* log) {
    parent->cancel();
    co_await logged(log, 1h, 1);
}

Awaitable<> gather_without_values_after(aiohttp::Task<void>* self, Log* log) {
    co_await aiohttp::sleep(1ms);
    co_await gather(discard(logged(log, 1h, 1)), cancel_parent_and_wait(self, log),
                    discard(logged(log, 1h, 3)));
}

Awaitable<> check_cancelled_by_a_child_that_waits() {
    Log log;
    aiohttp::Task<void> task;
    task = co_await aiohttp::create_task(gather_without_values_after(&task, &log));
    const auto outcome = co_await outcome_of(task.result());
    CHECK(outcome == "cancelled");
    CHECK(log.started == 2);
    CHECK(log.cancelled == 2);
    CHECK(log.running == 0);
}

Awaitable<int> count_up(int* counter) {
    for (int i = 0; i < 20; ++i) {
        ++*counter;
        const auto duration = i % 2 == 0 ? 0ns : 1us;
        co_await aiohttp::sleep(duration);
    }
    co_return 1;
}

Awaitable<> count_on_strand(int* counter) {
    std::vector<int> items(50);
    const auto make = [counter](int) { return count_up(counter); };
    const auto ones = co_await gather(items, make, {.limit = 8});
    CHECK(ones.size() == 50);
    auto task = co_await aiohttp::create_task(count_up(counter));
    co_await (task.result() && count_up(counter));
}

Awaitable<> leave(asio::thread_pool* pool) {
    co_await asio::post(asio::bind_executor(pool->get_executor(), asio::use_awaitable));
    throw std::runtime_error("left");  // without coming back
}

Awaitable<> gather_elsewhere(asio::thread_pool* pool, std::vector<std::thread::id>* makers) {
    const auto make = [pool, makers](int) {
        makers->push_back(std::this_thread::get_id());
        return leave(pool);
    };
    const auto outcomes = co_await gather_settled(std::views::iota(0, 3), make, {.limit = 1});
    for (const auto& outcome : outcomes) {
        CHECK_FALSE(outcome.has_value());
    }
}

}  // namespace

TEST_CASE("gather returns the results of different awaitables in order", "[gather]") {
    run_virtual(check_different_types());
}

TEST_CASE("gathering nothing gives nothing", "[gather]") {
    run_virtual(check_nothing());
}

TEST_CASE("gather takes ranges of awaitables and of classes derived from them", "[gather]") {
    run_virtual(check_ranges());
}

TEST_CASE("gather keeps to its limit", "[gather]") {
    run_virtual(check_limit(1, 1));
    run_virtual(check_limit(7, 7));
    run_virtual(check_limit(0, 20));
    run_virtual(check_limit(100, 20));
}

TEST_CASE("gather goes through ten thousand items", "[gather]") {
    run_virtual(check_ten_thousand());
}

TEST_CASE("gather makes an awaitable only when it is its turn", "[gather]") {
    run_virtual(check_made_in_turn());
}

TEST_CASE("gather cancels the rest after the first error", "[gather]") {
    Log log;
    CHECK(run_virtual(outcome_of(discard_pair(fail_after(2ms, "first"), logged(&log, 1h, 1)))) ==
          "first");
    CHECK(log.cancelled == 1);
    CHECK(log.running == 0);
}

TEST_CASE("gather reports an error from before the first suspension", "[gather]") {
    Log log;
    CHECK(run_virtual(outcome_of(discard_pair(fail_at_once("early"), logged(&log, 1h, 1)))) ==
          "early");
    CHECK(log.running == 0);
    CHECK(run_virtual(outcome_of(discard_pair(fail_at_once("one"), fail_at_once("two")))) == "one");
}

TEST_CASE("gather rethrows the first error when all children have ended", "[gather]") {
    Log log;
    CHECK(run_virtual(outcome_of(discard_pair(slow_to_cancel(&log), fail_after(1ms, "first")))) ==
          "first");
    CHECK(log.cancelled == 1);
    CHECK(log.running == 0);
}

TEST_CASE("gather starts nothing more after an error", "[gather]") {
    Log log;
    auto children = countdown(&log, 10);
    children.insert(children.begin() + 2, fail_at_once("stop"));
    CHECK(run_virtual(outcome_of(discard_range(std::move(children), 3))) == "stop");
    CHECK(log.started == 2);
    CHECK(log.running == 0);
}

TEST_CASE("gather treats an exception of the maker as the item's", "[gather]") {
    Log log;
    CHECK(run_virtual(outcome_of(throwing_maker(&log))) == "no coroutine");
    CHECK(log.started == 1);
    CHECK(log.cancelled == 1);
    run_virtual(check_settled_maker());
}

TEST_CASE("gather_settled keeps every outcome", "[gather]") {
    run_virtual(check_settled());
}

TEST_CASE("gathers nest", "[gather]") {
    CHECK(run_virtual(sum(6)) == 64);
}

TEST_CASE("gather says when an awaitable was used before", "[gather]") {
    CHECK(run_virtual(outcome_of(await_twice())) ==
          "this awaitable was moved from or awaited before");
}

TEST_CASE("a cancelled gather ends when its children have", "[gather][cancel]") {
    Log log;
    CHECK(run_virtual(give_up(discard_pair(slow_to_cancel(&log), logged(&log, 1h, 1)), 10ms)) ==
          60ms);
    CHECK(log.cancelled == 2);
    CHECK(log.running == 0);
}

TEST_CASE("a cancelled gather_settled ends when its children have", "[gather][cancel]") {
    Log log;
    CHECK(run_virtual(give_up(discard_settled(slow_to_cancel(&log), logged(&log, 1h, 1)), 10ms)) ==
          60ms);
    CHECK(log.cancelled == 2);
    CHECK(log.running == 0);
}

TEST_CASE("cancellation goes through nested gathers", "[gather][cancel]") {
    Log log;
    CHECK(run_virtual(give_up(nested_in_one(&log), 10ms)) == 60ms);
    CHECK(log.cancelled == 4);
    CHECK(log.running == 0);
}

TEST_CASE("a cancelled gather with a limit does not start the rest", "[gather][cancel]") {
    Log log;
    std::vector<Awaitable<int>> children;
    for (int i = 0; i < 10; ++i) {
        children.push_back(logged(&log, 4ms, i));
    }
    CHECK(run_virtual(give_up(discard_range(std::move(children), 3), 6ms)) == 6ms);
    CHECK(log.started == 6);
    CHECK(log.completed == 3);
    CHECK(log.cancelled == 3);
}

TEST_CASE("a gather cancelled while its error unwinds rethrows that error", "[gather][cancel]") {
    Log log;
    auto task_body = [](Log* l) -> Awaitable<std::string> {
        auto task = co_await aiohttp::create_task(
            discard_pair(slow_to_cancel(l), fail_after(1ms, "first")));
        auto canceller = co_await aiohttp::create_task(cancel_a_task(&task));
        auto outcome = co_await outcome_of(task.result());
        co_await canceller.result();
        co_return outcome;
    };
    CHECK(run_virtual(task_body(&log)) == "first");
    CHECK(log.running == 0);
}

TEST_CASE("a child may cancel the coroutine that is starting it", "[gather][cancel]") {
    run_virtual(check_cancelled_while_starting());
}

TEST_CASE("a child that cancels what gathers it is cancelled where it waits", "[gather][cancel]") {
    run_virtual(check_cancelled_by_a_child_that_waits());
}

TEST_CASE("gather_settled keeps the outcomes of awaitables without a value", "[gather]") {
    run_virtual(check_no_values());
}

TEST_CASE("an error cancels awaitables without a value, too", "[gather][cancel]") {
    run_virtual(check_failure_without_values());
}

TEST_CASE("a gather awaited after the cancellation starts nothing", "[gather][cancel]") {
    bool reached = false;
    CHECK(run_virtual(give_up(gather_with_dead_state(&reached), 1ms)) == 1ms);
    CHECK(reached);
}

TEST_CASE("a gather on a strand may be run by several threads", "[gather][strand]") {
    asio::io_context io;
    int counter = 0;
    std::exception_ptr error;
    asio::co_spawn(asio::make_strand(io), count_on_strand(&counter),
                   [&](std::exception_ptr e) { error = e; });
    std::thread other([&] { io.run(); });
    io.run();
    other.join();
    CHECK(counter == 52 * 20);
    CHECK_FALSE(error);
}

TEST_CASE("a gather of many lets others have their turn while it starts", "[gather]") {
    run_virtual(check_turns());
}

TEST_CASE("a gather whose child fails while it starts does not start the rest", "[gather]") {
    run_virtual(check_failure_while_starting());
}

TEST_CASE("a gather of many is destroyed while it starts", "[gather]") {
    Log log;
    {
        asio::io_context io;
        asio::co_spawn(io, discard_range(countdown(&log, 1000), 0), [](std::exception_ptr) {});
        io.poll_one();
        CHECK(log.running > 0);
        CHECK(log.running < 1000);
    }
    CHECK(log.running == 0);
    CHECK(log.cancelled == 0);
}

TEST_CASE("a child that ends on another executor does not take its group there", "[gather]") {
    asio::thread_pool pool(1);
    std::vector<std::thread::id> makers;
    aiohttp::testing::run_sync(gather_elsewhere(&pool, &makers));
    pool.join();
    CHECK(makers == std::vector<std::thread::id>(3, std::this_thread::get_id()));
}

TEST_CASE("a gather is destroyed with its io_context", "[gather]") {
    Log log;
    {
        asio::io_context io;
        asio::co_spawn(io, nested_in_one(&log), [](std::exception_ptr) {});
        io.poll();
        CHECK(log.running == 4);
    }
    CHECK(log.running == 0);
    CHECK(log.cancelled == 0);
}
