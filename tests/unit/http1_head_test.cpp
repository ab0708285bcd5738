#include <aiohttp/detail/protocol/http1_head.hpp>

#include "support/catch.hpp"
#include "support/sans_io.hpp"

using namespace aiohttp::detail;
using aiohttp::testing::ExactBytes;
using aiohttp::testing::Pieces;
using aiohttp::testing::same_however_cut;
using aiohttp::testing::truncate_everywhere;

namespace {

std::string describe(const HeadDecoder& decoder, HeadStatus status, const ResponseHead& head) {
    if (status == HeadStatus::need_more) {
        return "need_more";
    }
    if (status == HeadStatus::failed) {
        return "failed: " + decoder.error();
    }
    std::string text = std::to_string(head.version) + ' ' + std::to_string(head.status) + " '" +
                       head.reason + "' of " + std::to_string(decoder.consumed());
    for (const auto field : head.headers) {
        text.append("\n").append(field.name).append("=").append(field.value);
    }
    return text;
}

/// The machine of same_however_cut().
auto decode_with(HeadLimits limits) {
    return [limits](const Pieces& pieces) {
        HeadDecoder decoder(limits);
        ResponseHead head;
        std::string buffer;
        auto status = HeadStatus::need_more;
        for (const auto piece : pieces) {
            buffer += piece;
            status = decoder.decode(ExactBytes(buffer).view(), head);
            if (status != HeadStatus::need_more) {
                break;
            }
        }
        return describe(decoder, status, head);
    };
}

std::string decode(std::string_view input, HeadLimits limits = {}) {
    return same_however_cut(input, decode_with(limits));
}

/// For long inputs, of which trying every cut takes too long.
std::string decode_long(const std::string& input, HeadLimits limits = {}) {
    const auto machine = decode_with(limits);
    const auto whole = machine(Pieces{input});
    const std::string_view view = input;
    for (const std::size_t size : {view.size() - 1, view.size() - 3, view.size() / 2}) {
        CHECK(machine(Pieces{view.substr(0, size), view.substr(size)}) == whole);
    }
    return whole;
}

const std::string nginx =
    "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Tue, 15 Oct 2024 12:00:00 GMT\r\n"
    "Content-Type: text/html; charset=utf-8\r\nContent-Length: 612\r\n"
    "Last-Modified: Tue, 01 Oct 2024 10:00:00 GMT\r\nConnection: keep-alive\r\n"
    "ETag: \"66fbc8d0-264\"\r\nAccept-Ranges: bytes\r\n\r\n";

std::string with_field(std::string_view line) {
    return "HTTP/1.1 200 OK\r\n" + std::string(line) + "\r\n\r\n";
}

}  // namespace

TEST_CASE("a response head is decoded however it is cut", "[protocol][J157]") {
    CHECK(decode(nginx) ==
          "11 200 'OK' of " + std::to_string(nginx.size()) +
              "\nServer=nginx/1.22.1\nDate=Tue, 15 Oct 2024 12:00:00 GMT"
              "\nContent-Type=text/html; charset=utf-8\nContent-Length=612"
              "\nLast-Modified=Tue, 01 Oct 2024 10:00:00 GMT\nConnection=keep-alive"
              "\nETag=\"66fbc8d0-264\"\nAccept-Ranges=bytes");
}

TEST_CASE("a truncated head needs more, wherever it ends", "[protocol][J151]") {
    truncate_everywhere(nginx, decode_with({}), [](std::string_view, const std::string& outcome) {
        REQUIRE(outcome == "need_more");
    });
}

TEST_CASE("bytes behind the head are not consumed", "[protocol]") {
    HeadDecoder decoder;
    ResponseHead head;
    REQUIRE(decoder.decode(nginx + "HTTP/1.1 body\r\n\r\n", head) == HeadStatus::done);
    CHECK(decoder.consumed() == nginx.size());
    CHECK(head.headers.size() == 8);
}

