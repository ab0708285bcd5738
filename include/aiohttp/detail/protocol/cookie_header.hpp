#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace aiohttp::detail {

using CookiePairs = std::span<const std::pair<std::string, std::string>>;

/// A value fit for a Cookie field, as Python's http.cookies does it: in double quotes when it is
/// empty or holds anything but letters, digits and !#$%&'*+-.^_`|~: and within them what could be
/// misread as a backslash and three octal digits. Text is UTF-8: "\u00e9" becomes `\351`, what
/// lies beyond U+00FF stays.
std::string quote_cookie_value(std::string_view value);

/// Appends "name=value", after "; " when it is not the first.
void append_cookie(std::string& field, std::string_view name, std::string_view value);

/// The cookies of `field`, those with a new value in its place, then the others.
std::string merge_cookies(std::string_view field, CookiePairs cookies);

}  // namespace aiohttp::detail
