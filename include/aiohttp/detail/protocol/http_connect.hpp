#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/http1_head.hpp>
#include <aiohttp/headers.hpp>

// CONNECT (RFC 9110 9.3.6): how an HTTP proxy is asked for a tunnel.
namespace aiohttp::detail {

/// The authority form of a target (RFC 9112 3.2.3): "host:port", an IPv6 address in brackets and
/// without its zone, which means nothing elsewhere.
std::string connect_target(std::string_view host, std::uint16_t port);

/// Appends the request, with Host and these fields.
void encode_connect(std::string& out, std::string_view target, const Headers& fields);

enum class ConnectStatus : std::uint8_t {
    need_more,
    connected,  ///< what follows comes from the server
    refused,    ///< any other status; what follows is its body
    failed      ///< not an answer
};

/// Reads the answer.
class ConnectDecoder {
public:
    /// `input` begins at the same byte in every call.
    ConnectStatus decode(std::string_view input);
    /// After connected and refused: how many bytes were the head, and those before it.
    std::size_t consumed() const noexcept { return begin_; }
    ResponseHead& head() noexcept { return head_; }
    /// After failed: what is wrong.
    const std::string& error() const noexcept { return error_; }

private:
    HeadDecoder decoder_;
    ResponseHead head_;
    std::size_t begin_ = 0;  // of the head that is being read
    unsigned interim_ = 0;
    std::string error_;
};

}  // namespace aiohttp::detail
