#pragma once

#include <algorithm>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/protocol/http1_body.hpp>
#include <aiohttp/detail/protocol/line_scan.hpp>

namespace aiohttp::detail {

/// chunk-size [ BWS chunk-ext ] of RFC 9112 7.1, at most 63 bits.
AIOHTTP_DECL bool parse_chunk_size(std::string_view line, std::uint64_t& size) noexcept {
    size = 0;
    std::size_t digits = 0;
    for (; digits < line.size() && hex_value(line[digits]) >= 0; ++digits) {
        if (size > INT64_MAX / 16) {
            return false;
        }
        size = size * 16 + static_cast<std::uint64_t>(hex_value(line[digits]));
    }
    const auto extensions = trim(line.substr(digits));
    const char* const end = line.data() + line.size();
    return digits != 0 && (extensions.empty() || extensions.front() == ';') &&
           find_line_stop(line.data() + digits, end) == end;
}

AIOHTTP_DECL void BodyDecoder::start(const Framing& framing, const HeadLimits& limits) {
    truncated_ = false;
    chunk_ended_ = false;
    length_ = framing.length;
    remaining_ = 0;
    scanned_ = 0;
    fields_.set_limits(limits);
    trailers_.clear();
    error_.clear();
    switch (framing.kind) {
        case BodyKind::none:
            state_ = State::done;
            break;
        case BodyKind::length:
            state_ = framing.length == 0 ? State::done : State::length;
            remaining_ = framing.length;
            break;
        case BodyKind::chunked:
            state_ = State::chunk_size;
            break;
        case BodyKind::until_close:
            state_ = State::until_close;
            remaining_ = UINT64_MAX;
            break;
    }
}

AIOHTTP_DECL std::uint64_t BodyDecoder::direct() const noexcept {
    const bool plain =
        state_ == State::length || state_ == State::until_close || state_ == State::chunk_data;
    return plain ? remaining_ : 0;
}

AIOHTTP_DECL void BodyDecoder::advance(std::uint64_t n) noexcept {
    if (state_ == State::until_close || n == 0) {
        return;
    }
    remaining_ -= n;
    if (remaining_ != 0) {
        return;
    }
    if (state_ == State::length) {
        state_ = State::done;
    } else {
        state_ = State::chunk_end;
        chunk_ended_ = true;
    }
}

AIOHTTP_DECL BodyStep BodyDecoder::step(std::string_view input) {
    if (chunk_ended_) {
        chunk_ended_ = false;
        return {BodyStatus::data, 0, {}, true};
    }
    std::size_t used = 0;
    while (true) {
        const auto rest = input.substr(used);
        bool going = false;
        switch (state_) {
            case State::length:
            case State::until_close:
            case State::chunk_data:
                return take_data(rest, used);
            case State::chunk_size:
                going = read_chunk_size(rest, used);
                break;
            case State::chunk_end:
                going = read_chunk_end(rest, used);
                break;
            case State::trailers:
                going = read_trailers(rest, used);
                break;
            case State::done:
                return {BodyStatus::done, used, {}, false};
            case State::failed:
                break;
        }
        if (!going) {
            const bool failed = state_ == State::failed;
            return {failed ? BodyStatus::failed : BodyStatus::need_more, used, {}, false};
        }
    }
}

AIOHTTP_DECL BodyStep BodyDecoder::take_data(std::string_view rest, std::size_t used) {
    if (rest.empty()) {
        return {BodyStatus::need_more, used, {}, false};
    }
    const auto data =
        rest.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), remaining_)));
    advance(data.size());
    return {BodyStatus::data, used + data.size(), data, std::exchange(chunk_ended_, false)};
}

AIOHTTP_DECL bool BodyDecoder::read_chunk_size(std::string_view rest, std::size_t& used) {
    // Line and CRLF; so the failure does not depend on how the input was cut.
    const auto most = std::min<std::size_t>(fields_.limits().line, UINT32_MAX);
    const auto window = rest.substr(0, most + 2);
    const auto line_end = window.find('\n', scanned_);
    if (line_end == std::string_view::npos) {
        scanned_ = window.size();
        return window.size() == most + 2
                   ? fail(more_than(most, "chunk size line", rest.substr(0, most)))
                   : false;
    }
    scanned_ = 0;
    auto line = rest.substr(0, line_end);
    if (line.empty() || line.back() != '\r') {
        return fail("chunk size line " + quote(line) + " does not end in CRLF");
    }
    line.remove_suffix(1);
    if (!parse_chunk_size(line, remaining_)) {
        return fail("bad chunk size " + quote(line));
    }
    used += line_end + 1;
    state_ = State::chunk_data;
    if (remaining_ == 0) {
        state_ = State::trailers;
        fields_.reset();
    }
    return true;
}

AIOHTTP_DECL bool BodyDecoder::read_chunk_end(std::string_view rest, std::size_t& used) {
    constexpr std::string_view line_end = "\r\n";
    const auto got = rest.substr(0, line_end.size());
    if (!line_end.starts_with(got)) {
        // No more than the first wrong byte, so that the cut of the input makes no difference.
        const auto wrong = got.substr(0, got.front() == '\r' ? 2 : 1);
        return fail("chunk data is followed by " + quote(wrong) + " instead of CRLF");
    }
    if (got.size() < line_end.size()) {
        return false;
    }
    used += got.size();
    state_ = State::chunk_size;
    return true;
}

AIOHTTP_DECL bool BodyDecoder::read_trailers(std::string_view rest, std::size_t& used) {
    const auto status = fields_.decode(rest, trailers_, error_);
    if (status == HeadStatus::failed) {
        return fail("in the trailers: " + error_);
    }
    if (status == HeadStatus::need_more) {
        return false;
    }
    used += fields_.consumed();
    state_ = State::done;
    return true;
}

AIOHTTP_DECL BodyStatus BodyDecoder::on_eof() {
    switch (state_) {
        case State::done:
        case State::until_close:
            state_ = State::done;
            return BodyStatus::done;
        case State::failed:
            return BodyStatus::failed;
        case State::length:
            fail("body ended after " + std::to_string(length_ - remaining_) + " of " +
                 std::to_string(length_) + " bytes");
            break;
        case State::chunk_data:
            fail("body ended " + std::to_string(remaining_) + " bytes before the end of a chunk");
            break;
        case State::chunk_size:
        case State::chunk_end:
        case State::trailers:
            fail("body ended before its last chunk was complete");
            break;
    }
    truncated_ = true;
    return BodyStatus::failed;
}

AIOHTTP_DECL bool BodyDecoder::fail(std::string error) {
    error_ = std::move(error);
    state_ = State::failed;
    return false;
}

}  // namespace aiohttp::detail
