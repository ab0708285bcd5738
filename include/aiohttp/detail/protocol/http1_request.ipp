#pragma once

#include <array>
#include <charconv>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/protocol/http1_request.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL void encode_request_head(std::string& out,
                                      std::string_view method,
                                      std::string_view target,
                                      int version,
                                      const Headers& headers) {
    out.append(method).append(1, ' ').append(target);
    out.append(version == 10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    for (const auto field : headers) {
        out.append(field.name).append(": ").append(field.value).append("\r\n");
    }
    out.append("\r\n");
}

AIOHTTP_DECL void encode_chunk(std::string& out, std::string_view data) {
    std::array<char, 16> digits;
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), data.size(), 16).ptr;
    out.append(digits.data(), end).append("\r\n").append(data).append("\r\n");
}

}  // namespace aiohttp::detail
