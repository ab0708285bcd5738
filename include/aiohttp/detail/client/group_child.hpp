#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/detail/client/group.hpp>
#include <aiohttp/detail/client/list_node.hpp>

// What a TaskGroup hands to co_spawn. Ten thousand children that wait are no rare thing, so this
// is about what a child costs: one block of 64 bytes, besides what co_spawn keeps for itself.
namespace aiohttp::detail {

/// A child that runs.
class TaskGroupChild : public ListNode {
public:
    TaskGroupChild(TaskGroup& group, std::size_t index) noexcept : group_(&group), index_(index) {}
    ~TaskGroupChild() {
        if (group_->in_first_turn_ == this) {
            group_->in_first_turn_ = nullptr;
        }
        if (canceller_ != nullptr) {
            canceller_(place_.data(), Act::destroy);
        }
    }
    TaskGroupChild(const TaskGroupChild&) = delete;
    TaskGroupChild& operator=(const TaskGroupChild&) = delete;

    [[nodiscard]] TaskGroup& group() const noexcept { return *group_; }
    [[nodiscard]] std::size_t index() const noexcept { return index_; }

    /// Makes what co_spawn wants to be called when the child is cancelled. A signal of Asio's
    /// would take another allocation for it.
    template <typename Handler, typename... Args>
    Handler& emplace_canceller(Args&&... args) {
        static_assert(sizeof(Handler) <= sizeof(place_) && alignof(Handler) <= alignof(void*),
                      "it holds one pointer with Boost 1.81");
        auto* const handler = ::new (place_.data()) Handler(std::forward<Args>(args)...);
        canceller_ = [](void* place, Act act) {
            auto* const held = std::launder(static_cast<Handler*>(place));
            if (act == Act::call) {
                (*held)(boost::asio::cancellation_type::all);
            } else {
                std::destroy_at(held);
            }
        };
        return *handler;
    }

    // A coroutine that is cancelled and ends without ever having been suspended makes Asio 1.81
    // throw out of the io_context. So before its first turn begin() has to know, and in its first
    // turn cancel_if_due() is to be called later: then cancel() returns false.
    [[nodiscard]] bool cancel() {
        if (begun_ && group_->in_first_turn_ != this) {
            due_ = false;
            canceller_(place_.data(), Act::call);
            return true;
        }
        due_ = true;
        return !begun_;
    }

    void cancel_if_due() {
        if (begun_ && std::exchange(due_, false)) {
            canceller_(place_.data(), Act::call);
        }
    }

    /// The first turn has come; returns false if the child is not to run.
    [[nodiscard]] bool begin() noexcept {
        begun_ = true;
        group_->in_first_turn_ = this;
        return !std::exchange(due_, false);
    }

private:
    enum class Act { call, destroy };

    TaskGroup* group_;
    std::size_t index_;
    void (*canceller_)(void* place, Act act) = nullptr;
    alignas(void*) std::array<std::byte, sizeof(void*)> place_{};
    bool begun_ = false;
    bool due_ = false;
};

/// Where co_spawn connects a child to its cancellation: Asio's CancellationSlot, as far as that
/// is used.
class ChildSlot {
public:
    explicit ChildSlot(TaskGroupChild* child) noexcept : child_(child) {}

    [[nodiscard]] bool is_connected() const noexcept { return true; }

    template <typename Handler, typename... Args>
    Handler& emplace(Args&&... args) const {
        return child_->emplace_canceller<Handler>(std::forward<Args>(args)...);
    }

private:
    TaskGroupChild* child_;
};

/// Where a child's end is told: on its group's executor, wherever its coroutine went. A pointer to
/// that one, because Asio would keep a second copy of it, with work counted, in every child.
class HomeExecutor {
public:
    explicit HomeExecutor(const boost::asio::any_io_executor* home) noexcept : home_(home) {}

    template <typename Function>
    void execute(Function&& function) const {
        boost::asio::dispatch(*home_, std::forward<Function>(function));
    }
    friend bool operator==(const HomeExecutor&, const HomeExecutor&) noexcept = default;

private:
    const boost::asio::any_io_executor* home_;
};

/// What a child's coroutine calls when it has ended. It may also be destroyed without a call,
/// by an io_context that is destroyed with the coroutine on it.
class ChildHandler {
public:
    using cancellation_slot_type = ChildSlot;

    explicit ChildHandler(std::unique_ptr<TaskGroupChild> child) noexcept
        : child_(std::move(child)) {}
    ChildHandler(ChildHandler&&) noexcept = default;
    ChildHandler(const ChildHandler&) = delete;
    ChildHandler& operator=(const ChildHandler&) = delete;
    ~ChildHandler() {
        if (child_) {
            auto& group = child_->group();
            group.child_destroyed(take_index());
        }
    }

    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept {
        return ChildSlot(child_.get());
    }

    [[nodiscard]] HomeExecutor home() const noexcept {
        return HomeExecutor(&child_->group().executor_);
    }

    void operator()(std::exception_ptr error) {
        auto& group = child_->group();
        group.child_ended(take_index(), std::move(error));
    }

private:
    std::size_t take_index() noexcept {
        const auto child = std::move(child_);
        return child->index();
    }

    std::unique_ptr<TaskGroupChild> child_;
};

}  // namespace aiohttp::detail

// Not ChildHandler::executor_type: then co_spawn would keep one more executor, for cancellations.
template <typename Executor>
struct boost::asio::associated_executor<aiohttp::detail::ChildHandler, Executor> {
    using asio_associated_executor_is_unspecialised = void;
    using type = aiohttp::detail::HomeExecutor;
    static type get(const aiohttp::detail::ChildHandler& handler) noexcept {
        return handler.home();
    }
    static type get(const aiohttp::detail::ChildHandler& handler, const Executor&) noexcept {
        return handler.home();
    }
};

namespace aiohttp::detail {

/// Called in the first turn of a child's coroutine for what it is to await.
class ChildStart {
public:
    ChildStart(TaskGroupChild* node, boost::asio::awaitable<void> child) noexcept
        : node_(node), child_(std::move(child)) {}

    boost::asio::awaitable<void> operator()() {
        if (!node_->begin()) {
            throw boost::system::system_error(boost::asio::error::operation_aborted);
        }
        if (!child_.valid()) {
            throw std::logic_error("this awaitable was moved from or awaited before");
        }
        return std::move(child_);
    }

private:
    TaskGroupChild* node_;
    boost::asio::awaitable<void> child_;
};

}  // namespace aiohttp::detail
