// WWW-Authenticate and Authentication-Info: what is taken is taken the same when it is written down
// anew, and an answer to a challenge is a field value that can be sent and understood.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/detail/core/ascii.hpp>
// The library's own file of these has the middleware, too, which does I/O.
#include <aiohttp/detail/protocol/digest_challenge.ipp>
#include <aiohttp/detail/protocol/digest_response.ipp>
#include <aiohttp/detail/protocol/message_digest.ipp>

#include <fuzz/require.hpp>

using namespace aiohttp::detail;

namespace {

std::string written(const AuthParams& params) {
    std::string text;
    for (const auto& [name, value] : params) {
        FUZZ_REQUIRE(is_token(name) && name == to_lower_copy(name));
        text.append(text.empty() ? "" : ", ").append(name).append("=\"");
        for (const char c : value) {
            text.append(c == '"' || c == '\\' ? "\\" : "") += c;
        }
        text += '"';
    }
    return text;
}

std::string written(const std::vector<AuthChallenge>& challenges) {
    std::string text;
    for (const auto& challenge : challenges) {
        FUZZ_REQUIRE(is_token(challenge.scheme));
        text.append(text.empty() ? "" : ", ").append(challenge.scheme);
        text.append(" ").append(challenge.token68);
        // Parameters may follow token68 in a list of their own.
        text.append(challenge.token68.empty() || challenge.params.empty() ? "" : ", ");
        text.append(written(challenge.params));
    }
    return text;
}

void require_same(const std::vector<AuthChallenge>& one, const std::vector<AuthChallenge>& other) {
    FUZZ_REQUIRE(one.size() == other.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
        FUZZ_REQUIRE(one[i].scheme == other[i].scheme && one[i].token68 == other[i].token68);
        FUZZ_REQUIRE(one[i].params == other[i].params);
    }
}

void answer(const DigestChallenge& digest) {
    FUZZ_REQUIRE(!digest.nonce.empty());
    DigestRequest request;
    request.login = "J\xc3\xa4s\"on";
    request.password = "pass";
    request.method = "GET";
    request.uri = "/a?b=\"c\"";
    request.nonce = digest.nonce;
    request.cnonce = "0123";
    request.first_cnonce = "4567";
    const auto field = digest_authorization(digest, request);
    const std::string_view view = field;
    const auto again = parse_challenges(std::span(&view, 1));
    FUZZ_REQUIRE(again.size() == 1 && again[0].scheme == "digest");
    const auto* const nonce = find_param(again[0].params, "nonce");
    const auto* const realm = find_param(again[0].params, "realm");
    FUZZ_REQUIRE(nonce != nullptr && *nonce == digest.nonce);
    FUZZ_REQUIRE(realm != nullptr && *realm == digest.realm);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto line_end = text.find('\n');
    const std::vector<std::string_view> fields{
        text.substr(0, line_end),
        line_end == std::string_view::npos ? std::string_view() : text.substr(line_end + 1)};
    const auto challenges = parse_challenges(fields);
    const auto rendered = written(challenges);
    const std::string_view view = rendered;
    require_same(parse_challenges(std::span(&view, 1)), challenges);

    const auto params = parse_auth_params(text);
    FUZZ_REQUIRE(parse_auth_params(written(params)) == params);

    std::string problem;
    const auto chosen = choose_digest(challenges, problem);
    FUZZ_REQUIRE(!chosen || problem.empty());
    if (chosen) {
        answer(*chosen);
    }
    return 0;
}
