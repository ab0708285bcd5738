#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <aiohttp/detail/client/partial_file.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>

namespace aiohttp::detail {

// No ETag worth keeping is longer.
inline constexpr std::size_t longest_validator = 1024;

AIOHTTP_DECL void PartialFile::check(bool succeeded, const char* doing) const {
    if (!succeeded) {
        const std::error_code error(errno, std::system_category());
        throw std::filesystem::filesystem_error(std::string("cannot ") + doing + " download", part_,
                                                error);
    }
}

AIOHTTP_DECL PartialFile::PartialFile(std::string path, bool resume)
    : path_(std::move(path)),
      part_(path_ + ".part"),
      validator_path_(part_ + ".validator"),
      resume_(resume) {
    open_locked();
    struct stat status{};
    const bool known = ::fstat(file_.get(), &status) == 0;
    size_ = known ? static_cast<std::uint64_t>(status.st_size) : 0;
    if (resume_ && size_ > 0) {
        read_validator();
    }
    if (validator_.empty()) {
        restart({});
    }
}

/// The lock is that of the file that has the name now: another download may have finished, and
/// renamed it, between our opening and our locking it.
AIOHTTP_DECL void PartialFile::open_locked() {
    for (;;) {
        constexpr mode_t mode = 0666;
        FileDescriptor file(::open(part_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode));
        check(file.is_open(), "open");
        const bool locked = ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
        check(locked, "lock, as another one writes it, the");
        struct stat opened{};
        struct stat named{};
        const bool same = ::fstat(file.get(), &opened) == 0 && ::stat(part_.c_str(), &named) == 0 &&
                          opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
        if (same) {
            file_ = std::move(file);
            return;
        }
    }
}

AIOHTTP_DECL void PartialFile::read_validator() {
    const FileDescriptor file(::open(validator_path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.is_open()) {
        return;
    }
    std::array<char, longest_validator + 1> text{};
    const auto count = ::read(file.get(), text.data(), text.size());
    const std::string_view found(text.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    const bool sound = found.size() <= longest_validator &&
                       std::none_of(found.begin(), found.end(), is_forbidden_in_value);
    validator_ = sound ? found : std::string_view();
}

AIOHTTP_DECL PartialFile::~PartialFile() {
    // Closed last: with the file goes the lock.
    const bool unfinished = file_.is_open();
    if (unfinished && (!resume_ || validator_.empty() || size_ == 0)) {
        ::unlink(validator_path_.c_str());
        ::unlink(part_.c_str());
    }
}

AIOHTTP_DECL void PartialFile::restart(std::string validator) {
    validator_.clear();
    ::unlink(validator_path_.c_str());
    check(::ftruncate(file_.get(), 0) == 0, "empty");
    size_ = 0;
    if (!resume_ || validator.empty() || validator.size() > longest_validator) {
        return;
    }
    constexpr mode_t mode = 0666;
    const FileDescriptor file(::open(validator_path_.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
    check(file.is_open(), "note the version of");
    const auto written = ::write(file.get(), validator.data(), validator.size());
    check(written == static_cast<ssize_t>(validator.size()), "note the version of");
    validator_ = std::move(validator);
}

AIOHTTP_DECL void PartialFile::append(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written =
            ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
        check(written >= 0 || errno == EINTR, "write");
        const auto count = written < 0 ? 0 : static_cast<std::size_t>(written);
        size_ += count;
        bytes.remove_prefix(count);
    }
}

AIOHTTP_DECL void PartialFile::finish() {
    check(::fsync(file_.get()) == 0, "write");
    check(::rename(part_.c_str(), path_.c_str()) == 0, "rename");
    ::unlink(validator_path_.c_str());
    file_ = FileDescriptor();
    sync_folder_of(path_);
}

}  // namespace aiohttp::detail
