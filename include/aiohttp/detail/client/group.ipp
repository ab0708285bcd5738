#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/detail/client/group.hpp>
#include <aiohttp/detail/client/group_child.hpp>
#include <aiohttp/detail/client/group_registry.hpp>
#include <aiohttp/detail/config.hpp>

namespace aiohttp::detail {

template <typename Handler>
class ParkedHandler final : public ParkedCoroutine {
public:
    explicit ParkedHandler(Handler handler)
        : slot_(boost::asio::get_associated_cancellation_slot(handler)),
          handler_(std::move(handler)) {}

    [[nodiscard]] boost::asio::cancellation_slot slot() const noexcept { return slot_; }

    // Posted: whoever wakes the coroutine is not entered again before its own turn is over.
    void resume() override {
        slot_.clear();
        boost::asio::post(std::move(handler_));
    }

private:
    boost::asio::cancellation_slot slot_;
    Handler handler_;
};

class InitiatePark {
public:
    explicit InitiatePark(Parking* parking) noexcept : parking_(parking) {}

    template <typename Handler>
    void operator()(Handler&& handler) const {
        auto coroutine =
            std::make_unique<ParkedHandler<std::decay_t<Handler>>>(std::forward<Handler>(handler));
        auto slot = coroutine->slot();
        parking_->coroutine_ = std::move(coroutine);
        if (slot.is_connected()) {
            slot.assign([parking = parking_](boost::asio::cancellation_type_t type) {
                if (type != boost::asio::cancellation_type::none) {
                    parking->cancel_requested();
                }
            });
        }
        parking_->parked();
    }

private:
    Parking* parking_;
};

AIOHTTP_DECL Parking::~Parking() = default;

AIOHTTP_DECL void Parking::wake() {
    if (auto coroutine = std::exchange(coroutine_, nullptr)) {
        coroutine->resume();
    }
}

AIOHTTP_DECL boost::asio::awaitable<void> Parking::park() {
    if (occupied()) {
        throw std::logic_error("two coroutines wait for the same thing");
    }
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void()>(
        InitiatePark(this), boost::asio::use_awaitable);
}

AIOHTTP_DECL std::exception_ptr aborted() {
    return std::make_exception_ptr(
        boost::system::system_error(boost::asio::error::operation_aborted));
}

// So many children start one after the other; then others get their turn. Ten thousand requests
// that start at once would all be connecting before the first of them is told that it has.
inline constexpr std::size_t starts_in_a_row = 128;

/// Starts more children, later. It may also be destroyed without a call, as a ChildHandler.
class StartLater {
public:
    explicit StartLater(std::shared_ptr<TaskGroup> group) noexcept : group_(std::move(group)) {}
    StartLater(StartLater&&) noexcept = default;
    StartLater(const StartLater&) = delete;
    StartLater& operator=(const StartLater&) = delete;
    ~StartLater() {
        if (const auto group = std::move(group_)) {
            group->start_destroyed();
        }
    }

