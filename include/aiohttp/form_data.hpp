#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/body.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/pairs.hpp>

namespace aiohttp {

/// How a FormData is written; names and defaults as in aiohttp.
class FormDataOptions {
public:
    /// How quotes in names and file names are escaped in a multipart form. Default: true, as
    /// browsers do it (WHATWG HTML): `"` becomes `%22`, all else, a backslash too, stays as it is.
    /// False: a backslash before `"` and `\`, for servers that read a quoted-string. Either way
    /// what is not ASCII is sent as the bytes given, UTF-8 (RFC 7578 5.1), never as `filename*`,
    /// which RFC 7578 4.2 rules out.
    FormDataOptions& quote_fields(bool on) &;
    FormDataOptions&& quote_fields(bool on) && { return std::move(this->quote_fields(on)); }
    /// The boundary of a multipart form, 1 to 70 visible ASCII characters, else ValueError.
    /// Default: 16 random bytes in hexadecimal. One that occurs in a value breaks the form.
    FormDataOptions& boundary(std::string text) &;
    FormDataOptions&& boundary(std::string text) && {
        return std::move(this->boundary(std::move(text)));
    }
    /// Whether it is multipart though nothing asks for it. Default: false.
    FormDataOptions& default_to_multipart(bool on = true) &;
    FormDataOptions&& default_to_multipart(bool on = true) && {
        return std::move(this->default_to_multipart(on));
    }
    /// The character set that the values given are in, for the Content-Type; they are sent as they
    /// are. A token, else ValueError. Default: utf-8.
    FormDataOptions& charset(std::string name) &;
    FormDataOptions&& charset(std::string name) && {
        return std::move(this->charset(std::move(name)));
    }

private:
    friend class FormData;
    bool quote_fields_ = true;
    bool default_to_multipart_ = false;
    std::optional<std::string> boundary_;
    std::string charset_ = "utf-8";
};

/// What a field of a form says of its value. Setting one makes the form multipart.
class FormFieldOptions {
public:
    /// The field's Content-Type. Default: that of the value. Throws ValueError for a value that
    /// cannot be a header's.
    FormFieldOptions& content_type(std::string type) &;
    FormFieldOptions&& content_type(std::string type) && {
        return std::move(this->content_type(std::move(type)));
    }
    /// The file name that is sent. Default: BodySource::filename(), so that of a file_body(), else
    /// none. Throws ValueError for a name with CR, LF or NUL.
    FormFieldOptions& filename(std::string name) &;
    FormFieldOptions&& filename(std::string name) && {
        return std::move(this->filename(std::move(name)));
    }
    /// Adds a header to the field's part. Throws ValueError as Headers::add(), and for
    /// Content-Type, Content-Disposition and Content-Length, which have a place of their own, and
    /// Content-Encoding and Content-Transfer-Encoding, which a form must not have (RFC 7578 4.7).
    FormFieldOptions& header(std::string_view name, std::string_view value) &;
    FormFieldOptions&& header(std::string_view name, std::string_view value) && {
        return std::move(this->header(name, value));
    }

private:
    friend class FormData;
    bool empty() const noexcept { return !content_type_ && !filename_ && headers_.empty(); }

    std::optional<std::string> content_type_;
    std::optional<std::string> filename_;
    Headers headers_;
};

/// A form, for Request::data(). It is application/x-www-form-urlencoded as long as it holds plain
/// strings; bytes, a BodySource or a FormFieldOptions that says something make it
/// multipart/form-data (RFC 7578), whose fields have their order, Content-Type and
/// Content-Disposition.
///
///     aiohttp::FormData form;
///     form.add_field("title", "Holidays");
///     form.add_field("photo", aiohttp::file_body("beach.jpg"));
///     co_await session.post(url).data(std::move(form));
///
/// add_field() throws ValueError for a name with CR, LF or NUL. Move-only.
class FormData {
public:
    FormData();
    explicit FormData(FormDataOptions options);
    /// A form with these fields.
    explicit FormData(const Pairs& fields, FormDataOptions options = {});
    FormData(FormData&&) noexcept;
    FormData& operator=(FormData&&) noexcept;
    ~FormData();

    /// Adds a field with text.
    FormData& add_field(std::string name, std::string value, FormFieldOptions options = {}) &;
    FormData&& add_field(std::string name, std::string value, FormFieldOptions options = {}) &&;
    FormData& add_field(std::string name, const char* value, FormFieldOptions options = {}) &;
    FormData&& add_field(std::string name, const char* value, FormFieldOptions options = {}) &&;
    /// Adds a field with bytes, as application/octet-stream.
    FormData& add_field(std::string name,
                        std::span<const std::byte> value,
                        FormFieldOptions options = {}) &;
    FormData&& add_field(std::string name,
                         std::span<const std::byte> value,
                         FormFieldOptions options = {}) &&;
    /// Adds a field with what the source gives: file_body(), view_body(), generator_body().
    FormData& add_field(std::string name,
                        std::unique_ptr<BodySource> value,
                        FormFieldOptions options = {}) &;
    FormData&& add_field(std::string name,
                         std::unique_ptr<BodySource> value,
                         FormFieldOptions options = {}) &&;
    /// Adds many fields with text.
    FormData& add_fields(const Pairs& fields) &;
    FormData&& add_fields(const Pairs& fields) &&;

    /// Whether it will be multipart/form-data.
    bool is_multipart() const noexcept;

    /// The form as a body.
    std::unique_ptr<BodySource> body() &&;

private:
    struct Field {
        std::string name;
        std::string text;  // unless there is a source
        std::unique_ptr<BodySource> source;
        FormFieldOptions options;
    };
    Field& add(std::string name, FormFieldOptions options);
    std::unique_ptr<BodySource> urlencoded();
    std::unique_ptr<BodySource> multipart();

    FormDataOptions options_;
    std::vector<Field> fields_;
    bool is_multipart_ = false;
};

}  // namespace aiohttp
