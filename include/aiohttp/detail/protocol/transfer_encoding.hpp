#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The Content-Transfer-Encodings of MIME that change the bytes (RFC 2045 6), for the parts of a
// multipart body. The encoders are machines that are fed pieces; the outcome does not depend on how
// the bytes were cut.
namespace aiohttp::detail {

/// base64 in lines of 76 characters (RFC 2045 6.8).
class Base64Encoder {
public:
    void encode(std::string_view piece, std::string& out);
    void finish(std::string& out);
    static std::optional<std::uint64_t> encoded_size(std::uint64_t bytes) noexcept;

private:
    void line(std::string_view bytes, std::string& out);

    std::string rest_;  // less than a line
    bool begun_ = false;
};

/// quoted-printable (RFC 2045 6.7), safe for any bytes: CRLF stays a line break, a lone CR or LF
/// is encoded.
class QuotedPrintableEncoder {
public:
    void encode(std::string_view piece, std::string& out);
    void finish(std::string& out);
    static std::optional<std::uint64_t> encoded_size(std::uint64_t bytes) noexcept;

private:
    void put(char c, bool escaped, std::string& out);

    char held_ = '\0';  // CR or white space, whose encoding depends on what follows; or none
    std::size_t column_ = 0;
};

/// Quoted-printable (RFC 2045 6.7); white space at the end of a line is dropped. nullopt for an
/// "=" that is followed neither by two hexadecimal digits nor by the end of a line.
std::optional<std::string> decode_quoted_printable(std::string_view text);

}  // namespace aiohttp::detail