    void operator()() {
        const auto group = std::move(group_);
        group->start_is_due();
    }

private:
    std::shared_ptr<TaskGroup> group_;
};

AIOHTTP_DECL TaskGroup::TaskGroup(std::size_t limit, OnError on_error)
    : limit_(limit == 0 ? SIZE_MAX : limit), on_error_(on_error) {}

AIOHTTP_DECL TaskGroup::~TaskGroup() = default;

AIOHTTP_DECL void TaskGroup::start(const boost::asio::any_io_executor& executor) {
    executor_ = executor;
    proceed();
}

AIOHTTP_DECL void TaskGroup::parked() {
    claimed_ = true;
    proceed();
}

AIOHTTP_DECL void TaskGroup::cancel_requested() {
    if (!error_) {
        error_ = aborted();
    }
    wake_for_one_ = false;
    cancel();
}

AIOHTTP_DECL boost::asio::awaitable<void> TaskGroup::join(std::shared_ptr<TaskGroup> self) {
    if (self->ended()) {
        co_return;
    }
    if (!self->executor_) {
        self->executor_ = co_await boost::asio::this_coro::executor;
    }
    co_await self->park();
}

AIOHTTP_DECL boost::asio::awaitable<void> TaskGroup::join_once(std::shared_ptr<TaskGroup> self) {
    if (self->claimed_) {
        throw std::logic_error("a task's result can be awaited only once");
    }
    co_await join(self);
    self->claimed_ = true;
}

AIOHTTP_DECL boost::asio::awaitable<void> TaskGroup::wait_for_one(std::shared_ptr<TaskGroup> self) {
    if (self->backlog() != 0 || self->ended()) {
        co_return;
    }
    if (!self->executor_) {
        self->executor_ = co_await boost::asio::this_coro::executor;
    }
    self->wake_for_one_ = true;
    co_await self->park();
    self->wake_for_one_ = false;
    self->rethrow_error();
}

AIOHTTP_DECL void TaskGroup::rethrow_error() {
    if (auto error = std::exchange(error_, nullptr)) {
        std::rethrow_exception(std::move(error));
    }
}

AIOHTTP_DECL void TaskGroup::cancel() {
    const auto self = shared_from_this();
    exhausted_ = true;
    cancelled_ = true;
    children_.for_each([this](ListNode& node) {
        if (!static_cast<TaskGroupChild&>(node).cancel()) {
            cancel_later();
        }
    });
    proceed();
}

AIOHTTP_DECL void TaskGroup::cancel_later() {
    boost::asio::post(executor_, [self = shared_from_this()] {
        self->children_.for_each(
            [](ListNode& node) { static_cast<TaskGroupChild&>(node).cancel_if_due(); });
    });
}

AIOHTTP_DECL void TaskGroup::proceed() {
    start_more();
    if (ended()) {
        finish();
    } else if (wake_for_one_ && backlog() != 0) {
        wake();
    }
}

// A child runs up to its first suspension in here and may do anything, such as cancel the
// group; it cannot end in here, because co_spawn posts that.
AIOHTTP_DECL void TaskGroup::start_more() {
    if (starting_) {
        return;
    }
    starting_ = true;
    const auto first = started_;
    while (!exhausted_ && running_ + backlog() < limit_) {
        if (started_ - first == starts_in_a_row) {
            boost::asio::post(executor_, StartLater(shared_from_this()));
            return;  // starting_ until then
        }
        const auto index = started_++;
        std::optional<boost::asio::awaitable<void>> child;
        try {
            child = next_child(index);
        } catch (...) {
            fail(index, std::current_exception());
            continue;
        }
        if (child) {
            spawn(std::move(*child), index);
        } else {
            exhausted_ = true;
        }
    }
    starting_ = false;
}

AIOHTTP_DECL void TaskGroup::spawn(boost::asio::awaitable<void> child, std::size_t index) {
    if (registration_.group == nullptr) {
        registration_.group = this;
        GroupRegistry::add(executor_, registration_);
    }
    auto node = std::make_unique<TaskGroupChild>(*this, index);
    children_.push_back(*node);
    if (running_++ == 0) {
        self_ = shared_from_this();
    }
    ChildStart start_child(node.get(), std::move(child));
    boost::asio::co_spawn(executor_, std::move(start_child), ChildHandler(std::move(node)));
    in_first_turn_ = nullptr;
}

AIOHTTP_DECL void TaskGroup::fail(std::size_t index, std::exception_ptr error) {
    failed_by_itself_ = failed_by_itself_ || !cancelled_;
    store_end(index, error);
    if (on_error_ == OnError::cancel_the_rest && !error_) {
        error_ = std::move(error);
        cancel();
    }
}

AIOHTTP_DECL void TaskGroup::child_ended(std::size_t index, std::exception_ptr error) {
    const auto self = count_child_out();
    if (error) {
        fail(index, std::move(error));
    } else {
        store_end(index, nullptr);
    }
    proceed();
}

AIOHTTP_DECL void TaskGroup::start_is_due() {
    starting_ = false;
    if (!exhausted_) {
        proceed();
    }
}

AIOHTTP_DECL void TaskGroup::start_destroyed() {
    starting_ = false;
    if (!exhausted_) {
        give_up();
    }
}

// The other children are not cancelled: the io_context destroys them as well, and their
// operations may be gone already.
AIOHTTP_DECL void TaskGroup::child_destroyed(std::size_t index) {
    const auto self = count_child_out();
    store_end(index, aborted());
    give_up();
}

AIOHTTP_DECL void TaskGroup::give_up() {
    exhausted_ = true;
    if (!error_) {
        error_ = aborted();
    }
    proceed();
}

// What it returns keeps the group alive for the rest of a call.
AIOHTTP_DECL std::shared_ptr<TaskGroup> TaskGroup::count_child_out() noexcept {
    return --running_ == 0 ? std::exchange(self_, nullptr) : self_;
}

// The executor is let go of because a group may outlive the io_context.
AIOHTTP_DECL void TaskGroup::finish() {
    registration_.unlink();
    executor_ = boost::asio::any_io_executor();
    watchers_.for_each(
        [](ListNode& watcher) { static_cast<GroupWatcher&>(watcher).group_ended(); });
    wake();
}

AIOHTTP_DECL void GroupRegistry::add(const boost::asio::any_io_executor& executor,
                                     TaskGroup::Registration& registration) {
    auto& context = boost::asio::query(executor, boost::asio::execution::context);
    if (boost::asio::has_service<GroupRegistry>(context)) {
        boost::asio::use_service<GroupRegistry>(context).groups_.push_back(registration);
    }
}

AIOHTTP_DECL std::size_t GroupRegistry::cancel_all() {
    std::size_t count = 0;
    groups_.for_each([&count](ListNode& node) {
        static_cast<TaskGroup::Registration&>(node).group->cancel();
        ++count;
    });
    return count;
}

}  // namespace aiohttp::detail
