// Every byte at every place, before ends of every distance: what looks at many bytes at a time
// must find what looking at each one finds.

#include <algorithm>
#include <cstddef>
#include <string>

#include <aiohttp/detail/protocol/line_scan.hpp>

#include "support/catch.hpp"

namespace {

using aiohttp::detail::find_line_stop;
using aiohttp::detail::find_token_end;
using aiohttp::detail::is_line_stop;
using aiohttp::detail::is_token_char;

constexpr std::size_t longest = 40;

/// Puts `c` at every place of texts of every length, behind each of those that lead up to it.
template <class Find, class Stops>
bool finds_the_first(char c, const std::string& others, const Find& find, const Stops& stops) {
    for (std::size_t size = 1; size <= longest; ++size) {
        for (std::size_t place = 0; place < size; ++place) {
            for (const char other : others) {
                std::string text(size, other);
                text[place] = c;
                const char* const begin = text.data();
                const char* const end = begin + text.size();
                if (find(begin, end) != std::find_if(begin, end, stops)) {
                    return false;
                }
            }
        }
    }
    return true;
}

}  // namespace

TEST_CASE("the end of a line is found wherever it is", "[http1]") {
    for (int byte = 0; byte < 256; ++byte) {
        INFO(byte);
        CHECK(finds_the_first(
            static_cast<char>(byte), "a \t\x0b\x0e\x7f\xff\r",
            [](const char* from, const char* end) { return find_line_stop(from, end); },
            [](char c) { return is_line_stop(c); }));
    }
}

TEST_CASE("the end of a token is found wherever it is", "[http1]") {
    for (int byte = 0; byte < 256; ++byte) {
        INFO(byte);
        CHECK(finds_the_first(
            static_cast<char>(byte), "aZ-5!~@[`{",
            [](const char* from, const char* end) { return find_token_end(from, end); },
            [](char c) { return !is_token_char(c); }));
    }
}
