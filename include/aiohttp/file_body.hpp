#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <aiohttp/body.hpp>

namespace aiohttp {

namespace detail {
class FileBody;
}

/// Which part of a file file_body() sends, and as what.
class FileBodyOptions {
public:
    /// Where to begin, in bytes. Default: 0.
    FileBodyOptions& offset(std::uint64_t bytes) &;
    FileBodyOptions&& offset(std::uint64_t bytes) && { return std::move(this->offset(bytes)); }
    /// How many bytes to send. Default: to the end of the file.
    FileBodyOptions& length(std::uint64_t bytes) &;
    FileBodyOptions&& length(std::uint64_t bytes) && { return std::move(this->length(bytes)); }
    /// The Content-Type. Default: guessed from the extension of the file's name, else
    /// application/octet-stream. Throws ValueError for a value that cannot be a header's.
    FileBodyOptions& content_type(std::string type) &;
    FileBodyOptions&& content_type(std::string type) && {
        return std::move(this->content_type(std::move(type)));
    }

private:
    friend class detail::FileBody;
    std::uint64_t offset_ = 0;
    std::optional<std::uint64_t> length_;
    std::optional<std::string> content_type_;
};

/// A file as a request's body, read while it is sent: memory stays constant. Its length is that of
/// the file when this is called; a file that grows meanwhile is sent up to that length, one that
/// shrinks fails the request with ClientPayloadError. It can be sent again, from its offset. It is
/// opened here and closed when the request has ended, in whatever way.
///
/// Reading blocks the thread, 128 KiB at a time: as good as free for a local disk or what the
/// page cache holds. For slow file systems read in a thread of your own, with generator_body().
///
/// Throws std::filesystem::filesystem_error, a std::system_error whose path1() and what() have the
/// path, when the file cannot be opened, or is a directory or another thing without a length; the
/// request throws it when reading fails. Throws ValueError when offset and length go beyond the
/// end of the file.
std::unique_ptr<BodySource> file_body(std::string path, FileBodyOptions options = {});

}  // namespace aiohttp
