// Text in any charset becomes UTF-8.
#include <aiohttp/detail/protocol/charset.hpp>

#include <string>

#include "support/catch.hpp"
#include "support/sans_io.hpp"

using namespace aiohttp::detail;
using namespace std::string_literals;
using aiohttp::DecodeErrors;
using aiohttp::testing::ExactBytes;

namespace {

/// The text, or "at <offset>" of what is none.
std::string strictly(const std::string& charset, std::string_view bytes) {
    const ExactBytes copy(bytes);
    const auto decoded = decode_text(copy.view(), charset, DecodeErrors::strict);
    return decoded.bad_offset ? "at " + std::to_string(*decoded.bad_offset) : decoded.text;
}

std::string leniently(const std::string& charset, std::string_view bytes, DecodeErrors errors) {
    const ExactBytes copy(bytes);
    const auto decoded = decode_text(copy.view(), charset, errors);
    CHECK_FALSE(decoded.bad_offset);
    CHECK(valid_utf8_prefix(decoded.text) == decoded.text.size());
    return decoded.text;
}

}  // namespace

TEST_CASE("UTF-8 is told from what only looks like it", "[J155]") {
    const auto [bytes, valid] = GENERATE(table<std::string, std::size_t>({
        {"", 0},
        {"plain text of more than eight bytes", 35},
        {"Gr\xc3\xbc\xc3\x9f"s, 6},
        {"\xef\xbb\xbf with a mark"s, 15},
        {"\xf0\x9f\x98\x80 seventeen bytes"s, 20},
        {"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80"
         "\xf4\x8f\xbf\xbf"s,
         24},
        {"a\0b"s, 3},
        {"12345678\x80"s, 8},      // a continuation alone
        {"1234567\xff"s, 7},       // no byte of UTF-8
        {"\xc0\x80"s, 0},          // overlong
        {"\xc1\xbf"s, 0},          // overlong
        {"\xe0\x9f\xbf"s, 0},      // overlong
        {"\xf0\x8f\xbf\xbf"s, 0},  // overlong
        {"\xed\xa0\x80"s, 0},      // a surrogate
        {"\xed\xbf\xbf"s, 0},      // a surrogate
        {"\xf4\x90\x80\x80"s, 0},  // above U+10FFFF
        {"\xf5\x80\x80\x80"s, 0},  // above U+10FFFF
        {"x\xc3"s, 1},             // ends early
        {"x\xe2\x82"s, 1},         // ends early
        {"x\xf0\x9f\x98"s, 1},     // ends early
        {"x\xe2\x28\xa1"s, 1},     // broken off
        {"x\xf0\x9f\x98 "s, 1},    // broken off
    }));
    INFO(bytes);
    CHECK(valid_utf8_prefix(ExactBytes(bytes).view()) == valid);
    CHECK(strictly("utf-8", bytes) ==
          (valid == bytes.size() ? bytes : "at " + std::to_string(valid)));
}

TEST_CASE("bad UTF-8 is replaced or left out as Python does it", "[J155]") {
    const auto [bytes, replaced, ignored] = GENERATE(table<std::string, std::string, std::string>({
        {"a\xff"
         "b",
         "a\xef\xbf\xbd"
         "b",
         "ab"},
        {"\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd", ""},
        {"\xe2\x82", "\xef\xbf\xbd", ""},
        {"\xe2\x82x", "\xef\xbf\xbdx", "x"},
        {"\xf0\x9f\x98", "\xef\xbf\xbd", ""},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", ""},
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", ""},
        {"fine", "fine", "fine"},
    }));
    CHECK(leniently("utf-8", bytes, DecodeErrors::replace) == replaced);
    CHECK(leniently("utf-8", bytes, DecodeErrors::ignore) == ignored);
}

