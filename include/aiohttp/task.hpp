#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/clock.hpp>
#include <aiohttp/detail/client/children.hpp>
#include <aiohttp/detail/client/group.hpp>
#include <aiohttp/outcome.hpp>

namespace aiohttp {

namespace detail {

/// Cancels a task when it is destroyed.
class TaskOwner {
public:
    TaskOwner() noexcept = default;
    explicit TaskOwner(std::shared_ptr<TaskGroup> task) noexcept : task_(std::move(task)) {}
    TaskOwner(TaskOwner&&) noexcept = default;
    TaskOwner(const TaskOwner&) = delete;
    TaskOwner& operator=(const TaskOwner&) = delete;
    ~TaskOwner();

private:
    std::shared_ptr<TaskGroup> task_;
};

/// A group of one.
template <typename T>
class TaskState final : public TaskGroup {
public:
    explicit TaskState(boost::asio::awaitable<T> child)
        : TaskGroup(1, OnError::go_on), child_(std::move(child)) {}

    void store(std::size_t, Outcome<T> outcome) { outcome_ = std::move(outcome); }
    Outcome<T>& outcome() noexcept { return outcome_; }

private:
    std::optional<boost::asio::awaitable<void>> next_child(std::size_t index) override {
        if (index != 0) {
            return std::nullopt;
        }
        return run_child(std::move(child_), this, index);
    }
    void store_end(std::size_t index, std::exception_ptr error) override {
        store_end_of_child<T>(*this, index, std::move(error));
    }

    boost::asio::awaitable<T> child_;
    Outcome<T> outcome_{std::exception_ptr()};
};

template <typename T>
boost::asio::awaitable<T> task_result(TaskOwner, std::shared_ptr<TaskState<T>> state) {
    if (!state) {
        throw std::logic_error("this task is empty: it was moved from");
    }
    co_await TaskGroup::join_once(state);
    co_return std::move(state->outcome()).value();
}

}  // namespace detail

/// When wait() returns: as soon as one task has ended, as soon as one has ended with an
/// exception other than its cancel(), or when all have ended.
enum class ReturnWhen { FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED };
using enum ReturnWhen;

/// The places of the tasks that had ended when wait() returned, and of the others, ascending.
struct WaitResult {
    std::vector<std::size_t> done;
    std::vector<std::size_t> pending;
};

/// asyncio.Task: a coroutine that runs on its own and belongs to this object. Move-only.
///
/// `co_await task.result()` or `co_await std::move(task)` waits for its end and returns its
/// result or rethrows its exception, once; cancelling the coroutine that waits cancels the
/// task. A Task is itself an awaitable (moved in): `gather(std::move(a), std::move(b))`.
/// Destroying it cancels the coroutine, without waiting for it.
/// All calls are made on the executor of the task.
template <typename T>
class [[nodiscard]] Task : public boost::asio::awaitable<T> {
public:
    /// No task: result(), done() and cancel() throw std::logic_error.
    Task() noexcept = default;
    Task(Task&&) noexcept = default;
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            // The assignment of Asio 1.81 would leak the coroutine it overwrites.
            const Base old(std::move(static_cast<Base&>(*this)));
            Base::operator=(std::move(static_cast<Base&>(other)));
            state_ = std::move(other.state_);
        }
        return *this;
    }

    /// Waits for the end of the task, which this object goes on owning. Throws std::logic_error
    /// if the result was awaited before or the task is empty.
    [[nodiscard]] boost::asio::awaitable<T> result() {
        return detail::task_result(detail::TaskOwner(), state_);
    }

    /// True if the task has ended, whether by a result, an error or a cancellation.
    [[nodiscard]] bool done() const { return group()->ended(); }

    /// Asks the coroutine to end: what it awaits throws operation_aborted. No effect if it is
    /// done. It may take its time to clean up; result() waits for that. A coroutine that cancels
    /// itself before it was ever suspended is told when it is, as in asyncio.
    void cancel() { group()->cancel(); }

private:
    using Base = boost::asio::awaitable<T>;

    explicit Task(std::shared_ptr<detail::TaskState<T>> state)
        : Base(detail::task_result(detail::TaskOwner(state), state)), state_(std::move(state)) {}

    const std::shared_ptr<detail::TaskState<T>>& group() const {
        if (!state_) {
            throw std::logic_error("this task is empty: it was moved from");
        }
        return state_;
    }

    template <typename U>
    friend Task<U> create_task(const boost::asio::any_io_executor& executor,
                               boost::asio::awaitable<U> coroutine);
    template <typename U>
    friend boost::asio::awaitable<WaitResult> wait(const std::vector<Task<U>>& tasks,
                                                   ReturnWhen return_when,
                                                   std::optional<Duration> timeout);

    std::shared_ptr<detail::TaskState<T>> state_;
};

/// asyncio.create_task(): starts a coroutine on `executor`, an io_context's or a strand's. On
/// that executor already, it runs up to its first suspension before create_task() returns.
template <typename T>
Task<T> create_task(const boost::asio::any_io_executor& executor,
                    boost::asio::awaitable<T> coroutine) {
    auto state = std::make_shared<detail::TaskState<T>>(std::move(coroutine));
    Task<T> task(state);
    state->start(executor);
    return task;
}

/// The same on the executor of the coroutine that awaits it:
/// `auto task = co_await aiohttp::create_task(session.get(url));`
template <typename T>
[[nodiscard]] boost::asio::awaitable<Task<T>> create_task(boost::asio::awaitable<T> coroutine) {
    const auto executor = co_await boost::asio::this_coro::executor;
    co_return create_task(executor, std::move(coroutine));
}

namespace detail {

boost::asio::awaitable<WaitResult> wait_for_tasks(std::vector<std::shared_ptr<TaskGroup>> tasks,
                                                  ReturnWhen return_when,
                                                  std::optional<Duration> timeout);

}  // namespace detail

/// asyncio.wait(): waits until `return_when` is fulfilled or `timeout` has passed, and says which
/// tasks have ended. The tasks stay the caller's: neither a timeout nor the cancellation of the
/// awaiting coroutine cancels them, and their results are fetched with result(). Throws
/// operation_aborted if the awaiting coroutine is cancelled and std::logic_error if a task is
/// empty. Returns at once if there are no tasks.
template <typename T>
[[nodiscard]] boost::asio::awaitable<WaitResult> wait(
    const std::vector<Task<T>>& tasks,
    ReturnWhen return_when = ALL_COMPLETED,
    std::optional<Duration> timeout = std::nullopt) {
    std::vector<std::shared_ptr<detail::TaskGroup>> groups;
    groups.reserve(tasks.size());
    for (const auto& task : tasks) {
        groups.push_back(task.group());
    }
    return detail::wait_for_tasks(std::move(groups), return_when, timeout);
}

}  // namespace aiohttp
