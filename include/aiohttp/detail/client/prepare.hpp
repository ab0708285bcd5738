#pragma once

#include <aiohttp/detail/client/session_core.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

/// Validates and completes what the setters wrote. Throws ValueError for what contradicts itself.
Error prepare(RequestSpec& spec);

}  // namespace aiohttp::detail
