#include <aiohttp/task.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/gather.hpp>
#include <aiohttp/sleep.hpp>
#include "support/catch.hpp"
#include "support/children.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using aiohttp::create_task;
using aiohttp::Task;
using aiohttp::testing::Awaitable;
using aiohttp::testing::boxed;
using aiohttp::testing::fail_after;
using aiohttp::testing::run_virtual;
using boost::system::system_error;
using Indices = std::vector<std::size_t>;

namespace {

Awaitable<int> after(int milliseconds, int value) {
    co_await aiohttp::sleep(std::chrono::milliseconds(milliseconds));
    co_return value;
}

Awaitable<> set_when_done(bool* done, int milliseconds) {
    co_await aiohttp::sleep(std::chrono::milliseconds(milliseconds));
    *done = true;
}

struct Flag {
    explicit Flag(bool* f) : flag(f) {}
    Flag(const Flag&) = delete;
    Flag& operator=(const Flag&) = delete;
    ~Flag() { *flag = true; }
    bool* flag;
};

Awaitable<int> slow_to_cancel(bool* ended) {
    Flag flag(ended);
    try {
        co_await aiohttp::sleep(1h);
    } catch (const system_error&) {
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await aiohttp::sleep(50ms);
    co_return -1;
}

template <typename T>
Awaitable<std::string> outcome_of(Awaitable<T> awaitable) {
    try {
        co_await std::move(awaitable);
    } catch (const system_error& error) {
        co_return error.code() == asio::error::operation_aborted ? "cancelled" : "other";
    } catch (const std::exception& error) {
        co_return error.what();
    }
    co_return "completed";
}

Awaitable<> check_results() {
    auto task = co_await create_task(after(2, 7));
    CHECK_FALSE(task.done());
    const auto value = co_await task.result();
    CHECK(value == 7);
    CHECK(task.done());

    auto other = co_await create_task(boxed(8));
    const auto box = co_await std::move(other);
    CHECK(*box == 8);

    bool done = false;
    auto nothing = co_await create_task(set_when_done(&done, 1));
    co_await nothing.result();
    CHECK(done);
}

Awaitable<> check_concurrency() {
    const auto start = aiohttp::Clock::now();
    auto a = co_await create_task(after(10, 1));
    auto b = co_await create_task(after(10, 2));
    const auto second = co_await b.result();
    const auto first = co_await a.result();
    CHECK(first == 1);
    CHECK(second == 2);
    CHECK(aiohttp::Clock::now() - start == 10ms);
}

Awaitable<> check_late_result() {
    auto task = co_await create_task(after(1, 3));
    auto broken = co_await create_task(fail_after(0));
    co_await aiohttp::sleep(10ms);
    CHECK(task.done());
    CHECK(broken.done());
    const auto value = co_await task.result();
    CHECK(value == 3);
    const auto outcome = co_await outcome_of(std::move(broken));
    CHECK(outcome == "failed");
}

Awaitable<> check_errors() {
    auto early = co_await create_task(fail_after(0));
    auto outcome = co_await outcome_of(early.result());
    CHECK(outcome == "failed");
    auto late = co_await create_task(fail_after(2));
    outcome = co_await outcome_of(late.result());
    CHECK(outcome == "failed");
}

Awaitable<> check_misuse() {
    auto task = co_await create_task(after(5, 1));
    auto waiter = co_await create_task(task.result());
    auto outcome = co_await outcome_of(task.result());
    CHECK(outcome == "a task's result can be awaited only once");
    co_await waiter.result();
    outcome = co_await outcome_of(task.result());
    CHECK(outcome == "a task's result can be awaited only once");

    auto moved = std::move(task);
    CHECK(moved.done());
    outcome = co_await outcome_of(task.result());
    CHECK(outcome == "this task is empty: it was moved from");
    CHECK_THROWS_AS(task.done(), std::logic_error);
    CHECK_THROWS_AS(task.cancel(), std::logic_error);
    Task<int> empty;
    CHECK_THROWS_AS(empty.done(), std::logic_error);
}

Awaitable<> check_cancel() {
    auto task = co_await create_task(after(1000, 1));
    task.cancel();
    auto outcome = co_await outcome_of(task.result());
    CHECK(outcome == "cancelled");
    task.cancel();

    bool ended = false;
    const auto start = aiohttp::Clock::now();
    auto slow = co_await create_task(slow_to_cancel(&ended));
    slow.cancel();
    CHECK_FALSE(slow.done());
    const auto value = co_await slow.result();
    CHECK(value == -1);
    CHECK(aiohttp::Clock::now() - start == 50ms);
}

Awaitable<> check_destruction() {
    bool ended = false;
    const auto start = aiohttp::Clock::now();
    {
        auto task = co_await create_task(slow_to_cancel(&ended));
    }
    CHECK_FALSE(ended);
    while (!ended) {
        co_await aiohttp::sleep(1ms);
    }
    CHECK(aiohttp::Clock::now() - start == 50ms);
}

Awaitable<> check_assignment() {
    bool ended = false;
    auto task = co_await create_task(slow_to_cancel(&ended));
    task = co_await create_task(after(60, 2));
    const auto value = co_await task.result();
    CHECK(value == 2);
    CHECK(ended);
    auto& same = task;
    task = std::move(same);
    CHECK(task.done());
}

Awaitable<> check_cancelled_waiter(bool by_move) {
    bool ended = false;
    const auto start = aiohttp::Clock::now();
    auto task = co_await create_task(slow_to_cancel(&ended));
    auto result = by_move ? Awaitable<int>(std::move(task)) : task.result();
    const auto first = co_await (std::move(result) || aiohttp::sleep(10ms));
    // The task swallows its cancellation and has a result; that of the sleep is older.
    CHECK(first.index() == 1);
    CHECK(ended);
    CHECK(aiohttp::Clock::now() - start == 60ms);
}

Awaitable<> check_as_awaitables() {
    auto a = co_await create_task(after(3, 1));
    auto b = co_await create_task(after(2, 2));
    auto both = co_await aiohttp::gather(std::move(a), std::move(b));
    CHECK(both == std::tuple(1, 2));

    std::vector<Task<int>> tasks;
    for (int i = 0; i < 3; ++i) {
        tasks.push_back(co_await create_task(after(3 - i, i)));
    }
    const auto values = co_await aiohttp::gather(std::move(tasks));
    CHECK(values == std::vector{0, 1, 2});
}

Awaitable<std::vector<Task<int>>> three_tasks() {
    std::vector<Task<int>> tasks;
    tasks.push_back(co_await create_task(after(30, 0)));
    tasks.push_back(co_await create_task(after(10, 1)));
    tasks.push_back(co_await create_task(fail_after(20)));
    co_return tasks;
}

Awaitable<> check_wait_modes() {
    auto tasks = co_await three_tasks();
    auto result = co_await aiohttp::wait(tasks, aiohttp::FIRST_COMPLETED);
    CHECK(result.done == Indices{1});
    CHECK(result.pending == Indices{0, 2});
    result = co_await aiohttp::wait(tasks, aiohttp::FIRST_COMPLETED);
    CHECK(result.done == Indices{1});
    result = co_await aiohttp::wait(tasks, aiohttp::FIRST_EXCEPTION);
    CHECK(result.done == Indices{1, 2});
    CHECK(result.pending == Indices{0});
    result = co_await aiohttp::wait(tasks);
    CHECK(result.done == Indices{0, 1, 2});
    CHECK(result.pending.empty());
    const auto value = co_await tasks[0].result();
    CHECK(value == 0);
    const auto outcome = co_await outcome_of(tasks[2].result());
    CHECK(outcome == "failed");

    std::vector<Task<int>> none;
    result = co_await aiohttp::wait(none, aiohttp::FIRST_COMPLETED);
    CHECK(result.done.empty());
}

Awaitable<> check_wait_for_exception() {
    std::vector<Task<int>> tasks;
    tasks.push_back(co_await create_task(after(1, 0)));
    tasks.push_back(co_await create_task(after(1000, 1)));
    tasks[1].cancel();
    const auto start = aiohttp::Clock::now();
    tasks.push_back(co_await create_task(after(5, 2)));
    const auto result = co_await aiohttp::wait(tasks, aiohttp::FIRST_EXCEPTION);
    CHECK(result.done.size() == 3);
    CHECK(aiohttp::Clock::now() - start == 5ms);
}

Awaitable<> check_wait_timeout() {
    auto tasks = co_await three_tasks();
    const auto start = aiohttp::Clock::now();
    auto result = co_await aiohttp::wait(tasks, aiohttp::ALL_COMPLETED, 15ms);
    CHECK(aiohttp::Clock::now() - start == 15ms);
    CHECK(result.done == Indices{1});
    CHECK(result.pending == Indices{0, 2});
    result = co_await aiohttp::wait(tasks, aiohttp::ALL_COMPLETED, 0ms);
    CHECK(result.done == Indices{1});
    result = co_await aiohttp::wait(tasks, aiohttp::ALL_COMPLETED, 1h);
    CHECK(result.pending.empty());
    CHECK(aiohttp::Clock::now() - start == 30ms);
}

Awaitable<> wait_for_all(std::vector<Task<int>>* tasks) {
    co_await aiohttp::wait(*tasks);
}

Awaitable<> check_cancelled_wait() {
    auto tasks = co_await three_tasks();
    const auto start = aiohttp::Clock::now();
    const auto first = co_await (wait_for_all(&tasks) || aiohttp::sleep(5ms));
    CHECK(first.index() == 1);
    CHECK(aiohttp::Clock::now() - start == 5ms);
    CHECK_FALSE(tasks[0].done());
    const auto value = co_await tasks[0].result();
    CHECK(value == 0);
    // Two waits at the same time.
    auto more = co_await three_tasks();
    co_await aiohttp::gather(wait_for_all(&more), wait_for_all(&more));
    CHECK(more[0].done());
}

Awaitable<int> cancel_and_return(Task<int>* self) {
    self->cancel();
    co_return 5;
}

Awaitable<> cancel_and_end(Task<void>* self, bool* ended) {
    self->cancel();
    *ended = true;
    co_return;
}

/// Cancels itself in its first turn, and so is to be cancelled where it is suspended first.
template <typename T>
Awaitable<T> cancel_and_sleep(Task<T>* self, bool* cancelled) {
    self->cancel();
    try {
        co_await aiohttp::sleep(1h);
    } catch (const system_error& error) {
        *cancelled = error.code() == asio::error::operation_aborted;
        throw;
    }
    co_return T();
}

template <typename T>
void check_cancel_and_sleep() {
    asio::io_context io;
    bool cancelled = false;
    Task<T> task;
    task = create_task(io.get_executor(), cancel_and_sleep(&task, &cancelled));
    io.run();
    CHECK(cancelled);
    CHECK(task.done());
    CHECK(run_virtual(outcome_of(task.result())) == "cancelled");
}

Awaitable<> fail_now() {
    throw std::runtime_error("failed");
    co_return;
}

Awaitable<> forget_tasks(std::vector<Task<int>>* tasks) {
    *tasks = co_await three_tasks();
    co_await wait_for_all(tasks);
}

}  // namespace

TEST_CASE("a task gives the result of its coroutine", "[task]") {
    run_virtual(check_results());
}

TEST_CASE("tasks run at the same time", "[task]") {
    run_virtual(check_concurrency());
}

TEST_CASE("a task keeps its result until it is awaited", "[task]") {
    run_virtual(check_late_result());
}

TEST_CASE("awaiting a task rethrows its exception", "[task]") {
    run_virtual(check_errors());
}

TEST_CASE("a task says when it is used wrongly", "[task]") {
    run_virtual(check_misuse());
}

TEST_CASE("a cancelled task ends with operation_aborted or as it likes", "[task][cancel]") {
    run_virtual(check_cancel());
}

TEST_CASE("destroying a task cancels it", "[task][cancel]") {
    run_virtual(check_destruction());
}

TEST_CASE("assigning to a task cancels the old one", "[task][cancel]") {
    run_virtual(check_assignment());
}

TEST_CASE("cancelling who awaits a task cancels the task and waits for it", "[task][cancel]") {
    run_virtual(check_cancelled_waiter(false));
    run_virtual(check_cancelled_waiter(true));
}

TEST_CASE("tasks are awaitables for gather", "[task]") {
    run_virtual(check_as_awaitables());
}

TEST_CASE("a task can be started from outside its executor, also on a strand", "[task]") {
    asio::io_context io;
    auto task = create_task(io.get_executor(), after(0, 1));
    auto other = create_task(asio::make_strand(io), after(0, 2));
    CHECK_FALSE(task.done());
    io.run();
    CHECK(task.done());
    CHECK(other.done());
}

TEST_CASE("a task cancelled before its first turn does not run", "[task][cancel]") {
    asio::io_context io;
    bool done = false;
    auto task = create_task(io.get_executor(), set_when_done(&done, 0));
    task.cancel();
    CHECK_FALSE(task.done());
    {
        auto dropped = create_task(io.get_executor(), set_when_done(&done, 0));
    }
    io.run();
    CHECK(task.done());
    CHECK_FALSE(done);
    CHECK(run_virtual(outcome_of(task.result())) == "cancelled");
}

TEST_CASE("a task that cancels itself and ends at once has its result", "[task][cancel]") {
    asio::io_context io;
    Task<int> task;
    task = create_task(io.get_executor(), cancel_and_return(&task));
    io.run();
    CHECK(run_virtual(task.result()) == 5);
}

TEST_CASE("a task without a value that cancels itself and ends at once has ended well",
          "[task][cancel]") {
    asio::io_context io;
    bool ended = false;
    Task<void> task;
    task = create_task(io.get_executor(), cancel_and_end(&task, &ended));
    io.run();
    CHECK(ended);
    CHECK(task.done());
    CHECK(run_virtual(outcome_of(task.result())) == "completed");
}

TEST_CASE("a task that cancels itself is cancelled where it waits", "[task][cancel]") {
    check_cancel_and_sleep<int>();
    check_cancel_and_sleep<void>();
}

TEST_CASE("a task without a value that was started from outside can be cancelled while it waits",
          "[task][cancel]") {
    asio::io_context io;
    bool done = false;
    auto task = create_task(io.get_executor(), set_when_done(&done, 3600000));
    io.poll();
    CHECK_FALSE(task.done());
    task.cancel();
    io.run();
    CHECK(task.done());
    CHECK_FALSE(done);
    CHECK(run_virtual(outcome_of(task.result())) == "cancelled");
}

TEST_CASE("a task without a value that was cancelled before its first turn says so",
          "[task][cancel]") {
    asio::io_context io;
    auto task = create_task(io.get_executor(), fail_now());
    task.cancel();
    io.run();
    CHECK(task.done());
    CHECK(run_virtual(outcome_of(task.result())) == "cancelled");
}

TEST_CASE("a task without a value keeps its error", "[task]") {
    asio::io_context io;
    auto task = create_task(io.get_executor(), fail_now());
    auto empty = create_task(io.get_executor(), Awaitable<>());
    io.run();
    CHECK_THROWS_WITH(run_virtual(task.result()), "failed");
    CHECK_THROWS_AS(run_virtual(empty.result()), std::logic_error);
}

TEST_CASE("a task may outlive its io_context", "[task]") {
    std::vector<Task<int>> tasks;
    Task<int> stranded;
    {
        asio::io_context io;
        asio::co_spawn(io, forget_tasks(&tasks), [](std::exception_ptr) {});
        stranded = create_task(asio::make_strand(io), after(1000, 1));
        io.poll();
        REQUIRE(tasks.size() == 3);
        CHECK_FALSE(tasks[0].done());
    }
    CHECK(tasks[0].done());
    CHECK(stranded.done());
    tasks[0].cancel();
}

TEST_CASE("wait returns when its condition is fulfilled", "[task][wait]") {
    run_virtual(check_wait_modes());
}

TEST_CASE("wait does not take a cancelled task for an exception", "[task][wait]") {
    run_virtual(check_wait_for_exception());
}

TEST_CASE("wait has a timeout that cancels nothing", "[task][wait]") {
    run_virtual(check_wait_timeout());
}

TEST_CASE("a cancelled wait leaves the tasks alone", "[task][wait][cancel]") {
    run_virtual(check_cancelled_wait());
}
