#pragma once

#include <algorithm>
#include <mutex>
#include <utility>

#include <boost/asio/recycling_allocator.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/message/both_observers.hpp>
#include <aiohttp/detail/message/response_state.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL std::shared_ptr<ResponseState> make_response_state(ResponseHead&& head,
                                                                const ExchangeTimes& times) {
    return std::allocate_shared<ResponseState>(boost::asio::recycling_allocator<ResponseState>(),
                                               std::move(head), times);
}

AIOHTTP_DECL ResponseState::~ResponseState() {
    if (observer_) {
        tell_given_up();
    }
    if (spare_) {
        give_buffers_back();
    }
}

AIOHTTP_DECL void ResponseState::give_buffers_back() noexcept {
    const std::unique_lock lock(*spare_, std::try_to_lock);
    if (!lock) {
        return;
    }
    constexpr auto largest = ResponseBuffers::most_small;
    if (times.head_sent <= largest && times.head_received <= largest) {
        spare_->sent = std::move(request_headers);
        spare_->sent_usual = usual_request;
        if (!usual_request) {
            spare_->sent.clear();
        }
        spare_->received = std::move(head.headers);
        spare_->received.clear();
    }
    spare_->keep(std::move(whole ? *whole : kept_));
}

AIOHTTP_DECL Timings ResponseState::timings() const {
    auto timings = timings_of(times);
    timings.bytes_sent = output_size;
    timings.body_bytes = total_bytes_;
    return timings;
}

AIOHTTP_DECL void ResponseState::observe(std::shared_ptr<BodyObserver> observer) {
    if (observer_ == nullptr) {
        observer_ = std::move(observer);
    } else if (observer_ != observer) {
        observer_ = std::make_shared<BothObservers>(std::move(observer_), std::move(observer));
    }
}

AIOHTTP_DECL void ResponseState::tell_end() {
    if (observer_ && at_end()) {
        observer_->on_body_end({timings(), Error(), true});
    }
}

/// The body will not be read to its end, or has been.
AIOHTTP_DECL void ResponseState::tell_given_up() noexcept {
    try {
        times.finish();
        observer_->on_body_end({timings(), failure_, false});
    } catch (...) {
        observer_.reset();  // there is nobody to tell, and it is not told again
    }
}

AIOHTTP_DECL void ResponseState::tell_chunk(std::string_view chunk) {
    if (chunk.empty()) {
        return;
    }
    try {
        observer_->on_chunk_received(chunk);
    } catch (...) {
        failure_ = make_error(errc::connection_closed, Phase::body, "a trace signal threw");
        times.finish();
        body_.reset();
        throw;
    }
}

AIOHTTP_DECL ResponseState::ReadGuard::ReadGuard(ResponseState& state) : state_(state) {
    if (std::exchange(state.reading_, true)) {
        throw RuntimeError("another read of this response body is under way");
    }
}

AIOHTTP_DECL void ResponseState::raise(const Error& error) const {
    with_request(error, method, url.display()).raise();
}

AIOHTTP_DECL void ResponseState::keep(std::string_view bytes, bool ends_chunk) {
    if (spare_ && kept_.empty()) {
        if (const std::unique_lock lock(*spare_, std::try_to_lock); lock) {
            kept_ = std::move(spare_->body);
        }
    }
    kept_.append(bytes);
    if (ends_chunk) {
        chunk_ends_.push_back(kept_.size());
    }
}

AIOHTTP_DECL void ResponseState::set_body_options(const BodyOptions& options) {
    max_size_ = options.max_size;
    read_size_ = options.read_size;
    fallback_charset_ = options.fallback_charset;
    auto coding = options.decompress ? head.headers.get("Content-Encoding") : std::nullopt;
    if (!coding) {
        return;
    }
    std::string list;
    for (const auto line : head.headers.getall("content-encoding")) {
        list.append(line).append(",");
    }
    if (auto decoder = make_content_decoder(list)) {
        decoding_ = std::make_unique<DecodingStage>(std::move(decoder), options.max_ratio);
    }
}

AIOHTTP_DECL std::string_view ResponseState::raw_piece() {
    if (kept_offset_ < kept_.size()) {
        const auto end =
            chunk_index_ < chunk_ends_.size() ? chunk_ends_[chunk_index_] : kept_.size();
        return std::string_view(kept_).substr(kept_offset_, end - kept_offset_);
    }
    return body_ ? body_->piece() : std::string_view();
}

AIOHTTP_DECL bool ResponseState::raw_piece_ends_chunk() const noexcept {
    if (kept_offset_ < kept_.size()) {
        return chunk_index_ < chunk_ends_.size();
    }
    return body_ && body_->piece_ends_chunk();
}

AIOHTTP_DECL void ResponseState::consume_raw(std::size_t bytes) {
    if (kept_offset_ < kept_.size()) {
        kept_offset_ += bytes;
        if (chunk_index_ < chunk_ends_.size() && chunk_ends_[chunk_index_] == kept_offset_) {
            ++chunk_index_;
        }
        return;
    }
    if (body_) {
        body_->consume(bytes);
        finish_if_done();
    }
}

