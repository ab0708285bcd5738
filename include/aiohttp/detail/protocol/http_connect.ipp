#pragma once

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/protocol/http1_framing.hpp>
#include <aiohttp/detail/protocol/http1_request.hpp>
#include <aiohttp/detail/protocol/http_connect.hpp>

namespace aiohttp::detail {

// A proxy that sends interim responses for ever does not answer.
inline constexpr unsigned most_connect_interim = 64;

AIOHTTP_DECL std::string connect_target(std::string_view host, std::uint16_t port) {
    std::string target;
    if (host.find(':') == std::string_view::npos) {
        target = host;
    } else {
        target.append("[").append(host.substr(0, host.find('%'))).append("]");
    }
    return target.append(":").append(std::to_string(port));
}

AIOHTTP_DECL void encode_connect(std::string& out, std::string_view target, const Headers& fields) {
    Headers all;
    all.add_unchecked("Host", target);
    for (const auto field : fields) {
        all.add_unchecked(field.name, field.value);
    }
    encode_request_head(out, "CONNECT", target, 11, all);
}

AIOHTTP_DECL ConnectStatus ConnectDecoder::decode(std::string_view input) {
    for (;;) {
        switch (decoder_.decode(input.substr(begin_), head_)) {
            case HeadStatus::need_more:
                return ConnectStatus::need_more;
            case HeadStatus::failed:
                error_ = decoder_.error();
                return ConnectStatus::failed;
            case HeadStatus::done:
                break;
        }
        begin_ += decoder_.consumed();
        if (!is_interim(head_.status)) {
            return head_.status >= 200 && head_.status < 300 ? ConnectStatus::connected
                                                             : ConnectStatus::refused;
        }
        if (++interim_ > most_connect_interim) {
            error_ = "more than " + std::to_string(most_connect_interim) + " interim responses";
            return ConnectStatus::failed;
        }
        head_ = ResponseHead();
        decoder_.reset(HeadLimits());
    }
}

}  // namespace aiohttp::detail
