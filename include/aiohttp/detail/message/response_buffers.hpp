#pragma once

#include <string>

#include <aiohttp/headers.hpp>

namespace aiohttp::detail {

/// Empty buffers, of a response that is gone, for the next one of its session.
struct ResponseBuffers {
    Headers sent;
    Headers received;
    std::string body;
};

}  // namespace aiohttp::detail
