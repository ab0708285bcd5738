#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/content_disposition.hpp>
#include <aiohttp/link.hpp>

// The structured header fields of a response that users see parsed.
namespace aiohttp::detail {

/// A media type (RFC 9110 8.3).
struct MediaType {
    /// In lower case, e.g. "text/html"; "application/octet-stream" when missing or malformed.
    std::string type = "application/octet-stream";
    /// Names in lower case, values unquoted; malformed ones are left out.
    std::vector<std::pair<std::string, std::string>> parameters;

    /// The first parameter of that (lower case) name, or an empty view.
    std::string_view parameter(std::string_view name) const noexcept;
};

/// The value of a Content-Type field.
MediaType parse_media_type(std::string_view value);

/// Whether `type` is what json() wants: for "application/json" that, or any type/...+json; for
/// anything else, whether `wanted` is a part of it.
bool is_json_media_type(std::string_view type, std::string_view wanted = "application/json");

/// The value of a Content-Disposition field, or nullopt when it is malformed: no type, a
/// parameter without value or twice, a value that is neither token nor quoted string.
std::optional<ContentDisposition> parse_content_disposition(std::string_view value);

/// The links of all Link fields, with the URL as written; malformed ones are left out.
std::vector<Link> parse_links(std::span<const std::string_view> values);

/// Takes a quoted string (RFC 9110 5.6.4) off `text`, which begins with its quote; false when it
/// has no end.
bool take_quoted_string(std::string_view& text, std::string& out);

}  // namespace aiohttp::detail
