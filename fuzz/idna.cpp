// Hosts: what becomes of a name is fit for DNS, and the same however it was written.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/host_name.hpp>
#include <aiohttp/detail/core/idna.hpp>
#include <aiohttp/detail/core/percent.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/url.hpp>

#include <fuzz/require.hpp>

using aiohttp::Url;
using namespace aiohttp::detail;

namespace {

constexpr CharSet nothing{""};

void check_host(const Url& url) {
    const auto host = url.host();
    FUZZ_REQUIRE(!host.empty() && host.size() <= 254);
    FUZZ_REQUIRE(count_leading(host, is_lower_host_char) == host.size());
    FUZZ_REQUIRE(!ends_in_number(host) || is_ipv4(host));
    FUZZ_REQUIRE(canonical_name(host) == host);
    FUZZ_REQUIRE(Url(url.str()) == url);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string name(fuzz::text_of(data, size));

    std::string ascii = "x";
    if (append_idna(ascii, name) == nullptr) {
        FUZZ_REQUIRE(ascii.starts_with('x') && is_ascii(ascii));
    } else {
        FUZZ_REQUIRE(ascii == "x");
    }
    if (name.find_first_of("@:/?#[]%") != std::string::npos) {
        return 0;
    }
    Url plain;
    Url encoded;
    std::string quoted = "http://";
    append_quoted(quoted, name, nothing, "%20");
    const auto error = Url::parse("http://" + name, plain);
    const auto quoted_error = Url::parse(quoted, encoded);
    if (!error) {
        check_host(plain);
        FUZZ_REQUIRE(!quoted_error && encoded == plain);
    } else if (!quoted_error) {
        // What must not stand in a URL as it is must not stand in a host at all.
        FUZZ_REQUIRE(false);
    }
    return 0;
}