TEST_CASE("charsets other than UTF-8 are decoded", "[J155]") {
    const auto [charset, bytes, text] = GENERATE(table<std::string, std::string, std::string>({
        {"koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4"s, "Привет"},
        {"KOI8-R", ""s, ""},
        {"iso-8859-1", "Gr\xfc\xdf"s, "Grüß"},
        {"latin-1", "\xfc"s, "ü"},
        {"latin1", "\xfc"s, "ü"},
        {"windows-1252", "\x80"s, "€"},
        {"cp1251", "\xcf\xf0"s, "Пр"},
        {"us-ascii", "abc"s, "abc"},
        {"ascii", "abc"s, "abc"},
        {"shift_jis", "\x83\x65\x83\x58\x83\x67"s, "テスト"},
        {"x-sjis", "\x83\x65"s, "テ"},
        {"euc-jp", "\xa5\xc6"s, "テ"},
        {"gb18030", "\xc4\xe3\xba\xc3"s, "你好"},
        {"big5", "\xa7\x41"s, "你"},
        {"iso-2022-jp", "\x1b$B%F\x1b(B."s, "テ."},
        {"utf-16le", "a\0\xfc\0"s, "aü"},
        {"utf-16be", "\0a\0\xfc"s, "aü"},
        {"utf-16",
         "\xff\xfe"
         "a\0\xfc\0"s,
         "aü"},
        {"utf-16", "\xfe\xff\0a\0\xfc"s, "aü"},
        {"utf-16le",
         "\xff\xfe"
         "a\0"s,
         "\xef\xbb\xbf"
         "a"},
        {"utf-16le", "\x3d\xd8\x00\xde"s, "\xf0\x9f\x98\x80"},
        {"utf-32le", "a\0\0\0"s, "a"},
        {"utf-8",
         "\xef\xbb\xbf"
         "a"s,
         "\xef\xbb\xbf"
         "a"},
        {"utf_8", "\xc3\xbc"s, "ü"},
    }));
    INFO(charset);
    CHECK(is_known_charset(charset));
    CHECK(strictly(charset, bytes) == text);
    // More than one piece of the converter's.
    std::string many;
    std::string expected;
    if (charset != "utf-16") {
        for (int i = 0; i < 3000; ++i) {
            many += bytes;
            expected += text;
        }
        CHECK((strictly(charset, many) == expected));
    }
}

TEST_CASE("bytes that are no text are found, replaced or left out", "[J155]") {
    const auto [charset, bytes, offset, replaced, ignored] =
        GENERATE(table<std::string, std::string, std::size_t, std::string, std::string>({
            {"ascii",
             "ab\x80"
             "c"s,
             2,
             "ab\xef\xbf\xbd"
             "c",
             "abc"},
            {"shift_jis", "\x83\x65\x83"s, 2, "テ\xef\xbf\xbd", "テ"},
            {"euc-jp",
             "a\xff"
             "b"s,
             1,
             "a\xef\xbf\xbd"
             "b",
             "ab"},
            {"utf-16le",
             "a\0\0\xd8"
             "b\0"s,
             2,
             "a\xef\xbf\xbd"
             "b",
             "ab"},
            {"utf-16le", "a\0b"s, 2, "a\xef\xbf\xbd", "a"},
            {"utf-32le",
             "a\0\0\0\0\0\x11\0"
             "b\0\0\0"s,
             4,
             "a\xef\xbf\xbd"
             "b",
             "ab"},
        }));
    INFO(charset);
    CHECK(strictly(charset, bytes) == "at " + std::to_string(offset));
    CHECK(leniently(charset, bytes, DecodeErrors::replace) == replaced);
    CHECK(leniently(charset, bytes, DecodeErrors::ignore) == ignored);
}

TEST_CASE("what UCS-4 can say and Unicode has not is no text", "[J155]") {
    for (const auto& bad : {"\x29\x29\x29\x29"s, "\0\x11\0\0"s, "\0\0\xd8\0"s}) {
        const auto bytes = "\0\0\0a"s + bad + "\0\0\0b"s;
        CHECK(strictly("ucs-4", bytes) == "at 4");
        CHECK(leniently("ucs-4", bytes, DecodeErrors::ignore) == "ab");
        const auto replaced = leniently("ucs-4", bytes, DecodeErrors::replace);
        CHECK(replaced.starts_with("a\xef\xbf\xbd"));
        CHECK(replaced.ends_with("b"));
    }
}

TEST_CASE("names that are no charset's are not known", "[J155]") {
    const std::string name =
        GENERATE("", "no-such-charset", "utf-8//IGNORE", "latin1//TRANSLIT", "../../gconv",
                 "(ucs-4)", "utf-16+", "utf-88", "utf", "koi8-r,utf-8", "ut f-8", "utf-8\n");
    INFO(name);
    CHECK_FALSE(is_known_charset(name));
}

TEST_CASE("UTF-8 has several names", "[J155]") {
    for (const auto* const name : {"utf-8", "UTF-8", "utf8", "Utf_8"}) {
        CHECK(is_utf8_name(name));
    }
    for (const auto* const name : {"utf-16", "", "utf-", "utf-8x", "xutf-8"}) {
        CHECK_FALSE(is_utf8_name(name));
    }
}
