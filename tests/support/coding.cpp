#include "support/coding.hpp"

#include <algorithm>
#include <stdexcept>

#include <aiohttp/detail/protocol/content_coding.hpp>

namespace aiohttp::testing {

std::string encoded(ContentCoding coding, std::string_view text) {
    std::string out;
    if (!detail::make_content_encoder(coding)->encode(text, true, out)) {
        throw std::runtime_error("encoding failed");
    }
    return out;
}

std::string encoded_zeros(ContentCoding coding, std::size_t size) {
    const auto encoder = detail::make_content_encoder(coding);
    const std::string zeros(std::size_t{1} << 20U, '\0');
    std::string out;
    while (size > 0) {
        const auto part = std::min(size, zeros.size());
        size -= part;
        if (!encoder->encode(std::string_view(zeros).substr(0, part), size == 0, out)) {
            throw std::runtime_error("encoding failed");
        }
    }
    return out;
}

std::string decoded(std::string_view codings, std::string_view bytes) {
    const auto decoder = detail::make_content_decoder(codings);
    std::string text;
    auto status = detail::CodingStatus::more;
    while (status == detail::CodingStatus::more) {
        const auto step = decoder->step(bytes);
        text.append(step.data);
        bytes.remove_prefix(step.consumed);
        status = step.status;
    }
    if (status == detail::CodingStatus::failed || !decoder->unfinished().empty()) {
        throw std::runtime_error("the bytes cannot be decoded");
    }
    return text;
}

std::string prose(std::size_t size) {
    std::string text;
    unsigned state = 1;
    while (text.size() < size) {
        state = state * 1664525U + 1013904223U;
        text.append("word ").append(std::to_string((state >> 16U) % 1000)).append(" ");
    }
    text.resize(size);
    return text;
}

}  // namespace aiohttp::testing
