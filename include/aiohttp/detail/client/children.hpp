#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/client/group.hpp>
#include <aiohttp/outcome.hpp>

namespace aiohttp::detail {

template <typename T>
std::type_identity<T> awaited_by(const boost::asio::awaitable<T>&);

/// The result type of an awaitable, or of a class derived from one.
template <typename Awaitable>
using awaited_t = typename decltype(awaited_by(std::declval<const Awaitable&>()))::type;

template <typename T>
concept AwaitableLike = requires(const T& awaitable) { awaited_by(awaitable); };

template <typename Range>
using item_ref_t = std::iter_reference_t<decltype(std::ranges::begin(std::declval<Range&>()))>;

/// <ranges> is too heavy for a header everybody includes.
template <typename T>
concept ItemRange = requires(T& range) {
    { std::ranges::begin(range) } -> std::forward_iterator;
    { std::ranges::end(range) } -> std::sentinel_for<decltype(std::ranges::begin(range))>;
};

template <typename T>
concept AwaitableRange = ItemRange<T> && AwaitableLike<std::remove_cvref_t<item_ref_t<T>>>;

template <typename Fn, typename T>
concept ItemFunction = ItemRange<T> && std::is_invocable_v<Fn&, item_ref_t<T>> &&
                       AwaitableLike<std::invoke_result_t<Fn&, item_ref_t<T>>>;

template <typename Fn, typename R>
using made_by_t = awaited_t<std::invoke_result_t<Fn&, item_ref_t<R>>>;

/// The function that makes a child out of an element which is one.
struct TakeAwaitable {
    template <typename Awaitable>
    boost::asio::awaitable<awaited_t<Awaitable>> operator()(Awaitable& awaitable) const {
        return std::move(awaitable);
    }
};

/// The void of a tuple or a vector.
template <typename T>
using value_t = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <typename T>
value_t<T> take_value(Outcome<T>& outcome) {
    if constexpr (std::is_void_v<T>) {
        outcome.value();
        return {};
    } else {
        return std::move(outcome).value();
    }
}

// GCC warns of the coroutine's frame, in this header, when T is of the user's unnamed namespace.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif

/// Runs a child and hands its value to sink->store(index, outcome); `sink` is part of the group
/// and outlives the child.
template <typename T, typename Sink>
boost::asio::awaitable<void> deliver(boost::asio::awaitable<T> child,
                                     Sink* sink,
                                     std::size_t index) {
    T value = co_await std::move(child);
    sink->store(index, Outcome<T>(std::in_place, std::move(value)));
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// What a group runs for a child: the child itself, without a second coroutine, if it has no
/// value. The group says what is wrong with an invalid one.
template <typename T, typename Sink>
boost::asio::awaitable<void> run_child(boost::asio::awaitable<T> child,
                                       Sink* sink,
                                       std::size_t index) {
    if constexpr (std::is_void_v<T>) {
        return child;
    } else {
        return child.valid() ? deliver(std::move(child), sink, index)
                             : boost::asio::awaitable<void>();
    }
}

/// TaskGroup::store_end() of a child that was run by run_child().
template <typename T, typename Sink>
void store_end_of_child(Sink& sink, std::size_t index, std::exception_ptr error) {
    if (error) {
        sink.store(index, Outcome<T>(std::move(error)));
    } else if constexpr (std::is_void_v<T>) {
        sink.store(index, Outcome<T>(std::in_place));
    }
}

/// A fixed number of children of different types.
template <typename... T>
class ChildPack final : public TaskGroup {
public:
    explicit ChildPack(OnError on_error, boost::asio::awaitable<T>... children)
        : TaskGroup(0, on_error), children_(std::move(children)...) {}

    std::tuple<value_t<T>...> values() {
        return std::apply(
            [](auto&... cell) { return std::tuple<value_t<T>...>(take_value(cell.outcome)...); },
            cells_);
    }

    std::tuple<Outcome<T>...> outcomes() {
        return std::apply(
            [](auto&... cell) { return std::tuple<Outcome<T>...>(std::move(cell.outcome)...); },
            cells_);
    }

private:
    template <typename U>
    struct Cell {
        Outcome<U> outcome{std::exception_ptr()};
        void store(std::size_t, Outcome<U> value) { outcome = std::move(value); }
    };

    std::optional<boost::asio::awaitable<void>> next_child(std::size_t index) override {
        return make_child(index, std::index_sequence_for<T...>());
    }

    template <std::size_t... I>
    std::optional<boost::asio::awaitable<void>> make_child([[maybe_unused]] std::size_t index,
                                                           std::index_sequence<I...>) {
        std::optional<boost::asio::awaitable<void>> child;
        ((I == index ? void(child.emplace(
                           run_child(std::move(std::get<I>(children_)), &std::get<I>(cells_), I)))
                     : void()),
         ...);
        return child;
    }

    void store_end(std::size_t index, std::exception_ptr error) override {
        store_end_in(index, error, std::index_sequence_for<T...>());
    }

    template <std::size_t... I>
    void store_end_in([[maybe_unused]] std::size_t index,
                      [[maybe_unused]] const std::exception_ptr& error,
                      std::index_sequence<I...>) {
        ((I == index ? store_end_of_child<T>(std::get<I>(cells_), I, error) : void()), ...);
    }

    std::tuple<boost::asio::awaitable<T>...> children_;
    std::tuple<Cell<T>...> cells_;
};

/// Outcomes in the order of the children.
template <typename T>
class ChildOutcomes : public TaskGroup {
public:
    using TaskGroup::TaskGroup;

    void reserve(std::size_t size) { outcomes_.reserve(size); }

    void store(std::size_t index, Outcome<T> outcome) {
        while (outcomes_.size() <= index) {
            outcomes_.emplace_back(std::exception_ptr());
        }
        outcomes_[index] = std::move(outcome);
    }

    std::vector<value_t<T>> values() {
        std::vector<value_t<T>> values;
        values.reserve(outcomes_.size());
        for (auto& outcome : outcomes_) {
            values.push_back(take_value(outcome));
        }
        return values;
    }

    std::vector<Outcome<T>> outcomes() { return std::move(outcomes_); }

private:
    void store_end(std::size_t index, std::exception_ptr error) override {
        store_end_of_child<T>(*this, index, std::move(error));
    }

    std::vector<Outcome<T>> outcomes_;
};

/// The group `Base` with a child for every item of a range, made when it is to start.
template <typename Base, typename R, typename Fn>
class FromRange final : public Base {
public:
    FromRange(R range, Fn fn, std::size_t limit, TaskGroup::OnError on_error)
        : Base(limit, on_error),
          range_(std::move(range)),
          fn_(std::move(fn)),
          position_(std::ranges::begin(range_)) {
        if constexpr (requires { this->reserve(std::ranges::size(range_)); }) {
            this->reserve(static_cast<std::size_t>(std::ranges::size(range_)));
        }
    }

private:
    std::optional<boost::asio::awaitable<void>> next_child(std::size_t index) override {
        if (position_ == std::ranges::end(range_)) {
            return std::nullopt;
        }
        const auto item = position_++;
        boost::asio::awaitable<made_by_t<Fn, R>> child = std::invoke(fn_, *item);
        return run_child(std::move(child), static_cast<Base*>(this), index);
    }

    R range_;
    Fn fn_;
    decltype(std::ranges::begin(std::declval<R&>())) position_;
};

}  // namespace aiohttp::detail
