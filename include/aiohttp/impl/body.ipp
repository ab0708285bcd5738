#pragma once

#include <utility>

#include <aiohttp/body.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/message/string_body.hpp>

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

namespace detail {

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

}  // namespace detail

}  // namespace aiohttp
