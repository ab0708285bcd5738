// netrc files: what was understood means the same when it is written down anew.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/host_name.hpp>
#include <aiohttp/detail/protocol/netrc.hpp>

#include <fuzz/require.hpp>

using aiohttp::detail::Netrc;
using aiohttp::detail::NetrcEntry;

namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + '"';
}

std::string written(const Netrc& netrc) {
    std::string text;
    for (const NetrcEntry& entry : netrc.entries()) {
        text += entry.host.empty() ? "default" : "machine " + quoted(entry.host);
        text += " login " + quoted(entry.login) + " account " + quoted(entry.account);
        text += " password " + quoted(entry.password) + '\n';
    }
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    Netrc netrc;
    if (const auto problem = netrc.parse(text)) {
        const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
        FUZZ_REQUIRE(problem->line >= 1 && problem->line <= lines + 1);
        FUZZ_REQUIRE(netrc.entries().empty());
        return 0;
    }
    for (const NetrcEntry& entry : netrc.entries()) {
        FUZZ_REQUIRE(aiohttp::detail::canonical_name(entry.host) == entry.host);
        const auto auth = netrc.find(entry.host);
        FUZZ_REQUIRE(!auth || auth->login().find(':') == std::string::npos);
    }
    const auto once = written(netrc);
    Netrc again;
    FUZZ_REQUIRE(!again.parse(once));
    FUZZ_REQUIRE(written(again) == once);
    return 0;
}
