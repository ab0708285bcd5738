#pragma once

#include <algorithm>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/protocol/multipart_decoder.hpp>

namespace aiohttp::detail {

// White space behind a delimiter (RFC 2046: "transport padding"); more of it is none.
inline constexpr std::size_t most_padding = 256;

AIOHTTP_DECL MultipartDecoder::MultipartDecoder(std::string_view boundary, HeadLimits limits)
    : delimiter_("\r\n--") {
    fields_.set_limits(limits);
    delimiter_.append(boundary);
}

AIOHTTP_DECL MultipartStep MultipartDecoder::step(std::string_view input) {
    std::size_t consumed = 0;
    for (;;) {
        auto step = step_once(input.substr(consumed));
        const bool moved = step.event == MultipartEvent::need_more && step.consumed > 0;
        consumed += step.consumed;
        if (!moved) {
            step.consumed = consumed;
            return step;
        }
    }
}

AIOHTTP_DECL MultipartStep MultipartDecoder::step_once(std::string_view input) {
    switch (state_) {
        case State::headers:
            return step_headers(input);
        case State::end:
            return {MultipartEvent::end, input.size(), {}};
        case State::failed:
            return {MultipartEvent::failed, 0, {}};
        case State::preamble:
        case State::body:
            break;
    }
    return line_start_ ? step_line_start(input) : step_text(input);
}

AIOHTTP_DECL MultipartStep MultipartDecoder::step_headers(std::string_view input) {
    const auto status = fields_.decode(input, headers_, error_);
    if (status == HeadStatus::need_more) {
        return {};
    }
    if (status == HeadStatus::failed) {
        state_ = State::failed;
        error_ = "part " + std::to_string(parts_) + ": " + error_;
        return {MultipartEvent::failed, 0, {}};
    }
    state_ = State::body;
    line_start_ = true;  // an empty part may do without the line end that belongs to its delimiter
    return {MultipartEvent::part, fields_.consumed(), {}};
}

/// What a line is whose "--boundary" has been seen, from what follows that; `size` is how much of
/// it belongs to the delimiter.
AIOHTTP_DECL MultipartDecoder::Line MultipartDecoder::classify(std::string_view tail,
                                                               std::size_t& size) const noexcept {
    if (tail.starts_with("--")) {
        size = 2;
        return Line::last_delimiter;
    }
    if (tail.empty() || tail == "-") {
        return Line::unknown;
    }
    size = 0;
    while (size < tail.size() && is_blank(tail[size]) && size < most_padding) {
        ++size;
    }
    if (size < tail.size() && tail[size] == '\r') {
        ++size;
    }
    if (size == tail.size()) {
        return Line::unknown;
    }
    return tail[size++] == '\n' ? Line::delimiter : Line::other;
}

/// Where the end of the input begins that may become a delimiter.
AIOHTTP_DECL std::size_t MultipartDecoder::undecided(std::string_view input) const noexcept {
    const std::string_view with_cr = delimiter_;
    const auto with_lf = with_cr.substr(1);
    auto from = input.size() - std::min(input.size(), with_cr.size());
    for (; from < input.size(); ++from) {
        const auto rest = input.substr(from);
        if (with_cr.starts_with(rest) || with_lf.starts_with(rest)) {
            break;
        }
    }
    return from;
}

/// The start of the body, or of a part's body: a delimiter may stand here with no line end before.
AIOHTTP_DECL MultipartStep MultipartDecoder::step_line_start(std::string_view input) {
    const auto dashes = std::string_view(delimiter_).substr(2);
    if (input.size() < dashes.size() && dashes.starts_with(input)) {
        return {};
    }
    if (input.starts_with(dashes)) {
        std::size_t size = 0;
        const auto line = classify(input.substr(dashes.size()), size);
        if (line != Line::other) {
            return take_delimiter(line, dashes.size() + size);
        }
    }
    line_start_ = false;
    return step_text(input);
}

/// The preamble or the body of a part, up to the next delimiter.
AIOHTTP_DECL MultipartStep MultipartDecoder::step_text(std::string_view input) {
    const auto dashes = std::string_view(delimiter_).substr(1);
    const auto found = input.find(dashes);
    if (found == std::string_view::npos) {
        return give(input.substr(0, undecided(input)));
    }
    const auto behind = found + dashes.size();
    std::size_t size = 0;
    const auto line = classify(input.substr(behind), size);
    if (line == Line::other) {
        return give(input.substr(0, behind));
    }
    const auto text = found - (found > 0 && input[found - 1] == '\r' ? 1 : 0);
    return text > 0 ? give(input.substr(0, text)) : take_delimiter(line, behind + size);
}

/// Bytes of a part; those of the preamble are dropped.
AIOHTTP_DECL MultipartStep MultipartDecoder::give(std::string_view data) const {
    const bool wanted = state_ == State::body && !data.empty();
    return {wanted ? MultipartEvent::data : MultipartEvent::need_more, data.size(),
            wanted ? data : std::string_view()};
}

AIOHTTP_DECL MultipartStep MultipartDecoder::take_delimiter(Line line, std::size_t consumed) {
    if (line == Line::unknown) {
        return {};
    }
    const bool was_part = state_ == State::body;
    if (line == Line::last_delimiter) {
        state_ = State::end;
        return {was_part ? MultipartEvent::part_end : MultipartEvent::end, consumed, {}};
    }
    state_ = State::headers;
    ++parts_;
    headers_ = Headers();
    fields_.reset();
    return {was_part ? MultipartEvent::part_end : MultipartEvent::need_more, consumed, {}};
}

AIOHTTP_DECL std::string MultipartDecoder::truncation() const {
    const auto part = "part " + std::to_string(parts_);
    switch (state_) {
        case State::preamble:
            return "no part of the multipart body begins";
        case State::headers:
            return "the multipart body ends in the header of " + part;
        default:
            return "the multipart body ends in " + part;
    }
}

}  // namespace aiohttp::detail
