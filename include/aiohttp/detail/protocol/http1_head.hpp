#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <aiohttp/headers.hpp>

namespace aiohttp::detail {

/// How much a response head may hold, in bytes (ClientSession's max_line_size, max_field_size) and
/// in fields (max_headers).
struct HeadLimits {
    std::size_t line = 8190;   ///< the reason phrase; also the size line of a chunk
    std::size_t field = 8190;  ///< name and value of one field, folded lines included
    std::size_t fields = 128;
};

/// The head of a response.
struct ResponseHead {
    int version = 11;  ///< 10 or 11
    int status = 0;
    std::string reason;
    Headers headers;
};

enum class HeadStatus : std::uint8_t { need_more, done, failed };

struct FieldLine;

/// Reads header fields up to the empty line: the rest of a head, or the trailers of a body.
///
/// Accepted beyond RFC 9112: lines that end in LF alone, folded lines (joined by one space) and
/// control characters in values. Refused: NUL, a CR without LF, a name that is no token, white
/// space before the colon, a line without colon, a folded line before the first field.
class FieldsDecoder {
public:
    /// What the fields may hold, and the lines before them for whoever reads those.
    void set_limits(const HeadLimits& limits) noexcept { limits_ = limits; }
    const HeadLimits& limits() const noexcept { return limits_; }
    /// The fields begin at `offset` of the input that decode() will get.
    void reset(std::size_t offset = 0) noexcept;
    /// `input` begins at the same byte in every call. Every line is taken as soon as it is
    /// complete, so failures come as early as the bytes allow and do not depend on how the input
    /// was cut.
    HeadStatus decode(std::string_view input, Headers& headers, std::string& error);
    /// After done: the offset behind the empty line.
    std::size_t consumed() const noexcept { return line_; }

private:
    // nullopt: the line is taken, go on with the next.
    using Outcome = std::optional<HeadStatus>;
    Outcome take_other_line(std::string_view input, Headers& headers, std::string& error);
    Outcome take_fold(std::string_view input, Headers& headers, std::string& error);
    HeadStatus wait(std::string_view input, const Headers& headers, std::string& error);
    HeadStatus reject(std::string_view input, const Headers& headers, std::string& error);
    const char* take_usual_lines(const char* line, const char* end, Headers& headers);
    bool fits(const FieldLine& field) const noexcept;
    bool is_fold(std::string_view input, const Headers& headers) const noexcept;
    bool exceeds(std::size_t line_size, bool fold) const noexcept;
    HeadStatus too_long(std::string_view input, const Headers& headers, std::string& error) const;

    HeadLimits limits_;
    std::size_t line_ = 0;        // where the first line not taken yet begins
    std::size_t scanned_ = 0;     // that line has no end before this offset
    std::size_t field_size_ = 0;  // of the field taken last
};

/// Reads a response head (RFC 9112 4 and 5), however the bytes arrive: it goes on where the last
/// call stopped, so that even a head fed byte by byte costs linear time.
///
/// One empty line before the status line is skipped: servers have sent one after the previous
/// response or its interim responses.
class HeadDecoder {
public:
    explicit HeadDecoder(HeadLimits limits = {});
    /// For the next head on the same connection.
    void reset(HeadLimits limits);
    const HeadLimits& limits() const noexcept { return fields_.limits(); }
    /// `input` holds all bytes from the start of the head. On done, consumed() of them were it.
    HeadStatus decode(std::string_view input, ResponseHead& head);
    std::size_t consumed() const noexcept { return fields_.consumed(); }
    /// On failed: what is wrong, with the offending text.
    const std::string& error() const noexcept { return error_; }

private:
    bool take_usual_status_line(std::string_view input, ResponseHead& head);
    HeadStatus decode_status_line(std::string_view input, ResponseHead& head);

    FieldsDecoder fields_;
    bool in_fields_ = false;
    std::size_t line_ = 0;     // where the status line begins
    std::size_t scanned_ = 0;  // it has no end before this offset
    std::string error_;
};

}  // namespace aiohttp::detail
