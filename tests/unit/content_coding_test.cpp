// Content codings: gzip, deflate, br and zstd, and stacks of them.
#include <aiohttp/detail/protocol/content_coding.hpp>

#include <algorithm>
#include <string>

#include "support/catch.hpp"
#include "support/sans_io.hpp"

using namespace aiohttp::detail;
using namespace std::string_literals;
using aiohttp::ContentCoding;
using aiohttp::testing::ExactBytes;
using aiohttp::testing::Pieces;
using aiohttp::testing::same_however_cut;
using aiohttp::testing::truncate_everywhere;

namespace {

/// What a decoder makes of the pieces: "text: ..." or "failed: ..." or "unfinished: ...".
std::string decoded(std::string_view codings, const Pieces& pieces) {
    const auto decoder = make_content_decoder(codings);
    REQUIRE(decoder);
    std::string text;
    for (const auto piece : pieces) {
        const ExactBytes copy(piece);
        auto input = copy.view();
        for (;;) {
            const auto step = decoder->step(input);
            REQUIRE(step.consumed <= input.size());
            REQUIRE(step.data.size() <= coding_output);
            text.append(step.data);
            input.remove_prefix(step.consumed);
            if (step.status == CodingStatus::failed) {
                return "failed: " + decoder->error();
            }
            if (step.status == CodingStatus::need_input) {
                REQUIRE(input.empty());
                break;
            }
        }
    }
    const auto unfinished = decoder->unfinished();
    return unfinished.empty() ? "text: " + text : "unfinished: " + std::string(unfinished);
}

std::string encoded(ContentCoding coding, std::string_view text, std::size_t piece = 1000) {
    const auto encoder = make_content_encoder(coding);
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        REQUIRE(encoder->encode(text.substr(at, piece), false, out));
    }
    REQUIRE(encoder->encode({}, true, out));
    return out;
}

/// Text that compresses, but not to nothing.
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

const auto all_codings = {ContentCoding::gzip, ContentCoding::deflate, ContentCoding::br,
                          ContentCoding::zstd};

// Made by Python's zlib, by zstd's command line, and by hand.
const std::string hello = "hello hello hello";
const std::string gzip_hello =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x90\x00\x80\x88\xf9"
    "\xe5\x11\x00\x00\x00"s;
const std::string zlib_hello = "\x78\x9c\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x90\x00\x3a\x2e\x06\x7d"s;
const std::string raw_hello = "\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x90\x00"s;
const std::string zstd_hello =
    "\x28\xb5\x2f\xfd\x04\x58\x65\x00\x00\x30\x68\x65\x6c\x6c\x6f\x20\x01\x00\x31\x4a\x11\xa2\xed"
    "\x1e\x0c"s;
const std::string brotli_hello = "\x0b\x02\x80hello\x03"s;

}  // namespace

TEST_CASE("zstd's formats from before the standard are not known", "[J153]") {
    const auto data = encoded(ContentCoding::zstd, "text");
    for (const char version : {'\x1e', '\x22', '\x23', '\x24', '\x25', '\x26', '\x27'}) {
        const auto old = version + data.substr(1) + version + data.substr(1);
        CHECK(same_however_cut(old, [](const Pieces& pieces) { return decoded("zstd", pieces); }) ==
              "failed: corrupt zstd data: Unknown frame descriptor");
    }
    const auto skipped = "\x5a\x2a\x4d\x18\x02\0\0\0ab"s + data;
    CHECK(same_however_cut(skipped, [](const Pieces& pieces) { return decoded("zstd", pieces); }) ==
          "text: text");
}

TEST_CASE("what other programs have encoded is decoded, however it is cut", "[J152]") {
    const auto [codings, input, expected] = GENERATE(table<std::string, std::string, std::string>({
        {"gzip", gzip_hello, hello},
        {"x-gzip", gzip_hello, hello},
        {"GZip", gzip_hello, hello},
        {"gzip", gzip_hello + gzip_hello, hello + hello},
        {"deflate", zlib_hello, hello},
        {"deflate", raw_hello, hello},
        {"deflate", "\x03\x00"s, ""},
        {"br", brotli_hello, "hello"},
        {"zstd", zstd_hello, hello},
        {"zstd", zstd_hello + zstd_hello, hello + hello},
        {"br", "\x06"s, ""},
        {"gzip", "", ""},
        {"deflate", "", ""},
        {"br", "", ""},
        {"zstd", "", ""},
        {"gzip, br", "", ""},
    }));
    INFO(codings);
    CHECK(same_however_cut(input, [c = codings](const Pieces& pieces) {
              return decoded(c, pieces);
          }) == "text: " + expected);
}

