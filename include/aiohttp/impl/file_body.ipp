#pragma once

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/check_header.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/file_descriptor.hpp>
#include <aiohttp/detail/protocol/media_types.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/file_body.hpp>

namespace aiohttp {

namespace detail {

[[noreturn]] AIOHTTP_DECL void fail_file_body(const char* doing,
                                              const std::string& path,
                                              std::error_code error) {
    throw std::filesystem::filesystem_error(std::string("cannot ") + doing + " request body", path,
                                            error);
}

AIOHTTP_DECL FileDescriptor open_body_file(const std::string& path) {
    // Not blocking, so that a pipe without a writer is refused and not waited for.
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.is_open()) {
        fail_file_body("open", path, std::error_code(errno, std::system_category()));
    }
    return file;
}

class FileBody final : public BodySource {
public:
    FileBody(std::string path, FileBodyOptions options)
        : path_(std::move(path)), options_(std::move(options)), file_(open_body_file(path_)) {
        struct stat status{};
        if (::fstat(file_.get(), &status) != 0) {
            fail_file_body("open", path_, std::error_code(errno, std::system_category()));
        }
        if (!S_ISREG(status.st_mode)) {
            const auto reason = S_ISDIR(status.st_mode) ? std::errc::is_a_directory
                                                        : std::errc::operation_not_supported;
            fail_file_body("open", path_, std::make_error_code(reason));
        }
        const auto available = static_cast<std::uint64_t>(status.st_size);
        const auto offset = options_.offset_;
        if (offset > available || options_.length_.value_or(0) > available - offset) {
            throw ValueError("offset " + std::to_string(offset) + " and length " +
                             std::to_string(options_.length_.value_or(0)) +
                             " go beyond the end of file " + quote(path_) + ", which has " +
                             std::to_string(available) + " bytes");
        }
        size_ = options_.length_.value_or(available - offset);
    }

    std::optional<std::uint64_t> size() const override { return size_; }
    boost::asio::awaitable<std::optional<std::string>> next() override { co_return read(); }
    bool rewind() override {
        given_ = 0;
        return true;
    }
    std::string content_type() const override {
        return options_.content_type_ ? *options_.content_type_ : std::string(media_type_of(path_));
    }
    std::optional<std::string> filename() const override {
        return path_.substr(path_.rfind('/') + 1);
    }

private:
    static constexpr std::uint64_t piece_size = std::uint64_t{128} << 10U;

    std::optional<std::string> read() {
        std::string piece(static_cast<std::size_t>(std::min(size_ - given_, piece_size)), '\0');
        const auto position = static_cast<off_t>(options_.offset_ + given_);
        ssize_t count = -1;
        do {
            count = ::pread(file_.get(), piece.data(), piece.size(), position);
        } while (count < 0 && errno == EINTR);
        if (count < 0) {
            fail_file_body("read", path_, std::error_code(errno, std::system_category()));
        }
        if (count == 0) {
            return std::nullopt;
        }
        piece.resize(static_cast<std::size_t>(count));
        given_ += piece.size();
        return piece;
    }

    std::string path_;
    FileBodyOptions options_;
    FileDescriptor file_;
    std::uint64_t size_ = 0;
    std::uint64_t given_ = 0;
};

}  // namespace detail

AIOHTTP_DECL FileBodyOptions& FileBodyOptions::offset(std::uint64_t bytes) & {
    offset_ = bytes;
    return *this;
}

AIOHTTP_DECL FileBodyOptions& FileBodyOptions::length(std::uint64_t bytes) & {
    length_ = bytes;
    return *this;
}

AIOHTTP_DECL FileBodyOptions& FileBodyOptions::content_type(std::string type) & {
    detail::check_header("Content-Type", type);
    content_type_ = std::move(type);
    return *this;
}

AIOHTTP_DECL std::unique_ptr<BodySource> file_body(std::string path, FileBodyOptions options) {
    return std::make_unique<detail::FileBody>(std::move(path), std::move(options));
}

}  // namespace aiohttp
