#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace aiohttp::detail {

/// Bytes received and not consumed yet, in one piece. Only prepare() moves them, so that the
/// front may be consumed while a read into the prepared space is under way.
class ServerInput {
public:
    /// Makes room for `size` more bytes behind the content and returns where.
    char* prepare(std::size_t size) {
        if (begin_ == end_) {
            begin_ = end_ = 0;
        }
        if (capacity_ - end_ < size) {
            make_room(size);
        }
        return data_.get() + end_;
    }

    void commit(std::size_t size) { end_ += size; }
    void consume(std::size_t size) { begin_ += size; }
    void clear() { begin_ = end_; }

    std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
    std::size_t size() const { return end_ - begin_; }
    bool empty() const { return begin_ == end_; }

private:
    void make_room(std::size_t size) {
        const auto content = view();
        if (capacity_ - content.size() < size) {
            const auto capacity = 2 * content.size() + size;
            auto data = std::make_unique_for_overwrite<char[]>(capacity);
            content.copy(data.get(), content.size());
            data_ = std::move(data);
            capacity_ = capacity;
        } else {
            std::memmove(data_.get(), content.data(), content.size());
        }
        begin_ = 0;
        end_ = content.size();
    }

    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace aiohttp::detail
