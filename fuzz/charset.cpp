// Text in any charset: what comes out is UTF-8, or the place of the first byte that is no text;
// replace and ignore never fail. The first byte chooses the charset.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/charset.hpp>

#include <fuzz/require.hpp>

using namespace aiohttp::detail;
using aiohttp::DecodeErrors;

namespace {

const std::array<std::string, 16> charsets = {"utf-8",        "utf-16",      "utf-16le", "utf-16be",
                                              "utf-32",       "iso-8859-1",  "koi8-r",   "gbk",
                                              "windows-1252", "shift_jis",   "euc-jp",   "big5",
                                              "utf-7",        "iso-2022-jp", "euc-kr",   "gb18030"};

bool is_utf8(const std::string& text) {
    return valid_utf8_prefix(text) == text.size();
}

void check(std::string_view bytes, const std::string& charset) {
    const auto strict = decode_text(bytes, charset, DecodeErrors::strict);
    const auto replaced = decode_text(bytes, charset, DecodeErrors::replace);
    const auto ignored = decode_text(bytes, charset, DecodeErrors::ignore);
    FUZZ_REQUIRE(is_utf8(strict.text) && is_utf8(replaced.text) && is_utf8(ignored.text));
    FUZZ_REQUIRE(!replaced.bad_offset && !ignored.bad_offset);
    FUZZ_REQUIRE(ignored.text.size() <= replaced.text.size());
    if (strict.bad_offset) {
        FUZZ_REQUIRE(*strict.bad_offset < bytes.size());
        FUZZ_REQUIRE(replaced.text.starts_with(strict.text));
        FUZZ_REQUIRE(ignored.text.starts_with(strict.text));
        FUZZ_REQUIRE(replaced.text != ignored.text);
    } else {
        FUZZ_REQUIRE(replaced.text == strict.text && ignored.text == strict.text);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const auto bytes = fuzz::text_of(data + 1, size - 1);
    const auto& charset = charsets[data[0] % charsets.size()];
    check(bytes, charset);

    const auto valid = valid_utf8_prefix(bytes);
    FUZZ_REQUIRE(valid <= bytes.size() && valid_utf8_prefix(bytes.substr(0, valid)) == valid);
    const auto prefix = decode_text(bytes.substr(0, valid), "UTF8", DecodeErrors::strict);
    FUZZ_REQUIRE(!prefix.bad_offset && prefix.text == bytes.substr(0, valid));

    // Names come from the network, too.
    const std::string name(bytes.substr(0, 40));
    if (is_known_charset(name)) {
        check(bytes.substr(name.size()), name);
    }
    return 0;
}
