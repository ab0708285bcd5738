#pragma once

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <stdlib.h>
#include <unistd.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/certificate.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL void remove_temporary_file(const std::filesystem::path& path) noexcept {
    if (!path.empty()) {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
}

AIOHTTP_DECL void write_temporary_file(int file,
                                       std::string_view content,
                                       const std::string& path) {
    while (!content.empty()) {
        const auto written = ::write(file, content.data(), content.size());
        if (written < 0 && errno != EINTR) {
            throw std::system_error(errno, std::system_category(), "write " + path);
        }
        content.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
}

}  // namespace aiohttp::detail

namespace aiohttp::testing {

AIOHTTP_DECL TemporaryFile::TemporaryFile(std::string_view content, std::string_view suffix) {
    std::string name = std::filesystem::temp_directory_path() / "aiohttp-XXXXXX";
    name.append(suffix);
    const int file = ::mkstemps(name.data(), static_cast<int>(suffix.size()));
    if (file < 0) {
        throw std::system_error(errno, std::system_category(), "create " + name);
    }
    path_ = name;
    try {
        aiohttp::detail::write_temporary_file(file, content, name);
    } catch (...) {
        ::close(file);
        aiohttp::detail::remove_temporary_file(path_);
        throw;
    }
    ::close(file);
}

AIOHTTP_DECL TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

AIOHTTP_DECL TemporaryFile& TemporaryFile::operator=(TemporaryFile&& other) noexcept {
    if (this != &other) {
        aiohttp::detail::remove_temporary_file(path_);
        path_ = std::exchange(other.path_, {});
    }
    return *this;
}

AIOHTTP_DECL TemporaryFile::~TemporaryFile() {
    aiohttp::detail::remove_temporary_file(path_);
}

AIOHTTP_DECL TemporaryFile write_pem(std::string_view pem) {
    return TemporaryFile(pem, ".pem");
}

}  // namespace aiohttp::testing