TEST_CASE("a decoder is ready for the next head after a reset", "[protocol]") {
    HeadDecoder decoder;
    ResponseHead head;
    REQUIRE(decoder.decode("HTTP/1.1 1000 X\r\n", head) == HeadStatus::failed);
    decoder.reset({});
    CHECK(decoder.error().empty());
    REQUIRE(decoder.decode(nginx, head) == HeadStatus::done);
    decoder.reset({});
    REQUIRE(decoder.decode("HTTP/1.0 404 Not Found\r\nA: b\r\n\r\n", head) == HeadStatus::done);
    CHECK(describe(decoder, HeadStatus::done, head) == "10 404 'Not Found' of 32\nA=b");
}

TEST_CASE("status lines that are accepted", "[protocol][J150]") {
    const auto [line, outcome] = GENERATE(table<std::string, std::string>({
        {"HTTP/1.1 200 OK", "11 200 'OK' of 19"},
        {"HTTP/1.1 200", "11 200 '' of 16"},
        {"HTTP/1.1 200 ", "11 200 '' of 17"},
        {"HTTP/1.0 200 OK", "10 200 'OK' of 19"},
        {"HTTP/1.2 200 OK", "11 200 'OK' of 19"},
        {"HTTP/1.1 999 Denied", "11 999 'Denied' of 23"},
        {"HTTP/1.1 100 Continue", "11 100 'Continue' of 25"},
        {"HTTP/1.1 404 Not  found: \tat all", "11 404 'Not  found: \tat all' of 36"},
        {"HTTP/1.1 200 Tr\xc3\xa8s bien \xff", "11 200 'Tr\xc3\xa8s bien \xff' of 29"},
    }));
    CHECK(decode(line + "\r\n\r\n") == outcome);
}

TEST_CASE("status lines that are refused, and the error quotes them", "[protocol][J150]") {
    const std::string line = GENERATE(
        "HTTP/1.1 99 X", "HTTP/2 200", "HTTP/2.0 200 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 20 OK",
        "HTTP/1.1 099 X", "HTTP/1.1 000 X", "HTTP/1.1 2x0 OK", "HTTP/1.1 -20 OK", "HTTP/1.1 200OK",
        "HTTP/1.1  200 OK", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.12 200 OK", "HTTP/1. 200 OK",
        "HTTP/1.x 200 OK", "HTTP/ 200 OK", "200 OK", "http/1.1 200 OK", " HTTP/1.1 200 OK",
        "ICY 200 OK", "HTTP", "<html>", "SSH-2.0-OpenSSH_9.2p1", "Content-Type: text/html");
    CHECK(decode(line + "\r\nA: b\r\n\r\n") == "failed: bad status line \"" + line + "\"");
}

TEST_CASE("a NUL or a lone CR in the status line is refused", "[protocol]") {
    CHECK(decode(std::string("HTTP/1.1 200 O\0K\r\n\r\n", 20)) ==
          "failed: bad status line \"HTTP/1.1 200 O\\x00K\"");
    CHECK(decode("HTTP/1.1 200 O\rK\r\n\r\n") ==
          "failed: bad status line \"HTTP/1.1 200 O\\x0dK\"");
    CHECK(decode("HTTP/1.1 200 OK\r\r\n\r\n") ==
          "failed: bad status line \"HTTP/1.1 200 OK\\x0d\"");
}

TEST_CASE("a bad status line fails before the rest of the head has come", "[protocol]") {
    CHECK(decode("SSH-2.0-OpenSSH_9.2p1\r\n") ==
          "failed: bad status line \"SSH-2.0-OpenSSH_9.2p1\"");
}

TEST_CASE("one empty line before the status line is skipped, a second is not", "[protocol]") {
    CHECK(decode("\r\nHTTP/1.1 200 OK\r\n\r\n") == "11 200 'OK' of 21");
    CHECK(decode("\nHTTP/1.1 200 OK\r\n\r\n") == "11 200 'OK' of 20");
    CHECK(decode("\r\n\r\nHTTP/1.1 200 OK\r\n\r\n") == "failed: bad status line \"\"");
    CHECK(decode("\rHTTP/1.1 200 OK\r\n\r\n") ==
          "failed: bad status line \"\\x0dHTTP/1.1 200 OK\"");
    CHECK(decode("\r\n") == "need_more");
}

