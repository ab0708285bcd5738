#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/detail/message/file_descriptor.hpp>

namespace aiohttp::detail {

/// A file that is written beside the one it will become: PATH.part, and PATH.part.validator with
/// what identifies the contents (RFC 9110 8.8: an ETag or a date), so that another process can go
/// on with it. It is locked while it is open. Throws std::filesystem::filesystem_error.
class PartialFile {
public:
    /// Opens or makes it. Without `resume`, or without a validator, it is empty afterwards.
    PartialFile(std::string path, bool resume);
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;
    /// Keeps it when somebody can go on with it: with resume, a validator and contents.
    ~PartialFile();

    /// How many bytes are there.
    std::uint64_t size() const noexcept { return size_; }
    /// What identifies them; not empty when there are any to go on with.
    const std::string& validator() const noexcept { return validator_; }

    /// Empties it, for contents with that validator; an empty one: nobody can go on with them.
    void restart(std::string validator);
    void append(std::string_view bytes);
    /// Makes it the file at PATH, on the disk and under its name, or not at all.
    void finish();
    /// Makes sure that nobody goes on with it.
    void discard() noexcept { validator_.clear(); }

private:
    void open_locked();
    void read_validator();
    void check(bool succeeded, const char* doing) const;

    std::string path_;
    std::string part_;
    std::string validator_path_;
    bool resume_;
    FileDescriptor file_;
    std::uint64_t size_ = 0;
    std::string validator_;
};

}  // namespace aiohttp::detail
