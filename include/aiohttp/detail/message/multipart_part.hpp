#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/decode_errors.hpp>
#include <aiohttp/detail/protocol/content_coding.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/headers.hpp>

namespace aiohttp::detail {

class MultipartSource;

/// Which response a multipart body belongs to, for errors.
struct MultipartOrigin {
    std::string method;
    std::string url;

    /// Throws a payload error of this response.
    [[noreturn]] void raise(errc kind, std::string what) const;
};

/// What a BodyPart stands for. All coroutines are members: whoever awaits them holds the part.
struct MultipartPart {
    std::shared_ptr<MultipartSource> source;
    std::size_t number = 0;
    Headers headers;

    /// The next piece as BodyPart::next() gives it.
    boost::asio::awaitable<std::optional<std::string>> next();
    /// The next piece with the part's encodings undone, of bounded size when Content-Encoding is
    /// the only one; nullopt at the end.
    boost::asio::awaitable<std::optional<std::string>> next_decoded();
    /// What is left, decoded, of at most max_part_size bytes.
    boost::asio::awaitable<std::string> read_decoded();

    /// The charset of the part's text: of its Content-Type, or of its form, if known, else UTF-8.
    std::string encoding() const;
    /// The bytes as UTF-8. Throws UnicodeDecodeError.
    std::string to_text(std::string_view bytes,
                        const std::string& charset,
                        DecodeErrors errors) const;

private:
    boost::asio::awaitable<void> undo_transfer_encoding(std::string encoding);
    std::optional<std::string> decode_kept();
    void check_end();
    void check_size(std::size_t bytes);
    [[noreturn]] void fail(errc kind, const std::string& what);
    std::string subject() const;

    bool begun_ = false;
    std::unique_ptr<ContentDecoder> decoder_;  // null without a Content-Encoding
    bool pending_ = false;                     // whether it has output without more input
    std::string kept_;                         // bytes that are to be decoded
    std::size_t taken_ = 0;                    // how many of them have been
    std::uint64_t raw_bytes_ = 0;              // what the decoder has had in all
    std::optional<Error> failure_;             // what a read that goes on meets again
};

}  // namespace aiohttp::detail
