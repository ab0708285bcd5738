#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/compressed_body.hpp>
#include <aiohttp/detail/message/encoded_body.hpp>
#include <aiohttp/detail/message/multipart_body.hpp>
#include <aiohttp/detail/message/string_body.hpp>
#include <aiohttp/detail/protocol/content_coding.hpp>
#include <aiohttp/detail/protocol/form.hpp>
#include <aiohttp/detail/protocol/multipart.hpp>
#include <aiohttp/detail/protocol/transfer_encoding.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/multipart_writer.hpp>

namespace aiohttp {

namespace detail {

/// The content in the coding that Content-Encoding asks for.
AIOHTTP_DECL std::unique_ptr<BodySource> with_content_encoding(std::unique_ptr<BodySource> content,
                                                               std::string_view coding) {
    if (coding.empty() || iequals(coding, "identity")) {
        return content;
    }
    const auto known = parse_content_coding(coding);
    if (!known) {
        throw ValueError("Content-Encoding " + quote(coding) +
                         " of a part is not gzip, deflate, br, zstd or identity");
    }
    if (istarts_with(content->content_type(), "multipart/")) {
        throw ValueError("Content-Encoding " + quote(coding) +
                         " cannot be that of a multipart part");
    }
    return std::make_unique<CompressedBody>(std::move(content), *known);
}

/// The content in the encoding that Content-Transfer-Encoding asks for.
AIOHTTP_DECL std::unique_ptr<BodySource> with_transfer_encoding(std::unique_ptr<BodySource> content,
                                                                std::string_view encoding) {
    if (encoding.empty() || iequals(encoding, "binary")) {
        return content;
    }
    if (istarts_with(content->content_type(), "multipart/")) {
        throw ValueError("Content-Transfer-Encoding " + quote(encoding) +
                         " cannot be that of a multipart part (RFC 2045 6.4)");
    }
    if (iequals(encoding, "base64")) {
        return std::make_unique<EncodedBody<Base64Encoder>>(std::move(content));
    }
    if (!iequals(encoding, "quoted-printable")) {
        throw ValueError("Content-Transfer-Encoding " + quote(encoding) +
                         " is not base64, quoted-printable or binary");
    }
    const auto memory = content->in_memory();
    if (!memory) {
        return std::make_unique<EncodedBody<QuotedPrintableEncoder>>(std::move(content));
    }
    // Encoded at once, its length is known.
    QuotedPrintableEncoder encoder;
    std::string encoded;
    encoder.encode(*memory, encoded);
    encoder.finish(encoded);
    return std::make_unique<StringBody>(std::move(encoded), content->content_type());
}

AIOHTTP_DECL void check_form_part(const Headers& headers) {
    for (const auto* const name : {"Content-Encoding", "Content-Transfer-Encoding"}) {
        if (headers.contains(name)) {
            throw ValueError(std::string(name) +
                             " cannot be that of a form-data part (RFC 7578 4.7)");
        }
    }
}

AIOHTTP_DECL void append_part(MultipartBody& body,
                              std::unique_ptr<BodySource> content,
                              const Headers& headers) {
    const bool is_form = iequals(body.subtype(), "form-data");
    if (is_form) {
        check_form_part(headers);
    }
    Headers fields;
    const auto type = headers.get("Content-Type");
    fields.add("Content-Type", type ? std::string(*type) : content->content_type());
    for (const auto field : headers) {
        if (!iequals(field.name, "Content-Type") && !iequals(field.name, "Content-Length")) {
            fields.add_unchecked(field.name, field.value);
        }
    }
    const auto file_name = content->filename();
    if (file_name && !is_form && !headers.contains("Content-Disposition")) {
        fields.add("Content-Disposition", attachment_disposition(*file_name));
    }
    content = with_content_encoding(std::move(content), headers["Content-Encoding"]);
    content = with_transfer_encoding(std::move(content), headers["Content-Transfer-Encoding"]);
    if (const auto size = content->size(); size && !is_form) {
        fields.add_unchecked("Content-Length", std::to_string(*size));
    }
    body.add(fields, std::move(content));
}

AIOHTTP_DECL std::string checked_subtype(std::string subtype) {
    if (!is_token(subtype)) {
        throw ValueError("multipart subtype " + quote(subtype) + " is not a token");
    }
    return subtype;
}

}  // namespace detail

AIOHTTP_DECL MultipartWriter::MultipartWriter(std::string subtype,
                                              std::optional<std::string> boundary)
    : body_(std::make_unique<detail::MultipartBody>(
          detail::checked_subtype(std::move(subtype)),
          boundary ? detail::checked_boundary(std::move(*boundary)) : detail::random_boundary())) {}
AIOHTTP_DECL MultipartWriter::MultipartWriter(MultipartWriter&&) noexcept = default;
AIOHTTP_DECL MultipartWriter& MultipartWriter::operator=(MultipartWriter&&) noexcept = default;
AIOHTTP_DECL MultipartWriter::~MultipartWriter() = default;

AIOHTTP_DECL MultipartWriter& MultipartWriter::append(std::unique_ptr<BodySource> content,
                                                      const Headers& headers) & {
    detail::append_part(*body_, std::move(content), headers);
    return *this;
}

AIOHTTP_DECL MultipartWriter& MultipartWriter::append(std::string text, const Headers& headers) & {
    return append(
        std::make_unique<detail::StringBody>(std::move(text), "text/plain; charset=utf-8"),
        headers);
}

AIOHTTP_DECL MultipartWriter& MultipartWriter::append(const char* text, const Headers& headers) & {
    return append(std::string(text), headers);
}

AIOHTTP_DECL MultipartWriter& MultipartWriter::append(std::span<const std::byte> bytes,
                                                      const Headers& headers) & {
    std::string copy(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return append(std::make_unique<detail::StringBody>(std::move(copy), "application/octet-stream"),
                  headers);
}

AIOHTTP_DECL MultipartWriter& MultipartWriter::append(MultipartWriter&& nested,
                                                      const Headers& headers) & {
    if (nested.boundary() == boundary()) {
        throw ValueError("the nested multipart has the same boundary " + detail::quote(boundary()));
    }
    return append(std::move(nested).body(), headers);
}

AIOHTTP_DECL MultipartWriter& MultipartWriter::append_form(const Pairs& fields,
                                                           const Headers& headers) & {
    return append(std::make_unique<detail::StringBody>(detail::encode_form(fields),
                                                       "application/x-www-form-urlencoded"),
                  headers);
}

AIOHTTP_DECL MultipartWriter&& MultipartWriter::append(std::unique_ptr<BodySource> content,
                                                       const Headers& headers) && {
    return std::move(append(std::move(content), headers));
}

AIOHTTP_DECL MultipartWriter&& MultipartWriter::append(std::string text,
                                                       const Headers& headers) && {
    return std::move(append(std::move(text), headers));
}

AIOHTTP_DECL MultipartWriter&& MultipartWriter::append(const char* text,
                                                       const Headers& headers) && {
    return std::move(append(text, headers));
}

AIOHTTP_DECL MultipartWriter&& MultipartWriter::append(std::span<const std::byte> bytes,
                                                       const Headers& headers) && {
    return std::move(append(bytes, headers));
}

AIOHTTP_DECL MultipartWriter&& MultipartWriter::append(MultipartWriter&& nested,
                                                       const Headers& headers) && {
    return std::move(append(std::move(nested), headers));
}

AIOHTTP_DECL MultipartWriter&& MultipartWriter::append_form(const Pairs& fields,
                                                            const Headers& headers) && {
    return std::move(append_form(fields, headers));
}

AIOHTTP_DECL const std::string& MultipartWriter::boundary() const noexcept {
    return body_->boundary();
}

AIOHTTP_DECL std::string MultipartWriter::content_type() const {
    return body_->content_type();
}

AIOHTTP_DECL std::size_t MultipartWriter::count() const noexcept {
    return body_->count();
}

AIOHTTP_DECL std::optional<std::uint64_t> MultipartWriter::size() const {
    return body_->size();
}

AIOHTTP_DECL std::unique_ptr<BodySource> MultipartWriter::body() && {
    return std::move(body_);
}

}  // namespace aiohttp
