#pragma once

#include <array>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/check_header.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/multipart_body.hpp>
#include <aiohttp/detail/message/string_body.hpp>
#include <aiohttp/detail/protocol/form.hpp>
#include <aiohttp/detail/protocol/multipart.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/form_data.hpp>

namespace aiohttp {

namespace detail {

/// What would end the line, or the text for who reads it in C.
AIOHTTP_DECL void check_form_text(const char* what, std::string_view text) {
    if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
        throw ValueError(std::string(what) + ' ' + quote(text) + " holds CR, LF or NUL");
    }
}

AIOHTTP_DECL void check_form_field_header(std::string_view name) {
    constexpr std::array<std::string_view, 5> reserved{"content-type", "content-disposition",
                                                       "content-length", "content-encoding",
                                                       "content-transfer-encoding"};
    for (const auto one : reserved) {
        if (iequals(name, one)) {
            throw ValueError("header " + quote(name) + " cannot be set for a field of a form");
        }
    }
}

}  // namespace detail

AIOHTTP_DECL FormDataOptions& FormDataOptions::quote_fields(bool on) & {
    quote_fields_ = on;
    return *this;
}

AIOHTTP_DECL FormDataOptions& FormDataOptions::boundary(std::string text) & {
    boundary_ = detail::checked_boundary(std::move(text));
    return *this;
}

AIOHTTP_DECL FormDataOptions& FormDataOptions::default_to_multipart(bool on) & {
    default_to_multipart_ = on;
    return *this;
}

AIOHTTP_DECL FormDataOptions& FormDataOptions::charset(std::string name) & {
    if (!detail::is_token(name)) {
        throw ValueError("charset " + detail::quote(name) + " is not a token");
    }
    charset_ = std::move(name);
    return *this;
}

AIOHTTP_DECL FormFieldOptions& FormFieldOptions::content_type(std::string type) & {
    detail::check_form_text("content type", type);
    detail::check_header("Content-Type", type);
    content_type_ = std::move(type);
    return *this;
}

AIOHTTP_DECL FormFieldOptions& FormFieldOptions::filename(std::string name) & {
    detail::check_form_text("file name", name);
    filename_ = std::move(name);
    return *this;
}

AIOHTTP_DECL FormFieldOptions& FormFieldOptions::header(std::string_view name,
                                                        std::string_view value) & {
    detail::check_form_field_header(name);
    headers_.add(name, value);
    return *this;
}

AIOHTTP_DECL FormData::FormData() : FormData(FormDataOptions()) {}
AIOHTTP_DECL FormData::FormData(FormDataOptions options)
    : options_(std::move(options)), is_multipart_(options_.default_to_multipart_) {}
AIOHTTP_DECL FormData::FormData(const Pairs& fields, FormDataOptions options)
    : FormData(std::move(options)) {
    add_fields(fields);
}
AIOHTTP_DECL FormData::FormData(FormData&&) noexcept = default;
AIOHTTP_DECL FormData& FormData::operator=(FormData&&) noexcept = default;
AIOHTTP_DECL FormData::~FormData() = default;

AIOHTTP_DECL FormData::Field& FormData::add(std::string name, FormFieldOptions options) {
    detail::check_form_text("field name", name);
    is_multipart_ = is_multipart_ || !options.empty();
    return fields_.emplace_back(Field{std::move(name), {}, nullptr, std::move(options)});
}

AIOHTTP_DECL FormData& FormData::add_field(std::string name,
                                           std::string value,
                                           FormFieldOptions options) & {
    add(std::move(name), std::move(options)).text = std::move(value);
    return *this;
}

AIOHTTP_DECL FormData& FormData::add_field(std::string name,
                                           const char* value,
                                           FormFieldOptions options) & {
    return add_field(std::move(name), std::string(value), std::move(options));
}

