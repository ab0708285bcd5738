#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/content_coding.hpp>

namespace aiohttp::detail {

/// How much a decoder gives at once, at most: what bounds the memory that a bomb can take.
inline constexpr std::size_t coding_output = std::size_t{64} << 10U;

enum class CodingStatus : std::uint8_t {
    more,        ///< there may be more output: step again with the rest of the input, even if none
    need_input,  ///< all input is consumed, and what it decodes to has been given
    failed,      ///< the data is corrupt: error() says how
};

/// What one step came to.
struct CodingStep {
    CodingStatus status = CodingStatus::need_input;
    std::size_t consumed = 0;  ///< how many bytes of the input
    std::string_view data;     ///< decoded bytes; a view until the next step, perhaps empty
};

/// Undoes a content coding, or several, piece by piece and with bounded output. Nothing is
/// allocated before the first byte.
class ContentDecoder {
public:
    ContentDecoder() = default;
    ContentDecoder(const ContentDecoder&) = delete;
    ContentDecoder& operator=(const ContentDecoder&) = delete;
    virtual ~ContentDecoder() = default;

    /// Decodes the next bytes. Not to be called again once it failed.
    virtual CodingStep step(std::string_view input) = 0;
    /// The name of the coding that wants more input than there was; empty when the input may end
    /// here. No input at all is complete.
    virtual std::string_view unfinished() const noexcept = 0;
    /// Why it failed, e.g. "corrupt gzip data: incorrect data check".
    virtual std::string error() const = 0;
};

/// Makes a content coding, piece by piece.
class ContentEncoder {
public:
    ContentEncoder() = default;
    ContentEncoder(const ContentEncoder&) = delete;
    ContentEncoder& operator=(const ContentEncoder&) = delete;
    virtual ~ContentEncoder() = default;

    /// Appends to `out` what is ready after the next bytes; the rest too when they are the `last`
    /// ones. False when the memory does not suffice.
    virtual bool encode(std::string_view input, bool last, std::string& out) = 0;
};

/// The name as in Content-Encoding, e.g. "gzip".
std::string_view to_string(ContentCoding coding) noexcept;
/// The coding of that name, compared without case, "x-gzip" included; nullopt for others.
std::optional<ContentCoding> parse_content_coding(std::string_view name) noexcept;

/// The codings of a value of Content-Encoding in the order in which they were applied, without
/// identity; nullopt for a list with a coding that is not known, and for one of more than five.
std::optional<std::vector<ContentCoding>> parse_content_codings(std::string_view list);

/// The decoder that undoes these codings; null for none.
std::unique_ptr<ContentDecoder> make_content_decoder(const std::vector<ContentCoding>& codings);
/// The decoder for a value of Content-Encoding: "gzip", or "gzip, br" for Brotli around gzip.
/// Null when the body is to stay as it is: for identity, for a list with a coding that is not
/// known, and for one of more than five codings.
std::unique_ptr<ContentDecoder> make_content_decoder(std::string_view codings);
/// The encoder of one coding.
std::unique_ptr<ContentEncoder> make_content_encoder(ContentCoding coding);

// One factory a coding; each is where its library is known.
std::unique_ptr<ContentDecoder> make_gzip_decoder();
std::unique_ptr<ContentDecoder> make_deflate_decoder();
std::unique_ptr<ContentDecoder> make_brotli_decoder();
std::unique_ptr<ContentDecoder> make_zstd_decoder();
/// gzip or deflate.
std::unique_ptr<ContentEncoder> make_zlib_encoder(ContentCoding coding);
std::unique_ptr<ContentEncoder> make_brotli_encoder();
std::unique_ptr<ContentEncoder> make_zstd_encoder();

}  // namespace aiohttp::detail
