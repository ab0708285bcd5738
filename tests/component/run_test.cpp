#include <aiohttp/run.hpp>

#include <memory>
#include <stdexcept>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include "support/catch.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

asio::awaitable<void> fail(bool suspend) {
    if (suspend) {
        co_await aiohttp::sleep(0ms);
    }
    throw std::runtime_error("broken");
}

asio::awaitable<std::unique_ptr<std::string>> move_only() {
    co_await aiohttp::sleep(1ms);
    co_return std::make_unique<std::string>("value");
}

struct Fate {
    bool started = false;
    bool aborted = false;
    bool destroyed = false;
};

struct Mourner {
    explicit Mourner(Fate* f) : fate(f) { fate->started = true; }
    Mourner(const Mourner&) = delete;
    Mourner& operator=(const Mourner&) = delete;
    ~Mourner() { fate->destroyed = true; }
    Fate* fate;
};

asio::awaitable<void> sleep_for_an_hour(Fate* fate) {
    Mourner mourner(fate);
    try {
        co_await aiohttp::sleep(1h);
    } catch (const boost::system::system_error& error) {
        fate->aborted = error.code() == asio::error::operation_aborted;
    }
    if (fate->aborted) {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        for (int i = 0; i < 50; ++i) {
            co_await aiohttp::sleep(0ms);
        }
    }
}

asio::awaitable<void> leave_task(aiohttp::Task<void>* owner, Fate* fate) {
    *owner = co_await aiohttp::create_task(sleep_for_an_hour(fate));
}

asio::awaitable<void> drop_task(Fate* fate) {
    auto task = co_await aiohttp::create_task(sleep_for_an_hour(fate));
    CHECK_FALSE(task.done());
}

asio::awaitable<void> leave_detached(Fate* fate) {
    const auto executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, sleep_for_an_hour(fate), asio::detached);
}

asio::awaitable<void> never_end(Fate* fate) {
    Mourner mourner(fate);
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    for (;;) {
        co_await aiohttp::sleep(0ms);
    }
}

asio::awaitable<void> leave_endless(aiohttp::Task<void>* owner, Fate* fate) {
    *owner = co_await aiohttp::create_task(never_end(fate));
}

class Derived : public asio::awaitable<int> {
public:
    Derived() : asio::awaitable<int>(make()) {}

private:
    static asio::awaitable<int> make() { co_return 5; }
};

}  // namespace

TEST_CASE("run returns the result of the main coroutine", "[run]") {
    CHECK(*aiohttp::run(move_only()) == "value");
    CHECK(aiohttp::run(Derived()) == 5);
    CHECK_NOTHROW(aiohttp::run(aiohttp::sleep(0ms)));
}

TEST_CASE("run rethrows the exception of the main coroutine", "[run]") {
    CHECK_THROWS_WITH(aiohttp::run(fail(false)), "broken");
    CHECK_THROWS_WITH(aiohttp::run(fail(true)), "broken");
}

TEST_CASE("run cancels the tasks that outlive the main coroutine and lets them unwind", "[run]") {
    Fate fate;
    aiohttp::Task<void> owner;
    aiohttp::run(leave_task(&owner, &fate));
    CHECK(fate.started);
    CHECK(fate.aborted);
    CHECK(fate.destroyed);
    CHECK(owner.done());
}

TEST_CASE("run lets a task that the main coroutine dropped unwind", "[run]") {
    Fate fate;
    aiohttp::run(drop_task(&fate));
    CHECK(fate.aborted);
    CHECK(fate.destroyed);
}

TEST_CASE("run destroys foreign coroutines that outlive the main coroutine", "[run]") {
    Fate fate;
    aiohttp::run(leave_detached(&fate));
    CHECK(fate.started);
    CHECK(fate.destroyed);
}

TEST_CASE("run does not wait for a task that ignores its cancellation", "[run]") {
    Fate fate;
    aiohttp::Task<void> owner;
    aiohttp::run(leave_endless(&owner, &fate));
    CHECK(fate.destroyed);
    CHECK(owner.done());
}
