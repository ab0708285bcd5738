#include <aiohttp/detail/protocol/proxy_digest.hpp>

#include <array>
#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/digest_challenge.hpp>
#include <aiohttp/detail/protocol/digest_response.hpp>

#include "support/catch.hpp"

using namespace aiohttp::detail;

namespace {

bool take(ProxyDigest& digest, std::string_view field) {
    const std::array<std::string_view, 1> fields{field};
    return digest.take(fields);
}

AuthParams params_of(const std::string& answer) {
    return parse_auth_params(std::string_view(answer).substr(sizeof "Digest"));
}

std::string param(const AuthParams& params, std::string_view name) {
    const auto* const found = find_param(params, name);
    return found == nullptr ? "none" : *found;
}

}  // namespace

TEST_CASE("a challenge of a proxy is answered for the target that was asked for") {
    ProxyDigest digest("me", "secret");
    CHECK_FALSE(digest.ready());
    REQUIRE(take(digest, R"(Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256)"));
    CHECK(digest.ready());
    CHECK_FALSE(digest.stale());
    const auto first = params_of(digest.authorization("CONNECT", "a.test:443", {}));
    CHECK(param(first, "uri") == "a.test:443");
    CHECK(param(first, "nc") == "00000001");
    const auto second = params_of(digest.authorization("CONNECT", "a.test:443", {}));
    CHECK(param(second, "nc") == "00000002");
    CHECK(param(second, "cnonce") != param(first, "cnonce"));

    DigestRequest expected;
    expected.login = "me";
    expected.password = "secret";
    expected.method = "CONNECT";
    expected.uri = "a.test:443";
    expected.nonce = "n";
    const auto cnonce = param(first, "cnonce");
    expected.cnonce = cnonce;
    const std::string_view field = R"(Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256)";
    std::string problem;
    const auto challenge = choose_digest(parse_challenges(std::array{field}), problem);
    CHECK(param(first, "response") ==
          param(params_of(digest_authorization(*challenge, expected)), "response"));
}

TEST_CASE("a new nonce is counted anew, the same one goes on") {
    ProxyDigest digest("me", "secret");
    REQUIRE(take(digest, R"(Digest realm="r", nonce="n", qop="auth")"));
    static_cast<void>(digest.authorization("GET", "http://a/", {}));
    REQUIRE(take(digest, R"(Digest realm="r", nonce="n", qop="auth", stale=true)"));
    CHECK(digest.stale());
    CHECK(param(params_of(digest.authorization("GET", "http://a/", {})), "nc") == "00000002");
    REQUIRE(take(digest, R"(Digest realm="r", nonce="m", qop="auth")"));
    CHECK(param(params_of(digest.authorization("GET", "http://a/", {})), "nc") == "00000001");
}

TEST_CASE("a proxy without Digest, or with one that is not known, is not answered") {
    ProxyDigest digest("me", "secret");
    CHECK_FALSE(take(digest, R"(Basic realm="r")"));
    CHECK_FALSE(take(digest, R"(Digest realm="r")"));
    CHECK_FALSE(take(digest, R"(Digest realm="r", nonce="n", algorithm=ROT13)"));
    CHECK_FALSE(take(digest, ""));
    CHECK_FALSE(digest.ready());
}

TEST_CASE("the body is hashed only where there is no other way") {
    ProxyDigest digest("me", "secret");
    CHECK_FALSE(digest.body_hash());
    REQUIRE(take(digest, R"(Digest realm="r", nonce="n", qop="auth, auth-int")"));
    CHECK_FALSE(digest.body_hash());
    REQUIRE(take(digest, R"(Digest realm="r", nonce="n", qop="auth-int", algorithm=SHA-256)"));
    CHECK(digest.body_hash() == HashFunction::sha256);
    CHECK(param(params_of(digest.authorization("GET", "http://a/", "00")), "qop") == "auth-int");
}
