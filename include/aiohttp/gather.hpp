#pragma once

#include <cstddef>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/client/children.hpp>
#include <aiohttp/outcome.hpp>

namespace aiohttp {

/// How gather(), gather_settled() and as_completed() go through a range. Trivial, so that it
/// may be written inline: `co_await gather(std::move(requests), {.limit = 10})`.
struct GatherOptions {
    /// How many run at once at most; 0 means all of them.
    std::size_t limit = 0;
};

namespace detail {

template <typename... T>
boost::asio::awaitable<std::tuple<value_t<T>...>> gather_pack(
    std::shared_ptr<ChildPack<T...>> pack) {
    co_await TaskGroup::join(pack);
    pack->rethrow_error();
    co_return pack->values();
}

template <typename... T>
boost::asio::awaitable<std::tuple<Outcome<T>...>> settle_pack(
    std::shared_ptr<ChildPack<T...>> pack) {
    co_await TaskGroup::join(pack);
    pack->rethrow_error();
    co_return pack->outcomes();
}

template <typename T>
boost::asio::awaitable<std::vector<value_t<T>>> gather_range(
    std::shared_ptr<ChildOutcomes<T>> group) {
    co_await TaskGroup::join(group);
    group->rethrow_error();
    co_return group->values();
}

template <typename T>
boost::asio::awaitable<std::vector<Outcome<T>>> settle_range(
    std::shared_ptr<ChildOutcomes<T>> group) {
    co_await TaskGroup::join(group);
    group->rethrow_error();
    co_return group->outcomes();
}

template <typename R, typename Fn>
std::shared_ptr<ChildOutcomes<made_by_t<Fn, R>>> collect_children(R range,
                                                                  Fn fn,
                                                                  GatherOptions options,
                                                                  TaskGroup::OnError on_error) {
    return std::make_shared<FromRange<ChildOutcomes<made_by_t<Fn, R>>, R, Fn>>(
        std::move(range), std::move(fn), options.limit, on_error);
}

}  // namespace detail

/// asyncio.gather(): runs awaitables at the same time and returns their results in order, void
/// ones as std::monostate. The first error cancels the rest; it is rethrown when all of them
/// have ended. So it is with a cancellation of the coroutine that awaits: the children are
/// cancelled, and operation_aborted is thrown when the last one has ended.
///
/// Children are awaitables or anything derived from them, such as Request and Task. They start
/// when gather() is awaited, on the executor of the awaiting coroutine, which must be a strand
/// if several threads run its io_context; where they are many, others get their turn in between.
/// A child that ignores its cancellation is waited for.
template <typename... T>
[[nodiscard]] boost::asio::awaitable<std::tuple<detail::value_t<T>...>> gather(
    boost::asio::awaitable<T>... children) {
    return detail::gather_pack(std::make_shared<detail::ChildPack<T...>>(
        detail::TaskGroup::OnError::cancel_the_rest, std::move(children)...));
}

/// The same for a range (std::vector, std::array...) of awaitables of one type, which is moved
/// in: `auto pages = co_await gather(std::move(requests), {.limit = 10});`
template <detail::AwaitableRange Range>
[[nodiscard]] auto gather(Range children, GatherOptions options = {}) {
    return detail::gather_range(
        detail::collect_children(std::move(children), detail::TakeAwaitable(), options,
                                 detail::TaskGroup::OnError::cancel_the_rest));
}

/// The same for awaitables that are made by `make(item)` only when it is their turn, so that
/// 100 000 items with a limit of 10 cost ten coroutines. The range is copied unless moved in;
/// `items` and `make` live until all children have ended. `make` must be a named object if it
/// captures by value, not a lambda inside the co_await expression (GCC 12 destroys such a
/// temporary twice).
template <detail::ItemRange Range, detail::ItemFunction<Range> Fn>
[[nodiscard]] auto gather(Range items, Fn make, GatherOptions options = {}) {
    return detail::gather_range(detail::collect_children(
        std::move(items), std::move(make), options, detail::TaskGroup::OnError::cancel_the_rest));
}

/// asyncio.gather(return_exceptions=True): runs all awaitables to their ends, whatever happens
/// to the others, and returns every Outcome in order. Throws only operation_aborted, if the
/// awaiting coroutine is cancelled.
template <typename... T>
[[nodiscard]] boost::asio::awaitable<std::tuple<Outcome<T>...>> gather_settled(
    boost::asio::awaitable<T>... children) {
    return detail::settle_pack(std::make_shared<detail::ChildPack<T...>>(
        detail::TaskGroup::OnError::go_on, std::move(children)...));
}

/// The same for a range of awaitables.
template <detail::AwaitableRange Range>
[[nodiscard]] auto gather_settled(Range children, GatherOptions options = {}) {
    return detail::settle_range(detail::collect_children(
        std::move(children), detail::TakeAwaitable(), options, detail::TaskGroup::OnError::go_on));
}

/// The same for awaitables made one by one. What `make` itself throws is an outcome, too.
template <detail::ItemRange Range, detail::ItemFunction<Range> Fn>
[[nodiscard]] auto gather_settled(Range items, Fn make, GatherOptions options = {}) {
    return detail::settle_range(detail::collect_children(std::move(items), std::move(make), options,
                                                         detail::TaskGroup::OnError::go_on));
}

}  // namespace aiohttp
