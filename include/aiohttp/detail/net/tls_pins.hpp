#pragma once

#include <optional>
#include <string>
#include <vector>

#include <aiohttp/detail/protocol/tls_pin.hpp>
#include <aiohttp/tls_failure.hpp>

struct ssl_st;

namespace aiohttp::detail {

/// Whether one of the pins fits the server's certificate; if not, what it has instead. No pins:
/// everything fits.
std::optional<TlsFailure> check_pins(ssl_st* ssl,
                                     const std::vector<TlsPin>& pins,
                                     const std::string& name);

}  // namespace aiohttp::detail