TEST_CASE("header fields that are accepted", "[protocol][J149][J157]") {
    const auto [lines, fields] = GENERATE(table<std::string, std::string>({
        {"A: b", "\nA=b"},
        {"A:b", "\nA=b"},
        {"A:", "\nA="},
        {"A: \t ", "\nA="},
        {"A:  \t b \t ", "\nA=b"},
        {"A: b: c", "\nA=b: c"},
        {"A: b\tc", "\nA=b\tc"},
        {"x!#$%&'*+-.^_`|~09: z", "\nx!#$%&'*+-.^_`|~09=z"},
        {"A: 1\r\na: 2\r\nA: 3", "\nA=1\na=2\nA=3"},
        {"A: caf\xc3\xa9 \xe9\xff", "\nA=caf\xc3\xa9 \xe9\xff"},
        {"A: \x01\x1b[0m\x7f", "\nA=\x01\x1b[0m\x7f"},
        {"Set-Cookie: a=b; Path=/\r\nSet-Cookie: c=d", "\nSet-Cookie=a=b; Path=/\nSet-Cookie=c=d"},
        {"X-Long-Header-Name-That-Goes-On: and a value of more than sixteen bytes",
         "\nX-Long-Header-Name-That-Goes-On=and a value of more than sixteen bytes"},
    }));
    const auto input = with_field(lines);
    CHECK(decode(input) == "11 200 'OK' of " + std::to_string(input.size()) + fields);
}

TEST_CASE("lines that end in LF alone are accepted", "[protocol][J149]") {
    CHECK(decode("HTTP/1.1 200 OK\nA: b\nC: d\r\nE: f\n\n") == "11 200 'OK' of 33\nA=b\nC=d\nE=f");
    CHECK(decode("HTTP/1.1 200 OK\n\r\n") == "11 200 'OK' of 18");
}

TEST_CASE("folded lines are joined with one space", "[protocol][J149]") {
    const auto [lines, fields] = GENERATE(table<std::string, std::string>({
        {"A: b\r\n c", "\nA=b c"},
        {"A: b \r\n\t \tc  \r\n d", "\nA=b c d"},
        {"A: b\n c\r\nD: e", "\nA=b c\nD=e"},
        {"A:\r\n b", "\nA=b"},
        {"X: y\r\nA:\r\n b\r\n c\r\nD: e", "\nX=y\nA=b c\nD=e"},
        {"A: b\r\n \r\n c", "\nA=b c"},
        {"A: b\r\n ", "\nA=b"},
        {"A: b\r\n C: d", "\nA=b C: d"},
    }));
    const auto input = with_field(lines);
    CHECK(decode(input) == "11 200 'OK' of " + std::to_string(input.size()) + fields);
}

TEST_CASE("header lines that are refused", "[protocol][J149]") {
    using namespace std::string_literals;
    const auto [lines, error] = GENERATE(table<std::string, std::string>({
        {"no colon here", R"(header line without a colon: "no colon here")"},
        {"HTTP/1.1 200 OK", R"(header line without a colon: "HTTP/1.1 200 OK")"},
        {"Name : b", R"(white space before the colon of header "Name ")"},
        {"Name\t: b", "white space before the colon of header \"Name\\x09\""},
        {": b", R"(header line without a name: ":")"},
        {"Na me: b", R"(header name "Na me" is not a token)"},
        {"Na(me): b", "header name \"Na(me)\" is not a token"},
        {"N\xc3\xa4me: b", "header name \"N\xc3\xa4me\" is not a token"},
        {"N\0me: b"s, R"(header name "N\x00me" is not a token)"},
        {"N\rme: b", R"(header name "N\x0dme" is not a token)"},
        {"A: b\0c"s, R"(NUL or lone CR in the value of header "A")"},
        {"A: b\rc", R"(NUL or lone CR in the value of header "A")"},
        {"A: b\r", R"(NUL or lone CR in the value of header "A")"},
        {"A: b\r\rC: d", R"(NUL or lone CR in the value of header "A")"},
        {"A: b\r\n c\0d"s, R"(NUL or lone CR in a folded line of header "A")"},
        {"A: b\r\n c\rd", R"(NUL or lone CR in a folded line of header "A")"},
        {" b: c", R"(folded line before the first header field: " b: c")"},
        {"\t", "folded line before the first header field: \"\\x09\""},
        {"\rA: b", R"(header name "\x0dA" is not a token)"},
        {"\x80: b", "header name \"\x80\" is not a token"},
    }));
    CHECK(decode(with_field(lines)) == "failed: " + error);
    if (lines.front() != ' ' && lines.front() != '\t') {  // that would be a fold
        CHECK(decode(with_field("Before: x\r\nA: b\r\n" + lines)) == "failed: " + error);
    }
}

