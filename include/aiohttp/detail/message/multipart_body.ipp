#pragma once

#include <algorithm>
#include <random>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/length_check.hpp>
#include <aiohttp/detail/message/multipart_body.hpp>
#include <aiohttp/detail/protocol/multipart.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

// Parts in memory are gathered up to this size, larger ones are copied piece by piece.
inline constexpr std::size_t multipart_piece = std::size_t{64} << 10U;

AIOHTTP_DECL MultipartBody::MultipartBody(std::string subtype, std::string boundary)
    : subtype_(std::move(subtype)), boundary_(std::move(boundary)) {}

AIOHTTP_DECL void MultipartBody::add(const Headers& fields, std::unique_ptr<BodySource> content) {
    parts_.push_back(Part{part_head(boundary_, fields), std::move(content)});
}

AIOHTTP_DECL std::string MultipartBody::content_type() const {
    return multipart_type(subtype_, boundary_);
}

AIOHTTP_DECL std::optional<std::uint64_t> MultipartBody::size() const {
    std::uint64_t total = closing_delimiter(boundary_).size();
    for (const Part& part : parts_) {
        const auto content = part.content->size();
        if (!content) {
            return std::nullopt;
        }
        total += part.head.size() + *content + part_line_end.size();
    }
    return total;
}

AIOHTTP_DECL bool MultipartBody::rewind() {
    current_ = 0;
    begun_ = false;
    ended_ = false;
    return std::ranges::all_of(parts_, [](const Part& part) { return part.content->rewind(); });
}

/// A part of another length than announced would shift those behind it; the length of the whole
/// tells only when it is known.
AIOHTTP_DECL void MultipartBody::check_length(const Part& part, bool ended) const {
    const auto size = part.content->size();
    if (!keeps_length(size, part_given_, ended)) {
        const auto subject = "part " + std::to_string(current_ + 1) + " of the multipart body";
        make_error(errc::payload_malformed, Phase::send,
                   broken_length(subject, *size, part_given_, ended))
            .raise();
    }
}

/// Takes what fits into the piece. True when that is the rest of the content.
AIOHTTP_DECL bool MultipartBody::take_memory(std::string_view content, std::string& piece) {
    const auto room = multipart_piece - std::min(multipart_piece, piece.size());
    const auto taken = content.substr(static_cast<std::size_t>(part_given_), room);
    piece.append(taken);
    part_given_ += taken.size();
    return part_given_ == content.size();
}

AIOHTTP_DECL void MultipartBody::end_part(std::string& piece) {
    check_length(parts_[current_], true);
    piece.append(part_line_end);
    ++current_;
    begun_ = false;
}

AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> MultipartBody::next() {
    std::string piece;
    while (!ended_ && piece.size() < multipart_piece) {
        if (current_ == parts_.size()) {
            piece.append(closing_delimiter(boundary_));
            ended_ = true;
            break;
        }
        const Part& part = parts_[current_];
        if (!std::exchange(begun_, true)) {
            piece.append(part.head);
            part_given_ = 0;
        }
        if (const auto memory = part.content->in_memory()) {
            if (take_memory(*memory, piece)) {
                end_part(piece);
            }
            continue;
        }
        const auto streamed = co_await part.content->next();
        if (streamed) {
            piece.append(*streamed);
            part_given_ += streamed->size();
            check_length(part, false);
            if (!piece.empty()) {
                break;  // sent at once: the next one may take a while
            }
        } else {
            end_part(piece);
        }
    }
    std::optional<std::string> result;
    if (!piece.empty()) {
        result = std::move(piece);
    }
    co_return result;
}

AIOHTTP_DECL std::string random_boundary() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::random_device random;
    std::string boundary;
    for (int word = 0; word < 4; ++word) {
        auto bits = random();
        for (int digit = 0; digit < 8; ++digit) {
            boundary += digits[bits & 15U];
            bits >>= 4U;
        }
    }
    return boundary;
}

AIOHTTP_DECL std::string checked_boundary(std::string boundary) {
    if (!is_boundary(boundary)) {
        throw ValueError("boundary " + quote(boundary) +
                         " is not 1 to 70 visible ASCII characters");
    }
    return boundary;
}

}  // namespace aiohttp::detail
