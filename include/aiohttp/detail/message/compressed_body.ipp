#pragma once

#include <new>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/message/compressed_body.hpp>
#include <aiohttp/detail/message/length_check.hpp>

namespace aiohttp::detail {

// How much of a body is encoded at once.
inline constexpr std::size_t encoding_input = std::size_t{64} << 10U;

AIOHTTP_DECL CompressedBody::CompressedBody(std::unique_ptr<BodySource> plain, ContentCoding coding)
    : plain_(std::move(plain)),
      coding_(coding),
      encoder_(make_content_encoder(coding)),
      memory_(plain_->in_memory()) {}

AIOHTTP_DECL void CompressedBody::encode(std::string_view bytes, bool last, std::string& out) {
    if (!encoder_->encode(bytes, last, out)) {
        throw std::bad_alloc();
    }
}

AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> CompressedBody::next() {
    std::string out;
    while (out.empty() && encoder_) {
        std::string_view& left = memory_ ? *memory_ : left_;
        bool more = true;
        if (left.empty() && !memory_) {
            auto piece = co_await plain_->next();
            more = piece.has_value();
            given_ += more ? piece->size() : 0;
            check_given(plain_->size(), given_, !more);
            piece_ = more ? std::move(*piece) : std::string();
            left_ = piece_;
        } else {
            more = !left.empty();
        }
        const auto part = left.substr(0, encoding_input);
        left.remove_prefix(part.size());
        encode(part, !more, out);
        if (!more) {
            encoder_.reset();
        }
    }
    if (out.empty()) {
        co_return std::nullopt;
    }
    co_return out;
}

AIOHTTP_DECL bool CompressedBody::rewind() {
    if (!plain_->rewind()) {
        return false;
    }
    encoder_ = make_content_encoder(coding_);
    memory_ = plain_->in_memory();
    left_ = {};
    given_ = 0;
    return true;
}

}  // namespace aiohttp::detail