AIOHTTP_DECL FormData& FormData::add_field(std::string name,
                                           std::span<const std::byte> value,
                                           FormFieldOptions options) & {
    std::string bytes(reinterpret_cast<const char*>(value.data()), value.size());
    return add_field(
        std::move(name),
        std::make_unique<detail::StringBody>(std::move(bytes), "application/octet-stream"),
        std::move(options));
}

AIOHTTP_DECL FormData& FormData::add_field(std::string name,
                                           std::unique_ptr<BodySource> value,
                                           FormFieldOptions options) & {
    if (const auto file_name = options.filename_ ? std::nullopt : value->filename()) {
        options.filename(*file_name);
    }
    if (!options.content_type_) {
        options.content_type(value->content_type());
    }
    add(std::move(name), std::move(options)).source = std::move(value);
    return *this;
}

AIOHTTP_DECL FormData& FormData::add_fields(const Pairs& fields) & {
    for (const auto& [name, value] : fields) {
        add_field(name, value);
    }
    return *this;
}

AIOHTTP_DECL FormData&& FormData::add_field(std::string name,
                                            std::string value,
                                            FormFieldOptions options) && {
    return std::move(add_field(std::move(name), std::move(value), std::move(options)));
}

AIOHTTP_DECL FormData&& FormData::add_field(std::string name,
                                            const char* value,
                                            FormFieldOptions options) && {
    return std::move(add_field(std::move(name), value, std::move(options)));
}

AIOHTTP_DECL FormData&& FormData::add_field(std::string name,
                                            std::span<const std::byte> value,
                                            FormFieldOptions options) && {
    return std::move(add_field(std::move(name), value, std::move(options)));
}

AIOHTTP_DECL FormData&& FormData::add_field(std::string name,
                                            std::unique_ptr<BodySource> value,
                                            FormFieldOptions options) && {
    return std::move(add_field(std::move(name), std::move(value), std::move(options)));
}

AIOHTTP_DECL FormData&& FormData::add_fields(const Pairs& fields) && {
    return std::move(add_fields(fields));
}

AIOHTTP_DECL bool FormData::is_multipart() const noexcept {
    return is_multipart_;
}

AIOHTTP_DECL std::unique_ptr<BodySource> FormData::urlencoded() {
    Pairs pairs;
    pairs.reserve(fields_.size());
    for (auto& field : fields_) {
        pairs.emplace_back(std::move(field.name), std::move(field.text));
    }
    std::string type = "application/x-www-form-urlencoded";
    if (!detail::iequals(options_.charset_, "utf-8")) {
        type += "; charset=" + options_.charset_;
    }
    return std::make_unique<detail::StringBody>(detail::encode_form(pairs), std::move(type));
}

AIOHTTP_DECL std::unique_ptr<BodySource> FormData::multipart() {
    auto body = std::make_unique<detail::MultipartBody>(
        "form-data", options_.boundary_ ? *options_.boundary_ : detail::random_boundary());
    const auto quoting =
        options_.quote_fields_ ? detail::FormQuoting::percent : detail::FormQuoting::backslash;
    for (auto& field : fields_) {
        if (!field.source) {
            field.source = std::make_unique<detail::StringBody>(
                std::move(field.text), "text/plain; charset=" + options_.charset_);
        }
        const auto& given = field.options;
        Headers headers;
        headers.add("Content-Type",
                    given.content_type_ ? *given.content_type_ : field.source->content_type());
        // Checked already; a header's own rule would refuse more than a file's name may not have.
        headers.add_unchecked("Content-Disposition",
                              detail::form_disposition(field.name, given.filename_, quoting));
        for (const auto header : given.headers_) {
            headers.add_unchecked(header.name, header.value);
        }
        body->add(headers, std::move(field.source));
    }
    return body;
}

AIOHTTP_DECL std::unique_ptr<BodySource> FormData::body() && {
    return is_multipart() ? multipart() : urlencoded();
}

}  // namespace aiohttp
