#pragma once

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <zlib.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/protocol/content_coding.hpp>

namespace aiohttp::detail {

// zlib counts in unsigned int.
inline constexpr std::size_t most_zlib_input = std::size_t{1} << 30U;
// The window bits that choose the format: 15 is the largest window of each.
inline constexpr int zlib_window = 15;
inline constexpr int gzip_window = 15 + 16;
inline constexpr int raw_window = -15;

AIOHTTP_DECL Bytef* zlib_bytes(const char* bytes) noexcept {
    return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes));  // zlib only reads them
}

/// One zlib stream being decoded, with its output.
class Inflater {
public:
    explicit Inflater(int window) : output_(std::make_unique_for_overwrite<char[]>(coding_output)) {
        if (inflateInit2(&stream_, window) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() { inflateEnd(&stream_); }

    /// Appends to the output of this step what the input decodes to; `ended`: with its last byte.
    CodingStep step(std::string_view input, bool& ended) {
        stream_.next_in = zlib_bytes(input.data());
        stream_.avail_in = static_cast<uInt>(std::min(input.size(), most_zlib_input));
        const auto given = stream_.avail_in;
        stream_.next_out = zlib_bytes(output_.get());
        stream_.avail_out = static_cast<uInt>(coding_output);
        const int result = inflate(&stream_, Z_NO_FLUSH);
        ended = result == Z_STREAM_END;
        CodingStep step;
        step.consumed = given - stream_.avail_in;
        step.data = {output_.get(), coding_output - stream_.avail_out};
        // Z_BUF_ERROR: there was nothing to do, no harm.
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
            step.status = CodingStatus::failed;
        } else if (stream_.avail_out == 0 || step.consumed < input.size()) {
            step.status = CodingStatus::more;
        }
        return step;
    }
    void restart() noexcept { inflateReset(&stream_); }
    std::string error() const { return stream_.msg != nullptr ? stream_.msg : "invalid data"; }

private:
    z_stream stream_{};
    std::unique_ptr<char[]> output_;
};

/// gzip (RFC 1952): one member after the other, and nothing else.
class GzipDecoder final : public ContentDecoder {
public:
    CodingStep step(std::string_view input) override {
        if (input.empty() && between_members_) {
            return {};
        }
        if (!inflater_) {
            inflater_.emplace(gzip_window);
        } else if (between_members_) {
            inflater_->restart();
        }
        if (std::exchange(between_members_, false) && input.front() != first_byte) {
            garbage_ = begun_;
            return {CodingStatus::failed, 0, {}};
        }
        begun_ = true;
        return inflater_->step(input, between_members_);
    }
    std::string_view unfinished() const noexcept override { return between_members_ ? "" : "gzip"; }
    std::string error() const override {
        return garbage_ ? "bytes after the end of the gzip data"
                        : "corrupt gzip data: " +
                              (begun_ ? inflater_->error() : std::string("incorrect header check"));
    }

private:
    static constexpr char first_byte = '\x1f';

    std::optional<Inflater> inflater_;
    bool between_members_ = true;
    bool begun_ = false;
    bool garbage_ = false;
};

/// deflate: the zlib format, or what many servers send instead, raw deflate (RFC 1951).
class DeflateDecoder final : public ContentDecoder {
public:
    CodingStep step(std::string_view input) override {
        if (ended_ && !input.empty()) {
            garbage_ = true;
            return {CodingStatus::failed, 0, {}};
        }
        if (ended_ || (input.empty() && !inflater_)) {
            return {};
        }
        if (inflater_) {
            return inflater_->step(input, ended_);
        }
        // The two bytes of zlib's header are told from raw deflate by their check sum.
        std::size_t taken = 0;
        while (header_size_ < header_.size() && taken < input.size()) {
            header_[header_size_++] = input[taken++];
        }
        CodingStep begun;
        if (header_size_ == header_.size()) {
            inflater_.emplace(is_zlib() ? zlib_window : raw_window);
            begun = inflater_->step({header_.data(), header_.size()}, ended_);
        }
        begun.consumed = taken;
        if (begun.status == CodingStatus::need_input && taken < input.size()) {
            begun.status = CodingStatus::more;
        }
        return begun;
    }
    std::string_view unfinished() const noexcept override {
        return ended_ || (!inflater_ && header_size_ == 0) ? "" : "deflate";
    }
    std::string error() const override {
        return garbage_ ? "bytes after the end of the deflate data"
                        : "corrupt deflate data: " + inflater_->error();
    }

private:
    bool is_zlib() const noexcept {
        const auto first = static_cast<unsigned char>(header_[0]);
        const auto second = static_cast<unsigned char>(header_[1]);
        return (first & 0x0fU) == Z_DEFLATED && (first >> 4U) <= 7 &&
               (first * 256U + second) % 31 == 0;
    }

    std::optional<Inflater> inflater_;
    std::array<char, 2> header_{};
    std::size_t header_size_ = 0;
    bool ended_ = false;
    bool garbage_ = false;
};

AIOHTTP_DECL std::unique_ptr<ContentDecoder> make_gzip_decoder() {
    return std::make_unique<GzipDecoder>();
}

AIOHTTP_DECL std::unique_ptr<ContentDecoder> make_deflate_decoder() {
    return std::make_unique<DeflateDecoder>();
}

class ZlibEncoder final : public ContentEncoder {
public:
    explicit ZlibEncoder(int window) {
        if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8,
                         Z_DEFAULT_STRATEGY) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    ~ZlibEncoder() override { deflateEnd(&stream_); }

    bool encode(std::string_view input, bool last, std::string& out) override {
        do {
            const auto part = input.substr(0, most_zlib_input);
            input.remove_prefix(part.size());
            if (!encode_part(part, last && input.empty(), out)) {
                return false;
            }
        } while (!input.empty());
        return true;
    }

private:
    static constexpr std::size_t room = std::size_t{16} << 10U;

    bool encode_part(std::string_view input, bool last, std::string& out) {
        stream_.next_in = zlib_bytes(input.data());
        stream_.avail_in = static_cast<uInt>(input.size());
        do {
            const auto before = out.size();
            out.resize(before + room);
            stream_.next_out = zlib_bytes(out.data() + before);
            stream_.avail_out = static_cast<uInt>(room);
            const int result = deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
            out.resize(out.size() - stream_.avail_out);
            if (result == Z_STREAM_ERROR) {
                return false;
            }
        } while (stream_.avail_out == 0);
        return true;
    }

    z_stream stream_{};
};

AIOHTTP_DECL std::unique_ptr<ContentEncoder> make_zlib_encoder(ContentCoding coding) {
    return std::make_unique<ZlibEncoder>(coding == ContentCoding::gzip ? gzip_window : zlib_window);
}

}  // namespace aiohttp::detail
