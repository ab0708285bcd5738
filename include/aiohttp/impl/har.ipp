#pragma once

#include <algorithm>
#include <utility>

#include <aiohttp/detail/client/har_log.hpp>
#include <aiohttp/detail/client/partial_file.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/decimal.hpp>
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

AIOHTTP_DECL void HarEntry::set_request(const std::string& method_sent,
                                        const Url& url_sent,
                                        const Headers& fields) {
    method = method_sent;
    url = url_sent.str();
    request_headers = fields;
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

/// What an error brings of a body that nobody has read: its beginning.
AIOHTTP_DECL void set_excerpt(HarEntry& entry, const Error& error, std::size_t most) {
    entry.content.add(error.body(), most);
    if (entry.method == "HEAD") {
        return;
    }
    const auto& fields = error.headers();
    const bool coded = fields.contains("content-encoding");
    const auto length = parse_decimal(fields["content-length"]);
    entry.content.size_known = length && !coded;
    if (entry.content.size_known) {
        entry.content.size = std::max<std::uint64_t>(*length, error.body().size());
    }
}

/// Says in the entry what ended the request.
AIOHTTP_DECL void set_error(HarEntry& entry, const Error& error, std::size_t most) {
    entry.error = error.message();
    entry.failed_in = error.phase();
    if (error.kind() == errc::bad_status) {
        entry.status = error.status();
        entry.reason = error.reason();
        entry.response_headers = error.headers();
        if (entry.content.size == 0) {
            set_excerpt(entry, error, most);
        }
    }
}

AIOHTTP_DECL void set_error(HarEntry& entry, const std::exception_ptr& thrown, std::size_t most) {
    entry.timings.total = Clock::now() - entry.began;
    try {
        std::rethrow_exception(thrown);
    } catch (const ClientError& error) {
        set_error(entry, error.error(), most);
    } catch (const TotalTimeoutError& error) {
        set_error(entry, error.error(), most);
    } catch (const std::exception& error) {
        entry.error = error.what();
    } catch (...) {
        entry.error = "an exception of an unknown type";
    }
}

AIOHTTP_DECL bool HarRequest::is_told(const TraceRequestExceptionParams& params) const {
    // A hop that goes where the last one went differs in that it has no automatic fields yet.
    const bool same_hop = params.method == entry.method && params.url.str() == entry.url &&
                          params.headers == entry.request_headers;
    return stage == Stage::over || (stage == Stage::redirected && same_hop);
}

AIOHTTP_DECL HarEntry HarRequest::take(Stage next) {
    stage = next;
    return std::exchange(entry, HarEntry());
}

AIOHTTP_DECL TraceConfig HarLog::trace_config() {
    using Stage = HarRequest::Stage;
    using RequestPtr = std::shared_ptr<HarRequest>;
    const auto request_of = [](std::any& context) -> HarRequest& {
        return *std::any_cast<RequestPtr&>(context);
    };
    const auto entry_of = [request_of](std::any& context) -> HarEntry& {
        return request_of(context).entry;
    };
    const auto log = shared_from_this();
    TraceConfig trace([](const std::any&) { return std::any(std::make_shared<HarRequest>()); });
    trace.on_request_start([entry_of](std::any& context, const TraceRequestStartParams& params) {
        auto& entry = entry_of(context);
        entry.method = params.method;
        entry.url = params.url.str();
    });
    trace.on_request_headers_sent(
        [request_of](std::any& context, const TraceRequestHeadersSentParams& params) {
            request_of(context).stage = Stage::open;
            auto& entry = request_of(context).entry;
            entry.set_request(params.method, params.url, params.headers);
            entry.upload = HarBody();
            entry.content = HarBody();
        });
    trace.on_request_chunk_sent(
        [log, entry_of](std::any& context, const TraceRequestChunkSentParams& params) {
            entry_of(context).upload.add(params.chunk, log->max_body_size());
        });
    trace.on_request_redirect(
        [log, request_of](std::any& context, const TraceRequestRedirectParams& params) {
            auto& request = request_of(context);
            request.entry.set_response(params.response);
            log->add(request.take(Stage::redirected));
            request.entry.set_request(params.method, params.url, params.headers);
        });
    trace.on_request_end([entry_of](std::any& context, const TraceRequestEndParams& params) {
        entry_of(context).set_response(params.response);
    });
    trace.on_response_chunk_received(
        [log, entry_of](std::any& context, const TraceResponseChunkReceivedParams& params) {
            entry_of(context).content.add(params.chunk, log->max_body_size());
        });
    trace.on_body_end([log, request_of](std::any& context, const TraceBodyEndParams& params) {
        auto& entry = request_of(context).entry;
        entry.timings = params.timings;
        if (params.error) {
            set_error(entry, params.error, log->max_body_size());
        }
        log->add(request_of(context).take(Stage::over));
    });
    trace.on_request_exception(
        [log, request_of](std::any& context, const TraceRequestExceptionParams& params) {
            auto& request = request_of(context);
            if (request.is_told(params)) {
                return;
            }
            if (request.stage == Stage::redirected) {
                request.entry.set_request(params.method, params.url, params.headers);
            }
            set_error(request.entry, params.exception, log->max_body_size());
            log->add(request.take(Stage::over));
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
