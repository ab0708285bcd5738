#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/http1_head.hpp>
#include <aiohttp/headers.hpp>

namespace aiohttp::detail {

enum class MultipartEvent : std::uint8_t {
    need_more,
    part,      ///< a part begins: headers()
    data,      ///< bytes of the current part
    part_end,  ///< the current part is complete
    end,       ///< behind the last part; whatever follows is no concern of anybody
    failed
};

/// What one step of a MultipartDecoder gave.
struct MultipartStep {
    MultipartEvent event = MultipartEvent::need_more;
    std::size_t consumed = 0;  ///< bytes of the input that are dealt with, whatever the event
    std::string_view data;     ///< a view into the input; only with data
};

/// Takes a multipart body apart (RFC 2046 5.1) without copying it.
///
/// Lines may end in LF alone, as in aiohttp. What stands before the first part and behind the last
/// one is dropped. A line that only begins like the delimiter (another multipart's boundary may be
/// longer) belongs to the part.
class MultipartDecoder {
public:
    /// Limits are those of a part's header fields.
    explicit MultipartDecoder(std::string_view boundary, HeadLimits limits = {});

    /// Call it with the bytes not consumed yet until it says need_more, end or failed.
    MultipartStep step(std::string_view input);
    /// The header fields of the part that began last.
    Headers& headers() noexcept { return headers_; }
    /// There is no more input, and the last step said need_more: what is missing, as text.
    std::string truncation() const;
    /// On failed: what is wrong, with the offending text.
    const std::string& error() const noexcept { return error_; }

private:
    enum class State : std::uint8_t { preamble, headers, body, end, failed };
    enum class Line : std::uint8_t { unknown, other, delimiter, last_delimiter };

    MultipartStep step_once(std::string_view input);
    MultipartStep step_headers(std::string_view input);
    MultipartStep step_line_start(std::string_view input);
    MultipartStep step_text(std::string_view input);
    MultipartStep give(std::string_view data) const;
    MultipartStep take_delimiter(Line line, std::size_t consumed);
    Line classify(std::string_view tail, std::size_t& size) const noexcept;
    std::size_t undecided(std::string_view input) const noexcept;

    std::string delimiter_;  // CR LF -- boundary
    FieldsDecoder fields_;
    Headers headers_;
    State state_ = State::preamble;
    bool line_start_ = true;  // the delimiter may stand here without a line end before it
    std::size_t parts_ = 0;
    std::string error_;
};

}  // namespace aiohttp::detail
