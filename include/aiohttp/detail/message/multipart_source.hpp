#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/message/multipart_part.hpp>
#include <aiohttp/detail/protocol/multipart_decoder.hpp>
#include <aiohttp/multipart_reader.hpp>
#include <aiohttp/stream_reader.hpp>

namespace aiohttp::detail {

/// What a MultipartReader and its parts share: the bytes not taken yet, and how far the decoder
/// has come. Its bytes are those of a response or, for parts within a part, of that part.
class MultipartSource : public std::enable_shared_from_this<MultipartSource> {
public:
    MultipartSource(StreamReader content,
                    std::string boundary,
                    MultipartLimits limits,
                    MultipartOrigin origin);
    MultipartSource(std::shared_ptr<MultipartPart> outer, std::string boundary);

    /// Goes on to the next part; null behind the last one. All coroutines are members: whoever
    /// awaits them holds the source.
    boost::asio::awaitable<std::shared_ptr<MultipartPart>> next_part();
    /// The next piece of the current part; nullopt at its end.
    boost::asio::awaitable<std::optional<std::string>> next_piece();

    bool is_current(std::size_t number) const noexcept { return number == number_; }
    bool in_part() const noexcept { return in_part_; }
    bool at_end() const noexcept { return at_end_; }
    const std::string& boundary() const noexcept { return boundary_; }
    const MultipartLimits& limits() const noexcept { return limits_; }
    const MultipartOrigin& origin() const noexcept { return origin_; }
    const std::string& form_charset() const noexcept { return form_charset_; }

private:
    boost::asio::awaitable<MultipartStep> step();
    boost::asio::awaitable<std::optional<std::string>> more_bytes();
    boost::asio::awaitable<void> take_form_charset();

    std::optional<StreamReader> content_;
    std::shared_ptr<MultipartPart> outer_;  // instead of content_
    std::string boundary_;
    MultipartLimits limits_;
    MultipartOrigin origin_;
    MultipartDecoder decoder_;
    std::string buffer_;
    std::size_t taken_ = 0;   // bytes of buffer_ that are dealt with
    std::size_t number_ = 0;  // of the current part
    bool in_part_ = false;
    bool at_end_ = false;
    std::string form_charset_;
};

/// The boundary of a multipart media type. Throws what MultipartReader's constructor throws.
std::string boundary_of(std::string_view content_type, const MultipartOrigin& origin);

}  // namespace aiohttp::detail
