#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/multipart_source.hpp>
#include <aiohttp/detail/protocol/charset.hpp>
#include <aiohttp/detail/protocol/field_values.hpp>
#include <aiohttp/detail/protocol/form.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/multipart_reader.hpp>

namespace aiohttp {

namespace detail {

// RFC 2046 5.1.1.
inline constexpr std::size_t longest_boundary = 70;
// As aiohttp's: no name of a charset is longer.
inline constexpr std::size_t longest_charset = 31;

AIOHTTP_DECL std::string boundary_of(std::string_view content_type, const MultipartOrigin& origin) {
    const auto type = parse_media_type(content_type);
    if (!type.type.starts_with("multipart/")) {
        origin.raise(errc::content_type, "response is " + type.type + ", not multipart");
    }
    const auto boundary = type.parameter("boundary");
    if (boundary.empty() || boundary.size() > longest_boundary) {
        origin.raise(errc::payload_malformed, "the boundary of " + quote(content_type) + " has " +
                                                  std::to_string(boundary.size()) +
                                                  " characters, not 1 to 70");
    }
    return std::string(boundary);
}

AIOHTTP_DECL HeadLimits head_limits(const MultipartLimits& limits) {
    HeadLimits head;
    head.field = limits.max_field_size;
    head.fields = limits.max_headers;
    return head;
}

AIOHTTP_DECL MultipartSource::MultipartSource(StreamReader content,
                                              std::string boundary,
                                              MultipartLimits limits,
                                              MultipartOrigin origin)
    : content_(std::move(content)),
      boundary_(std::move(boundary)),
      limits_(limits),
      origin_(std::move(origin)),
      decoder_(boundary_, head_limits(limits)) {}

AIOHTTP_DECL MultipartSource::MultipartSource(std::shared_ptr<MultipartPart> outer,
                                              std::string boundary)
    : outer_(std::move(outer)),
      boundary_(std::move(boundary)),
      limits_(outer_->source->limits()),
      origin_(outer_->source->origin()),
      decoder_(boundary_, head_limits(limits_)) {}

AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> MultipartSource::more_bytes() {
    return outer_ ? outer_->next_decoded() : content_->next();
}

/// The next thing that the decoder finds; its data is a view that lives until the next call.
AIOHTTP_DECL boost::asio::awaitable<MultipartStep> MultipartSource::step() {
    for (;;) {
        const auto step = decoder_.step(std::string_view(buffer_).substr(taken_));
        taken_ += step.consumed;
        if (step.event == MultipartEvent::failed) {
            origin_.raise(errc::payload_malformed, "multipart body malformed: " + decoder_.error());
        }
        if (step.event != MultipartEvent::need_more) {
            co_return step;
        }
        buffer_.erase(0, std::exchange(taken_, 0));
        const auto piece = co_await more_bytes();
        if (!piece) {
            origin_.raise(errc::payload_truncated, decoder_.truncation());
        }
        buffer_.append(*piece);
    }
}

AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> MultipartSource::next_piece() {
    if (!in_part_) {
        co_return std::nullopt;
    }
    const auto step = co_await this->step();
    if (step.event == MultipartEvent::data) {
        co_return std::string(step.data);
    }
    in_part_ = false;
    co_return std::nullopt;
}

AIOHTTP_DECL boost::asio::awaitable<std::shared_ptr<MultipartPart>> MultipartSource::next_part() {
    while (in_part_) {
        co_await next_piece();
    }
    while (!at_end_) {
        const auto step = co_await this->step();
        if (step.event == MultipartEvent::end) {
            at_end_ = true;
            buffer_.clear();
            taken_ = 0;
            break;
        }
        in_part_ = true;
        ++number_;
        auto part = std::make_shared<MultipartPart>();
        part->source = shared_from_this();
        part->number = number_;
        part->headers = std::move(decoder_.headers());
        const auto disposition = parse_content_disposition(part->headers["content-disposition"]);
        const bool names_charset = number_ == 1 && disposition &&
                                   disposition->type == "form-data" &&
                                   BodyPart(part).name() == "_charset_";
        if (!names_charset) {
            co_return part;
        }
        co_await take_form_charset();
    }
    // The rest of the body, so that its connection can serve again.
    while (const auto rest = co_await more_bytes()) {
    }
    co_return nullptr;
}

/// RFC 7578 4.6: the first field may name the charset of the others.
AIOHTTP_DECL boost::asio::awaitable<void> MultipartSource::take_form_charset() {
    while (auto piece = co_await next_piece()) {
        form_charset_.append(*piece);
        if (form_charset_.size() > longest_charset) {
            origin_.raise(errc::payload_malformed,
                          "the form's _charset_ " + quote(form_charset_.substr(0, 80)) +
                              " has more than " + std::to_string(longest_charset) + " bytes");
        }
    }
}

using PartPtr = std::shared_ptr<MultipartPart>;

AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> next_of_part(PartPtr part) {
    auto piece = co_await part->next();
    co_return piece;
}

AIOHTTP_DECL boost::asio::awaitable<std::string> read_part(PartPtr part, bool decode) {
    std::string bytes;
    if (decode) {
        bytes = co_await part->read_decoded();
        co_return bytes;
    }
    while (auto piece = co_await part->next()) {
        bytes.append(*piece);
    }
    co_return bytes;
}

AIOHTTP_DECL boost::asio::awaitable<std::string> read_part_text(PartPtr part,
                                                                std::string encoding,
                                                                DecodeErrors errors) {
    if (encoding.empty()) {
        encoding = part->encoding();
    } else if (!is_known_charset(encoding)) {
        throw ValueError("charset " + quote(encoding) + " is not known");
    }
    const auto bytes = co_await part->read_decoded();
    co_return part->to_text(bytes, encoding, errors);
}

AIOHTTP_DECL boost::asio::awaitable<void> skip_part(PartPtr part) {
    while (const auto piece = co_await part->next()) {
    }
}

AIOHTTP_DECL boost::asio::awaitable<Pairs> read_part_form(PartPtr part) {
    const auto text = co_await part->read_decoded();
    co_return decode_form(text);
}

AIOHTTP_DECL boost::asio::awaitable<std::optional<BodyPart>> next_body_part(
    std::shared_ptr<MultipartSource> source) {
    auto part = co_await source->next_part();
    if (!part) {
        co_return std::nullopt;
    }
    co_return BodyPart(std::move(part));
}

AIOHTTP_DECL boost::asio::awaitable<void> skip_parts(std::shared_ptr<MultipartSource> source) {
    while (const auto part = co_await source->next_part()) {
    }
}

}  // namespace detail

AIOHTTP_DECL BodyPart::BodyPart(std::shared_ptr<detail::MultipartPart> part) noexcept
    : part_(std::move(part)) {}
AIOHTTP_DECL const Headers& BodyPart::headers() const noexcept {
    return part_->headers;
}
AIOHTTP_DECL std::string BodyPart::content_type() const {
    const auto value = headers().get("content-type");
    return value ? detail::parse_media_type(*value).type : "text/plain";
}
AIOHTTP_DECL std::string BodyPart::charset() const {
    const auto type = detail::parse_media_type(headers()["content-type"]);
    const auto charset = type.parameter("charset");
    return charset.empty() ? part_->source->form_charset() : detail::to_lower_copy(charset);
}
AIOHTTP_DECL std::optional<std::string> BodyPart::name() const {
    const auto disposition = detail::parse_content_disposition(headers()["content-disposition"]);
    if (disposition) {
        for (const auto& [name, value] : disposition->parameters) {
            if (name == "name") {
                return value;
            }
        }
    }
    return std::nullopt;
}
AIOHTTP_DECL std::optional<std::string> BodyPart::filename() const {
    const auto disposition = detail::parse_content_disposition(headers()["content-disposition"]);
    return disposition ? disposition->filename : std::nullopt;
}
AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> BodyPart::next() {
    return detail::next_of_part(part_);
}
AIOHTTP_DECL boost::asio::awaitable<std::string> BodyPart::read(bool decode) {
    return detail::read_part(part_, decode);
}
AIOHTTP_DECL boost::asio::awaitable<std::string> BodyPart::text(std::string encoding,
                                                                DecodeErrors errors) {
    return detail::read_part_text(part_, std::move(encoding), errors);
}
AIOHTTP_DECL boost::asio::awaitable<Pairs> BodyPart::form() {
    return detail::read_part_form(part_);
}
AIOHTTP_DECL boost::asio::awaitable<void> BodyPart::release() {
    return detail::skip_part(part_);
}
AIOHTTP_DECL bool BodyPart::at_eof() const noexcept {
    return !part_->source->is_current(part_->number) || !part_->source->in_part();
}
AIOHTTP_DECL bool BodyPart::is_multipart() const {
    return content_type().starts_with("multipart/");
}
AIOHTTP_DECL MultipartReader BodyPart::parts() const {
    auto boundary = detail::boundary_of(headers()["content-type"], part_->source->origin());
    return MultipartReader(std::make_shared<detail::MultipartSource>(part_, std::move(boundary)));
}

AIOHTTP_DECL MultipartReader::MultipartReader(const ClientResponse& response,
                                              MultipartLimits limits) {
    detail::MultipartOrigin origin{response.method(), response.url().display()};
    auto boundary = detail::boundary_of(response.headers()["content-type"], origin);
    source_ = std::make_shared<detail::MultipartSource>(response.content(), std::move(boundary),
                                                        limits, std::move(origin));
}
AIOHTTP_DECL MultipartReader::MultipartReader(
    std::shared_ptr<detail::MultipartSource> source) noexcept
    : source_(std::move(source)) {}
AIOHTTP_DECL boost::asio::awaitable<std::optional<BodyPart>> MultipartReader::next() {
    return detail::next_body_part(source_);
}
AIOHTTP_DECL boost::asio::awaitable<void> MultipartReader::release() {
    return detail::skip_parts(source_);
}
AIOHTTP_DECL bool MultipartReader::at_eof() const noexcept {
    return source_->at_end();
}
AIOHTTP_DECL std::string MultipartReader::boundary() const {
    return source_->boundary();
}

}  // namespace aiohttp
