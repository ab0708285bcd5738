#pragma once

#include <memory>
#include <utility>

namespace aiohttp::detail {

/// A value that is shared until somebody changes it. The default value takes no memory; it must be
/// a constant expression, so that looking at it needs no guard.
template <class T>
class CopyOnWrite {
public:
    CopyOnWrite() noexcept = default;
    explicit CopyOnWrite(T value) : value_(std::make_shared<T>(std::move(value))) {}

    const T& operator*() const noexcept { return value_ ? *value_ : none_; }
    const T* operator->() const noexcept { return &**this; }

    /// The value, to be changed; from here on nobody else's.
    T& edit() {
        if (value_ == nullptr || value_.use_count() > 1) {
            value_ = std::make_shared<T>(**this);
        }
        return *value_;
    }

private:
    static constinit inline const T none_{};

    std::shared_ptr<T> value_;
};

}  // namespace aiohttp::detail
