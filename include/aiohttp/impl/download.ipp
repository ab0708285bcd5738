#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

#include <aiohttp/detail/client/partial_file.hpp>
#include <aiohttp/detail/client/session_core.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/protocol/content_range.hpp>
#include <aiohttp/detail/protocol/cookie_date.hpp>
#include <aiohttp/download.hpp>
#include <aiohttp/request.hpp>

namespace aiohttp {

namespace detail {

/// A download from its request to the complete file. Its coroutines are members: whoever awaits
/// them holds it.
class DownloadState {
public:
    DownloadState(Request request, std::string path, DownloadOptions options)
        : request_(std::move(request)), path_(std::move(path)), options_(options) {}

    /// Download::next(), with the file let go when something goes wrong.
    boost::asio::awaitable<bool> advance();
    const DownloadProgress& progress() const noexcept { return progress_; }

private:
    boost::asio::awaitable<bool> step();
    boost::asio::awaitable<void> begin();
    void begin_file();
    void go_on(const ContentRange& range);
    void finish();
    [[noreturn]] void fail(errc kind, const std::string& what) const;

    std::optional<Request> request_;
    std::string path_;
    DownloadOptions options_;
    std::optional<PartialFile> file_;
    std::optional<ClientResponse> response_;
    DownloadProgress progress_;
    bool busy_ = false;
    bool over_ = false;
    bool complete_ = false;
};

/// What If-Range can say of this response (RFC 9110 13.1.5), or nothing when nobody can go on
/// with its body.
AIOHTTP_DECL std::string range_validator(const Headers& headers) {
    const auto coding = headers["content-encoding"];
    const bool as_it_is = coding.empty() || coding == "identity";
    if (!as_it_is || headers["accept-ranges"] == "none") {
        return {};
    }
    if (const auto tag = headers.get("etag")) {
        return tag->starts_with('"') ? std::string(*tag) : std::string();
    }
    // RFC 9110 8.8.2.2: within one second a file may change twice.
    const auto modified = parse_cookie_date(headers["last-modified"]);
    const auto date = parse_cookie_date(headers["date"]);
    const bool strong = modified && date && *date - *modified >= std::chrono::seconds(1);
    return strong ? std::string(headers["last-modified"]) : std::string();
}

/// Whether a range is of the version that the validator names, and can be put behind it. If-Range
/// says so already, but not every server heeds it (RFC 9110 15.3.7.3).
AIOHTTP_DECL bool same_version(const Headers& headers, std::string_view validator) {
    const auto coding = headers["content-encoding"];
    const auto given = headers.get(validator.starts_with('"') ? "etag" : "last-modified");
    return (coding.empty() || coding == "identity") && (!given || *given == validator);
}

AIOHTTP_DECL void DownloadState::fail(errc kind, const std::string& what) const {
    ErrorDetails details;
    details.kind = kind;
    details.phase = Phase::body;
    details.what = what;
    details.method = response_->method();
    details.url = response_->url().display();
    details.status = response_->status();
    details.reason = response_->reason();
    details.headers = response_->headers();
    make_error(std::move(details)).raise();
}

AIOHTTP_DECL boost::asio::awaitable<bool> DownloadState::advance() {
    if (busy_ || (over_ && !complete_)) {
        throw RuntimeError(busy_ ? "the download to \"" + path_ + "\" is awaited already"
                                 : "the download to \"" + path_ + "\" has failed");
    }
    busy_ = true;
    try {
        const bool more = co_await step();
        busy_ = false;
        co_return more;
    } catch (...) {
        busy_ = false;
        over_ = true;
        response_.reset();
        file_.reset();
        throw;
    }
}

AIOHTTP_DECL boost::asio::awaitable<bool> DownloadState::step() {
    if (complete_) {
        co_return false;
    }
    if (request_) {
        co_await begin();
        if (complete_) {
            co_return false;
        }
    }
    auto content = response_->content();
    const auto piece = co_await content.next();
    if (!piece) {
        finish();
        co_return false;
    }
    file_->append(*piece);
    progress_.received += piece->size();
    co_return true;
}

/// Asks for the file, or for what is missing of it.
AIOHTTP_DECL boost::asio::awaitable<void> DownloadState::begin() {
    file_.emplace(path_, options_.resume);
    if (file_->size() > 0) {
        request_->header("Range", "bytes=" + std::to_string(file_->size()) + '-');
        request_->header("If-Range", file_->validator());
    }
    Request request = std::move(*request_);
    request_.reset();
    auto response = co_await std::move(request);
    response_.emplace(std::move(response));
    begin_file();
}

AIOHTTP_DECL void DownloadState::begin_file() {
    const int status = response_->status();
    const auto& headers = response_->headers();
    if (status == 200) {
        file_->restart(range_validator(headers));
        progress_.total =
            headers.contains("content-encoding") ? std::nullopt : response_->content_length();
        return;
    }
    const auto range = parse_content_range(headers["content-range"]);
    if (status == 206 && file_->size() > 0) {
        const bool goes_on = range && range->first == file_->size();
        if (!goes_on || !same_version(headers, file_->validator())) {
            const auto size = std::to_string(file_->size());
            file_->discard();
            fail(errc::payload_malformed,
                 goes_on ? "the range from byte " + size + " on is of another version of the file"
                         : "Content-Range " + quote(headers["content-range"]) +
                               " does not go on at byte " + size);
        }
        go_on(*range);
        return;
    }
    if (status == 416 && range && file_->size() > 0 && range->size == file_->size()) {
        go_on(*range);  // all of it had arrived before
        finish();
        return;
    }
    if (status == 416) {
        file_->discard();
    }
    response_->raise_for_status();
    fail(errc::bad_status, std::to_string(status) + ' ' + response_->reason() + " brings no file");
}

AIOHTTP_DECL void DownloadState::go_on(const ContentRange& range) {
    progress_.resumed_from = file_->size();
    progress_.received = file_->size();
    progress_.total = range.size;
}

AIOHTTP_DECL void DownloadState::finish() {
    if (progress_.total && *progress_.total != progress_.received) {
        if (progress_.received > *progress_.total) {
            file_->discard();
        }
        fail(errc::payload_truncated, "the download has " + std::to_string(progress_.received) +
                                          " bytes, announced were " +
                                          std::to_string(*progress_.total));
    }
    file_->finish();
    file_.reset();
    response_.reset();
    over_ = true;
    complete_ = true;
}

using DownloadPtr = std::shared_ptr<DownloadState>;

AIOHTTP_DECL boost::asio::awaitable<DownloadProgress> finish_download(DownloadPtr state) {
    bool more = true;
    while (more) {
        more = co_await state->advance();
    }
    co_return state->progress();
}

AIOHTTP_DECL boost::asio::awaitable<std::optional<DownloadProgress>> next_progress(
    DownloadPtr state) {
    const bool more = co_await state->advance();
    if (!more) {
        co_return std::nullopt;
    }
    co_return state->progress();
}

}  // namespace detail

AIOHTTP_DECL Download::Download(std::shared_ptr<detail::DownloadState> state)
    : boost::asio::awaitable<DownloadProgress>(detail::finish_download(state)),
      state_(std::move(state)) {}

AIOHTTP_DECL boost::asio::awaitable<std::optional<DownloadProgress>> Download::next() {
    return detail::next_progress(state_);
}

AIOHTTP_DECL Download Request::download_to(std::string path, DownloadOptions options) && {
    detail::ClientRequest& request = spec().request;
    if (request.method != "GET") {
        throw ValueError("download_to() is for GET, not " + request.method);
    }
    for (const auto* const name : {"Range", "If-Range"}) {
        if (request.headers.contains(name)) {
            throw ValueError(std::string("download_to() sets ") + name + " itself");
        }
    }
    // The status says more here than whether it is an error: 416 may mean that all is there.
    raise_for_status(false);
    // Ranges count the bytes as they are sent, so they are to be those of the file.
    if (!request.headers.contains("Accept-Encoding")) {
        header("Accept-Encoding", "identity");
    }
    return Download(
        std::make_shared<detail::DownloadState>(std::move(*this), std::move(path), options));
}

}  // namespace aiohttp
