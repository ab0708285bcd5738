#pragma once

#include <string>

#include <aiohttp/headers.hpp>

namespace aiohttp::detail {

/// Buffers of a response that is gone, for the next one of its session. They are empty, but for the
/// request's fields when the next request may have the same.
struct ResponseBuffers {
    Headers sent;
    bool sent_usual = false;  ///< see RequestFields::usual_wire
    Headers received;
    std::string body;
};

}  // namespace aiohttp::detail
