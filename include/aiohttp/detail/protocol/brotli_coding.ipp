#pragma once

#include <new>

#include <brotli/decode.h>
#include <brotli/encode.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/protocol/content_coding.hpp>

namespace aiohttp::detail {

// Text for the wire: a good deal faster than the default 11, which is for files kept for ever.
inline constexpr std::uint32_t brotli_quality = 5;

AIOHTTP_DECL const std::uint8_t* brotli_bytes(std::string_view bytes) noexcept {
    return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

/// br (RFC 7932). Its output lies in Brotli's own window.
class BrotliDecoder final : public ContentDecoder {
public:
    ~BrotliDecoder() override { BrotliDecoderDestroyInstance(state_); }

    CodingStep step(std::string_view input) override {
        if (ended_ && !input.empty()) {
            return {CodingStatus::failed, 0, {}};
        }
        if (ended_ || (state_ == nullptr && input.empty())) {
            return {};
        }
        if (state_ == nullptr) {
            state_ = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
            if (state_ == nullptr) {
                throw std::bad_alloc();
            }
        }
        const auto* next = brotli_bytes(input);
        std::size_t left = input.size();
        std::size_t no_room = 0;
        const auto result =
            BrotliDecoderDecompressStream(state_, &left, &next, &no_room, nullptr, nullptr);
        CodingStep step;
        step.consumed = input.size() - left;
        if (result == BROTLI_DECODER_RESULT_ERROR) {
            step.status = CodingStatus::failed;
            return step;
        }
        std::size_t size = coding_output;
        const auto* const data = BrotliDecoderTakeOutput(state_, &size);
        step.data = {reinterpret_cast<const char*>(data), size};
        ended_ = BrotliDecoderIsFinished(state_) != BROTLI_FALSE;
        // With its window taken, it has no output, and yet may make more without more input.
        if (left > 0 || result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT ||
            BrotliDecoderHasMoreOutput(state_) != BROTLI_FALSE) {
            step.status = CodingStatus::more;
        }
        return step;
    }
    std::string_view unfinished() const noexcept override {
        return ended_ || state_ == nullptr ? "" : "br";
    }
    std::string error() const override {
        return ended_ ? "bytes after the end of the br data"
                      : std::string("corrupt br data: ") +
                            BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state_));
    }

private:
    BrotliDecoderState* state_ = nullptr;
    bool ended_ = false;
};

class BrotliEncoder final : public ContentEncoder {
public:
    BrotliEncoder() : state_(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
        if (state_ == nullptr) {
            throw std::bad_alloc();
        }
        BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, brotli_quality);
    }
    ~BrotliEncoder() override { BrotliEncoderDestroyInstance(state_); }

    bool encode(std::string_view input, bool last, std::string& out) override {
        const auto* next = brotli_bytes(input);
        std::size_t left = input.size();
        const auto operation = last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS;
        do {
            std::size_t no_room = 0;
            if (BrotliEncoderCompressStream(state_, operation, &left, &next, &no_room, nullptr,
                                            nullptr) == BROTLI_FALSE) {
                return false;
            }
            std::size_t size = 0;
            const auto* const data = BrotliEncoderTakeOutput(state_, &size);
            out.append(reinterpret_cast<const char*>(data), size);
        } while (left > 0 || BrotliEncoderHasMoreOutput(state_) != BROTLI_FALSE);
        return true;
    }

private:
    BrotliEncoderState* state_;
};

AIOHTTP_DECL std::unique_ptr<ContentDecoder> make_brotli_decoder() {
    return std::make_unique<BrotliDecoder>();
}

AIOHTTP_DECL std::unique_ptr<ContentEncoder> make_brotli_encoder() {
    return std::make_unique<BrotliEncoder>();
}

}  // namespace aiohttp::detail