TEST_CASE("what was encoded is decoded, however it is cut", "[J152]") {
    for (const auto coding : all_codings) {
        for (const std::size_t size : {0U, 1U, 3000U}) {
            const auto text = prose(size);
            const auto data = encoded(coding, text);
            INFO(to_string(coding) << " of " << size << " bytes");
            CHECK(same_however_cut(data, [coding](const Pieces& pieces) {
                      return decoded(to_string(coding), pieces);
                  }) == "text: " + text);
        }
        const auto large = prose(1'000'000);
        const auto data = encoded(coding, large, 100'000);
        CHECK(data.size() < large.size() / 2);
        CHECK((decoded(to_string(coding), {data}) == "text: " + large));
    }
}

TEST_CASE("several members or frames are one body", "[J152]") {
    for (const auto coding : {ContentCoding::gzip, ContentCoding::zstd}) {
        const auto data =
            encoded(coding, prose(300)) + encoded(coding, "") + encoded(coding, "end");
        CHECK(same_however_cut(data, [coding](const Pieces& pieces) {
                  return decoded(to_string(coding), pieces);
              }) == "text: " + prose(300) + "end");
    }
}

TEST_CASE("stacked codings are undone from the last to the first", "[J153]") {
    const auto text = prose(2000);
    const auto twice = encoded(ContentCoding::gzip, encoded(ContentCoding::gzip, text));
    const auto mixed = encoded(ContentCoding::br, encoded(ContentCoding::zstd, text));
    const auto five = encoded(ContentCoding::deflate, encoded(ContentCoding::zstd, mixed));
    const auto [codings, data] = GENERATE_COPY(table<std::string, std::string>({
        {"gzip, gzip", twice},
        {"GZIP ,identity,, x-gzip", twice},
        {"zstd, br", mixed},
        {"zstd,br,zstd,deflate", five},
    }));
    INFO(codings);
    CHECK(same_however_cut(data, [c = codings](const Pieces& pieces) {
              return decoded(c, pieces);
          }) == "text: " + text);
}

TEST_CASE("what cannot be undone stays as it is", "[J153]") {
    const auto* const codings = GENERATE("", "identity", "lzma", "gzip, lzma", "compress", "gzipx",
                                         "gzip,gzip,gzip,gzip,gzip,gzip", "g zip", "dcb");
    INFO(codings);
    CHECK_FALSE(make_content_decoder(codings));
}

TEST_CASE("data that ends early is told from data that is complete", "[J153]") {
    for (const auto coding : all_codings) {
        const auto data = encoded(coding, prose(300));
        const auto name = std::string(to_string(coding));
        truncate_everywhere(
            data, [&](const Pieces& pieces) { return decoded(name, pieces); },
            [&](std::string_view prefix, const std::string& outcome) {
                CHECK(outcome == (prefix.empty() ? "text: " : "unfinished: " + name));
            });
    }
    truncate_everywhere(
        encoded(ContentCoding::br, gzip_hello),
        [](const Pieces& pieces) { return decoded("gzip, br", pieces); },
        [](std::string_view prefix, const std::string& outcome) {
            CHECK(outcome == (prefix.empty() ? "text: " : "unfinished: br"));
        });
    CHECK(decoded("gzip, br", {encoded(ContentCoding::br, gzip_hello.substr(0, 12))}) ==
          "unfinished: gzip");
}

TEST_CASE("bytes after the end are an error", "[J153]") {
    for (const auto coding : all_codings) {
        for (const auto& garbage : {"x"s, "garbage"s, "\0\0\0\0"s}) {
            const auto data = encoded(coding, "text") + garbage;
            INFO(to_string(coding));
            // Some versions of zstd need four bytes to tell that no frame follows.
            const auto outcome = same_however_cut(data, [coding](const Pieces& pieces) {
                return decoded(to_string(coding), pieces).starts_with("text: ") ? "taken" : "error";
            });
            CHECK(outcome == "error");
        }
    }
    CHECK(decoded("gzip", {gzip_hello + "x"}) == "failed: bytes after the end of the gzip data");
    CHECK(decoded("deflate", {raw_hello + "x"}) ==
          "failed: bytes after the end of the deflate data");
    CHECK(decoded("br", {brotli_hello + "x"}) == "failed: bytes after the end of the br data");
}

TEST_CASE("corrupt data is an error that names the coding, or other text, but never a crash",
          "[J153]") {
    CHECK(decoded("gzip", {"not gzip at all"}) ==
          "failed: corrupt gzip data: incorrect header check");
    CHECK(decoded("deflate", {"\x78\x9c\xff\xff\xff"}) ==
          "failed: corrupt deflate data: invalid block type");
    for (const auto coding : all_codings) {
        const auto name = std::string(to_string(coding));
        const auto data = encoded(coding, prose(300));
        std::size_t noticed = 0;
        for (std::size_t at = 0; at < data.size(); ++at) {
            for (const char mask : {'\x01', '\x80', '\xff'}) {
                auto corrupt = data;
                corrupt[at] = static_cast<char>(corrupt[at] ^ mask);
                const auto outcome = decoded(name, {corrupt});
                CHECK(outcome.substr(0, outcome.find(':')) ==
                      decoded(name, aiohttp::testing::byte_by_byte(corrupt))
                          .substr(0, outcome.find(':')));
                noticed += outcome.starts_with("text: ") ? 0U : 1U;
            }
        }
        INFO(name << ": " << noticed << " of " << 3 * data.size());
        CHECK(noticed > data.size());
    }
}

TEST_CASE("a bomb is decoded piece by piece", "[J154]") {
    for (const auto coding : all_codings) {
        const auto encoder = make_content_encoder(coding);
        const std::string zeros(1'000'000, '\0');
        std::string bomb;
        for (int i = 0; i < 50; ++i) {
            REQUIRE(encoder->encode(zeros, i == 49, bomb));
        }
        INFO(to_string(coding));
        CHECK(bomb.size() < 100'000);
        const auto decoder = make_content_decoder(to_string(coding));
        std::string_view input = bomb;
        std::size_t total = 0;
        for (auto status = CodingStatus::more; status == CodingStatus::more;) {
            const auto step = decoder->step(input);
            input.remove_prefix(step.consumed);
            CHECK((step.data.size() <= coding_output));
            total += step.data.size();
            status = step.status;
        }
        CHECK(total == 50'000'000);
        CHECK(decoder->unfinished().empty());
    }
}

TEST_CASE("a zstd window larger than HTTP allows is refused", "[J154]") {
    // A frame that asks for a window of 128 MiB (RFC 8878 3.1.1.1.2): exponent 17, mantissa 0.
    const auto outcome = decoded("zstd", {"\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00"s});
    CHECK(outcome.starts_with("failed: corrupt zstd data: "));
}

TEST_CASE("coding names are compared without case", "[I137]") {
    CHECK(parse_content_coding("GZip") == ContentCoding::gzip);
    CHECK(parse_content_coding("x-gzip") == ContentCoding::gzip);
    CHECK(parse_content_coding("deflate") == ContentCoding::deflate);
    CHECK(parse_content_coding("BR") == ContentCoding::br);
    CHECK(parse_content_coding("zstd") == ContentCoding::zstd);
    CHECK_FALSE(parse_content_coding(""));
    CHECK_FALSE(parse_content_coding("brotli"));
    CHECK_FALSE(parse_content_coding("identity"));
}

TEST_CASE("layers that decode to next to nothing are refused", "[J154]") {
    // A gzip header whose file name does not end, in a layer of gzip.
    std::string hollow("\x1f\x8b\x08\x08\0\0\0\0\0\x03", 10);
    hollow.append(50'000'000, 'x');
    const auto encoder = aiohttp::detail::make_content_encoder(aiohttp::ContentCoding::gzip);
    std::string bytes;
    REQUIRE(encoder->encode(hollow, true, bytes));
    const auto decoder = aiohttp::detail::make_content_decoder("gzip, gzip");
    std::string_view left = bytes;
    auto step = decoder->step(left);
    while (step.status == aiohttp::detail::CodingStatus::more) {
        left.remove_prefix(step.consumed);
        step = decoder->step(left);
    }
    CHECK(step.status == aiohttp::detail::CodingStatus::failed);
    CHECK(decoder->error().find("next to nothing") != std::string::npos);
}
