// The transfer encodings of MIME, and urlencoded forms.

#include <string>

#include <aiohttp/detail/protocol/form.hpp>
#include <aiohttp/detail/protocol/transfer_decoding.hpp>
#include <aiohttp/pairs.hpp>

#include "support/catch.hpp"

using aiohttp::Pairs;
using aiohttp::detail::decode_base64;
using aiohttp::detail::decode_form;
using aiohttp::detail::decode_quoted_printable;

TEST_CASE("Base64 is decoded, with line ends and without padding", "[I141]") {
    CHECK(decode_base64("") == "");
    CHECK(decode_base64("Zg==") == "f");
    CHECK(decode_base64("Zm8=") == "fo");
    CHECK(decode_base64("Zm9v") == "foo");
    CHECK(decode_base64("Zm9v\r\nYmFy\r\n") == "foobar");
    CHECK(decode_base64("Zm9vYg") == "foob");
    CHECK(decode_base64("+/+/") == "\xfb\xff\xbf");
    for (const auto* const bad :
         {"Z", "Zm9vY", "Zg=", "Zg===", "Z=g=", "Zm9v=", "Zm9-", "Zm\x80v", "=", "Zg==Zg=="}) {
        INFO(bad);
        CHECK_FALSE(decode_base64(bad));
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

TEST_CASE("an urlencoded form is taken apart") {
    CHECK(decode_form("").empty());
    CHECK(decode_form("a=1&b=x+y%26&&c&=d&e=f=g&a=%zz") ==
          Pairs{{"a", "1"}, {"b", "x y&"}, {"c", ""}, {"", "d"}, {"e", "f=g"}, {"a", "%zz"}});
}
