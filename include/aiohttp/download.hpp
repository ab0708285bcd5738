#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

namespace aiohttp {

class Request;

namespace detail {
class DownloadState;
}

/// How Request::download_to() works.
struct DownloadOptions {
    /// Whether what an earlier download left is gone on with, and what this one leaves is kept.
    bool resume = true;
};

/// How far a download is.
struct DownloadProgress {
    /// Bytes that are in the file, those of earlier attempts included.
    std::uint64_t received = 0;
    /// The size of the whole file, when the server tells it.
    std::optional<std::uint64_t> total;
    /// Bytes that an earlier attempt had left; 0 for a download from the start.
    std::uint64_t resumed_from = 0;
};

/// A response body on its way into a file; what Request::download_to() gives. Await it, or pull
/// its progress:
///
///     auto result = co_await session.get(url).download_to("a.iso");
///
///     auto download = session.get(url).download_to("a.iso");
///     while (auto progress = co_await download.next()) { show(progress->received); }
///
/// The bytes go to PATH.part, which becomes PATH when all of them are there and on the disk
/// (fsync, rename): under its name there is never a half of the file. When it fails or is
/// cancelled and the server can go on (it gave a strong ETag, or a Last-Modified older than its
/// Date), PATH.part and PATH.part.validator stay, and the next download to PATH asks for the rest
/// only (Range with If-Range, RFC 9110 13.1.5 and 14.2); a file that has changed meanwhile starts
/// anew. Otherwise nothing stays. Writing blocks the thread, one piece at a time.
///
/// Throws what a request throws; ClientResponseError for every status that brings no file (always,
/// whatever raise_for_status is); ClientPayloadError when the range or the length is not what was
/// announced; std::filesystem::filesystem_error, whose path1() is PATH.part, for the file, also
/// while another download writes it; ValueError for a request that is not a GET or has a Range
/// field of its own. Move-only; used from one coroutine at a time, else RuntimeError.
class [[nodiscard]] Download : public boost::asio::awaitable<DownloadProgress> {
public:
    /// Downloads come from requests.
    explicit Download(std::shared_ptr<detail::DownloadState> state);
    Download(Download&&) noexcept = default;
    Download& operator=(Download&&) = delete;  // Asio 1.81's awaitable would leak

    /// Waits for the next piece and writes it; nullopt when the file is complete and in its place.
    boost::asio::awaitable<std::optional<DownloadProgress>> next();

private:
    std::shared_ptr<detail::DownloadState> state_;
};

}  // namespace aiohttp
