// What an HTTP proxy answers to CONNECT: the outcome does not depend on how it was cut.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/http_connect.hpp>

#include <fuzz/require.hpp>

using aiohttp::detail::ConnectDecoder;
using aiohttp::detail::ConnectStatus;

namespace {

std::string run(std::string_view input, std::size_t step) {
    ConnectDecoder decoder;
    for (std::size_t size = 0;;) {
        size = size + step < input.size() ? size + step : input.size();
        const auto status = decoder.decode(input.substr(0, size));
        if (status == ConnectStatus::connected || status == ConnectStatus::refused) {
            const int code = decoder.head().status;
            FUZZ_REQUIRE((status == ConnectStatus::connected) == (code >= 200 && code < 300));
            FUZZ_REQUIRE(decoder.consumed() <= size);
            return std::to_string(code) + ' ' + std::to_string(decoder.consumed()) + ' ' +
                   decoder.head().reason;
        }
        if (status == ConnectStatus::failed) {
            FUZZ_REQUIRE(!decoder.error().empty());
            return "failed";
        }
        if (size == input.size()) {
            return "need more";
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto whole = run(text, text.size() + 1);
    FUZZ_REQUIRE(run(text, 1) == whole);
    FUZZ_REQUIRE(run(text, 7) == whole);
    return 0;
}
