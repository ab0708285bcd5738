#pragma once

#include <string>
#include <utility>

#include <aiohttp/body.hpp>

namespace aiohttp::detail {

/// A body in memory: bytes, text, JSON, a form.
class StringBody final : public BodySource {
public:
    StringBody(std::string bytes, std::string content_type)
        : bytes_(std::move(bytes)), content_type_(std::move(content_type)) {}

    std::optional<std::uint64_t> size() const override { return bytes_.size(); }
    boost::asio::awaitable<std::optional<std::string>> next() override;
    bool rewind() override;
    std::optional<std::string_view> in_memory() const override { return bytes_; }
    std::string content_type() const override { return content_type_; }

private:
    std::string bytes_;
    std::string content_type_;
    bool given_ = false;
};

}  // namespace aiohttp::detail
