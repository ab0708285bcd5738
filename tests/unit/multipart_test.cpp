#include <aiohttp/detail/protocol/multipart.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/protocol/media_types.hpp>
#include <aiohttp/detail/protocol/transfer_encoding.hpp>

#include "support/catch.hpp"
#include "support/sans_io.hpp"

using namespace aiohttp::detail;
using aiohttp::testing::same_however_cut;

namespace {

template <class Encoder>
std::string encoded(std::string_view input) {
    return same_however_cut(input, [](const aiohttp::testing::Pieces& pieces) {
        Encoder encoder;
        std::string out;
        for (const auto piece : pieces) {
            encoder.encode(piece, out);
        }
        encoder.finish(out);
        return out;
    });
}

/// RFC 2045 6.7, by the letter.
std::string decoded_by_the_letter(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') {
            out += text[i];
        } else if (text.substr(i + 1, 2) == "\r\n") {
            i += 2;
        } else {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        }
    }
    return out;
}

std::string every_byte() {
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
        bytes += static_cast<char>(i);
    }
    return bytes;
}

std::size_t longest_line(std::string_view text) {
    std::size_t longest = 0;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find("\r\n", at), text.size());
        longest = std::max(longest, end - at);
        at = end + 2;
    }
    return longest;
}

}  // namespace

TEST_CASE("a boundary is 1 to 70 visible ASCII characters", "[I132]") {
    CHECK(is_boundary("a"));
    CHECK(is_boundary("a b"));
    CHECK(is_boundary(std::string(70, 'x')));
    CHECK_FALSE(is_boundary(std::string(71, 'x')));
    CHECK_FALSE(is_boundary(""));
    CHECK_FALSE(is_boundary("a "));
    CHECK_FALSE(is_boundary("\xc3\xa9"));
    for (const char bad : {'\r', '\n', '\0', '\t', '\x7f'}) {
        CHECK_FALSE(is_boundary(std::string("a") + bad + 'b'));
    }
}

TEST_CASE("a boundary that is no token is quoted in the header", "[I132]") {
    CHECK(multipart_type("mixed", "abc") == "multipart/mixed; boundary=abc");
    CHECK(multipart_type("mixed", "a b") == R"(multipart/mixed; boundary="a b")");
    CHECK(multipart_type("mixed", R"(a"\:)") == R"(multipart/mixed; boundary="a\"\\:")");
}

TEST_CASE("names are quoted as browsers do it, or with backslashes", "[I133]") {
    CHECK(form_disposition(R"(a"\b)", std::nullopt, FormQuoting::percent) ==
          R"(form-data; name="a%22\b")");
    CHECK(form_disposition("n\u00e9", "\u4e2d%22.txt", FormQuoting::percent) ==
          "form-data; name=\"n\u00e9\"; filename=\"\u4e2d%22.txt\"");
    CHECK(form_disposition("a\r\nb", std::nullopt, FormQuoting::percent) ==
          R"(form-data; name="a%0D%0Ab")");
    CHECK(form_disposition(R"(a"\b)", "", FormQuoting::backslash) ==
          R"(form-data; name="a\"\\b"; filename="")");
    CHECK(attachment_disposition(R"(a"b)") == R"(attachment; filename="a\"b")");
}

TEST_CASE("base64 comes in lines of 76 characters, of a length known beforehand", "[I141]") {
    CHECK(encoded<Base64Encoder>("").empty());
    CHECK(encoded<Base64Encoder>("f") == "Zg==");
    CHECK(encoded<Base64Encoder>("foobar") == "Zm9vYmFy");
    CHECK(encoded<Base64Encoder>(std::string(58, '\0')) == std::string(76, 'A') + "\r\n" + "AA==");
    for (std::size_t size = 0; size < 300; ++size) {
        Base64Encoder encoder;
        std::string out;
        encoder.encode(std::string(size, 'x'), out);
        encoder.finish(out);
        CHECK(out.size() == Base64Encoder::encoded_size(size));
        CHECK(longest_line(out) <= 76);
    }
}

TEST_CASE("quoted-printable keeps every byte", "[I141]") {
    CHECK(encoded<QuotedPrintableEncoder>("").empty());
    CHECK(encoded<QuotedPrintableEncoder>("a=b\xc3\xa9") == "a=3Db=C3=A9");
    CHECK(encoded<QuotedPrintableEncoder>("a \r\nb\t\r\n") == "a=20\r\nb=09\r\n");
    CHECK(encoded<QuotedPrintableEncoder>("a\nb\rc\r") == "a=0Ab=0Dc=0D");
    CHECK(encoded<QuotedPrintableEncoder>("a b ") == "a b=20");
    CHECK(encoded<QuotedPrintableEncoder>("\r\r\n") == "=0D\r\n");
    const auto bytes = every_byte() + std::string(200, 'x') + std::string(100, ' ') + every_byte();
    const auto text = encoded<QuotedPrintableEncoder>(bytes);
    CHECK(decoded_by_the_letter(text) == bytes);
    CHECK(longest_line(text) <= 76);
}

TEST_CASE("a file's type is guessed by its extension", "[I131]") {
    CHECK(media_type_of("/a/b.txt") == "text/plain");
    CHECK(media_type_of("b.JPEG") == "image/jpeg");
    CHECK(media_type_of("a.tar.gz") == "application/gzip");
    CHECK(media_type_of("a.7z") == "application/x-7z-compressed");
    CHECK(media_type_of("a.zst") == "application/zstd");
    for (const char* const name :
         {"", "a", "a.", ".txt", "/x.txt/a", "a.unknown", "a.txtx", "a.averylongextensionindeed"}) {
        CHECK(media_type_of(name) == "application/octet-stream");
    }
}