TEST_CASE("an error names the header but not its value", "[protocol]") {
    const auto outcome = decode(with_field(std::string("Set-Cookie: secret\0", 19) + "more"));
    CHECK(outcome.find("Set-Cookie") != std::string::npos);
    CHECK(outcome.find("secret") == std::string::npos);
}

TEST_CASE("a reason of 8190 bytes is accepted, one more is not", "[protocol][J147]") {
    const std::string start = "HTTP/1.1 200 ";
    const std::string reason(8190, 'r');
    CHECK(decode_long(start + reason + "\r\n\r\n") == "11 200 '" + reason + "' of 8207");
    CHECK(decode_long(start + reason + "\n\r\n") == "11 200 '" + reason + "' of 8206");
    const auto too_long = "failed: Got more than 8190 bytes when reading the status line \"" +
                          (start + reason).substr(0, 120) + "\"...";
    CHECK(decode_long(start + reason + "r\r\n\r\n") == too_long);
    CHECK(decode_long(start + reason + "r\n\r\n") == too_long);
    CHECK(decode_long(start + reason + "rr") == too_long);
    CHECK(decode_long(start + reason + "r") == "need_more");
}

TEST_CASE("the limit of the status line can be changed", "[protocol][J147]") {
    HeadLimits limits;
    limits.line = 5;
    CHECK(decode("HTTP/1.1 200 12345\r\n\r\n", limits) == "11 200 '12345' of 22");
    const std::string too_long = "failed: Got more than 5 bytes when reading the status line ";
    CHECK(decode("HTTP/1.1 200 123456\r\n\r\n", limits) == too_long + "\"HTTP/1.1 200 12345\"");
    CHECK(decode("a status line without an end", limits) == too_long + "\"a status line with\"");
    limits.line = 10000;
    const std::string reason(9000, 'r');
    CHECK(decode_long("HTTP/1.1 200 " + reason + "\r\n\r\n", limits) ==
          "11 200 '" + reason + "' of 9017");
    limits.line = SIZE_MAX;
    CHECK(decode("HTTP/1.1 200 OK\r\n\r\n", limits) == "11 200 'OK' of 19");
}

TEST_CASE("a field of 8190 bytes is accepted, one more is not", "[protocol][J148]") {
    const std::string name = "X-Big";
    const std::string value(8190 - name.size(), 'v');
    const auto accepted = with_field(name + ": " + value);
    CHECK(decode_long(accepted) ==
          "11 200 'OK' of " + std::to_string(accepted.size()) + "\nX-Big=" + value);
    const std::string too_long =
        "failed: Got more than 8190 bytes when reading the header field \"X-Big\"";
    CHECK(decode_long(with_field(name + ": " + value + "v")) == too_long);
    CHECK(decode_long(with_field(name + ":" + value + "v")) == too_long);
    CHECK(decode_long(with_field(name + ":" + std::string(9000, ' ') + "v")) == too_long);
    CHECK(decode_long(with_field(name + ": " + value + "\r\n v")) == too_long);
    CHECK(decode_long("HTTP/1.1 200 OK\r\n" + name + ": " + std::string(9000, 'v')) == too_long);
    CHECK(decode_long("HTTP/1.1 200 OK\r\n" + std::string(9000, 'n'))
              .find("failed: Got more than 8190 bytes when reading the header field \"nnn") == 0);
}

