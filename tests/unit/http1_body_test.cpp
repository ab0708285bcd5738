#include <aiohttp/detail/protocol/http1_body.hpp>

#include <algorithm>
#include <string>

#include "support/catch.hpp"
#include "support/sans_io.hpp"

using namespace aiohttp::detail;
using aiohttp::testing::ExactBytes;
using aiohttp::testing::Pieces;
using aiohttp::testing::same_however_cut;
using aiohttp::testing::truncate_everywhere;

namespace {

Framing framing(BodyKind kind, std::uint64_t length = 0) {
    Framing result;
    result.kind = kind;
    result.length = length;
    return result;
}

const Framing chunked = framing(BodyKind::chunked);

/// What came of a body; chunk ends are a '|' in the data.
struct Outcome {
    BodyStatus status = BodyStatus::need_more;
    std::string data;
    std::size_t consumed = 0;

    std::string describe(BodyDecoder& decoder) const {
        if (status == BodyStatus::failed) {
            return (decoder.truncated() ? "truncated: " : "failed: ") + decoder.error();
        }
        std::string text = status == BodyStatus::done ? "done " : "need_more ";
        text += data + " of " + std::to_string(consumed);
        for (const auto field : decoder.trailers()) {
            text.append("\n").append(field.name).append("=").append(field.value);
        }
        return text;
    }
};

/// Steps until the decoder wants more, is done or fails, and takes what it consumed off `buffer`.
void drain(BodyDecoder& decoder, std::string& buffer, Outcome& outcome) {
    while (true) {
        const ExactBytes input(buffer);
        const auto step = decoder.step(input.view());
        REQUIRE(step.consumed <= buffer.size());
        REQUIRE(step.data.size() <= step.consumed);
        REQUIRE((step.status == BodyStatus::data || (step.data.empty() && !step.end_of_chunk)));
        outcome.data.append(step.data).append(step.end_of_chunk ? "|" : "");
        outcome.consumed += step.consumed;
        outcome.status = step.status;
        buffer.erase(0, step.consumed);
        if (step.status != BodyStatus::data) {
            REQUIRE(decoder.done() == (step.status == BodyStatus::done));
            return;
        }
    }
}

/// The machine of same_however_cut(): all pieces, then, if `eof`, the end of the connection.
auto decode_with(const Framing& how, bool eof, HeadLimits limits = {}) {
    return [=](const Pieces& pieces) {
        BodyDecoder decoder;
        decoder.start(how, limits);
        Outcome outcome;
        std::string buffer;
        for (const auto piece : pieces) {
            buffer += piece;
            drain(decoder, buffer, outcome);
            if (outcome.status != BodyStatus::need_more) {
                break;
            }
        }
        if (eof) {
            outcome.status = decoder.on_eof();
        }
        return outcome.describe(decoder);
    };
}

std::string decode(const Framing& how, std::string_view input, HeadLimits limits = {}) {
    return same_however_cut(input, decode_with(how, false, limits));
}

/// Reads as a connection does: body bytes straight away, `step` of them at a time, and only the
/// framing through the decoder.
std::string decode_directly(const Framing& how, std::string_view input, std::size_t step) {
    BodyDecoder decoder;
    decoder.start(how, {});
    Outcome outcome;
    std::string buffer;
    while (outcome.status == BodyStatus::need_more && !(input.empty() && buffer.empty())) {
        drain(decoder, buffer, outcome);
        const bool direct = decoder.direct() != 0;
        const auto size = static_cast<std::size_t>(
            std::min<std::uint64_t>({direct ? decoder.direct() : 1, step, input.size()}));
        if (direct) {
            REQUIRE(buffer.empty());
            outcome.data += input.substr(0, size);
            outcome.consumed += size;
            decoder.advance(size);
        } else if (outcome.status == BodyStatus::need_more) {
            buffer += input.substr(0, size);
        }
        input.remove_prefix(size);
        if (input.empty()) {
            drain(decoder, buffer, outcome);
            break;
        }
    }
    return outcome.describe(decoder);
}

const std::string three_chunks =
    "5\r\nhello\r\n1;ext=\"a;b\"\r\n,\r\n00006\r\n world\r\n0\r\nX-Sum: 1\r\nx-sum: 2\r\n\r\n";

}  // namespace

