#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/client/children.hpp>
#include <aiohttp/gather.hpp>
#include <aiohttp/outcome.hpp>

namespace aiohttp {

/// An Outcome and where in the range its awaitable stood.
template <typename T>
class Completion : public Outcome<T> {
public:
    Completion(std::size_t index, Outcome<T> outcome)
        : Outcome<T>(std::move(outcome)), index_(index) {}

    /// Counted from 0.
    [[nodiscard]] std::size_t index() const noexcept { return index_; }

private:
    std::size_t index_;
};

namespace detail {

/// Outcomes in the order in which the children end.
template <typename T>
class CompletionQueue : public TaskGroup {
public:
    using TaskGroup::TaskGroup;

    void store(std::size_t index, Outcome<T> outcome) {
        ready_.emplace_back(index, std::move(outcome));
    }

    std::optional<Completion<T>> pop() {
        if (ready_.empty()) {
            return std::nullopt;
        }
        std::optional<Completion<T>> first(std::move(ready_.front()));
        ready_.pop_front();
        return first;
    }

private:
    void store_end(std::size_t index, std::exception_ptr error) override {
        store_end_of_child<T>(*this, index, std::move(error));
    }
    [[nodiscard]] std::size_t backlog() const noexcept override { return ready_.size(); }

    std::deque<Completion<T>> ready_;
};

template <typename T>
boost::asio::awaitable<std::optional<Completion<T>>> next_completion(
    std::shared_ptr<CompletionQueue<T>> queue) {
    co_await TaskGroup::wait_for_one(queue);
    auto first = queue->pop();
    queue->proceed();
    co_return first;
}

}  // namespace detail

/// What as_completed() returns. Move-only; destroying it cancels the children that still run,
/// without waiting for them: `co_await close()` waits. Moved from, it may only be destroyed or
/// assigned to.
template <typename T>
class [[nodiscard]] AsCompleted {
public:
    explicit AsCompleted(std::shared_ptr<detail::CompletionQueue<T>> queue) noexcept
        : queue_(std::move(queue)) {}
    AsCompleted(AsCompleted&&) noexcept = default;
    AsCompleted& operator=(AsCompleted&& other) noexcept {
        std::swap(queue_, other.queue_);
        return *this;
    }
    ~AsCompleted() {
        if (queue_) {
            queue_->cancel();
        }
    }

    /// The next outcome in the order of completion, std::nullopt after the last. If the awaiting
    /// coroutine is cancelled, all children are, and operation_aborted is thrown when they have
    /// ended. Throws std::logic_error if another next() is waiting.
    [[nodiscard]] boost::asio::awaitable<std::optional<Completion<T>>> next() {
        return detail::next_completion(queue_);
    }

    /// Cancels the children that still run and waits until they have ended.
    [[nodiscard]] boost::asio::awaitable<void> close() {
        queue_->cancel();
        return detail::TaskGroup::join(queue_);
    }

private:
    std::shared_ptr<detail::CompletionQueue<T>> queue_;
};

namespace detail {

template <typename R, typename Fn>
AsCompleted<made_by_t<Fn, R>> make_as_completed(R range, Fn fn, GatherOptions options) {
    using Queue = CompletionQueue<made_by_t<Fn, R>>;
    return AsCompleted<made_by_t<Fn, R>>(std::make_shared<FromRange<Queue, R, Fn>>(
        std::move(range), std::move(fn), options.limit, TaskGroup::OnError::go_on));
}

}  // namespace detail

/// asyncio.as_completed(): the outcomes of a range of awaitables, which is moved in, one by one
/// in the order in which they end:
/// ```
/// auto completed = aiohttp::as_completed(std::move(requests), {.limit = 10});
/// while (auto item = co_await completed.next()) {
///     use(item->index(), item->value());   // value() rethrows
/// }
/// ```
/// The children start with the first next(), on the executor of the coroutine that awaits it.
/// At most `limit` are running or ended and not fetched, so a slow consumer slows them down.
template <detail::AwaitableRange Range>
auto as_completed(Range children, GatherOptions options = {}) {
    return detail::make_as_completed(std::move(children), detail::TakeAwaitable(), options);
}

/// The same for awaitables that `make(item)` makes when it is their turn, as for gather().
template <detail::ItemRange Range, detail::ItemFunction<Range> Fn>
auto as_completed(Range items, Fn make, GatherOptions options = {}) {
    return detail::make_as_completed(std::move(items), std::move(make), options);
}

}  // namespace aiohttp
