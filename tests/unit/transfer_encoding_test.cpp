// The transfer encodings of MIME, and urlencoded forms.

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

#include <aiohttp/detail/core/base64.hpp>
#include <aiohttp/detail/protocol/form.hpp>
#include <aiohttp/detail/protocol/transfer_encoding.hpp>
#include <aiohttp/pairs.hpp>

#include "support/catch.hpp"

using aiohttp::Pairs;
using aiohttp::detail::base64_decode;
using aiohttp::detail::Base64Encoder;
using aiohttp::detail::decode_form;
using aiohttp::detail::decode_quoted_printable;
using aiohttp::detail::QuotedPrintableEncoder;

namespace {

/// The bytes encoded in pieces of random size.
template <class Encoder>
std::string encoded(std::string_view bytes, std::mt19937& random) {
    Encoder encoder;
    std::string out;
    while (!bytes.empty()) {
        const auto piece = bytes.substr(0, random() % 100);
        encoder.encode(piece, out);
        bytes.remove_prefix(piece.size());
    }
    encoder.finish(out);
    return out;
}

}  // namespace

TEST_CASE("Base64 is decoded, with line ends and without padding", "[I141]") {
    CHECK(base64_decode("") == "");
    CHECK(base64_decode("Zg==") == "f");
    CHECK(base64_decode("Zm8=") == "fo");
    CHECK(base64_decode("Zm9v") == "foo");
    CHECK(base64_decode("Zm9v\r\nYmFy\r\n") == "foobar");
    CHECK(base64_decode("Zm9vYg") == "foob");
    CHECK(base64_decode("+/+/") == "\xfb\xff\xbf");
    for (const auto* const bad :
         {"Z", "Zm9vY", "Zg=", "Zg===", "Z=g=", "Zm9v=", "Zm9-", "Zm\x80v", "=", "Zg==Zg=="}) {
        INFO(bad);
        CHECK_FALSE(base64_decode(bad));
    }
}

TEST_CASE("quoted-printable is decoded, with soft line ends", "[I141]") {
    CHECK(decode_quoted_printable("") == "");
    CHECK(decode_quoted_printable("caf=C3=a9 =3D") == "caf\xc3\xa9 =");
    CHECK(decode_quoted_printable("one=\r\n two \t\r\nthree  ") == "one two\r\nthree");
    CHECK(decode_quoted_printable("a\nb=\nc") == "a\nbc");
    CHECK(decode_quoted_printable("end=") == "end");
    for (const auto* const bad : {"=4", "=4x", "a=b", "=XY", "== x"}) {
        INFO(bad);
        CHECK_FALSE(decode_quoted_printable(bad));
    }
}

TEST_CASE("what is encoded is decoded to the same bytes", "[I141]") {
    std::mt19937 random(141);
    // Any bytes, and those whose encoding depends on their neighbours.
    const std::string_view awkward = " \t\r\n=";
    for (std::size_t size = 0; size < 1000; ++size) {
        std::string bytes(size, 'x');
        for (char& c : bytes) {
            const auto bits = random();
            c = size % 2 == 0 ? static_cast<char>(bits) : awkward[bits % awkward.size()];
        }
        if (base64_decode(encoded<Base64Encoder>(bytes, random)) != bytes ||
            decode_quoted_printable(encoded<QuotedPrintableEncoder>(bytes, random)) != bytes) {
            FAIL("size " << size);
        }
    }
}

TEST_CASE("an urlencoded form is taken apart") {
    CHECK(decode_form("").empty());
    CHECK(decode_form("a=1&b=x+y%26&&c&=d&e=f=g&a=%zz") ==
          Pairs{{"a", "1"}, {"b", "x y&"}, {"c", ""}, {"", "d"}, {"e", "f=g"}, {"a", "%zz"}});
}
