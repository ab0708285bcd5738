// What a SOCKS proxy answers: the outcome does not depend on how it was cut, and the handshake
// never asks for more than it needs.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/socks.hpp>

#include <fuzz/require.hpp>

using aiohttp::detail::SocksHandshake;
using aiohttp::detail::SocksRequest;
using aiohttp::detail::SocksVersion;

namespace {

std::string run(const SocksRequest& request, std::string_view answers, std::size_t most) {
    SocksHandshake handshake(request);
    std::string log;
    for (;;) {
        if (!handshake.output().empty()) {
            FUZZ_REQUIRE(handshake.wanted() == 0);
            log.append(handshake.output()).append("|");
            handshake.sent();
        }
        if (handshake.done() || handshake.failed() || answers.empty()) {
            break;
        }
        FUZZ_REQUIRE(handshake.wanted() > 0 && handshake.wanted() <= 257);
        const auto size = std::min({handshake.wanted(), answers.size(), most});
        handshake.feed(answers.substr(0, size));
        answers.remove_prefix(size);
    }
    FUZZ_REQUIRE(!(handshake.done() && handshake.failed()));
    FUZZ_REQUIRE(handshake.failed() == !handshake.error().empty());
    return log + (handshake.done() ? "done" : handshake.error()) + std::to_string(answers.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto text = fuzz::text_of(data, size);
    if (text.empty()) {
        return 0;
    }
    const auto choice = static_cast<unsigned char>(text[0]);
    text.remove_prefix(1);
    SocksRequest request;
    request.version = static_cast<SocksVersion>(choice % 3U);
    request.host = (choice & 4U) != 0 ? "10.1.2.3" : "a.test";
    request.port = 443;
    if ((choice & 8U) != 0) {
        request.login = "me";
        request.password = "secret";
    }
    const auto whole = run(request, text, text.size() + 1);
    FUZZ_REQUIRE(run(request, text, 1) == whole);
    FUZZ_REQUIRE(run(request, text, 3) == whole);
    return 0;
}
