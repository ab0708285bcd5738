#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <aiohttp/body.hpp>
#include <aiohttp/detail/protocol/content_coding.hpp>

namespace aiohttp::detail {

/// A body in a content coding, made while it is sent: one piece at a time is in memory.
class CompressedBody final : public BodySource {
public:
    CompressedBody(std::unique_ptr<BodySource> plain, ContentCoding coding);

    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    boost::asio::awaitable<std::optional<std::string>> next() override;
    bool rewind() override;
    std::string content_type() const override { return plain_->content_type(); }

private:
    void encode(std::string_view bytes, bool last, std::string& out);

    std::unique_ptr<BodySource> plain_;
    ContentCoding coding_;
    std::unique_ptr<ContentEncoder> encoder_;  // null once it has been ended
    std::optional<std::string_view> memory_;   // of a body in memory, what is left of it
    std::string piece_;
    std::string_view left_;    // of piece_
    std::uint64_t given_ = 0;  // by plain_
};

}  // namespace aiohttp::detail
