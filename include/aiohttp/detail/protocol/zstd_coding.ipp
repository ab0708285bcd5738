#pragma once

#include <new>

#include <zstd.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/protocol/content_coding.hpp>

namespace aiohttp::detail {

// RFC 9659: for HTTP no window is larger than 8 MiB, 2 to the power of 23.
inline constexpr int zstd_window = 23;

/// zstd (RFC 8878): one frame after the other, and nothing else.
class ZstdDecoder final : public ContentDecoder {
public:
    ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }

    CodingStep step(std::string_view input) override {
        // zstd takes calls that cannot get on for an error.
        if (input.empty() && !output_full_) {
            return {};
        }
        if (between_frames_ && !begins_frame(input.front())) {
            error_ = "Unknown frame descriptor";
            return {CodingStatus::failed, 0, {}};
        }
        if (context_ == nullptr) {
            context_ = ZSTD_createDCtx();
            if (context_ == nullptr) {
                throw std::bad_alloc();
            }
            ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, zstd_window);
            output_ = std::make_unique_for_overwrite<char[]>(coding_output);
        }
        ZSTD_inBuffer in{input.data(), input.size(), 0};
        ZSTD_outBuffer out{output_.get(), coding_output, 0};
        const auto result = ZSTD_decompressStream(context_, &out, &in);
        CodingStep step;
        step.consumed = in.pos;
        step.data = {output_.get(), out.pos};
        if (ZSTD_isError(result) != 0) {
            step.status = CodingStatus::failed;
            error_ = ZSTD_getErrorName(result);
            return step;
        }
        between_frames_ = result == 0;
        output_full_ = !between_frames_ && out.pos == out.size;
        if (in.pos < in.size || output_full_) {
            step.status = CodingStatus::more;
        }
        return step;
    }
    std::string_view unfinished() const noexcept override { return between_frames_ ? "" : "zstd"; }
    std::string error() const override { return "corrupt zstd data: " + error_; }

private:
    // Of a frame, or of one to be skipped (RFC 8878 3.1). The library may know the formats from
    // before there was a standard, too: code that nobody needs, whose outcome depends on the cuts.
    static bool begins_frame(char first) noexcept {
        const auto byte = static_cast<unsigned char>(first);
        return byte == 0x28 || (byte & 0xf0U) == 0x50;
    }

    ZSTD_DCtx* context_ = nullptr;
    std::unique_ptr<char[]> output_;
    std::string error_;
    bool between_frames_ = true;
    bool output_full_ = false;
};

class ZstdEncoder final : public ContentEncoder {
public:
    ZstdEncoder() : context_(ZSTD_createCCtx()) {
        if (context_ == nullptr) {
            throw std::bad_alloc();
        }
    }
    ~ZstdEncoder() override { ZSTD_freeCCtx(context_); }

    bool encode(std::string_view input, bool last, std::string& out) override {
        const auto operation = last ? ZSTD_e_end : ZSTD_e_continue;
        ZSTD_inBuffer in{input.data(), input.size(), 0};
        bool more = true;
        while (more) {
            const auto before = out.size();
            out.resize(before + room);
            ZSTD_outBuffer piece{out.data() + before, room, 0};
            const auto result = ZSTD_compressStream2(context_, &piece, &in, operation);
            out.resize(before + piece.pos);
            if (ZSTD_isError(result) != 0) {
                return false;
            }
            more = last ? result != 0 : in.pos < in.size;
        }
        return true;
    }

private:
    static constexpr std::size_t room = std::size_t{16} << 10U;

    ZSTD_CCtx* context_;
};

AIOHTTP_DECL std::unique_ptr<ContentDecoder> make_zstd_decoder() {
    return std::make_unique<ZstdDecoder>();
}

AIOHTTP_DECL std::unique_ptr<ContentEncoder> make_zstd_encoder() {
    return std::make_unique<ZstdEncoder>();
}

}  // namespace aiohttp::detail
