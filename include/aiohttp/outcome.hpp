#pragma once

#include <exception>
#include <optional>
#include <utility>

namespace aiohttp {

/// How an awaitable ended: its value or its exception, as asyncio's return_exceptions=True
/// keeps them.
template <typename T>
class Outcome {
public:
    using value_type = T;

    /// A success.
    Outcome(std::in_place_t, T value) : value_(std::move(value)) {}
    /// A failure.
    explicit Outcome(std::exception_ptr error) : error_(std::move(error)) {}

    /// True for a success.
    [[nodiscard]] bool has_value() const noexcept { return value_.has_value(); }
    [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }

    /// The value; rethrows the exception if there is none.
    T& value() & { return checked(), *value_; }
    const T& value() const& { return checked(), *value_; }
    T&& value() && { return checked(), std::move(*value_); }
    /// The same as value(): rethrows too.
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    /// The exception, nullptr for a success.
    [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }

private:
    void checked() const {
        if (!value_) {
            std::rethrow_exception(error_);
        }
    }

    std::optional<T> value_;
    std::exception_ptr error_;
};

/// How an awaitable<void> ended.
template <>
class Outcome<void> {
public:
    using value_type = void;

    explicit Outcome(std::in_place_t) noexcept : done_(true) {}
    explicit Outcome(std::exception_ptr error) noexcept : error_(std::move(error)) {}

    /// True for a success.
    [[nodiscard]] bool has_value() const noexcept { return done_; }
    [[nodiscard]] explicit operator bool() const noexcept { return done_; }

    /// Rethrows the exception, if there is one.
    void value() const {
        if (!done_) {
            std::rethrow_exception(error_);
        }
    }
    void operator*() const { value(); }

    /// The exception, nullptr for a success.
    [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }

private:
    std::exception_ptr error_;
    bool done_ = false;
};

}  // namespace aiohttp
