#pragma once

#include <string>
#include <string_view>

// International host names, through libidn2.
namespace aiohttp::detail {

/// Appends the form that DNS wants of a name in UTF-8, e.g. "xn--bcher-kva.example", by IDNA2008
/// with the mapping of UTS 46, non-transitional. The result is ASCII and in lower case, but not
/// checked further: mapping may make a "/" or an IP address. Returns nullptr, or why there is no
/// such form, in libidn2's words; then `out` is as before.
const char* append_idna(std::string& out, std::string_view name);

}  // namespace aiohttp::detail
