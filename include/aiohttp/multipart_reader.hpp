#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json_fwd.hpp>

#include <aiohttp/decode_errors.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/pairs.hpp>
#include <aiohttp/response.hpp>

namespace aiohttp {

class MultipartReader;

namespace detail {
class MultipartSource;
struct MultipartPart;
}  // namespace detail

/// One part of a multipart body, read as a stream. A handle: copies read from the same place. It
/// can be read until MultipartReader::next() goes on to the next part; later reads throw
/// RuntimeError. Reads throw as those of StreamReader, and ClientPayloadError for a body that ends
/// within the part.
class BodyPart {
public:
    explicit BodyPart(std::shared_ptr<detail::MultipartPart> part) noexcept;

    /// The part's header fields.
    const Headers& headers() const noexcept;
    /// The media type in lower case; RFC 2046 5.1 makes it "text/plain" when there is none.
    std::string content_type() const;
    /// The charset parameter of Content-Type in lower case, or that of the form (its `_charset_`
    /// field, RFC 7578 4.6), or empty.
    std::string charset() const;
    /// The name of the form field (Content-Disposition's name), when there is one.
    std::optional<std::string> name() const;
    /// The file name, when there is one. The sender's choice: never use it as a path as it stands.
    std::optional<std::string> filename() const;

    /// The next piece of the part as it was sent, of any size but zero; nullopt at its end.
    boost::asio::awaitable<std::optional<std::string>> next();
    /// What is left of the part; with `decode`, its Content-Transfer-Encoding (base64,
    /// quoted-printable) and Content-Encoding (gzip, deflate, br, zstd) undone. Throws
    /// ClientPayloadError for a transfer encoding that is not known and for bytes that do not fit.
    boost::asio::awaitable<std::string> read(bool decode = false);
    /// What is left of the part, decoded, as text: valid UTF-8, from the charset `encoding`, else
    /// from charset() when that is known, else UTF-8. Throws as ClientResponse::text().
    boost::asio::awaitable<std::string> text(std::string encoding = {},
                                             DecodeErrors errors = DecodeErrors::strict);
    /// What is left of the part, decoded, as JSON. Throws JSONDecodeError. Include
    /// <nlohmann/json.hpp>.
    boost::asio::awaitable<nlohmann::json> json();
    /// What is left of the part, decoded, as the fields of an urlencoded form.
    boost::asio::awaitable<Pairs> form();
    /// Skips what is left of the part.
    boost::asio::awaitable<void> release();
    /// Whether the part has been read to its end.
    bool at_eof() const noexcept;

    /// Whether the part is a multipart body itself.
    bool is_multipart() const;
    /// A reader of the parts within this one; throws as MultipartReader's constructor.
    MultipartReader parts() const;

private:
    std::shared_ptr<detail::MultipartPart> part_;
};

/// Limits of the header of each part.
struct MultipartLimits {
    /// Bytes of a field, name and value.
    std::size_t max_field_size = 8190;
    /// Number of fields.
    std::size_t max_headers = 128;
};

/// Reads a multipart response (RFC 2046 5.1) part by part, as it arrives:
///
///     aiohttp::MultipartReader reader(response);
///     while (auto part = co_await reader.next()) { auto text = co_await part->text(); }
///
/// A handle, as StreamReader: it may outlive the ClientResponse.
class MultipartReader {
public:
    /// Throws ContentTypeError unless the response's media type is multipart/..., and
    /// ClientPayloadError without a boundary of 1 to 70 characters.
    explicit MultipartReader(const ClientResponse& response,
                             MultipartLimits limits = MultipartLimits());
    /// A reader over a source of bytes; BodyPart::parts() makes one.
    explicit MultipartReader(std::shared_ptr<detail::MultipartSource> source) noexcept;

    /// The next part, whatever is left of the one before is skipped; nullopt behind the last one,
    /// then the connection is free. Throws ClientPayloadError for a malformed or truncated body.
    boost::asio::awaitable<std::optional<BodyPart>> next();
    /// Skips all parts that are left.
    boost::asio::awaitable<void> release();
    /// Whether the last part is behind us.
    bool at_eof() const noexcept;
    /// The boundary.
    std::string boundary() const;

private:
    std::shared_ptr<detail::MultipartSource> source_;
};

}  // namespace aiohttp
