#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace aiohttp {
class ClientResponse;
}

namespace aiohttp::detail {

/// Names the charset of a body when its head does not.
using CharsetResolver = std::function<std::string(const ClientResponse&, std::string_view)>;

/// How the body of a response is to be read.
struct BodyOptions {
    static constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
    static constexpr std::size_t default_read_size = std::size_t{64} << 10U;

    bool decompress = true;
    std::uint64_t max_size = no_limit;   ///< in bytes, after decoding
    std::uint64_t max_ratio = no_limit;  ///< decoded bytes for each byte received
    std::size_t read_size = default_read_size;
    std::shared_ptr<const CharsetResolver> fallback_charset;  ///< null: utf-8
};

}  // namespace aiohttp::detail
