#pragma once

// HTTP as the bare loops do it: one fixed request, a head that is searched for two things, a body
// of known length. Enough for the servers of the benchmark, and for nothing else.

#include <charconv>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <zlib.h>

#include "clients/common.hpp"

namespace bench {

/// The head of a request; the body is appended to it.
inline std::string make_head(const Job& job, std::size_t body_length) {
    const bool posts = job.is("post") || job.is("upload");
    auto head = (posts ? "POST " : "GET ") + job.target + " HTTP/1.1\r\nHost: " + job.authority() +
                "\r\nAccept: */*\r\nUser-Agent: bench\r\n";
    if (posts) {
        head += std::string("Content-Type: ") +
                (job.is("post") ? "application/json" : "application/octet-stream") +
                "\r\nContent-Length: " + std::to_string(body_length) + "\r\n";
    }
    if (job.is("gzip")) {
        head += "Accept-Encoding: gzip\r\n";
    }
    if (job.is("close")) {
        head += "Connection: close\r\n";
    }
    return head + "\r\n";
}

struct Head {
    std::size_t size = 0;  ///< of the head itself
    int status = 0;
    std::size_t body_length = 0;  ///< Content-Length
};

/// The head at the beginning of `text`; nullopt when it is not there as a whole.
inline std::optional<Head> parse_head(std::string_view text) {
    constexpr std::string_view begin = "HTTP/1.1 ";
    constexpr std::string_view length = "\r\nContent-Length: ";
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    Head head;
    head.size = end + 4;
    const auto at = text.substr(0, end).find(length);
    if (!text.starts_with(begin) || at == std::string_view::npos) {
        throw std::runtime_error("an unexpected head");
    }
    std::from_chars(text.data() + begin.size(), text.data() + begin.size() + 3, head.status);
    std::from_chars(text.data() + at + length.size(), text.data() + end, head.body_length);
    return head;
}

/// Undoes gzip, for those who have to do it themselves.
inline std::string gunzip(std::string_view data) {
    z_stream stream{};
    if (::inflateInit2(&stream, 15 + 16) != Z_OK) {
        throw std::runtime_error("zlib does not start");
    }
    std::string text;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    int result = Z_OK;
    while (result == Z_OK) {
        const auto done = text.size();
        text.resize(done + (std::size_t{16} << 10U));
        stream.next_out = reinterpret_cast<Bytef*>(text.data() + done);
        stream.avail_out = static_cast<uInt>(text.size() - done);
        result = ::inflate(&stream, Z_NO_FLUSH);
        text.resize(text.size() - stream.avail_out);
    }
    ::inflateEnd(&stream);
    if (result != Z_STREAM_END) {
        throw std::runtime_error("malformed gzip");
    }
    return text;
}

}  // namespace bench
