#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/headers.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp::detail {

/// Writes the request line and the header fields (RFC 9112 3 and 5), in their order and case, over
/// what `out` holds.
void encode_request_head(std::string& out,
                         std::string_view method,
                         std::string_view target,
                         int version,
                         const Headers& headers);

/// The request target in absolute form (RFC 9112 3.2.2), for a proxy: without user info and
/// fragment, the authority as in the Host field.
std::string absolute_target(const Url& url);

/// Appends one chunk of a chunked body (RFC 9112 7.1). `data` is not empty: that would end it.
void encode_chunk(std::string& out, std::string_view data);

/// What ends a chunked body without trailers.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace aiohttp::detail
