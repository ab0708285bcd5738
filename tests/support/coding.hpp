#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <aiohttp/content_coding.hpp>

namespace aiohttp::testing {

inline constexpr ContentCoding all_codings[] = {ContentCoding::gzip, ContentCoding::deflate,
                                                ContentCoding::br, ContentCoding::zstd};

/// The text in a content coding.
std::string encoded(ContentCoding coding, std::string_view text);

/// So many zeros in a content coding, made without ever having them in memory.
std::string encoded_zeros(ContentCoding coding, std::size_t size);

/// What the bytes decode to; codings as in Content-Encoding. Throws std::runtime_error when they
/// are corrupt or end early.
std::string decoded(std::string_view codings, std::string_view bytes);

/// Text of that size that compresses, but not to nothing.
std::string prose(std::size_t size);

}  // namespace aiohttp::testing
