#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/testing/detail/script_step.hpp>

namespace aiohttp::detail {

/// What a reply has to know of the request it answers.
struct ReplyContext {
    int version = 11;
    bool keep_alive = true;
    bool is_head_request = false;
};

/// How a reply is sent on the wire, once the request is known.
struct ReplyFraming {
    int version = 11;
    bool keep_alive = true;
    bool has_body = true;
    bool chunked = false;
};

/// Whether two header names are the same, whatever their case.
bool same_reply_header(std::string_view left, std::string_view right);

ReplyFraming frame_reply(const ReplyData& reply, const ReplyContext& context);

/// Appends the status line, the headers and the empty line.
void append_reply_head(std::string& out, const ReplyData& reply, const ReplyFraming& framing);

/// Appends the body, in chunks if it is framed so.
void append_reply_body(std::string& out, const ReplyData& reply, const ReplyFraming& framing);

/// Whether the reply is sent at once, without waiting for anything.
bool is_immediate(const ReplyData& reply);

/// The steps that send a reply which is not immediate.
std::vector<ScriptStep> reply_steps(const ReplyData& reply, const ReplyFraming& framing);

}  // namespace aiohttp::detail
