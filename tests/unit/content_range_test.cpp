// Content-Range.

#include <cstdint>
#include <optional>

#include <aiohttp/detail/protocol/content_range.hpp>

#include "support/catch.hpp"

using aiohttp::detail::parse_content_range;

TEST_CASE("a Content-Range of bytes is parsed") {
    const auto range = parse_content_range("bytes 5-9/10");
    REQUIRE(range);
    CHECK(range->first == 5U);
    CHECK(range->last == 9U);
    CHECK(range->size == 10U);
    const auto open = parse_content_range("Bytes 0-0/*");
    REQUIRE(open);
    CHECK(open->first == 0U);
    CHECK(open->size == std::nullopt);
    const auto unsatisfied = parse_content_range("bytes */18446744073709551615");
    REQUIRE(unsatisfied);
    CHECK(unsatisfied->first == std::nullopt);
    CHECK(unsatisfied->size == UINT64_MAX);
}

TEST_CASE("a malformed Content-Range is refused") {
    for (const auto* const bad :
         {"", "bytes", "bytes ", "bytes 5-9", "5-9/10", "items 5-9/10", "bytes 9-5/10",
          "bytes 5-10/10", "bytes -9/10", "bytes 5-/10", "bytes 5/10", "bytes */*", "bytes a-b/c",
          "bytes 5-9/-1", "bytes +5-9/10", "bytes 5-9/18446744073709551616", "bytes 5-9/10 x"}) {
        INFO(bad);
        CHECK_FALSE(parse_content_range(bad));
    }
}
