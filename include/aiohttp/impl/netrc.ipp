#pragma once

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <system_error>

#include <aiohttp/detail/client/netrc_file.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/host_name.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/netrc.hpp>

namespace aiohttp {

namespace detail {

AIOHTTP_DECL std::string read_netrc_text(const std::string& path) {
    constexpr std::size_t most_bytes = std::size_t{1} << 20U;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                               &std::fclose);
    const auto fail = [&path](const char* doing) {
        const std::error_code error(errno, std::system_category());
        throw NetrcError(path, 0, std::string("cannot ") + doing + ": " + error.message());
    };
    if (!file) {
        fail("open");
    }
    std::string text;
    std::array<char, 4096> piece{};
    while (const auto count = std::fread(piece.data(), 1, piece.size(), file.get())) {
        text.append(piece.data(), count);
        if (text.size() > most_bytes) {
            throw NetrcError(path, 0, "it is longer than 1 MiB");
        }
    }
    if (std::ferror(file.get()) != 0) {
        fail("read");
    }
    return text;
}

AIOHTTP_DECL Netrc read_netrc(const std::string& path) {
    Netrc netrc;
    if (const auto problem = netrc.parse(read_netrc_text(path))) {
        throw NetrcError(path, problem->line, problem->reason);
    }
    return netrc;
}

AIOHTTP_DECL std::optional<Netrc> netrc_of_environment() {
    const char* const given = std::getenv("NETRC");
    const char* const home = std::getenv("HOME");
    if (given == nullptr && home == nullptr) {
        return std::nullopt;
    }
    try {
        return read_netrc(given != nullptr ? std::string(given) : std::string(home) + "/.netrc");
    } catch (const NetrcError&) {
        return std::nullopt;
    }
}

AIOHTTP_DECL std::string netrc_message(const std::string& path,
                                       std::size_t line,
                                       const std::string& reason) {
    const auto at = line == 0 ? std::string() : ", line " + std::to_string(line);
    return "netrc file " + quote(path) + at + ": " + reason;
}

}  // namespace detail

AIOHTTP_DECL NetrcError::NetrcError(const std::string& path,
                                    std::size_t line,
                                    const std::string& reason)
    : std::runtime_error(detail::netrc_message(path, line, reason)), path_(path), line_(line) {}

AIOHTTP_DECL std::optional<BasicAuth> netrc_auth(const std::string& path, std::string_view host) {
    return detail::read_netrc(path).find(detail::canonical_name(host));
}

}  // namespace aiohttp
