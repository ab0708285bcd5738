#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <aiohttp/headers.hpp>

// The wire format of multipart bodies (RFC 2046 5.1) and of multipart/form-data (RFC 7578).
namespace aiohttp::detail {

/// Whether it can be a boundary: 1 to 70 visible ASCII characters, or spaces before the last one.
/// As in aiohttp more than RFC 2046's own set; what is no token is quoted in the header.
bool is_boundary(std::string_view boundary) noexcept;

/// The value of Content-Type: multipart/subtype; boundary=...
std::string multipart_type(std::string_view subtype, std::string_view boundary);

/// What is in front of a part's content: the delimiter and the part's fields.
std::string part_head(std::string_view boundary, const Headers& fields);
/// What is behind a part's content.
inline constexpr std::string_view part_line_end = "\r\n";
/// What is behind the last part.
std::string closing_delimiter(std::string_view boundary);

/// How a field's name and file name are put between double quotes.
enum class FormQuoting {
    percent,   ///< WHATWG HTML 4.10.21.8, as browsers do: '"' is %22, CR is %0D, LF is %0A
    backslash  ///< a quoted-string (RFC 9110 5.6.4): '"' and '\' get a backslash
};

/// The value of Content-Disposition of a form's field (RFC 7578 4.2). What is not ASCII stays as
/// it is, UTF-8 (RFC 7578 5.1).
std::string form_disposition(std::string_view name,
                             std::optional<std::string_view> file_name,
                             FormQuoting quoting);

/// Content-Disposition: attachment, with this file name.
std::string attachment_disposition(std::string_view file_name);

}  // namespace aiohttp::detail
