#pragma once

#include <cstdint>
#include <string>

#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

/// What all failures to connect have in common; kind and phase by `kind`. The request may be sent
/// again, because nothing of it was.
ErrorDetails dial_failure(errc kind,
                          std::string what,
                          const std::string& host,
                          std::uint16_t port,
                          boost::system::error_code cause);

}  // namespace aiohttp::detail
