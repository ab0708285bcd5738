#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace aiohttp::detail {

/// The memory that the connections of a connector read into and write from. Who is done gives it
/// back, so that an idle connection has none and the next request needs no allocation. A few
/// buffers are kept, and no large ones.
class SpareBuffers {
public:
    struct Buffer {
        std::unique_ptr<char[]> bytes;
        std::size_t capacity = 0;
    };

    /// What a buffer has at least; larger ones are not kept.
    static constexpr std::size_t usual_size = std::size_t{4} << 10U;

    SpareBuffers() { spare_.reserve(most_spare); }

    /// A buffer of the usual size.
    Buffer take() {
        std::unique_ptr<char[]> bytes;
        if (spare_.empty()) {
            bytes = std::make_unique_for_overwrite<char[]>(usual_size);
        } else {
            bytes = std::move(spare_.back());
            spare_.pop_back();
        }
        ++taken_;
        return {std::move(bytes), usual_size};
    }
    /// One that was taken, or what replaced it when it was too small.
    void give_back(Buffer buffer) noexcept {
        --taken_;
        if (buffer.capacity == usual_size && spare_.size() < most_spare) {
            spare_.push_back(std::move(buffer.bytes));
        }
    }
    /// Whether so many buffers are taken that a connection should wait for bytes without one. To
    /// have one saves a system call, but ten thousand of them are 40 MiB.
    bool scarce() const noexcept { return taken_ >= plenty; }

    /// A string to write over: what was written last is still in it.
    std::string take_text() noexcept { return std::move(text_); }
    void give_back(std::string&& text) noexcept {
        std::string given(std::move(text));  // the giver has none left, be it kept or not
        if (given.capacity() <= usual_size) {
            text_ = std::move(given);
        }
    }

private:
    static constexpr std::size_t most_spare = 8;
    static constexpr std::size_t plenty = 128;

    std::vector<std::unique_ptr<char[]>> spare_;
    std::size_t taken_ = 0;
    std::string text_;
};

}  // namespace aiohttp::detail
