#pragma once

#include <cstdint>

namespace aiohttp {

/// What becomes of bytes that are no text in their charset; Python's names.
enum class DecodeErrors : std::uint8_t {
    strict,   ///< UnicodeDecodeError
    replace,  ///< U+FFFD stands for them
    ignore,   ///< they are left out
};

}  // namespace aiohttp
