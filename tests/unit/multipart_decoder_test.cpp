// Taking multipart bodies apart, however their bytes arrive.

#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/multipart_decoder.hpp>

#include "support/catch.hpp"
#include "support/sans_io.hpp"

namespace {

using aiohttp::detail::HeadLimits;
using aiohttp::detail::MultipartDecoder;
using aiohttp::detail::MultipartEvent;
using aiohttp::testing::ExactBytes;
using aiohttp::testing::Pieces;
using aiohttp::testing::same_however_cut;
using aiohttp::testing::truncate_everywhere;

/// What a decoder makes of the pieces: "{name=value|bytes}" a part, then "end" or what went wrong.
std::string decode(MultipartDecoder decoder, const Pieces& pieces) {
    std::string outcome;
    std::string input;
    for (const auto piece : pieces) {
        input.append(piece);
        for (;;) {
            const ExactBytes exact(input);
            const auto step = decoder.step(exact.view());
            outcome.append(step.data);
            input.erase(0, step.consumed);
            if (step.event == MultipartEvent::part) {
                outcome += '{';
                for (const auto field : decoder.headers()) {
                    outcome.append(field.name).append("=").append(field.value).append("|");
                }
            } else if (step.event == MultipartEvent::part_end) {
                outcome += '}';
            } else if (step.event == MultipartEvent::failed) {
                return outcome + "failed: " + decoder.error();
            } else if (step.event == MultipartEvent::end) {
                return outcome + "end";
            } else if (step.event == MultipartEvent::need_more) {
                break;
            }
        }
    }
    return outcome + "truncated: " + decoder.truncation();
}

std::string parts_of(std::string_view body, std::string_view boundary = "b") {
    return same_however_cut(body, [boundary](const Pieces& pieces) {
        return decode(MultipartDecoder(boundary), pieces);
    });
}

}  // namespace

TEST_CASE("a multipart body is taken apart into its parts", "[I141]") {
    CHECK(parts_of("--b\r\nA: 1\r\nC: 2\r\n\r\none\r\n--b\r\n\r\ntwo\r\nlines\r\n--b--\r\n") ==
          "{A=1|C=2|one}{two\r\nlines}end");
    CHECK(parts_of("--b--") == "end");
    CHECK(parts_of("--b\r\nA: 1\r\n\r\n\r\n--b--") == "{A=1|}end");
    CHECK(parts_of("--b\r\nA: 1\r\n\r\n--b--") == "{A=1|}end");
}

TEST_CASE("what stands before the first part and behind the last is dropped") {
    CHECK(parts_of("a preamble\r\n--bb\r\n--b\r\n\r\none\r\n--b--\r\nan epilogue\r\n--b\r\n") ==
          "{one}end");
}

TEST_CASE("lines of a multipart body may end in LF alone") {
    CHECK(parts_of("--b\nA: 1\n\none\n--b\n\ntwo\n--b--\n") == "{A=1|one}{two}end");
}

TEST_CASE("a delimiter may be padded with white space") {
    CHECK(parts_of("--b \t \r\n\r\none\r\n--b \r\n\r\ntwo\r\n--b--") == "{one}{two}end");
}

TEST_CASE("what only looks like a delimiter belongs to the part") {
    CHECK(parts_of("--b\r\n\r\n--bb\r\n-\r\n--\r\n--c\r\n--b-\r\n\r--b\r\n--b--") ==
          "{--bb\r\n-\r\n--\r\n--c\r\n--b-\r\n\r--b}end");
    const std::string padding(300, ' ');
    CHECK(parts_of("--b\r\n\r\n\r\n--b" + padding + "\r\n\r\n--b--") ==
          "{\r\n--b" + padding + "\r\n}end");
}

TEST_CASE("binary data and repeated line ends stay as they are") {
    using namespace std::string_literals;
    CHECK(parts_of("--b\r\n\r\n\0\r\r\n\n\r\n\r\n--b--"s) == "{\0\r\r\n\n\r\n}end"s);
}

TEST_CASE("a truncated multipart body is told apart from a complete one") {
    truncate_everywhere(
        "pre\r\n--b\r\nA: 1\r\n\r\none\r\n--b--",
        [](const Pieces& pieces) { return decode(MultipartDecoder("b"), pieces); },
        [](std::string_view prefix, const std::string& outcome) {
            INFO(outcome);
            CHECK(outcome.find("truncated: ") != std::string::npos);
            if (prefix.size() == 4) {
                CHECK(outcome == "truncated: no part of the multipart body begins");
            } else if (prefix.size() == 12) {
                CHECK(outcome == "truncated: the multipart body ends in the header of part 1");
            }
        });
}

TEST_CASE("a malformed part header is an error that names the part") {
    CHECK(parts_of("--b\r\nA: 1\r\n\r\none\r\n--b\r\nno colon\r\n\r\n") ==
          "{A=1|one}failed: part 2: header line without a colon: \"no colon\"");
    using namespace std::string_literals;
    CHECK(parts_of("--b\r\nA: 1\0\r\n\r\n"s) ==
          "failed: part 1: NUL or lone CR in the value of header \"A\"");
}

TEST_CASE("the header of a part is limited") {
    HeadLimits limits;
    limits.field = 20;
    limits.fields = 2;
    const auto limited = [limits](const Pieces& pieces) {
        return decode(MultipartDecoder("b", limits), pieces);
    };
    CHECK(same_however_cut("--b\r\nA: 12345678901234567890123\r\n\r\n", limited) ==
          "failed: part 1: Got more than 20 bytes when reading the header field \"A\"");
    CHECK(same_however_cut("--b\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", limited) ==
          "failed: part 1: Got more than 2 header fields, the next is \"C\"");
}
