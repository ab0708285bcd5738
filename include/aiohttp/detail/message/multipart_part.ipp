#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/base64.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/multipart_part.hpp>
#include <aiohttp/detail/message/multipart_source.hpp>
#include <aiohttp/detail/protocol/charset.hpp>
#include <aiohttp/detail/protocol/field_values.hpp>
#include <aiohttp/detail/protocol/transfer_encoding.hpp>

namespace aiohttp::detail {

// An encoded part is gathered before it is decoded: quoted-printable, the widest, has three
// characters a byte, and line ends.
inline constexpr std::uint64_t widest_transfer_encoding = 4;

AIOHTTP_DECL void MultipartOrigin::raise(errc kind, std::string what) const {
    with_request(make_error(kind, Phase::body, std::move(what)), method, url).raise();
}

AIOHTTP_DECL std::string MultipartPart::subject() const {
    return "part " + std::to_string(number) + " of the multipart body";
}

AIOHTTP_DECL void MultipartPart::fail(errc kind, const std::string& what) {
    const auto& origin = source->origin();
    failure_ =
        with_request(make_error(kind, Phase::body, subject() + what), origin.method, origin.url);
    failure_->raise();
}

AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> MultipartPart::next() {
    if (!source->is_current(number)) {
        throw RuntimeError("part " + std::to_string(number) +
                           " of the multipart body cannot be read any more: the reader went on");
    }
    return source->next_piece();
}

AIOHTTP_DECL void MultipartPart::check_size(std::size_t bytes) {
    const auto& limit = source->limits().max_part_size;
    if (limit && bytes > *limit) {
        fail(errc::payload_too_large,
             " decodes to more than max_part_size " + std::to_string(*limit));
    }
}

AIOHTTP_DECL boost::asio::awaitable<void> MultipartPart::undo_transfer_encoding(
    std::string encoding) {
    if (encoding.empty() || encoding == "binary" || encoding == "8bit" || encoding == "7bit") {
        co_return;
    }
    const bool base64 = encoding == "base64";
    if (!base64 && encoding != "quoted-printable") {
        fail(errc::payload_malformed,
             " has a Content-Transfer-Encoding that is not known: " + quote(encoding));
    }
    std::string encoded;
    while (auto piece = co_await next()) {
        encoded.append(*piece);
        check_size(encoded.size() / widest_transfer_encoding);
    }
    auto decoded = base64 ? base64_decode(encoded) : decode_quoted_printable(encoded);
    if (!decoded) {
        fail(errc::payload_malformed, " is not valid " + encoding);
    }
    kept_ = std::move(*decoded);
}

/// The next piece of what is kept; nullopt when more bytes are wanted.
AIOHTTP_DECL std::optional<std::string> MultipartPart::decode_kept() {
    std::optional<std::string> piece;
    if (!decoder_) {
        if (!kept_.empty()) {
            piece = std::exchange(kept_, {});
        }
        return piece;
    }
    while (!piece && (pending_ || taken_ < kept_.size())) {
        const auto step = decoder_->step(std::string_view(kept_).substr(taken_));
        taken_ += step.consumed;
        raw_bytes_ += step.consumed;
        pending_ = step.status == CodingStatus::more;
        if (step.status == CodingStatus::failed) {
            fail(errc::payload_malformed, " malformed: " + decoder_->error());
        }
        if (!step.data.empty()) {
            piece = step.data;
        }
    }
    return piece;
}

AIOHTTP_DECL void MultipartPart::check_end() {
    const auto unfinished = decoder_ ? decoder_->unfinished() : std::string_view();
    if (!unfinished.empty()) {
        fail(errc::payload_truncated, " truncated: its " + std::string(unfinished) +
                                          " data ends early, after " + std::to_string(raw_bytes_) +
                                          " bytes");
    }
}

AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> MultipartPart::next_decoded() {
    if (failure_) {
        failure_->raise();
    }
    if (!std::exchange(begun_, true)) {
        const auto codings = headers["content-encoding"];
        const auto known = parse_content_codings(codings);
        if (!known) {
            fail(errc::payload_malformed,
                 " has a Content-Encoding that is not known: " + quote(codings));
        }
        decoder_ = make_content_decoder(*known);
        co_await undo_transfer_encoding(to_lower_copy(headers["content-transfer-encoding"]));
    }
    for (;;) {
        auto piece = decode_kept();
        if (piece) {
            co_return piece;
        }
        auto more = co_await next();
        if (!more) {
            break;
        }
        kept_ = std::move(*more);
        taken_ = 0;
    }
    check_end();
    co_return std::nullopt;
}

AIOHTTP_DECL boost::asio::awaitable<std::string> MultipartPart::read_decoded() {
    std::string bytes;
    while (auto piece = co_await next_decoded()) {
        check_size(bytes.size() + piece->size());
        bytes.append(*piece);
    }
    co_return bytes;
}

AIOHTTP_DECL std::string MultipartPart::encoding() const {
    const auto type = parse_media_type(headers["content-type"]);
    auto charset = to_lower_copy(type.parameter("charset"));
    if (!charset.empty() && is_known_charset(charset)) {
        return charset;
    }
    charset = source->form_charset();
    return !charset.empty() && is_known_charset(charset) ? charset : "utf-8";
}

AIOHTTP_DECL std::string MultipartPart::to_text(std::string_view bytes,
                                                const std::string& charset,
                                                DecodeErrors errors) const {
    auto decoded = decode_text(bytes, charset, errors);
    if (decoded.bad_offset) {
        source->origin().raise(errc::text_invalid, subject() + " is not " + charset +
                                                       " text, at byte " +
                                                       std::to_string(*decoded.bad_offset) +
                                                       " of " + std::to_string(bytes.size()));
    }
    return std::move(decoded.text);
}

}  // namespace aiohttp::detail
