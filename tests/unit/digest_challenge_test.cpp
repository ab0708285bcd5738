#include <aiohttp/detail/protocol/digest_challenge.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using namespace aiohttp::detail;

namespace {

/// "scheme token68 {name=value} ..." of every challenge, with " | " in between.
std::string parsed(std::vector<std::string_view> fields) {
    std::string text;
    for (const auto& challenge : parse_challenges(fields)) {
        text.append(text.empty() ? "" : " | ").append(challenge.scheme);
        text.append(challenge.token68.empty() ? "" : " ").append(challenge.token68);
        for (const auto& [name, value] : challenge.params) {
            text.append(" {").append(name).append("=").append(value).append("}");
        }
    }
    return text;
}

struct Choice {
    std::string algorithm;
    std::string problem;
};

Choice choose(std::vector<std::string_view> fields) {
    Choice choice;
    const auto challenges = parse_challenges(fields);
    const auto digest = choose_digest(challenges, choice.problem);
    choice.algorithm = digest ? digest->algorithm.value_or("none") : "";
    return choice;
}

DigestChallenge digest_of(std::string_view field) {
    std::string problem;
    const auto challenges = parse_challenges(std::vector{field});
    const auto digest = choose_digest(challenges, problem);
    CHECK(problem.empty());
    REQUIRE(digest);
    return *digest;
}

}  // namespace

TEST_CASE("challenges are taken apart as RFC 9110 11 says", "[F88][auth]") {
    const auto [field, expected] = GENERATE(table<std::string, std::string>({
        {"Basic realm=\"x\"", "basic {realm=x}"},
        {"Basic", "basic"},
        {"NTLM TlRMTVNTUAAB==", "ntlm TlRMTVNTUAAB=="},
        {"Negotiate a/b+c-._~", "negotiate a/b+c-._~"},
        {"Digest realm=\"a, b\", nonce=\"c\\\"d\\\\\"", "digest {realm=a, b} {nonce=c\"d\\}"},
        {"Digest Realm = x , NONCE\t=\t\"y\"", "digest {realm=x} {nonce=y}"},
        {"Basic realm=\"x\", Digest realm=\"y\", nonce=\"n\", Bearer",
         "basic {realm=x} | digest {realm=y} {nonce=n} | bearer"},
        {"Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\"",
         "newauth {realm=apps} {type=1} {title=Login to \"apps\"} | basic {realm=simple}"},
        {", ,Basic ,, realm=x,", "basic {realm=x}"},
        {"Digest, realm=x", "digest {realm=x}"},
        {"Digest qop=\"auth,auth-int\"", "digest {qop=auth,auth-int}"},
        {"Digest realm=\"\"", "digest {realm=}"},
        // What is malformed costs no more than itself.
        {"Digest realm=\"open", "digest"},
        {"Digest realm=\"x\"y, nonce=z", "digest {nonce=z}"},
        {"Digest realm=a b, nonce=z", "digest {nonce=z}"},
        {"Digest realm=x nonce=z", "digest"},
        {"realm=x", ""},
        {"\"quoted\", Basic realm=x", "basic {realm=x}"},
        {"=x, Basic", "basic"},
        {"Digest realm=\"a\\", "digest"},
        {"Digest realm=\xc3\xa9, nonce=z", "digest {nonce=z}"},
        {"", ""},
    }));
    CHECK(parsed({field}) == expected);
}

TEST_CASE("a parameter belongs to a challenge of its own field", "[F88][auth]") {
    CHECK(parsed({"Basic realm=x", "charset=y, Digest nonce=z"}) ==
          "basic {realm=x} | digest {nonce=z}");
}

TEST_CASE("parsing a challenge cut anywhere ends", "[auth]") {
    const std::string_view whole =
        R"(Digest realm="a, \"b\"", nonce = "c", qop="auth, auth-int", Basic realm=d, NTLM ab==)";
    for (std::size_t at = 0; at <= whole.size(); ++at) {
        CHECK(parse_challenges(std::vector{whole.substr(0, at)}).size() <= 3);
        parse_challenges(std::vector{whole.substr(at)});
    }
}

TEST_CASE("the parameters of a Digest challenge are understood", "[F88][F90][auth]") {
    const auto all = digest_of(
        R"(Digest realm="r", domain="/a /b", nonce="n", opaque="", stale=TRUE, algorithm=sha-256-SESS,)"
        R"( qop="x, AUTH ,auth-int", charset=utf-8, userhash=true)");
    CHECK(all.realm == "r");
    CHECK(all.nonce == "n");
    CHECK(all.opaque == "");
    CHECK(all.domain == "/a /b");
    CHECK(all.algorithm == "sha-256-SESS");
    CHECK(all.hash == HashFunction::sha256);
    CHECK(all.session);
    CHECK(all.auth);
    CHECK(all.auth_int);
    CHECK(all.stale);
    CHECK(all.utf8);
    CHECK(all.userhash);

    const auto least = digest_of(R"(Digest realm="", nonce="n", stale=false)");
    CHECK(least.realm.empty());
    CHECK_FALSE(least.opaque);
    CHECK_FALSE(least.algorithm);
    CHECK(least.hash == HashFunction::md5);
    CHECK_FALSE(least.session);
    CHECK_FALSE(least.auth);
    CHECK_FALSE(least.auth_int);
    CHECK_FALSE(least.stale);
}

TEST_CASE("the strongest hash is chosen of those that are known", "[F89][auth]") {
    CHECK(choose({R"(Digest realm=r, nonce=1, algorithm=MD5)",
                  R"(Digest realm=r, nonce=2, algorithm=SHA-256)"})
              .algorithm == "SHA-256");
    CHECK(choose({R"(Digest realm=r, nonce=1, algorithm=SHA-512-256, Digest realm=r, nonce=1)"})
              .algorithm == "SHA-512-256");
    CHECK(choose({R"(Digest realm=r, nonce=1, algorithm=SHA512, Digest realm=r, nonce=2,)"
                  R"( algorithm=SHA-512)"})
              .algorithm == "SHA512");
    CHECK(choose({"Digest realm=r, nonce=1, algorithm=SHA", "Digest realm=r, nonce=1"}).algorithm ==
          "SHA");
    const auto some = choose({"Digest realm=r, nonce=1, algorithm=NEW", "Digest realm=r, nonce=1"});
    CHECK(some.algorithm == "none");
    CHECK(some.problem.empty());
}

TEST_CASE("what cannot be answered is named", "[F89][auth]") {
    CHECK(choose({"Digest nonce=1"}).problem == "the Digest challenge has no realm");
    CHECK(choose({"Digest realm=1"}).problem == "the Digest challenge has no nonce");
    CHECK(choose({"Digest realm=1, nonce=\"\""}).problem == "the Digest challenge has no nonce");
    CHECK(choose({"Digest realm=1, nonce=1, algorithm=\"a\\\"b\""})
              .problem.starts_with(R"(the algorithm "a\"b" of the Digest)"));
    CHECK(choose({"Digest realm=1, nonce=1, algorithm=-sess"})
              .problem.starts_with("the algorithm \"-sess\""));
    CHECK(choose({"Digest realm=1, nonce=1, qop=conf"})
              .problem.starts_with("the qop \"conf\" of the Digest"));
    const auto other = choose({"Basic realm=1"});
    CHECK(other.algorithm.empty());
    CHECK(other.problem.empty());
}
