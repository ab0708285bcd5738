#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <aiohttp/body.hpp>

namespace aiohttp {

/// A request's body that stays where it is: nothing is copied. The caller keeps the bytes, and
/// keeps them unchanged, until the request has ended. It can be sent again, like every body in
/// memory. Throws ValueError for a content type that cannot be a header's value.
std::unique_ptr<BodySource> view_body(std::span<const std::byte> bytes,
                                      std::string content_type = "application/octet-stream");
/// The same for text.
std::unique_ptr<BodySource> view_body(std::string_view text,
                                      std::string content_type = "text/plain; charset=utf-8");
/// A temporary string would be gone before it is sent.
template <std::same_as<std::string> Temporary>
std::unique_ptr<BodySource> view_body(Temporary&& text, std::string content_type = {}) = delete;

}  // namespace aiohttp
