#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>

#include <aiohttp/detail/connection/spare_buffers.hpp>

namespace aiohttp::detail {

/// Bytes received and not dealt with yet. Memory is taken from `spare` when it is first needed,
/// and goes back between two exchanges.
class InputBuffer {
public:
    explicit InputBuffer(std::shared_ptr<SpareBuffers> spare) : spare_(std::move(spare)) {}
    InputBuffer(const InputBuffer&) = delete;
    InputBuffer& operator=(const InputBuffer&) = delete;
    ~InputBuffer() { give_back(); }

    std::string_view view() const noexcept { return {buffer_.bytes.get() + begin_, end_ - begin_}; }
    bool empty() const noexcept { return begin_ == end_; }
    void consume(std::size_t bytes) noexcept { begin_ += bytes; }

    /// Whether room should be made when there are bytes for it, and not before.
    bool scarce() const noexcept { return lacks_room() && spare_->scarce(); }

    bool lacks_room() const noexcept { return buffer_.capacity == 0; }

    /// Room for at least `wanted` more bytes; views into the buffer are invalid afterwards.
    boost::asio::mutable_buffer prepare(std::size_t wanted) {
        if (lacks_room()) {
            buffer_ = spare_->take();
        }
        const auto used = end_ - begin_;
        if (buffer_.capacity - end_ < wanted) {
            if (buffer_.capacity - used < wanted) {
                grow(std::max(used + wanted,
                              std::min(buffer_.capacity * 2, buffer_.capacity + most_growth)));
            } else {
                std::memmove(buffer_.bytes.get(), buffer_.bytes.get() + begin_, used);
            }
            begin_ = 0;
            end_ = used;
        }
        return {buffer_.bytes.get() + end_, buffer_.capacity - end_};
    }
    void commit(std::size_t bytes) noexcept { end_ += bytes; }

    /// Between two exchanges: sits on no memory.
    void rest() noexcept {
        if (empty()) {
            give_back();
            begin_ = 0;
            end_ = 0;
        }
    }

    SpareBuffers& spare() const noexcept { return *spare_; }

private:
    static constexpr std::size_t most_growth = std::size_t{256} << 10U;

    void give_back() noexcept {
        if (!lacks_room()) {
            spare_->give_back(std::exchange(buffer_, {}));
        }
    }

    void grow(std::size_t capacity) {
        auto larger = std::make_unique_for_overwrite<char[]>(capacity);
        if (!empty()) {
            std::memcpy(larger.get(), buffer_.bytes.get() + begin_, end_ - begin_);
        }
        buffer_ = {std::move(larger), capacity};
    }

    std::shared_ptr<SpareBuffers> spare_;
    SpareBuffers::Buffer buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace aiohttp::detail
