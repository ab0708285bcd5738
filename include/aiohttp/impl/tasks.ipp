#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/detail/client/group.ipp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/run.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>

namespace aiohttp {

AIOHTTP_DECL boost::asio::awaitable<void> sleep(Duration duration) {
    const auto executor = co_await boost::asio::this_coro::executor;
    if (duration <= Duration::zero()) {
        co_await boost::asio::post(executor, boost::asio::use_awaitable);
        co_return;
    }
    boost::asio::basic_waitable_timer<Clock> timer(executor, duration);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

namespace detail {

// Enough for every task to go through its destructors, an end for those that go on regardless.
inline constexpr std::size_t most_unwinding_rounds = 100;
inline constexpr std::size_t most_handlers_a_group = 1000;

AIOHTTP_DECL void unwind_leftovers(boost::asio::io_context& io, GroupRegistry& groups) {
    for (std::size_t round = 0; round < most_unwinding_rounds && !groups.empty(); ++round) {
        const auto most_handlers = groups.cancel_all() * most_handlers_a_group;
        io.restart();
        std::size_t handled = 0;
        while (handled < most_handlers && !groups.empty() && io.poll_one() != 0) {
            ++handled;
        }
        if (handled == 0 || handled == most_handlers) {
            return;
        }
    }
}

}  // namespace detail

AIOHTTP_DECL void run(boost::asio::awaitable<void> main) {
    std::exception_ptr error;
    boost::asio::io_context io(1);
    auto& groups = boost::asio::use_service<detail::GroupRegistry>(
        static_cast<boost::asio::execution_context&>(io));
    boost::asio::co_spawn(io, std::move(main), [&](std::exception_ptr e) {
        error = e;
        io.stop();
    });
    io.run();
    detail::unwind_leftovers(io, groups);
    if (error) {
        std::rethrow_exception(error);
    }
}

namespace detail {

AIOHTTP_DECL TaskOwner::~TaskOwner() {
    if (task_) {
        task_->cancel();
    }
}

/// A coroutine that waits for some of several tasks; it does not own them.
class TasksWait final : public Parking {
public:
    explicit TasksWait(ReturnWhen return_when) noexcept : return_when_(return_when) {}

    void add(TaskGroup& task) {
        if (task.ended()) {
            note_end(task);
            return;
        }
        ++pending_;
        task.watch(watchers_.emplace_back(this, &task));
    }

    [[nodiscard]] bool satisfied() const noexcept {
        return pending_ == 0 || (return_when_ == FIRST_COMPLETED && one_ended_) ||
               (return_when_ == FIRST_EXCEPTION && one_failed_);
    }

    boost::asio::awaitable<void> wait() { return park(); }

    void throw_if_cancelled() const {
        if (cancelled_) {
            throw boost::system::system_error(boost::asio::error::operation_aborted);
        }
    }

private:
    class Watcher final : public GroupWatcher {
    public:
        Watcher(TasksWait* wait, TaskGroup* task) noexcept : wait_(wait), task_(task) {}

    private:
        void group_ended() override {
            unlink();
            --wait_->pending_;
            wait_->note_end(*task_);
            if (wait_->satisfied()) {
                wait_->wake();
            }
        }

        TasksWait* wait_;
        TaskGroup* task_;
    };

    void parked() override {}

    void cancel_requested() override {
        cancelled_ = true;
        wake();
    }

    void note_end(const TaskGroup& task) noexcept {
        one_ended_ = true;
        one_failed_ = one_failed_ || task.failed_by_itself();
    }

    ReturnWhen return_when_;
    std::deque<Watcher> watchers_;
    std::size_t pending_ = 0;
    bool one_ended_ = false;
    bool one_failed_ = false;
    bool cancelled_ = false;
};

AIOHTTP_DECL boost::asio::awaitable<void> wait_or_timeout(std::shared_ptr<TasksWait> wait,
                                                          std::optional<Duration> timeout) {
    if (!timeout) {
        co_await wait->wait();
        co_return;
    }
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::basic_waitable_timer<Clock> timer(executor, *timeout);
    timer.async_wait([weak = std::weak_ptr(wait)](boost::system::error_code) {
        if (const auto alive = weak.lock()) {
            alive->wake();
        }
    });
    co_await wait->wait();
}

AIOHTTP_DECL boost::asio::awaitable<WaitResult> wait_for_tasks(
    std::vector<std::shared_ptr<TaskGroup>> tasks,
    ReturnWhen return_when,
    std::optional<Duration> timeout) {
    const auto wait = std::make_shared<TasksWait>(return_when);
    for (const auto& task : tasks) {
        wait->add(*task);
    }
    if (!wait->satisfied()) {
        co_await wait_or_timeout(wait, timeout);
        wait->throw_if_cancelled();
    }
    WaitResult result;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        (tasks[i]->ended() ? result.done : result.pending).push_back(i);
    }
    co_return result;
}

}  // namespace detail

}  // namespace aiohttp
