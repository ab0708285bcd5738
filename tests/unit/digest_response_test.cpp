#include <aiohttp/detail/protocol/digest_response.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using namespace aiohttp::detail;

namespace {

DigestChallenge challenge_of(std::string_view field) {
    std::string problem;
    const auto challenges = parse_challenges(std::vector{field});
    auto challenge = choose_digest(challenges, problem);
    INFO(problem);
    REQUIRE(challenge);
    return *challenge;
}

/// The parameters of the answer to a challenge.
AuthParams answer(std::string_view challenge, DigestRequest request) {
    const auto digest = challenge_of(challenge);
    if (request.nonce.empty()) {
        request.nonce = digest.nonce;
    }
    const auto field = digest_authorization(digest, request);
    return parse_challenges(std::vector{std::string_view(field)}).at(0).params;
}

std::string param(const AuthParams& params, std::string_view name) {
    const auto* const value = find_param(params, name);
    return value != nullptr ? *value : "(none)";
}

// RFC 7616 3.9.1
const DigestRequest mufasa{.login = "Mufasa",
                           .password = "Circle of Life",
                           .method = "GET",
                           .uri = "/dir/index.html",
                           .nonce = {},
                           .cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                           .first_cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                           .body_hash = {}};
const std::string offered = R"(Digest realm="http-auth@example.org", qop="auth", )"
                            R"(nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", )"
                            R"(opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", algorithm=)";

}  // namespace

TEST_CASE("the answers of RFC 7616 3.9.1 come out", "[F88][F89][auth]") {
    const auto md5 =
        digest_authorization(challenge_of(offered + "MD5"),
                             DigestRequest{.login = mufasa.login,
                                           .password = mufasa.password,
                                           .method = "GET",
                                           .uri = mufasa.uri,
                                           .nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
                                           .cnonce = mufasa.cnonce,
                                           .first_cnonce = {},
                                           .body_hash = {}});
    CHECK(md5 ==
          "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", "
          "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
          "uri=\"/dir/index.html\", response=\"8ca523f5e9506fed4657c9700eebdbec\", "
          "algorithm=MD5, opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\", "
          "qop=auth, nc=00000001, "
          "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\"");
    CHECK(param(answer(offered + "SHA-256", mufasa), "response") ==
          "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

TEST_CASE("the answer of RFC 7616 3.9.2 comes out, with erratum 4897", "[F89][auth]") {
    // The RFC's own figures are a truncated SHA-512 and no SHA-512/256.
    const DigestRequest jason{.login = "J\xc3\xa4s\xc3\xb8n Doe",
                              .password = "Secret, or not?",
                              .method = "GET",
                              .uri = "/doe.json",
                              .nonce = {},
                              .cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
                              .first_cnonce = {},
                              .body_hash = {}};
    const auto params = answer(
        R"(Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, )"
        R"(nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", )"
        R"(opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true)",
        jason);
    CHECK(param(params, "username") ==
          "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b");
    CHECK(param(params, "response") ==
          "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5");
    CHECK(param(params, "userhash") == "true");
}

TEST_CASE("the answer of RFC 2617 3.5 comes out, and the one without qop", "[F88][auth]") {
    const DigestRequest request{.login = "Mufasa",
                                .password = "Circle Of Life",
                                .method = "GET",
                                .uri = "/dir/index.html",
                                .nonce = {},
                                .cnonce = "0a4f113b",
                                .first_cnonce = {},
                                .body_hash = {}};
    const std::string common =
        R"(Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093")";
    CHECK(param(answer(common + R"(, qop="auth,auth-int")", request), "response") ==
          "6629fae49393a05397450978507c4ef1");
    const auto legacy = answer(common, request);
    CHECK(param(legacy, "response") == "670fd8c2df070c60b045671b8b24ff02");
    for (const auto* name : {"qop", "nc", "cnonce", "algorithm", "opaque", "userhash"}) {
        CHECK(param(legacy, name) == "(none)");
    }
}

TEST_CASE("the -sess variants take the first cnonce and the challenge's nonce into the key",
          "[F89][auth]") {
    // Computed with coreutils: HA1 = md5(md5(Mufasa:realm:password):nonce:first).
    auto request = mufasa;
    request.first_cnonce = "first";
    const auto first = param(answer(offered + "MD5-sess", request), "response");
    request.nonce = "next";
    request.count = 2;
    const auto second = answer(offered + "MD5-sess", request);
    CHECK(param(second, "nonce") == "next");
    CHECK(param(second, "nc") == "00000002");
    const auto key =
        hash_hex(HashFunction::md5,
                 hash_hex(HashFunction::md5, "Mufasa:http-auth@example.org:Circle of Life") +
                     ":7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v:first");
    const auto a2 = hash_hex(HashFunction::md5, "GET:/dir/index.html");
    CHECK(param(second, "response") ==
          hash_hex(HashFunction::md5,
                   key + ":next:00000002:" + std::string(mufasa.cnonce) + ":auth:" + a2));
    CHECK(param(second, "response") != first);
}

TEST_CASE("auth-int takes the hash of the body in", "[F89][auth]") {
    auto request = mufasa;
    const auto body = hash_hex(HashFunction::sha256, "body");
    request.body_hash = body;
    const auto params =
        answer(R"(Digest realm=r, nonce=n, qop="auth-int", algorithm=SHA-256)", request);
    const auto hash = [](const std::string& text) { return hash_hex(HashFunction::sha256, text); };
    CHECK(param(params, "qop") == "auth-int");
    CHECK(param(params, "response") ==
          hash(hash("Mufasa:r:Circle of Life") + ":n:00000001:" + std::string(mufasa.cnonce) +
               ":auth-int:" + hash("GET:/dir/index.html:" + body)));
}

TEST_CASE("a login is quoted, or in the extended notation", "[F89][auth]") {
    auto request = mufasa;
    request.login = "a\"b\\c";
    const std::string plain = "Digest realm=\"q\\\"r\", nonce=n, qop=auth";
    const auto digest = challenge_of(plain);
    CHECK(digest_authorization(digest, request)
              .starts_with(R"(Digest username="a\"b\\c", realm="q\"r", )"));
    request.login = "J\xc3\xa4s n*%'";
    CHECK(digest_authorization(challenge_of(plain + ", charset=UTF-8"), request)
              .starts_with("Digest username*=UTF-8''J%C3%A4s%20n%2A%25%27, "));
    CHECK(
        digest_authorization(digest, request).starts_with("Digest username=\"J\xc3\xa4s n*%'\", "));
}

TEST_CASE("the count has eight digits", "[F88][auth]") {
    auto request = mufasa;
    request.count = 0xabcdef01;
    CHECK(param(answer(offered + "MD5", request), "nc") == "abcdef01");
}

TEST_CASE("hashes are those of the standards", "[auth]") {
    CHECK(hash_hex(HashFunction::md5, "") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(hash_hex(HashFunction::sha1, "abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(hash_hex(HashFunction::sha256, "abc") ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hash_hex(HashFunction::sha512_256, "abc") ==
          "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
    CHECK(hash_hex(HashFunction::sha512, "abc").starts_with("ddaf35a193617abacc417349ae204131"));
    MessageDigest pieces(HashFunction::sha256);
    pieces.update("a");
    pieces.update("");
    pieces.update("bc");
    CHECK(pieces.hex() == hash_hex(HashFunction::sha256, "abc"));
    CHECK(random_hex(16).size() == 32);
    CHECK(random_hex(16) != random_hex(16));
}
