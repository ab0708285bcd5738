#pragma once

#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace aiohttp::detail {

/// Owns an open file, or none (a negative number, as open() says when it fails).
class FileDescriptor {
public:
    explicit FileDescriptor(int file = -1) noexcept : file_(file) {}
    FileDescriptor(FileDescriptor&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(file_, other.file_);
        return *this;
    }
    ~FileDescriptor() {
        if (is_open()) {
            ::close(file_);
        }
    }

    int get() const noexcept { return file_; }
    bool is_open() const noexcept { return file_ >= 0; }

private:
    int file_;
};

/// Makes a new name in the folder of `path` survive a power failure; not every file system can.
inline void sync_folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    const auto folder = slash == std::string::npos ? std::string(".") : path.substr(0, slash + 1);
    const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.is_open()) {
        static_cast<void>(::fsync(directory.get()));
    }
}

}  // namespace aiohttp::detail
