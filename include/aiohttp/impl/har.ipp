#pragma once

#include <algorithm>
#include <utility>

#include <aiohttp/detail/client/har_log.hpp>
#include <aiohttp/detail/client/partial_file.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/har.hpp>

namespace aiohttp {

namespace detail {

AIOHTTP_DECL void HarBody::add(std::string_view piece, std::size_t most) {
    bytes.append(piece.substr(0, most - std::min(bytes.size(), most)));
    size += piece.size();
}

AIOHTTP_DECL std::size_t memory_of(const Headers& fields) noexcept {
    std::size_t bytes = 0;
    for (const auto field : fields) {
        bytes += field.name.size() + field.value.size();
    }
    return bytes;
}

AIOHTTP_DECL std::size_t HarEntry::memory() const noexcept {
    return sizeof *this + url.size() + memory_of(request_headers) + memory_of(response_headers) +
           upload.bytes.size() + content.bytes.size() + error.size();
}

AIOHTTP_DECL void HarEntry::set_response(const ClientResponse& response) {
    method = response.method();
    url = response.url().str();
    request_headers = response.request_info().headers;
    status = response.status();
    version = response.version();
    reason = response.reason();
    response_headers = response.headers();
    peer = response.remote_endpoint();
    timings = response.timings();
}

AIOHTTP_DECL void HarLog::add(HarEntry entry) {
    memory_ += entry.memory();
    entries_.push_back(std::move(entry));
    while (!entries_.empty() &&
           (entries_.size() > options_.max_entries_ || memory_ > options_.max_total_size_)) {
        memory_ -= entries_.front().memory();
        entries_.pop_front();
        ++dropped_;
    }
}

AIOHTTP_DECL void HarLog::clear() noexcept {
    entries_.clear();
    memory_ = 0;
}

/// Says in the entry what ended the request.
AIOHTTP_DECL void set_error(HarEntry& entry, const Error& error) {
    entry.error = error.message();
    entry.failed_in = error.phase();
    if (error.kind() == errc::bad_status) {
        entry.status = error.status();
        entry.reason = error.reason();
        entry.response_headers = error.headers();
        entry.content.add(error.body(), error.body().size());
    }
}

AIOHTTP_DECL void set_error(HarEntry& entry, const std::exception_ptr& thrown) {
    entry.timings.total = Clock::now() - entry.began;
    try {
        std::rethrow_exception(thrown);
    } catch (const ClientError& error) {
        set_error(entry, error.error());
    } catch (const TotalTimeoutError& error) {
        set_error(entry, error.error());
    } catch (const std::exception& error) {
        entry.error = error.what();
    } catch (...) {
        entry.error = "an exception of an unknown type";
    }
}

AIOHTTP_DECL TraceConfig HarLog::trace_config() {
    using EntryPtr = std::shared_ptr<HarEntry>;
    const auto entry_of = [](std::any& context) -> HarEntry& {
        return *std::any_cast<EntryPtr&>(context);
    };
    const auto log = shared_from_this();
    TraceConfig trace([](const std::any&) { return std::any(std::make_shared<HarEntry>()); });
    trace.on_request_start([entry_of](std::any& context, const TraceRequestStartParams& params) {
        auto& entry = entry_of(context);
        entry.method = params.method;
        entry.url = params.url.str();
    });
    trace.on_request_headers_sent(
        [entry_of](std::any& context, const TraceRequestHeadersSentParams& params) {
            auto& entry = entry_of(context);
            entry.method = params.method;
            entry.url = params.url.str();
            entry.request_headers = params.headers;
            entry.upload = HarBody();
            entry.content = HarBody();
        });
    trace.on_request_chunk_sent(
        [log, entry_of](std::any& context, const TraceRequestChunkSentParams& params) {
            entry_of(context).upload.add(params.chunk, log->max_body_size());
        });
    trace.on_request_redirect(
        [log, entry_of](std::any& context, const TraceRequestRedirectParams& params) {
            auto& entry = entry_of(context);
            entry.set_response(params.response);
            log->add(std::exchange(entry, HarEntry()));
        });
    trace.on_request_end([entry_of](std::any& context, const TraceRequestEndParams& params) {
        entry_of(context).set_response(params.response);
    });
    trace.on_response_chunk_received(
        [log, entry_of](std::any& context, const TraceResponseChunkReceivedParams& params) {
            entry_of(context).content.add(params.chunk, log->max_body_size());
        });
    trace.on_body_end([log, entry_of](std::any& context, const TraceBodyEndParams& params) {
        auto& entry = entry_of(context);
        entry.timings = params.timings;
        if (params.error) {
            set_error(entry, params.error);
        }
        log->add(std::exchange(entry, HarEntry()));
    });
    trace.on_request_exception(
        [log, entry_of](std::any& context, const TraceRequestExceptionParams& params) {
            auto& entry = entry_of(context);
            set_error(entry, params.exception);
            log->add(std::exchange(entry, HarEntry()));
        });
    return trace;
}

}  // namespace detail

AIOHTTP_DECL HarRecorder::HarRecorder(const HarOptions& options)
    : log_(std::make_shared<detail::HarLog>(options)) {}
AIOHTTP_DECL TraceConfig HarRecorder::trace_config() const {
    return log_->trace_config();
}
AIOHTTP_DECL std::size_t HarRecorder::size() const noexcept {
    return log_->size();
}
AIOHTTP_DECL std::uint64_t HarRecorder::dropped() const noexcept {
    return log_->dropped();
}
AIOHTTP_DECL void HarRecorder::clear() noexcept {
    log_->clear();
}
AIOHTTP_DECL std::string HarRecorder::to_string() const {
    return detail::write_har(*log_);
}
AIOHTTP_DECL void HarRecorder::save(const std::string& path) const {
    detail::PartialFile file(path, false);
    file.append(to_string());
    file.finish();
}

}  // namespace aiohttp
