#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <aiohttp/body.hpp>
#include <aiohttp/detail/message/length_check.hpp>

namespace aiohttp::detail {

/// A body that is encoded while it is sent. `Encoder` is a machine with encode(piece, out),
/// finish(out) and a static encoded_size(bytes).
template <class Encoder>
class EncodedBody final : public BodySource {
public:
    explicit EncodedBody(std::unique_ptr<BodySource> plain) : plain_(std::move(plain)) {}

    std::optional<std::uint64_t> size() const override {
        const auto bytes = plain_->size();
        return bytes ? Encoder::encoded_size(*bytes) : std::nullopt;
    }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        std::string out;
        while (out.empty() && !ended_) {
            const auto piece = co_await plain_->next();
            given_ += piece ? piece->size() : 0;
            check_given(plain_->size(), given_, !piece);
            if (piece) {
                encoder_.encode(*piece, out);
            } else {
                encoder_.finish(out);
                ended_ = true;
            }
        }
        std::optional<std::string> result;
        if (!out.empty()) {
            result = std::move(out);
        }
        co_return result;
    }
    bool rewind() override {
        encoder_ = Encoder();
        ended_ = false;
        given_ = 0;
        return plain_->rewind();
    }
    std::string content_type() const override { return plain_->content_type(); }
    std::optional<std::string> filename() const override { return plain_->filename(); }

private:
    std::unique_ptr<BodySource> plain_;
    Encoder encoder_;
    bool ended_ = false;
    std::uint64_t given_ = 0;
};

}  // namespace aiohttp::detail
