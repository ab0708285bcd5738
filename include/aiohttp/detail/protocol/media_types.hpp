#pragma once

#include <string_view>

namespace aiohttp::detail {

/// The media type that files with this name's extension usually have, whatever its case;
/// application/octet-stream when it has none or an unknown one. A name that ends in ".gz" or the
/// like is what it is: compressed.
std::string_view media_type_of(std::string_view file_name) noexcept;

}  // namespace aiohttp::detail
