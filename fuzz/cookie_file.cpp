// Cookie files: what is read and written reads the same again. The first byte chooses the format.
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/cookie.hpp>
#include <aiohttp/detail/protocol/cookie_text.hpp>

#include <fuzz/require.hpp>

using aiohttp::Cookie;
using namespace aiohttp::detail;

namespace {

template <class Read, class Write>
void check(std::string_view text, Read read, Write write) {
    std::vector<Cookie> cookies;
    if (read(text, cookies)) {
        return;
    }
    const std::string once = write(std::list<Cookie>(cookies.begin(), cookies.end()));
    std::vector<Cookie> again;
    const auto problem = read(once, again);
    FUZZ_REQUIRE(!problem);
    FUZZ_REQUIRE(again.size() <= cookies.size());
    const std::string twice = write(std::list<Cookie>(again.begin(), again.end()));
    FUZZ_REQUIRE(twice == once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto text = fuzz::text_of(data, size);
    if (text.empty()) {
        return 0;
    }
    const char format = text.front();
    text.remove_prefix(1);
    if (format == 'j') {
        check(text, read_json_cookies, write_json_cookies);
    } else {
        check(text, read_netscape_cookies, write_netscape_cookies);
    }
    return 0;
}
