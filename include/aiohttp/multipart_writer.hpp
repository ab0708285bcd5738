#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include <aiohttp/body.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/pairs.hpp>

namespace aiohttp {

namespace detail {
class MultipartBody;
}

/// A multipart body (RFC 2046 5.1), for Request::data(); for forms there is FormData.
///
///     aiohttp::MultipartWriter writer("related");
///     writer.append("<p>Hi</p>", {{"Content-Type", "text/html"}});
///     writer.append(aiohttp::file_body("photo.jpg"), {{"Content-Transfer-Encoding", "base64"}});
///     co_await session.post(url).data(std::move(writer));
///
/// A part has the Content-Type given, else that of its content, then the other fields given, and
/// its Content-Length when that is known. Content-Encoding gzip, deflate, br and zstd, then
/// Content-Transfer-Encoding base64 and quoted-printable, are applied while it is sent; identity,
/// binary and none leave the content as it is. Throws ValueError for other encodings. Move-only.
class MultipartWriter {
public:
    /// The boundary is 1 to 70 visible ASCII characters, else ValueError; by default 16 random
    /// bytes in hexadecimal. One that occurs in a part breaks the body. The subtype is a token.
    explicit MultipartWriter(std::string subtype = "mixed",
                             std::optional<std::string> boundary = std::nullopt);
    MultipartWriter(MultipartWriter&&) noexcept;
    MultipartWriter& operator=(MultipartWriter&&) noexcept;
    ~MultipartWriter();

    /// Adds a part with text, by default text/plain; charset=utf-8.
    MultipartWriter& append(std::string text, const Headers& headers = {}) &;
    MultipartWriter&& append(std::string text, const Headers& headers = {}) &&;
    MultipartWriter& append(const char* text, const Headers& headers = {}) &;
    MultipartWriter&& append(const char* text, const Headers& headers = {}) &&;
    /// Adds a part with bytes, by default application/octet-stream.
    MultipartWriter& append(std::span<const std::byte> bytes, const Headers& headers = {}) &;
    MultipartWriter&& append(std::span<const std::byte> bytes, const Headers& headers = {}) &&;
    /// Adds a part with what the source gives. A file is an attachment with its name, unless there
    /// is a Content-Disposition.
    MultipartWriter& append(std::unique_ptr<BodySource> content, const Headers& headers = {}) &;
    MultipartWriter&& append(std::unique_ptr<BodySource> content, const Headers& headers = {}) &&;
    /// Adds a multipart body as a part. Throws ValueError when it has the same boundary.
    MultipartWriter& append(MultipartWriter&& nested, const Headers& headers = {}) &;
    MultipartWriter&& append(MultipartWriter&& nested, const Headers& headers = {}) &&;
    /// Adds a JSON document, as application/json. Include <nlohmann/json.hpp>.
    MultipartWriter& append_json(const nlohmann::json& document, const Headers& headers = {}) &;
    MultipartWriter&& append_json(const nlohmann::json& document, const Headers& headers = {}) &&;
    /// Adds fields, as application/x-www-form-urlencoded.
    MultipartWriter& append_form(const Pairs& fields, const Headers& headers = {}) &;
    MultipartWriter&& append_form(const Pairs& fields, const Headers& headers = {}) &&;

    /// The boundary.
    const std::string& boundary() const noexcept;
    /// The Content-Type with the boundary, quoted when it is no token.
    std::string content_type() const;
    /// How many parts there are.
    std::size_t count() const noexcept;
    /// How many bytes it will have; nullopt when a part does not know its length.
    std::optional<std::uint64_t> size() const;

    /// The parts as a body. The writer is empty afterwards, as after a move.
    std::unique_ptr<BodySource> body() &&;

private:
    std::unique_ptr<detail::MultipartBody> body_;
};

}  // namespace aiohttp
