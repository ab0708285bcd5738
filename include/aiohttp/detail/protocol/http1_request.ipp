#pragma once

#include <array>
#include <charconv>
#include <cstring>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/protocol/http1_request.hpp>

namespace aiohttp::detail {

/// Copies text to where there is room for it; a pointer behind it.
inline char* put(char* at, std::string_view text) noexcept {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
}

AIOHTTP_DECL void encode_request_head(std::string& out,
                                      std::string_view method,
                                      std::string_view target,
                                      int version,
                                      const Headers& headers) {
    const std::string_view protocol = version == 10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
    const std::string_view fields = headers.wire();
    constexpr std::string_view line_end = "\r\n";
    // Written by hand: appending piece by piece costs three times as much. The last head is
    // written over, not cleared first, because resize() fills with zeros what is new.
    out.resize(method.size() + 1 + target.size() + protocol.size() + fields.size() +
               line_end.size());
    char* const at = put(out.data(), method);
    put(put(put(put(put(at, " "), target), protocol), fields), line_end);
}

AIOHTTP_DECL std::string absolute_target(const Url& url) {
    std::string target(url.scheme());
    target.append("://");
    url.append_host_field(target);
    return target.append(url.target());
}

AIOHTTP_DECL void encode_chunk(std::string& out, std::string_view data) {
    std::array<char, 16> digits;
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), data.size(), 16).ptr;
    out.append(digits.data(), end).append("\r\n").append(data).append("\r\n");
}

}  // namespace aiohttp::detail
