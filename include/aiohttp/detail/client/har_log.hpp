#pragma once

#include <any>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <aiohttp/clock.hpp>
#include <aiohttp/har.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/response.hpp>
#include <aiohttp/timings.hpp>
#include <aiohttp/trace.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp::detail {

/// The first bytes of a body.
struct HarBody {
    std::string bytes;
    std::uint64_t size = 0;  ///< of all of it
    bool size_known = true;  ///< else there may be more than `size`

    void add(std::string_view piece, std::size_t most);
};

/// One exchange.
struct HarEntry {
    std::chrono::system_clock::time_point started = std::chrono::system_clock::now();
    Clock::time_point began = Clock::now();
    std::string method;
    std::string url;
    Headers request_headers;
    HarBody upload;
    int status = 0;  ///< 0: there was no response
    HttpVersion version;
    std::string reason;
    Headers response_headers;
    HarBody content;
    std::string peer;
    Timings timings;
    std::string error;
    Phase failed_in = Phase::none;

    std::size_t memory() const noexcept;
    void set_request(const std::string& method_sent, const Url& url_sent, const Headers& fields);
    void set_response(const ClientResponse& response);
};

/// A request that is being recorded.
struct HarRequest {
    /// Where its current hop is.
    enum class Stage {
        open,        ///< the entry is being filled
        redirected,  ///< it has been handed over; another hop may follow, or not
        over         ///< it has been handed over, it was the last one
    };

    /// Whether the exception ended the hop that has been handed over already.
    bool is_told(const TraceRequestExceptionParams& params) const;
    /// The entry, of which this was all.
    HarEntry take(Stage next);

    HarEntry entry;
    Stage stage = Stage::open;
};

/// The entries of a recorder.
class HarLog : public std::enable_shared_from_this<HarLog> {
public:
    explicit HarLog(const HarOptions& options) : options_(options) {}

    /// The signals that fill it.
    TraceConfig trace_config();
    void add(HarEntry entry);
    void clear() noexcept;
    std::size_t size() const noexcept { return entries_.size(); }
    std::uint64_t dropped() const noexcept { return dropped_; }
    std::size_t max_body_size() const noexcept { return options_.max_body_size_; }
    bool masks() const noexcept { return options_.secrets_ == Secrets::masked; }
    const std::deque<HarEntry>& entries() const noexcept { return entries_; }

private:
    HarOptions options_;
    std::deque<HarEntry> entries_;
    std::size_t memory_ = 0;
    std::uint64_t dropped_ = 0;
};

/// The archive, as JSON.
std::string write_har(const HarLog& log);

}  // namespace aiohttp::detail
