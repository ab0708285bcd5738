#pragma once

#include <cstdint>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/protocol/content_coding.hpp>

namespace aiohttp::detail {

// More layers than that nobody sends but to do harm.
inline constexpr std::size_t most_codings = 5;

// An inner layer is hardly ever larger than what it holds. One that holds next to nothing would
// keep us busy, unseen by all limits of the body's size.
inline constexpr std::uint64_t stack_allowance = std::uint64_t{1} << 20U;
inline constexpr std::uint64_t stack_ratio = 16;

/// Undoes `outer`, then `inner`.
class StackedDecoder final : public ContentDecoder {
public:
    StackedDecoder(std::unique_ptr<ContentDecoder> outer, std::unique_ptr<ContentDecoder> inner)
        : outer_(std::move(outer)), inner_(std::move(inner)) {}

    CodingStep step(std::string_view input) override {
        CodingStep result;
        for (;;) {
            const auto decoded = inner_->step(between_);
            between_.remove_prefix(decoded.consumed);
            result.data = decoded.data;
            given_ += decoded.data.size();
            if (decoded.status == CodingStatus::failed) {
                result.status = CodingStatus::failed;
                inner_failed_ = true;
                return result;
            }
            if (decoded.status == CodingStatus::more || !decoded.data.empty()) {
                result.status = CodingStatus::more;
                return result;
            }
            const auto between = outer_->step(input.substr(result.consumed));
            result.consumed += between.consumed;
            result.status = between.status;
            between_ = between.data;
            taken_ += between_.size();
            if (taken_ > stack_allowance && taken_ / stack_ratio > given_) {
                result.status = CodingStatus::failed;
                hollow_ = true;
                return result;
            }
            if (between_.empty() && result.status != CodingStatus::more) {
                return result;
            }
            if (result.status == CodingStatus::failed) {
                return result;
            }
        }
    }
    std::string_view unfinished() const noexcept override {
        const auto outer = outer_->unfinished();
        return outer.empty() ? inner_->unfinished() : outer;
    }
    std::string error() const override {
        if (hollow_) {
            return "stacked content codings that decode to next to nothing";
        }
        return inner_failed_ ? inner_->error() : outer_->error();
    }

private:
    std::unique_ptr<ContentDecoder> outer_;
    std::unique_ptr<ContentDecoder> inner_;
    std::string_view between_;  // what outer gave and inner has not taken yet
    std::uint64_t taken_ = 0;   // how much outer gave in all
    std::uint64_t given_ = 0;   // and inner
    bool inner_failed_ = false;
    bool hollow_ = false;
};

AIOHTTP_DECL std::string_view to_string(ContentCoding coding) noexcept {
    switch (coding) {
        case ContentCoding::gzip:
            return "gzip";
        case ContentCoding::deflate:
            return "deflate";
        case ContentCoding::br:
            return "br";
        case ContentCoding::zstd:
            return "zstd";
    }
    return "identity";
}

AIOHTTP_DECL std::optional<ContentCoding> parse_content_coding(std::string_view name) noexcept {
    for (const auto coding :
         {ContentCoding::gzip, ContentCoding::deflate, ContentCoding::br, ContentCoding::zstd}) {
        if (iequals(name, to_string(coding))) {
            return coding;
        }
    }
    // RFC 9110 8.4.1.3: the two are the same.
    return iequals(name, "x-gzip") ? std::optional(ContentCoding::gzip) : std::nullopt;
}

AIOHTTP_DECL std::optional<std::vector<ContentCoding>> parse_content_codings(
    std::string_view list) {
    std::vector<ContentCoding> codings;
    while (!list.empty()) {
        const auto name = next_list_element(list);
        if (name.empty() || iequals(name, "identity")) {
            continue;
        }
        const auto coding = parse_content_coding(name);
        if (!coding || codings.size() == most_codings) {
            return std::nullopt;
        }
        codings.push_back(*coding);
    }
    return codings;
}

AIOHTTP_DECL std::unique_ptr<ContentDecoder> make_content_decoder(ContentCoding coding) {
    switch (coding) {
        case ContentCoding::gzip:
            return make_gzip_decoder();
        case ContentCoding::deflate:
            return make_deflate_decoder();
        case ContentCoding::br:
            return make_brotli_decoder();
        case ContentCoding::zstd:
            return make_zstd_decoder();
    }
    return nullptr;
}

AIOHTTP_DECL std::unique_ptr<ContentDecoder> make_content_decoder(
    const std::vector<ContentCoding>& codings) {
    std::unique_ptr<ContentDecoder> decoder;
    for (const auto coding : codings) {
        auto next = make_content_decoder(coding);
        decoder = decoder ? std::make_unique<StackedDecoder>(std::move(next), std::move(decoder))
                          : std::move(next);
    }
    return decoder;
}

AIOHTTP_DECL std::unique_ptr<ContentDecoder> make_content_decoder(std::string_view codings) {
    const auto known = parse_content_codings(codings);
    return known ? make_content_decoder(*known) : nullptr;
}

AIOHTTP_DECL std::unique_ptr<ContentEncoder> make_content_encoder(ContentCoding coding) {
    switch (coding) {
        case ContentCoding::gzip:
        case ContentCoding::deflate:
            return make_zlib_encoder(coding);
        case ContentCoding::br:
            return make_brotli_encoder();
        case ContentCoding::zstd:
            return make_zstd_encoder();
    }
    return nullptr;
}

}  // namespace aiohttp::detail
