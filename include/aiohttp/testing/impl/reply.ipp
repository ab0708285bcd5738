#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>
#include <utility>

#include <boost/beast/http/status.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/detail/server_reply.hpp>
#include <aiohttp/testing/script.hpp>

namespace aiohttp::testing {

AIOHTTP_DECL Reply::Reply(int status, std::string body, std::string content_type) {
    data_.status = status;
    data_.body = std::move(body);
    data_.content_type = std::move(content_type);
}

AIOHTTP_DECL Reply& Reply::status(int status) {
    data_.status = status;
    return *this;
}

AIOHTTP_DECL Reply& Reply::reason(std::string reason) {
    data_.reason = std::move(reason);
    return *this;
}

AIOHTTP_DECL Reply& Reply::header(std::string name, std::string value) {
    data_.headers.emplace_back(std::move(name), std::move(value));
    return *this;
}

AIOHTTP_DECL Reply& Reply::body(std::string body) {
    data_.body = std::move(body);
    return *this;
}

AIOHTTP_DECL Reply& Reply::json_text(std::string json) {
    data_.content_type = "application/json";
    return body(std::move(json));
}

AIOHTTP_DECL Reply& Reply::chunked(std::vector<std::string> pieces,
                                   std::vector<std::pair<std::string, std::string>> trailers) {
    data_.framing = aiohttp::detail::ReplyData::Framing::chunked;
    data_.pieces = std::move(pieces);
    data_.trailers = std::move(trailers);
    return *this;
}

AIOHTTP_DECL Reply& Reply::pause(std::chrono::nanoseconds pause) {
    data_.pause = pause;
    return *this;
}

AIOHTTP_DECL Reply& Reply::delay(std::chrono::nanoseconds delay) {
    data_.delay = delay;
    return *this;
}

AIOHTTP_DECL Reply& Reply::after(const Gate& gate) {
    data_.gate = gate.state_;
    return *this;
}

AIOHTTP_DECL Reply& Reply::keep_alive(bool keep) {
    data_.keep_alive = keep;
    return *this;
}

AIOHTTP_DECL Reply& Reply::no_content_length() {
    data_.framing = aiohttp::detail::ReplyData::Framing::until_close;
    return *this;
}

AIOHTTP_DECL Reply& Reply::version(int version) {
    data_.version = version;
    return *this;
}

}  // namespace aiohttp::testing

namespace aiohttp::detail {

AIOHTTP_DECL bool same_reply_header(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](unsigned char a, unsigned char b) {
        return a == b || std::tolower(a) == std::tolower(b);
    });
}

AIOHTTP_DECL const std::string* reply_header(const ReplyData& reply, std::string_view name) {
    for (const auto& header : reply.headers) {
        if (same_reply_header(header.first, name)) {
            return &header.second;
        }
    }
    return nullptr;
}

AIOHTTP_DECL void append_reply_number(std::string& out, std::size_t number, int base) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.begin(), digits.end(), number, base).ptr;
    out.append(digits.begin(), end);
}

AIOHTTP_DECL void append_reply_headers(std::string& out, const ScriptHeaders& headers) {
    for (const auto& header : headers) {
        out.append(header.first).append(": ").append(header.second).append("\r\n");
    }
}

AIOHTTP_DECL void append_reply_chunk(std::string& out, const std::string& piece) {
    if (!piece.empty()) {
        append_reply_number(out, piece.size(), 16);
        out.append("\r\n").append(piece).append("\r\n");
    }
}

AIOHTTP_DECL void append_reply_last_chunk(std::string& out, const ReplyData& reply) {
    out.append("0\r\n");
    append_reply_headers(out, reply.trailers);
    out.append("\r\n");
}

AIOHTTP_DECL ReplyFraming frame_reply(const ReplyData& reply, const ReplyContext& context) {
    ReplyFraming framing;
    framing.version = reply.version != 0 ? reply.version : context.version;
    const bool wants_chunks = reply.framing == ReplyData::Framing::chunked;
    framing.chunked = wants_chunks && framing.version == 11 && context.version == 11;
    framing.has_body = !context.is_head_request && reply.status >= 200 && reply.status != 204 &&
                       reply.status != 304;
    const bool ended_by_close =
        framing.has_body &&
        (reply.framing == ReplyData::Framing::until_close || (wants_chunks && !framing.chunked));
    const auto* connection = reply_header(reply, "connection");
    const bool says_close = connection != nullptr && same_reply_header(*connection, "close");
    framing.keep_alive = context.keep_alive && reply.keep_alive && !ended_by_close && !says_close;
    return framing;
}

