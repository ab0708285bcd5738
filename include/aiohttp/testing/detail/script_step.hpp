#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiohttp::detail {

class GateState;

/// Turns what the client sent into what is sent back; std::nullopt closes the connection.
using ScriptConversation = std::function<std::optional<std::string>(std::string_view)>;

/// One instruction of a testing::Script.
struct ScriptStep {
    enum class Kind : std::uint8_t {
        send,
        delay,
        wait_for_gate,
        open_gate,
        read_request,
        read_body,
        read_bytes,
        start_tls,
        talk,
        tunnel,
        stall,
        stop_reading,
        close,
        drop,
        reset,
    };

    Kind kind;
    std::string bytes;               ///< What to send, or the address of a tunnel's far end.
    std::chrono::nanoseconds pause;  ///< How long to wait.
    std::size_t count;               ///< How many bytes to read, or the port of a tunnel.
    std::shared_ptr<GateState> gate;
    ScriptConversation conversation;
};

using ScriptHeaders = std::vector<std::pair<std::string, std::string>>;

/// What a testing::Reply describes.
struct ReplyData {
    enum class Framing : std::uint8_t { content_length, chunked, until_close };

    int status = 200;
    int version = 0;  ///< 10, 11, or 0 for the version of the request.
    Framing framing = Framing::content_length;
    bool keep_alive = true;
    std::optional<std::string> reason;
    std::string content_type;
    std::string body;
    ScriptHeaders headers;
    std::vector<std::string> pieces;
    ScriptHeaders trailers;
    std::chrono::nanoseconds delay{0};
    std::chrono::nanoseconds pause{0};
    std::shared_ptr<GateState> gate;
};

}  // namespace aiohttp::detail
