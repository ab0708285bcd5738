// Content-Disposition, Link and Content-Type: what is taken apart has the form it promises.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/latin1.hpp>
#include <aiohttp/detail/protocol/field_values.hpp>

#include <fuzz/require.hpp>

using namespace aiohttp::detail;

namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

void check_names(const Parameters& parameters) {
    for (const auto& [name, value] : parameters) {
        FUZZ_REQUIRE(is_token(name) && to_lower_copy(name) == name);
    }
}

void check_disposition(std::string_view value) {
    const auto disposition = parse_content_disposition(value);
    if (!disposition) {
        return;
    }
    FUZZ_REQUIRE(is_token(disposition->type));
    FUZZ_REQUIRE(to_lower_copy(disposition->type) == disposition->type);
    check_names(disposition->parameters);
    std::set<std::string> names;
    for (const auto& [name, content] : disposition->parameters) {
        FUZZ_REQUIRE(names.insert(name).second);
    }
}

void check_links(std::string_view value) {
    for (const auto& link : parse_links({&value, 1})) {
        FUZZ_REQUIRE(link.url.find('>') == std::string::npos);
        FUZZ_REQUIRE(value.find(link.url) != std::string_view::npos);
        check_names(link.parameters);
    }
    // Two fields are as one with a comma between them.
    const std::vector<std::string_view> twice = {value, value};
    FUZZ_REQUIRE(parse_links(twice).size() == 2 * parse_links({&value, 1}).size());
}

void check_media_type(std::string_view value) {
    const auto media = parse_media_type(value);
    const auto slash = media.type.find('/');
    FUZZ_REQUIRE(slash != std::string::npos);
    FUZZ_REQUIRE(is_token(std::string_view(media.type).substr(0, slash)));
    FUZZ_REQUIRE(is_token(std::string_view(media.type).substr(slash + 1)));
    FUZZ_REQUIRE(to_lower_copy(media.type) == media.type);
    FUZZ_REQUIRE(parse_media_type(media.type).type == media.type);
    check_names(media.parameters);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto value = fuzz::text_of(data, size);
    check_disposition(value);
    check_links(value);
    check_media_type(value);
    FUZZ_REQUIRE(latin1_to_utf8(value).size() >= value.size());
    return 0;
}