AIOHTTP_DECL void append_reply_head(std::string& out,
                                    const ReplyData& reply,
                                    const ReplyFraming& framing) {
    out.append(framing.version == 10 ? "HTTP/1.0 " : "HTTP/1.1 ");
    append_reply_number(out, static_cast<std::size_t>(reply.status), 10);
    out.push_back(' ');
    if (reply.reason) {
        out.append(*reply.reason);
    } else {
        const auto status = boost::beast::http::int_to_status(static_cast<unsigned>(reply.status));
        if (status != boost::beast::http::status::unknown) {
            const std::string_view reason = boost::beast::http::obsolete_reason(status);
            out.append(reason);
        }
    }
    out.append("\r\n");
    if (!reply.content_type.empty() && reply_header(reply, "content-type") == nullptr) {
        out.append("Content-Type: ").append(reply.content_type).append("\r\n");
    }
    append_reply_headers(out, reply.headers);
    const bool has_length = reply_header(reply, "content-length") != nullptr;
    const bool has_encoding = reply_header(reply, "transfer-encoding") != nullptr;
    if (framing.chunked && !has_encoding) {
        out.append("Transfer-Encoding: chunked\r\n");
    }
    const bool may_have_length =
        reply.status >= 200 && reply.status != 204 && (reply.status != 304 || !reply.body.empty());
    if (reply.framing == ReplyData::Framing::content_length && may_have_length && !has_length &&
        !has_encoding) {
        out.append("Content-Length: ");
        append_reply_number(out, reply.body.size(), 10);
        out.append("\r\n");
    }
    if (reply_header(reply, "connection") == nullptr) {
        if (!framing.keep_alive) {
            out.append("Connection: close\r\n");
        } else if (framing.version == 10) {
            out.append("Connection: keep-alive\r\n");
        }
    }
    out.append("\r\n");
}

AIOHTTP_DECL void append_reply_body(std::string& out,
                                    const ReplyData& reply,
                                    const ReplyFraming& framing) {
    if (!framing.has_body) {
        return;
    }
    if (reply.framing != ReplyData::Framing::chunked) {
        out.append(reply.body);
        return;
    }
    for (const auto& piece : reply.pieces) {
        if (framing.chunked) {
            append_reply_chunk(out, piece);
        } else {
            out.append(piece);
        }
    }
    if (framing.chunked) {
        append_reply_last_chunk(out, reply);
    }
}

AIOHTTP_DECL bool is_immediate(const ReplyData& reply) {
    return reply.delay.count() == 0 && reply.pause.count() == 0 && reply.gate == nullptr;
}

AIOHTTP_DECL void add_reply_step(std::vector<ScriptStep>& steps,
                                 ScriptStep::Kind kind,
                                 std::string bytes,
                                 std::chrono::nanoseconds pause,
                                 std::shared_ptr<GateState> gate) {
    steps.push_back({kind, std::move(bytes), pause, 0, std::move(gate), nullptr});
}

AIOHTTP_DECL std::vector<ScriptStep> reply_steps(const ReplyData& reply,
                                                 const ReplyFraming& framing) {
    using Kind = ScriptStep::Kind;
    std::vector<ScriptStep> steps;
    if (reply.gate != nullptr) {
        add_reply_step(steps, Kind::wait_for_gate, {}, {}, reply.gate);
    }
    if (reply.delay.count() > 0) {
        add_reply_step(steps, Kind::delay, {}, reply.delay, nullptr);
    }
    std::string bytes;
    append_reply_head(bytes, reply, framing);
    if (reply.pause.count() == 0) {
        append_reply_body(bytes, reply, framing);
        add_reply_step(steps, Kind::send, std::move(bytes), {}, nullptr);
        return steps;
    }
    add_reply_step(steps, Kind::send, std::move(bytes), {}, nullptr);
    add_reply_step(steps, Kind::delay, {}, reply.pause, nullptr);
    if (framing.has_body && framing.chunked) {
        for (const auto& piece : reply.pieces) {
            std::string chunk;
            append_reply_chunk(chunk, piece);
            add_reply_step(steps, Kind::send, std::move(chunk), {}, nullptr);
            add_reply_step(steps, Kind::delay, {}, reply.pause, nullptr);
        }
        std::string last;
        append_reply_last_chunk(last, reply);
        add_reply_step(steps, Kind::send, std::move(last), {}, nullptr);
    } else if (framing.has_body) {
        std::string body;
        append_reply_body(body, reply, framing);
        add_reply_step(steps, Kind::send, std::move(body), {}, nullptr);
    }
    return steps;
}

}  // namespace aiohttp::detail
