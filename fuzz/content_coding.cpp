// Content codings: what bytes decode to depends on the bytes and never on how they were cut, comes
// in pieces of bounded size, and an encoder's bytes decode to what it was given. The first byte
// chooses the codings, the second the place of the cut
// and the encoder.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/content_coding.hpp>

#include <fuzz/require.hpp>

using namespace aiohttp::detail;
using aiohttp::ContentCoding;

namespace {

constexpr std::array<std::string_view, 8> all_codings = {
    "gzip",       "deflate",     "br",         "zstd",
    "gzip, gzip", "br, deflate", "zstd, gzip", "deflate, zstd, br"};

// A bomb is followed that far.
constexpr std::size_t enough = std::size_t{1} << 20U;

struct Outcome {
    std::string text;
    std::string end;
};

Outcome decoded(std::string_view codings, std::initializer_list<std::string_view> pieces) {
    const auto decoder = make_content_decoder(codings);
    Outcome outcome;
    for (auto piece : pieces) {
        int idle = 0;
        for (auto status = CodingStatus::more; status != CodingStatus::need_input;) {
            const auto step = decoder->step(piece);
            status = step.status;
            FUZZ_REQUIRE(step.consumed <= piece.size() && step.data.size() <= coding_output);
            piece.remove_prefix(step.consumed);
            if (status == CodingStatus::failed) {
                outcome.end = decoder->error();
                FUZZ_REQUIRE(!outcome.end.empty());
                return outcome;
            }
            idle = step.consumed == 0 && step.data.empty() ? idle + 1 : 0;
            FUZZ_REQUIRE(idle < 10);
            outcome.text.append(step.data);
            if (outcome.text.size() > enough) {
                outcome.text.resize(enough);
                outcome.end = "enough";
                return outcome;
            }
        }
        FUZZ_REQUIRE(piece.empty());
    }
    outcome.end = decoder->unfinished();
    return outcome;
}

bool failed(const Outcome& outcome) {
    return outcome.end.find(' ') != std::string::npos;
}

/// A decoder that fails may keep what it has not given yet, and of a stack it depends on the pieces
/// which decoder meets the harm first; all else is the same.
void require_same(const Outcome& one, const Outcome& other) {
    const auto common = std::min(one.text.size(), other.text.size());
    FUZZ_REQUIRE(std::string_view(one.text).substr(0, common) ==
                 std::string_view(other.text).substr(0, common));
    if (one.end == "enough" || other.end == "enough") {
        return;
    }
    FUZZ_REQUIRE(failed(one) == failed(other));
    FUZZ_REQUIRE(failed(one) || (one.end == other.end && one.text == other.text));
}

void require_round_trip(ContentCoding coding, std::string_view bytes, std::size_t at) {
    const auto encoder = make_content_encoder(coding);
    std::string encoded;
    FUZZ_REQUIRE(encoder->encode(bytes.substr(0, at), false, encoded));
    FUZZ_REQUIRE(encoder->encode(bytes.substr(at), true, encoded));
    const auto outcome = decoded(to_string(coding), {encoded});
    FUZZ_REQUIRE(outcome.end.empty() && outcome.text == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const auto codings = all_codings[data[0] % all_codings.size()];
    const auto bytes = fuzz::text_of(data + 2, size - 2);
    const auto at = data[1] % (bytes.size() + 1);
    const auto whole = decoded(codings, {bytes});
    require_same(whole, decoded(codings, {bytes.substr(0, at), bytes.substr(at)}));
    require_same(whole, decoded(codings, {bytes.substr(0, at / 2),
                                          bytes.substr(at / 2, at - at / 2), bytes.substr(at)}));
    require_round_trip(static_cast<ContentCoding>(data[1] % 4), bytes, at);
    return 0;
}
