#pragma once

#include <string>
#include <string_view>

// Replaces what nobody should find in a log by "***". It goes by names, so it cannot know all.
namespace aiohttp::detail {

inline constexpr std::string_view secret_mask = "***";

/// Whether a field, parameter or member of that name usually holds a secret: case, "-" and "_" do
/// not count.
bool is_secret_name(std::string_view name);

/// The value of a header field: of credentials only the scheme is left, of cookies the names and
/// attributes, of a URL what masked_url() leaves.
std::string masked_field(std::string_view name, std::string_view value);

/// A URL, or a reference: without user info and the values of secret parameters.
std::string masked_url(std::string_view url);

/// Text for people, as the message of an error: with what masked_url() leaves of the URLs in it,
/// and of what is between quotation marks.
std::string masked_text(std::string_view text);

/// Names and values as in a query or in application/x-www-form-urlencoded.
std::string masked_form(std::string_view form);

/// JSON, whole or cut off: without the strings, numbers, arrays and objects that are the values of
/// members with secret names.
std::string masked_json(std::string_view json);

}  // namespace aiohttp::detail
