#pragma once

#include <string>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/message/decoding_stage.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL std::size_t DecodingStage::decode(std::string_view raw, bool ends_chunk) {
    const auto step = decoder_->step(raw);
    raw_bytes_ += step.consumed;
    decoded_bytes_ += step.data.size();
    failed_ = step.status == CodingStatus::failed;
    pending_ = step.status == CodingStatus::more && step.consumed == raw.size();
    piece_ = failed_ || too_dense() ? std::string_view() : step.data;
    if (!raw.empty()) {
        chunk_ended_ = ends_chunk && step.consumed == raw.size();
    }
    piece_ends_chunk_ = chunk_ended_ && !pending_;
    return step.consumed;
}

/// A piece or two are let through: what is small does no harm, however well it was compressed.
AIOHTTP_DECL bool DecodingStage::too_dense() const noexcept {
    return decoded_bytes_ > 2 * coding_output && decoded_bytes_ / max_ratio_ >= raw_bytes_ &&
           decoded_bytes_ > raw_bytes_ * max_ratio_;
}

AIOHTTP_DECL Error DecodingStage::error() const {
    if (failed_) {
        return make_error(errc::payload_malformed, Phase::body,
                          "response body malformed: " + decoder_->error());
    }
    if (too_dense()) {
        return make_error(errc::payload_too_large, Phase::body,
                          "response body decodes to more than max_decompression_ratio " +
                              std::to_string(max_ratio_) +
                              " times its size: " + std::to_string(decoded_bytes_) +
                              " bytes from " + std::to_string(raw_bytes_));
    }
    return {};
}

AIOHTTP_DECL Error DecodingStage::end() {
    const auto unfinished = decoder_ ? decoder_->unfinished() : std::string_view();
    if (unfinished.empty()) {
        decoder_.reset();
        return {};
    }
    return make_error(errc::payload_truncated, Phase::body,
                      "response body truncated: its " + std::string(unfinished) +
                          " data ends early, after " + std::to_string(raw_bytes_) + " bytes");
}

}  // namespace aiohttp::detail
