#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <aiohttp/body.hpp>

namespace aiohttp::detail {

/// A body that tells somebody of its pieces when they are taken: for one that is compressed on
/// its way, which nobody behind that sees as it was.
class ObservedBody final : public BodySource {
public:
    ObservedBody(std::unique_ptr<BodySource> plain, std::function<void(std::string_view)> tell)
        : plain_(std::move(plain)), tell_(std::move(tell)), memory_(plain_->in_memory()) {}

    std::optional<std::uint64_t> size() const override { return plain_->size(); }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        std::optional<std::string> piece;
        if (!memory_) {
            piece = co_await plain_->next();
        } else if (!memory_->empty()) {
            piece = std::string(memory_->substr(0, memory_piece));
            memory_->remove_prefix(piece->size());
        }
        if (piece) {
            tell_(*piece);
        }
        co_return piece;
    }
    bool rewind() override {
        const bool rewound = plain_->rewind();
        memory_ = plain_->in_memory();
        return rewound;
    }
    std::string content_type() const override { return plain_->content_type(); }
    std::optional<std::string> filename() const override { return plain_->filename(); }

private:
    static constexpr std::size_t memory_piece = std::size_t{64} << 10U;

    std::unique_ptr<BodySource> plain_;
    std::function<void(std::string_view)> tell_;
    std::optional<std::string_view> memory_;  // of a body in memory, what is left of it
};

}  // namespace aiohttp::detail