AIOHTTP_DECL void ResponseState::finish_if_done() {
    if (body_ && body_->done()) {
        trailers = body_->finish();
        body_.reset();
        times.finish();
    }
}

AIOHTTP_DECL bool ResponseState::raw_at_end() {
    finish_if_done();
    return !body_ && !failure_ && kept_offset_ == kept_.size();
}

AIOHTTP_DECL std::string_view ResponseState::decoded_piece() {
    while (decoding_->piece().empty() && !failure_) {
        // What a chunk decodes to is given before the next one, so that its end is seen.
        const auto raw = decoding_->pending() ? std::string_view() : raw_piece();
        if (!raw.empty() || decoding_->pending()) {
            consume_raw(decoding_->decode(raw, raw_piece_ends_chunk()));
            failure_ = decoding_->error();
        } else {
            if (raw_at_end()) {
                failure_ = decoding_->end();
            }
            break;
        }
    }
    return decoding_->piece();
}

AIOHTTP_DECL Error ResponseState::too_large() const {
    return make_error(errc::payload_too_large, Phase::body,
                      "response body is larger than max_body_size " + std::to_string(max_size_));
}

AIOHTTP_DECL std::string_view ResponseState::piece() {
    const auto next = decoding_ ? decoded_piece() : raw_piece();
    const auto allowed = max_size_ - total_bytes_;
    if (next.size() <= allowed) {
        return next;
    }
    if (allowed == 0) {
        failure_ = too_large();
    }
    return next.substr(0, allowed);
}

AIOHTTP_DECL bool ResponseState::piece_ends_chunk() const noexcept {
    return decoding_ ? decoding_->piece_ends_chunk() : raw_piece_ends_chunk();
}

AIOHTTP_DECL void ResponseState::consume(std::size_t bytes) {
    if (observer_) {
        tell_chunk(piece().substr(0, bytes));
    }
    total_bytes_ += bytes;
    if (decoding_) {
        decoding_->consume(bytes);
        // Here and now, so that the connection is free as soon as the last byte has been read.
        decoded_piece();
    } else {
        consume_raw(bytes);
    }
    tell_end();
}

AIOHTTP_DECL bool ResponseState::at_end() {
    return (!decoding_ || decoded_piece().empty()) && raw_at_end();
}

AIOHTTP_DECL Error released_error() {
    return make_error(errc::connection_closed, Phase::body,
                      "the response was released before its body was read");
}

AIOHTTP_DECL Error ResponseState::failure() {
    if (!failure_ && body_) {
        failure_ = body_->verdict();
    }
    if (failure_) {
        return with_request(failure_, method, url.display());
    }
    return {};
}

AIOHTTP_DECL void ResponseState::check_readable() {
    if (const auto error = failure()) {
        failure_ = error;
        body_.reset();
        times.finish();
        if (observer_) {
            tell_given_up();
        }
        error.raise();
    }
}

AIOHTTP_DECL boost::asio::awaitable<void> ResponseState::fill(std::size_t limit) {
    while (piece().empty() && !at_end()) {
        if (!failure_) {
            failure_ = co_await body_->fill(limit);
        }
        check_readable();
    }
    tell_end();
}

AIOHTTP_DECL std::uint64_t ResponseState::left() const noexcept {
    if (decoding_) {
        return decoding_->piece().size();
    }
    return kept_.size() - kept_offset_ + (body_ ? body_->left() : 0);
}

AIOHTTP_DECL bool ResponseState::take_kept() {
    const bool as_it_is = !decoding_ && kept_.size() <= max_size_;
    if (whole || body_ || failure_ || reading_ || kept_offset_ != 0 || !as_it_is) {
        return whole.has_value();
    }
    if (observer_) {
        tell_chunk(kept_);
    }
    total_bytes_ += kept_.size();
    whole.emplace(std::move(kept_));
    kept_.clear();
    tell_end();
    return true;
}

AIOHTTP_DECL std::string ResponseState::whole_buffer() {
    std::string buffer;
    if (spare_) {
        if (const std::unique_lock lock(*spare_, std::try_to_lock); lock) {
            buffer.swap(spare_->large_body);
        }
    }
    return buffer;
}

AIOHTTP_DECL void ResponseState::keep_whole(std::string body) {
    const bool hollow = body.capacity() / 2 > std::max(body.size(), ResponseBuffers::most_small);
    if (!hollow || !spare_) {
        whole.emplace(std::move(body));
        return;
    }
    // The response may be kept for long: it gets no more than it needs.
    whole.emplace(body);
    if (const std::unique_lock lock(*spare_, std::try_to_lock); lock) {
        spare_->keep(std::move(body));
    }
}

AIOHTTP_DECL void ResponseState::abandon() {
    kept_.clear();
    failure_ = released_error();
    times.finish();
}

AIOHTTP_DECL void ResponseState::release() {
    if (reading_ && body_) {
        body_->interrupt(released_error());  // the read still needs the body, and drops it then
        return;
    }
    finish_if_done();
    if (body_) {
        body_.reset();
        times.finish();
        if (observer_) {
            tell_given_up();
        }
        failure_ = released_error();
    }
}

}  // namespace aiohttp::detail
