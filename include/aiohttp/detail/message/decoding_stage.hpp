#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <aiohttp/detail/protocol/content_coding.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

/// Undoes the Content-Encoding of a body between the connection and the reader: raw bytes go in
/// when the reader has used up the piece before, so that there is one piece in memory at a time.
class DecodingStage {
public:
    DecodingStage(std::unique_ptr<ContentDecoder> decoder, std::uint64_t max_ratio)
        : decoder_(std::move(decoder)), max_ratio_(max_ratio) {}

    /// The decoded bytes that are here; a view until decode().
    std::string_view piece() const noexcept { return piece_; }
    /// Whether an HTTP chunk ends with the piece.
    bool piece_ends_chunk() const noexcept { return piece_ends_chunk_; }
    void consume(std::size_t bytes) noexcept { piece_.remove_prefix(bytes); }

    /// Whether decode() may give a piece without more raw bytes.
    bool pending() const noexcept { return pending_; }
    /// Decodes a part of the raw bytes, with whose end perhaps an HTTP chunk ends, and says how
    /// many. Afterwards there is a piece, or an error(), or more raw bytes are wanted.
    std::size_t decode(std::string_view raw, bool ends_chunk);
    /// What is wrong with the data, if anything.
    Error error() const;
    /// The raw body is at its end: what is wrong with that, if anything. If nothing is, the
    /// decoder's memory is free from now on.
    Error end();
    /// How many raw bytes have been decoded.
    std::uint64_t raw_bytes() const noexcept { return raw_bytes_; }

private:
    bool too_dense() const noexcept;

    std::unique_ptr<ContentDecoder> decoder_;  // null: it is at its end
    std::uint64_t max_ratio_;
    std::uint64_t raw_bytes_ = 0;
    std::uint64_t decoded_bytes_ = 0;
    std::string_view piece_;
    bool piece_ends_chunk_ = false;
    bool chunk_ended_ = false;  // in the raw bytes, not yet in the pieces
    bool pending_ = false;
    bool failed_ = false;
};

}  // namespace aiohttp::detail