TEST_CASE("a body of a length is as long as that", "[protocol][J144]") {
    CHECK(decode(framing(BodyKind::length, 5), "hello") == "done hello of 5");
    CHECK(decode(framing(BodyKind::length, 5), "hello, surplus") == "done hello of 5");
    CHECK(decode(framing(BodyKind::length, 5), "hell") == "need_more hell of 4");
}

TEST_CASE("a body of no length is done at once and consumes nothing", "[protocol][A2][A22]") {
    CHECK(decode(framing(BodyKind::none), "surplus") == "done  of 0");
    CHECK(decode(framing(BodyKind::length, 0), "surplus") == "done  of 0");
    BodyDecoder decoder;
    CHECK(decoder.done());
    decoder.start(framing(BodyKind::none), {});
    CHECK(decoder.done());
    CHECK(decoder.direct() == 0);
    CHECK(decoder.on_eof() == BodyStatus::done);
}

TEST_CASE("a body until close takes everything", "[protocol][J145]") {
    const auto how = framing(BodyKind::until_close);
    CHECK(decode(how, "hello") == "need_more hello of 5");
    CHECK(same_however_cut("hello", decode_with(how, true)) == "done hello of 5");
    CHECK(same_however_cut("", decode_with(how, true)) == "done  of 0");
}

TEST_CASE("a chunked body is taken out of its framing", "[protocol][J143]") {
    CHECK(decode(chunked, "5\r\nhello\r\n0\r\n\r\n").find("done ") == 0);
    CHECK(same_however_cut("0\r\n\r\nsurplus", decode_with(chunked, false)) == "done  of 5");
}

TEST_CASE("extensions are skipped and trailers are kept", "[protocol][J143]") {
    // Where a chunk is cut, data comes in more steps, but chunks end where they end.
    CHECK(decode(chunked, three_chunks) ==
          "done hello|,| world| of " + std::to_string(three_chunks.size()) + "\nX-Sum=1\nx-sum=2");
}

TEST_CASE("chunk sizes that are accepted", "[protocol][J143]") {
    const auto [line, data] = GENERATE(table<std::string, std::string>({
        {"a", "0123456789"},
        {"A", "0123456789"},
        {"00000000000000000000000000000000a", "0123456789"},
        {"3;", "abc"},
        {"3;name=value", "abc"},
        {"3 ;name", "abc"},
        {"3  ", "abc"},
        {"3\t", "abc"},
        {"3;\x01\xff", "abc"},
    }));
    const auto input = line + "\r\n" + data + "\r\n0\r\n\r\n";
    CHECK(decode(chunked, input) == "done " + data + "| of " + std::to_string(input.size()));
    const auto last = "0" + line.substr(line.find_first_not_of("0aA3") == std::string::npos
                                            ? line.size()
                                            : line.find_first_not_of("0aA3"));
    CHECK(decode(chunked, last + "\r\n\r\n") == "done  of " + std::to_string(last.size() + 4));
}

TEST_CASE("chunk sizes that are refused, and the error quotes them", "[protocol][J143]") {
    const std::string line =
        GENERATE("", " ", ";", ";ext", "x", "0x5", "+5", "-5", " 5", "5 5", "5h", "5,", "5\xff",
                 "5 x;y", "8000000000000000", "ffffffffffffffff", "10000000000000005");
    CHECK(decode(chunked, line + "\r\nhello\r\n0\r\n\r\n").find("failed: bad chunk size \"") == 0);
    CHECK(decode(chunked, "1\r\na\r\n" + line + "\r\n") == decode(chunked, line + "\r\n"));
}

TEST_CASE("a size that must be wrong in the end still waits for its line", "[protocol]") {
    CHECK(decode(chunked, "5x") == "need_more  of 0");
    CHECK(decode(chunked, "5x\r\n") == "failed: bad chunk size \"5x\"");
}

