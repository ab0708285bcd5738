#pragma once

/// The version of the library, for the preprocessor: major * 10000 + minor * 100 + patch.
#define AIOHTTP_VERSION 100

namespace aiohttp {

/// The version of the library, e.g. "0.1.0".
inline constexpr const char* version = "0.1.0";

}  // namespace aiohttp
