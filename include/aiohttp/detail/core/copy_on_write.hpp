#pragma once

#include <memory>
#include <utility>

namespace aiohttp::detail {

/// A value that is shared until somebody changes it. The default value takes no memory.
template <class T>
class CopyOnWrite {
public:
    CopyOnWrite() noexcept = default;
    explicit CopyOnWrite(T value) : value_(std::make_shared<T>(std::move(value))) {}

    const T& operator*() const noexcept { return value_ ? *value_ : none(); }
    const T* operator->() const noexcept { return &**this; }

    /// The value, to be changed; from here on nobody else's.
    T& edit() {
        if (value_ == nullptr || value_.use_count() > 1) {
            value_ = std::make_shared<T>(**this);
        }
        return *value_;
    }

private:
    // In two parts: the first is so small that it is inlined, and costs next to nothing.
    static const T& none() noexcept {
        static const T& value = make_none();
        return value;
    }
    static const T& make_none() noexcept {
        static const T value{};
        return value;
    }

    std::shared_ptr<T> value_;
};

}  // namespace aiohttp::detail
