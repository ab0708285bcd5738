#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/cookie.hpp>

// Cookies as the text of a file, in the formats of CookieFormat.
namespace aiohttp::detail {

/// What is wrong with a file's text. The reason holds no values, they are secrets.
struct CookieTextProblem {
    std::size_t line = 0;  ///< from 1
    std::string reason;
};

/// cookies.txt: seven fields a line, with tabs between them.
std::string write_netscape_cookies(const std::list<Cookie>& cookies);
/// Appends what is in the text; its last line must be whole.
std::optional<CookieTextProblem> read_netscape_cookies(std::string_view text,
                                                       std::vector<Cookie>& cookies);

/// aiohttp's JSON: "domain|path", in it the names, in them the attributes.
std::string write_json_cookies(const std::list<Cookie>& cookies);
/// Appends what is in the text.
std::optional<CookieTextProblem> read_json_cookies(std::string_view text,
                                                   std::vector<Cookie>& cookies);

}  // namespace aiohttp::detail
