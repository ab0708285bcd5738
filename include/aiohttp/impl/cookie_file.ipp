#pragma once

#include <array>
#include <cerrno>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <aiohttp/cookie_jar.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/message/file_descriptor.hpp>
#include <aiohttp/detail/protocol/cookie_store.hpp>
#include <aiohttp/detail/protocol/cookie_text.hpp>

namespace aiohttp {

namespace detail {

/// The name of a file that disappears with this object, unless it was renamed.
class TemporaryName {
public:
    explicit TemporaryName(std::string name) : name_(std::move(name)) {}
    TemporaryName(const TemporaryName&) = delete;
    TemporaryName& operator=(const TemporaryName&) = delete;
    ~TemporaryName() {
        if (!name_.empty()) {
            ::unlink(name_.c_str());
        }
    }
    /// False when it could not be renamed.
    bool rename_to(const std::string& path) noexcept {
        const bool renamed = ::rename(name_.c_str(), path.c_str()) == 0;
        if (renamed) {
            name_.clear();
        }
        return renamed;
    }

private:
    std::string name_;
};

AIOHTTP_DECL void check_cookie_file(bool succeeded, const std::string& path, const char* doing) {
    if (!succeeded) {
        const std::error_code error(errno, std::system_category());
        throw CookieFileError(path, 0, std::string("cannot ") + doing + ": " + error.message());
    }
}

AIOHTTP_DECL void write_cookie_file(const std::string& path, std::string_view text) {
    std::string name = path + ".XXXXXX";
    const FileDescriptor file(::mkstemp(name.data()));  // with mode 0600
    check_cookie_file(file.is_open(), path, "create a temporary file beside it");
    TemporaryName temporary(std::move(name));
    while (!text.empty()) {
        const auto written = ::write(file.get(), text.data(), text.size());
        check_cookie_file(written >= 0 || errno == EINTR, path, "write");
        text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    check_cookie_file(::fsync(file.get()) == 0, path, "write");
    check_cookie_file(temporary.rename_to(path), path, "replace it");
    sync_folder_of(path);
}

AIOHTTP_DECL std::string read_cookie_file(const std::string& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    check_cookie_file(file.is_open(), path, "open");
    std::string text;
    std::array<char, 16384> piece{};
    while (true) {
        const auto count = ::read(file.get(), piece.data(), piece.size());
        check_cookie_file(count >= 0 || errno == EINTR, path, "read");
        if (count == 0) {
            return text;
        }
        text.append(piece.data(), count < 0 ? 0 : static_cast<std::size_t>(count));
    }
}

}  // namespace detail

AIOHTTP_DECL void CookieJar::save(const std::string& path, CookieFormat format) const {
    purge();
    const auto text = format == CookieFormat::json
                          ? detail::write_json_cookies(store_->cookies())
                          : detail::write_netscape_cookies(store_->cookies());
    detail::write_cookie_file(path, text);
}

AIOHTTP_DECL void CookieJar::load(const std::string& path, CookieFormat format) {
    const auto text = detail::read_cookie_file(path);
    std::vector<Cookie> cookies;
    const auto problem = format == CookieFormat::json
                             ? detail::read_json_cookies(text, cookies)
                             : detail::read_netscape_cookies(text, cookies);
    if (problem) {
        throw CookieFileError(path, problem->line, problem->reason);
    }
    const auto time = now();
    std::multimap<std::chrono::system_clock::time_point, Cookie*> by_creation;
    for (auto& cookie : cookies) {
        const bool unknown = cookie.creation == std::chrono::system_clock::time_point();
        cookie.creation = unknown ? detail::whole_milliseconds(time) : cookie.creation;
        by_creation.emplace(cookie.creation, &cookie);
    }
    auto loaded = std::make_unique<detail::CookieStore>(
        detail::CookieLimits{options_.max_cookies_, options_.max_cookies_per_domain_});
    for (const auto& [creation, cookie] : by_creation) {
        loaded->put(std::move(*cookie), time);
    }
    store_ = std::move(loaded);
}

}  // namespace aiohttp
