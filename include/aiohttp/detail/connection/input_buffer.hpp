#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include <boost/asio/buffer.hpp>

namespace aiohttp::detail {

/// Bytes received and not dealt with yet. Memory is taken when it is first needed and kept for
/// the next exchange, unless a large body made it large.
class InputBuffer {
public:
    std::string_view view() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
    bool empty() const noexcept { return begin_ == end_; }
    void consume(std::size_t bytes) noexcept { begin_ += bytes; }

    /// Room for at least `wanted` more bytes; views into the buffer are invalid afterwards.
    boost::asio::mutable_buffer prepare(std::size_t wanted) {
        const auto used = end_ - begin_;
        if (capacity_ - end_ < wanted) {
            if (capacity_ - used < wanted) {
                grow(std::max(used + wanted, std::min(capacity_ * 2, capacity_ + most_growth)));
            } else {
                std::memmove(bytes_.get(), bytes_.get() + begin_, used);
            }
            begin_ = 0;
            end_ = used;
        }
        return {bytes_.get() + end_, capacity_ - end_};
    }
    void commit(std::size_t bytes) noexcept { end_ += bytes; }

    /// Between two exchanges: starts from the front again, and does not sit on much memory.
    void rest() noexcept {
        if (empty()) {
            begin_ = 0;
            end_ = 0;
            if (capacity_ > most_kept) {
                bytes_.reset();
                capacity_ = 0;
            }
        }
    }

private:
    static constexpr std::size_t most_kept = std::size_t{16} << 10U;
    static constexpr std::size_t most_growth = std::size_t{256} << 10U;

    void grow(std::size_t capacity) {
        auto larger = std::make_unique_for_overwrite<char[]>(capacity);
        if (!empty()) {
            std::memcpy(larger.get(), bytes_.get() + begin_, end_ - begin_);
        }
        bytes_ = std::move(larger);
        capacity_ = capacity;
    }

    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace aiohttp::detail
