#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/client/list_node.hpp>
#include <aiohttp/detail/client/parking.hpp>

namespace aiohttp::detail {

class TaskGroupChild;
class ChildHandler;
class StartLater;

/// Told when a group has ended, as long as it is linked to it.
class GroupWatcher : public ListNode {
public:
    virtual void group_ended() = 0;

protected:
    ~GroupWatcher() = default;
};

/// Coroutines with one owner: runs the children a derived class makes, at most `limit` at a
/// time, and lets one coroutine wait for them. A group with a running child owns itself. All
/// calls are made on the executor of the children.
class TaskGroup : public Parking, public std::enable_shared_from_this<TaskGroup> {
public:
    enum class OnError { go_on, cancel_the_rest };

    ~TaskGroup() override;

    /// Starts the children. Not needed before join() or wait_for_one().
    void start(const boost::asio::any_io_executor& executor);

    /// Waits until all children have ended. If the waiting coroutine is cancelled, cancels the
    /// children and still waits for them.
    static boost::asio::awaitable<void> join(std::shared_ptr<TaskGroup> self);

    /// The same for a result that is handed out once: throws std::logic_error the second time.
    static boost::asio::awaitable<void> join_once(std::shared_ptr<TaskGroup> self);

    /// Waits until backlog() is not 0 or all children have ended. Throws operation_aborted if
    /// the waiting coroutine is cancelled, when the cancelled children have ended.
    static boost::asio::awaitable<void> wait_for_one(std::shared_ptr<TaskGroup> self);

    /// Cancels the children that run and starts no more.
    void cancel();

    /// Starts as many children as the limit allows now.
    void proceed();

    [[nodiscard]] bool ended() const noexcept { return exhausted_ && running_ == 0; }

    /// A child failed, and not because of cancel().
    [[nodiscard]] bool failed_by_itself() const noexcept { return failed_by_itself_; }

    /// Rethrows what ended the group early, once: the first error if it cancels the rest, or
    /// operation_aborted if the waiting coroutine was cancelled before that.
    void rethrow_error();

    void watch(GroupWatcher& watcher) noexcept { watchers_.push_back(watcher); }

protected:
    /// `limit` 0 means none.
    TaskGroup(std::size_t limit, OnError on_error);

private:
    friend class TaskGroupChild;
    friend class ChildHandler;
    friend class StartLater;
    friend class GroupRegistry;

    struct Registration : ListNode {
        TaskGroup* group = nullptr;
    };

    /// Makes the child number `index`, counted from 0; std::nullopt ends the sequence. An
    /// exception counts as the failure of that child, and so does an invalid awaitable.
    virtual std::optional<boost::asio::awaitable<void>> next_child(std::size_t index) = 0;
    /// A child has ended, with an error or with nullptr. It stored its value itself, if it has one.
    virtual void store_end(std::size_t index, std::exception_ptr error) = 0;
    /// Results that are ready but not fetched yet: they count towards the limit.
    [[nodiscard]] virtual std::size_t backlog() const noexcept { return 0; }

    void parked() override;
    void cancel_requested() override;

    void start_more();
    void spawn(boost::asio::awaitable<void> child, std::size_t index);
    void fail(std::size_t index, std::exception_ptr error);
    void child_ended(std::size_t index, std::exception_ptr error);
    void child_destroyed(std::size_t index);
    std::shared_ptr<TaskGroup> count_child_out() noexcept;
    void cancel_later();
    void start_is_due();
    void start_destroyed();
    void give_up();
    void finish();

    boost::asio::any_io_executor executor_;
    ListNode children_;
    ListNode watchers_;
    Registration registration_;
    std::exception_ptr error_;
    std::shared_ptr<TaskGroup> self_;          ///< while children run
    TaskGroupChild* in_first_turn_ = nullptr;  ///< may have been suspended since
    std::size_t limit_;
    std::size_t started_ = 0;
    std::size_t running_ = 0;
    OnError on_error_;
    bool starting_ = false;
    bool exhausted_ = false;
    bool cancelled_ = false;
    bool failed_by_itself_ = false;
    bool wake_for_one_ = false;
    bool claimed_ = false;
};

}  // namespace aiohttp::detail
