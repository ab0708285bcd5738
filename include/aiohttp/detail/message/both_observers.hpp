#pragma once

#include <exception>
#include <memory>
#include <string_view>
#include <utility>

#include <aiohttp/detail/message/body_observer.hpp>

namespace aiohttp::detail {

/// Two who are told of the same body.
class BothObservers final : public BodyObserver {
public:
    BothObservers(std::shared_ptr<BodyObserver> first, std::shared_ptr<BodyObserver> second)
        : first_(std::move(first)), second_(std::move(second)) {}

    void on_chunk_received(std::string_view chunk) override {
        first_->on_chunk_received(chunk);
        second_->on_chunk_received(chunk);
    }
    /// What one throws does not keep it from the other.
    void on_body_end(const BodyEnd& end) override {
        std::exception_ptr thrown;
        try {
            first_->on_body_end(end);
        } catch (...) {
            thrown = std::current_exception();
        }
        second_->on_body_end(end);
        if (thrown) {
            std::rethrow_exception(thrown);
        }
    }

private:
    std::shared_ptr<BodyObserver> first_;
    std::shared_ptr<BodyObserver> second_;
};

}  // namespace aiohttp::detail