TEST_CASE("a chunk size may be as large as 63 bits", "[protocol]") {
    BodyDecoder decoder;
    decoder.start(chunked, {});
    CHECK(decoder.step("7fffffffffffffff\r\n").status == BodyStatus::need_more);
    CHECK(decoder.direct() == INT64_MAX);
}

TEST_CASE("line ends of the chunk framing are CRLF and nothing else", "[protocol]") {
    CHECK(decode(chunked, "5\nhello\r\n0\r\n\r\n") ==
          "failed: chunk size line \"5\" does not end in CRLF");
    CHECK(decode(chunked, "5;a\nb\r\nhello\r\n0\r\n\r\n") ==
          "failed: chunk size line \"5;a\" does not end in CRLF");
    CHECK(decode(chunked, "5;a\rb\r\nhello\r\n0\r\n\r\n") ==
          "failed: bad chunk size \"5;a\\x0db\"");
    CHECK(decode(chunked, std::string("5;\0\r\n", 5)) == "failed: bad chunk size \"5;\\x00\"");
    CHECK(decode(chunked, "5\r\nhello\n0\r\n\r\n") ==
          "failed: chunk data is followed by \"\\x0a\" instead of CRLF");
    CHECK(decode(chunked, "5\r\nhello\rX0\r\n\r\n") ==
          "failed: chunk data is followed by \"\\x0dX\" instead of CRLF");
    CHECK(decode(chunked, "5\r\nhello, world\r\n0\r\n\r\n") ==
          "failed: chunk data is followed by \",\" instead of CRLF");
    CHECK(decode(chunked, "\r\n5\r\nhello\r\n0\r\n\r\n") == "failed: bad chunk size \"\"");
}

TEST_CASE("trailers obey the rules of header fields", "[protocol][J143][J148]") {
    HeadLimits limits;
    limits.field = 8;
    limits.fields = 2;
    const auto [trailers, outcome] = GENERATE(table<std::string, std::string>({
        {"", "done  of 5"},
        {"A: b\r\n", "done  of 11\nA=b"},
        {"A: b\n", "done  of 10\nA=b"},
        {"A: b\r\n c\r\n", "done  of 15\nA=b c"},
        {"no\r\n", "failed: in the trailers: header line without a colon: \"no\""},
        {"A : b\r\n", "failed: in the trailers: white space before the colon of header \"A \""},
        {"A: 12345678\r\n",
         "failed: in the trailers: Got more than 8 bytes when reading the header field \"A\""},
        {"A: 1\r\nB: 2\r\nC: 3\r\n",
         "failed: in the trailers: Got more than 2 header fields, the next is \"C\""},
    }));
    CHECK(decode(chunked, "0\r\n" + trailers + "\r\n", limits) == outcome);
}

TEST_CASE("a chunk size line has a limit", "[protocol]") {
    HeadLimits limits;
    limits.line = 8;
    CHECK(decode(chunked, "1;345678\r\na\r\n0\r\n\r\n", limits) == "done a| of 18");
    const std::string error =
        "failed: Got more than 8 bytes when reading the chunk size line \"1;345678\"";
    CHECK(decode(chunked, "1;3456789\r\na\r\n0\r\n\r\n", limits) == error);
    CHECK(decode(chunked, "1;34567890\r\na\r\n0\r\n\r\n", limits) == error);
    CHECK(decode(chunked, "1;345678901234567890", limits) == error);
    CHECK(decode(chunked, "a\r\n0123456789\r\n1;3456789\r\n", limits) == error);
}

