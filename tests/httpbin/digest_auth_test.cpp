// Digest authentication against httpbin.
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include <aiohttp/cookie_jar.hpp>
#include <aiohttp/digest_auth.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/session.hpp>
#include "httpbin.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/run_sync.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::CookieJar;
using aiohttp::CookieJarOptions;
using aiohttp::DigestAuthMiddleware;
using aiohttp::testing::Async;
using aiohttp::testing::httpbin_url;
using nlohmann::json;

/// A session with Digest credentials, and with a jar: httpbin counts nonces in cookies.
void with_digest(const std::string& password, Async (*test)(ClientSession&, std::string)) {
    for (const std::string algorithm : {"MD5", "SHA-256", "SHA-512"}) {
        for (const std::string qop : {"auth", "auth-int"}) {
            INFO(qop << ' ' << algorithm);
            const auto jar = std::make_shared<CookieJar>(CookieJarOptions().unsafe(true));
            auto options = ClientSessionOptions().base_url(httpbin_url()).cookie_jar(jar);
            options.middleware(DigestAuthMiddleware("user", password));
            ClientSession session(options);
            aiohttp::testing::run_sync(
                test(session, "digest-auth/" + qop + "/user/secret/" + algorithm));
        }
    }
}

}  // namespace

TEST_CASE("httpbin accepts the answer, and the ones that follow", "[F88][F89][digest]") {
    with_digest("secret", [](ClientSession& session, std::string path) -> Async {
        for (int i = 0; i < 3; ++i) {
            auto response = co_await session.get(path);
            CHECK(response.status() == 200);
            const auto answer = co_await response.json();
            CHECK(answer.at("user") == "user");
            CHECK(answer.at("authenticated") == true);
        }
    });
}

TEST_CASE("httpbin refuses a wrong password", "[F90][digest]") {
    with_digest("wrong", [](ClientSession& session, std::string path) -> Async {
        auto response = co_await session.get(path);
        CHECK(response.status() == 401);
    });
}

TEST_CASE("a nonce that httpbin calls stale is replaced", "[F90][digest]") {
    with_digest("secret", [](ClientSession& session, std::string path) -> Async {
        for (int i = 0; i < 4; ++i) {
            auto response = co_await session.get(path + "/1");
            CHECK(response.status() == 200);
        }
    });
}
