#pragma once

#include <string>
#include <utility>

#include <aiohttp/body.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/check_header.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/message/length_check.hpp>
#include <aiohttp/detail/message/string_body.hpp>
#include <aiohttp/generator_body.hpp>
#include <aiohttp/view_body.hpp>

namespace aiohttp {

AIOHTTP_DECL BodySource::~BodySource() = default;
AIOHTTP_DECL bool BodySource::rewind() {
    return false;
}
AIOHTTP_DECL std::optional<std::string_view> BodySource::in_memory() const {
    return std::nullopt;
}
AIOHTTP_DECL std::string BodySource::content_type() const {
    return "application/octet-stream";
}
AIOHTTP_DECL std::optional<std::string> BodySource::filename() const {
    return std::nullopt;
}

namespace detail {

AIOHTTP_DECL std::string broken_length(std::string_view subject,
                                       std::uint64_t announced,
                                       std::uint64_t given,
                                       bool ended) {
    return std::string(subject) + " has " + std::to_string(given) +
           (ended ? " bytes" : " bytes or more") + ", announced were " + std::to_string(announced);
}

AIOHTTP_DECL void check_given(std::optional<std::uint64_t> announced,
                              std::uint64_t given,
                              bool ended) {
    if (!keeps_length(announced, given, ended)) {
        make_error(errc::payload_malformed, Phase::send,
                   broken_length("request body", *announced, given, ended))
            .raise();
    }
}

AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> StringBody::next() {
    if (std::exchange(given_, true) || bytes_.empty()) {
        co_return std::nullopt;
    }
    co_return bytes_;
}

AIOHTTP_DECL bool StringBody::rewind() {
    given_ = false;
    return true;
}

/// Bytes that the caller keeps.
class ViewBody final : public BodySource {
public:
    ViewBody(std::string_view bytes, std::string content_type)
        : bytes_(bytes), content_type_(std::move(content_type)) {
        check_header("Content-Type", content_type_);
    }

    std::optional<std::uint64_t> size() const override { return bytes_.size(); }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (std::exchange(given_, true) || bytes_.empty()) {
            co_return std::nullopt;
        }
        co_return std::string(bytes_);
    }
    bool rewind() override {
        given_ = false;
        return true;
    }
    std::optional<std::string_view> in_memory() const override { return bytes_; }
    std::string content_type() const override { return content_type_; }

private:
    std::string_view bytes_;
    std::string content_type_;
    bool given_ = false;
};

}  // namespace detail

AIOHTTP_DECL std::unique_ptr<BodySource> view_body(std::span<const std::byte> bytes,
                                                   std::string content_type) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return std::make_unique<detail::ViewBody>(text, std::move(content_type));
}

AIOHTTP_DECL std::unique_ptr<BodySource> view_body(std::string_view text,
                                                   std::string content_type) {
    return std::make_unique<detail::ViewBody>(text, std::move(content_type));
}

namespace detail {

AIOHTTP_DECL GeneratorBodyBase::GeneratorBodyBase(GeneratorBodyOptions options)
    : options_(std::move(options)) {}
AIOHTTP_DECL GeneratorBodyBase::~GeneratorBodyBase() = default;
AIOHTTP_DECL std::optional<std::uint64_t> GeneratorBodyBase::size() const {
    return options_.length_;
}
AIOHTTP_DECL std::string GeneratorBodyBase::content_type() const {
    return options_.content_type_;
}

}  // namespace detail

AIOHTTP_DECL GeneratorBodyOptions& GeneratorBodyOptions::length(std::uint64_t bytes) & {
    length_ = bytes;
    return *this;
}

AIOHTTP_DECL GeneratorBodyOptions& GeneratorBodyOptions::content_type(std::string type) & {
    detail::check_header("Content-Type", type);
    content_type_ = std::move(type);
    return *this;
}

}  // namespace aiohttp
