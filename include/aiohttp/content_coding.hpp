#pragma once

#include <cstdint>

namespace aiohttp {

/// The codings of a body (Content-Encoding, RFC 9110 8.4.1) that can be made and undone.
enum class ContentCoding : std::uint8_t {
    gzip,     ///< RFC 1952
    deflate,  ///< the zlib format, RFC 1950, as RFC 9110 8.4.1.2 means it
    br,       ///< Brotli, RFC 7932
    zstd,     ///< Zstandard, RFC 8878
};

}  // namespace aiohttp