TEST_CASE("a body that the peer cuts off is truncated, not malformed", "[protocol][J143][J144]") {
    truncate_everywhere("hello", decode_with(framing(BodyKind::length, 5), true),
                        [](std::string_view prefix, const std::string& outcome) {
                            REQUIRE(outcome == "truncated: body ended after " +
                                                   std::to_string(prefix.size()) + " of 5 bytes");
                        });
    truncate_everywhere(three_chunks, decode_with(chunked, true),
                        [](std::string_view, const std::string& outcome) {
                            REQUIRE(outcome.find("truncated: body ended ") == 0);
                        });
    CHECK(decode_with(chunked, true)({"5\r\nhel"}) ==
          "truncated: body ended 2 bytes before the end of a chunk");
    CHECK(decode_with(chunked, true)({"5\r\nhello\r\n"}) ==
          "truncated: body ended before its last chunk was complete");
}

TEST_CASE("the end of the connection changes neither success nor failure", "[protocol]") {
    CHECK(decode_with(framing(BodyKind::length, 5), true)({"hello"}) == "done hello of 5");
    CHECK(decode_with(chunked, true)({three_chunks}).find("done ") == 0);
    CHECK(decode_with(chunked, true)({"x\r\n"}) == "failed: bad chunk size \"x\"");
    BodyDecoder decoder;
    decoder.start(framing(BodyKind::length, 5), {});
    CHECK(decoder.on_eof() == BodyStatus::failed);
    CHECK(decoder.on_eof() == BodyStatus::failed);
    CHECK(decoder.truncated());
    CHECK(decoder.step("hello").status == BodyStatus::failed);
}

TEST_CASE("body bytes may be read past the decoder", "[protocol]") {
    const std::size_t step = GENERATE(1u, 2u, 3u, 100u);
    CHECK(decode_directly(chunked, three_chunks, step) ==
          "done hello|,| world| of " + std::to_string(three_chunks.size()) + "\nX-Sum=1\nx-sum=2");
    CHECK(decode_directly(framing(BodyKind::length, 5), "hello", step) == "done hello of 5");
    CHECK(decode_directly(framing(BodyKind::until_close), "hello", step) == "need_more hello of 5");
}

TEST_CASE("direct() says how much follows without framing", "[protocol]") {
    BodyDecoder decoder;
    decoder.start(framing(BodyKind::until_close), {});
    CHECK(decoder.direct() == UINT64_MAX);
    decoder.advance(1000);
    CHECK(decoder.direct() == UINT64_MAX);
    decoder.start(framing(BodyKind::length, 10), {});
    CHECK(decoder.direct() == 10);
    CHECK(decoder.step("abc").data == "abc");
    CHECK(decoder.direct() == 7);
    decoder.advance(0);
    decoder.advance(7);
    CHECK(decoder.direct() == 0);
    CHECK(decoder.done());
    decoder.start(chunked, {});
    CHECK(decoder.direct() == 0);
    CHECK(decoder.step("5\r\nab").data == "ab");
    CHECK(decoder.direct() == 3);
}

TEST_CASE("the end of a chunk read past the decoder is reported once", "[protocol]") {
    BodyDecoder decoder;
    decoder.start(chunked, {});
    REQUIRE(decoder.step("5\r\n").status == BodyStatus::need_more);
    decoder.advance(5);
    const auto end = decoder.step("");
    CHECK(end.status == BodyStatus::data);
    CHECK(end.data.empty());
    CHECK(end.end_of_chunk);
    CHECK(end.consumed == 0);
    CHECK(decoder.step("").status == BodyStatus::need_more);
    CHECK(decoder.step("\r\n0\r\n\r\n").status == BodyStatus::done);
}

TEST_CASE("a decoder starts anew with every body", "[protocol]") {
    BodyDecoder decoder;
    decoder.start(chunked, {});
    REQUIRE(decoder.step("0\r\nA: b\r\n\r\n").status == BodyStatus::done);
    REQUIRE(decoder.trailers().size() == 1);
    decoder.start(chunked, {});
    CHECK(decoder.trailers().empty());
    CHECK_FALSE(decoder.done());
    REQUIRE(decoder.step("1").status == BodyStatus::need_more);
    REQUIRE(decoder.on_eof() == BodyStatus::failed);
    decoder.start(chunked, {});
    CHECK_FALSE(decoder.truncated());
    CHECK(decoder.error().empty());
    CHECK(decoder.step("1\r\na\r\n").data == "a");
}
