// $no_proxy, and the URLs of variables: one line with a host, one with rules. A host that is a rule
// itself matches; what matches a list of rules matches one of them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/detail/core/host_name.hpp>
#include <aiohttp/detail/protocol/ip_network.hpp>
#include <aiohttp/detail/protocol/proxy_variables.hpp>

#include <fuzz/require.hpp>

using namespace aiohttp::detail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto line_end = text.find('\n');
    const auto host = canonical_name(text.substr(0, line_end));
    const std::string rules(line_end == std::string_view::npos ? "" : text.substr(line_end + 1));

    const bool matched = NoProxyRules(rules).match(host, 80);
    bool one = false;
    for (std::size_t at = 0; at < rules.size();) {
        const auto end = std::min(rules.find_first_of(", \t\r\n", at), rules.size());
        one = one || NoProxyRules(rules.substr(at, end - at)).match(host, 80);
        at = end + 1;
    }
    FUZZ_REQUIRE(matched == one);
    FUZZ_REQUIRE(NoProxyRules("*").match(host, 80));
    if (const auto address = parse_ip_address(host)) {
        const bool entry = host.find_first_of("/, \t\r\n") == std::string::npos;
        FUZZ_REQUIRE(!entry || NoProxyRules(host).match(host, 80));
        FUZZ_REQUIRE(address->v6_bytes().size() == 16 && address->v4_bytes().size() == 4);
    }
    const auto network = parse_ip_network(rules);
    FUZZ_REQUIRE(!network || network->contains(network->address));
    const ProxyVariables variables([&](const char*) { return rules.c_str(); });
    FUZZ_REQUIRE(proxy_url_of(rules).find("://") != std::string::npos);
    return 0;
}