TEST_CASE("an endless fold is refused", "[protocol][J148]") {
    std::string input = "HTTP/1.1 200 OK\r\nA: b\r\n";
    for (int i = 0; i < 9000; ++i) {
        input += " \r\n";
    }
    CHECK(decode_long(input) ==
          "failed: Got more than 8190 bytes when reading the header field \"A\"");
}

TEST_CASE("small field limits fail alike however the head is cut", "[protocol][J148]") {
    HeadLimits limits;
    limits.field = 8;
    const auto [line, outcome] = GENERATE(table<std::string, std::string>({
        {"Abc: 12345", "11 200 'OK' of 31\nAbc=12345"},
        {"Abc:12345", "11 200 'OK' of 30\nAbc=12345"},
        {"Abc: 123456", "failed: Got more than 8 bytes when reading the header field \"Abc\""},
        {"Abc:123456", "failed: Got more than 8 bytes when reading the header field \"Abc\""},
        {"Abc:    1  ", "failed: Got more than 8 bytes when reading the header field \"Abc\""},
        {"Abcdefghi:", "failed: Got more than 8 bytes when reading the header field \"Abcdefgh\""},
        {"no colon", "failed: header line without a colon: \"no colon\""},
        {"there is no colon",
         "failed: Got more than 8 bytes when reading the header field \"there is\""},
        {"A: 1\r\n 23\r\n 456",
         "failed: Got more than 8 bytes when reading the header field \"A\""},
        {"A: 1\r\n 23\r\n 45", "11 200 'OK' of 35\nA=1 23 45"},
    }));
    CHECK(decode(with_field(line), limits) == outcome);
}

TEST_CASE("128 fields are accepted, 129 are not", "[protocol][J148]") {
    std::string input = "HTTP/1.1 200 OK\r\n";
    for (int i = 1; i <= 128; ++i) {
        input += "F" + std::to_string(i) + ": v\r\n";
    }
    CHECK(decode_long(input + "\r\n").find("11 200") == 0);
    CHECK(decode_long(input + " folded\r\n\r\n").find("11 200") == 0);
    CHECK(decode_long(input + "F129: v\r\n") ==
          "failed: Got more than 128 header fields, the next is \"F129\"");
}

TEST_CASE("the number of fields can be changed", "[protocol][J148]") {
    HeadLimits limits;
    limits.fields = 1;
    CHECK(decode(with_field("A: b"), limits) == "11 200 'OK' of 25\nA=b");
    CHECK(decode(with_field("A: b\r\nC: d"), limits) ==
          "failed: Got more than 1 header fields, the next is \"C\"");
    limits.fields = 0;
    CHECK(decode("HTTP/1.1 200 OK\r\n\r\n", limits) == "11 200 'OK' of 19");
}

TEST_CASE("a name longer than 65535 bytes is refused even if the limit allows it", "[protocol]") {
    HeadLimits limits;
    limits.field = SIZE_MAX;
    const std::string name(65535, 'n');
    CHECK(decode_long(with_field(name + ": v"), limits).find("11 200") == 0);
    CHECK(decode_long(with_field(name + "n: v"), limits)
              .find("failed: Got more than 65535 bytes when reading the header name") == 0);
    const std::string value(200000, 'v');
    CHECK(decode_long(with_field("A: " + value), limits).find("A=" + value) != std::string::npos);
}

TEST_CASE("feeding a head byte by byte costs linear time", "[protocol]") {
    // Quadratic scanning of this would look at 2^33 bytes.
    HeadLimits limits;
    limits.field = SIZE_MAX;
    const std::string input = with_field("A: " + std::string(1 << 17, 'v'));
    HeadDecoder decoder(limits);
    ResponseHead head;
    auto status = HeadStatus::need_more;
    for (std::size_t size = 1; size <= input.size(); ++size) {
        status = decoder.decode(std::string_view(input).substr(0, size), head);
    }
    CHECK(status == HeadStatus::done);
}
