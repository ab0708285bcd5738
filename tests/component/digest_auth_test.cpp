// Digest authentication against a far end that checks every answer.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/body.hpp>
#include <aiohttp/detail/protocol/digest_challenge.hpp>
#include <aiohttp/detail/protocol/digest_response.hpp>
#include <aiohttp/digest_auth.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace aiohttp::testing;
using aiohttp::ClientSessionOptions;
using aiohttp::DigestAuthMiddleware;

namespace {

constexpr const char* url = "http://h.test/";

std::string status(int code, const std::string& fields = "", const std::string& body = "") {
    return "HTTP/1.1 " + std::to_string(code) + " X\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// The far end: knows the password, and lets in who answers its challenge.
struct Guarded {
    std::string challenge = R"(Digest realm="r", nonce="n1", qop="auth", opaque="o")";
    std::string password = "secret";
    std::string success_fields;
    std::vector<std::string> seen;  ///< "nonce nc uri ok", or "-" without credentials

    std::string answer(std::string_view request);
    bool fits(std::string_view request, const std::string& authorization);
    std::string refusal() const { return status(401, "WWW-Authenticate: " + challenge + "\r\n"); }
};

std::string field_of(std::string_view request, const std::string& name) {
    const auto at = request.find("\r\n" + name + ": ");
    if (at == std::string_view::npos) {
        return {};
    }
    const auto begin = at + name.size() + 4;
    return std::string(request.substr(begin, request.find("\r\n", begin) - begin));
}

bool Guarded::fits(std::string_view request, const std::string& authorization) {
    namespace detail = aiohttp::detail;
    const auto params =
        detail::parse_challenges(std::vector{std::string_view(authorization)}).at(0).params;
    const auto param = [&params](std::string_view name) {
        const auto* const value = detail::find_param(params, name);
        return value != nullptr ? *value : std::string();
    };
    const auto target = request.substr(request.find(' ') + 1);
    const auto uri = target.substr(0, target.find(' '));
    std::string problem;
    auto digest = detail::choose_digest(
        detail::parse_challenges(std::vector{std::string_view(challenge)}), problem);
    const auto nonce = param("nonce");
    const auto cnonce = param("cnonce");
    std::string body_hash;
    if (param("qop") == "auth-int") {
        body_hash = detail::hash_hex(digest->hash, request.substr(request.find("\r\n\r\n") + 4));
    }
    detail::DigestRequest expected;
    expected.login = "user";
    expected.password = password;
    expected.method = request.substr(0, request.find(' '));
    expected.uri = uri;
    expected.nonce = nonce;
    const auto nc = param("nc");
    expected.count = nc.empty() ? 1 : static_cast<std::uint32_t>(std::stoul(nc, nullptr, 16));
    expected.cnonce = cnonce;
    expected.first_cnonce = cnonce;
    expected.body_hash = body_hash;
    const bool right = detail::digest_authorization(*digest, expected) == authorization;
    seen.push_back(nonce + ' ' + nc + ' ' + param("uri") + (right ? " ok" : " wrong"));
    return right;
}

std::string Guarded::answer(std::string_view request) {
    const auto authorization = field_of(request, "Authorization");
    if (authorization.empty()) {
        seen.push_back("-");
        return refusal();
    }
    return fits(request, authorization) ? status(200, success_fields, "in") : refusal();
}

MemoryScript guards(Guarded* guarded) {
    return MemoryScript()
        .answer([guarded](std::string_view request) { return guarded->answer(request); })
        .repeat();
}

struct Rig : MemoryRig {
    explicit Rig(Guarded* guarded, const DigestAuthMiddleware& digest = {"user", "secret"})
        : MemoryRig({}, ClientSessionOptions().middleware(digest)) {
        memory->otherwise(guards(guarded));
    }
};

using Seen = std::vector<std::string>;

/// A body in two pieces.
class Stream final : public aiohttp::BodySource {
public:
    explicit Stream(bool rewinds) : rewinds_(rewinds) {}
    std::optional<std::uint64_t> size() const override { return 6; }
    asio::awaitable<std::optional<std::string>> next() override {
        if (at_ == 6) {
            co_return std::nullopt;
        }
        at_ += 3;
        co_return at_ == 3 ? "abc" : "def";
    }
    bool rewind() override {
        at_ = rewinds_ ? 0 : at_;
        return rewinds_;
    }

private:
    bool rewinds_;
    int at_ = 0;
};

}  // namespace

TEST_CASE("a 401 is answered, and the next request needs none", "[F88][digest]") {
    run_sync([]() -> Async {
        Guarded guarded;
        Rig rig(&guarded);
        for (int i = 0; i < 3; ++i) {
            const auto outcome = co_await outcome_of(rig.session.get(url));
            CHECK(outcome == "200 in");
        }
        CHECK(guarded.seen ==
              Seen{"-", "n1 00000001 / ok", "n1 00000002 / ok", "n1 00000003 / ok"});
        CHECK(rig.memory->dialled() == 1);
        CHECK(rig.stats().in_use == 0);
    }());
}

TEST_CASE("every hash, with and without -sess and qop, is answered", "[F89][digest]") {
    for (const std::string algorithm : {"", "MD5", "SHA", "SHA-256", "SHA-512-256", "SHA-512"}) {
        for (const std::string session : {"", "-sess"}) {
            for (const std::string qop : {"", ", qop=auth", ", qop=\"auth-int\""}) {
                INFO(algorithm << session << qop);
                Guarded guarded;
                guarded.challenge = "Digest realm=r, nonce=n" + qop;
                if (!algorithm.empty()) {
                    guarded.challenge += ", algorithm=" + algorithm + session;
                }
                run_sync([](Guarded* server) -> Async {
                    Rig rig(server);
                    const auto first = co_await outcome_of(rig.session.post(url).data("body"));
                    CHECK(first == "200 in");
                    const auto second = co_await outcome_of(rig.session.get(url));
                    CHECK(second == "200 in");
                }(&guarded));
                CHECK(guarded.seen.size() == 3);
            }
        }
    }
}

TEST_CASE("auth-int hashes a stream and sends it afterwards", "[F89][digest]") {
    run_sync([]() -> Async {
        Guarded guarded;
        guarded.challenge = R"(Digest realm="r", nonce="n", qop="auth, auth-int")";
        Rig rig(&guarded);
        for (int i = 0; i < 2; ++i) {
            const auto outcome =
                co_await outcome_of(rig.session.put(url).data(std::make_unique<Stream>(true)));
            CHECK(outcome == "200 in");
            CHECK(rig.memory->requests().back().ends_with("\r\n\r\nabcdef"));
            CHECK(field_of(rig.memory->requests().back(), "Authorization").find("auth-int") !=
                  std::string::npos);
        }
        // What cannot be hashed is sent with qop=auth, if that is offered.
        const auto once =
            co_await outcome_of(rig.session.put(url).data(std::make_unique<Stream>(false)));
        CHECK(once == "200 in");
        Guarded strict;
        strict.challenge = R"(Digest realm="r", nonce="n", qop="auth-int")";
        Rig other(&strict);
        co_await outcome_of(other.session.get(url));
        const auto error = co_await failure<aiohttp::ClientPayloadError>(
            other.session.put(url).data(std::make_unique<Stream>(false)));
        CHECK(std::string(error.what()).find("auth-int") != std::string::npos);
        CHECK(error.method() == "PUT");
    }());
}

TEST_CASE("a body that cannot be sent twice fails the answer", "[F88][digest]") {
    run_sync([]() -> Async {
        Guarded guarded;
        Rig rig(&guarded);
        co_await failure<aiohttp::ClientPayloadError>(
            rig.session.put(url).data(std::make_unique<Stream>(false)));
        CHECK(guarded.seen == Seen{"-"});
        // The challenge is known now, so that the body is sent only once.
        const auto outcome =
            co_await outcome_of(rig.session.put(url).data(std::make_unique<Stream>(false)));
        CHECK(outcome == "200 in");
    }());
}

TEST_CASE("a wrong password gives the second 401", "[F90][digest]") {
    run_sync([]() -> Async {
        Guarded guarded;
        Rig rig(&guarded, DigestAuthMiddleware("user", "hunter2"));
        auto response = co_await rig.session.get(url);
        CHECK(response.status() == 401);
        CHECK(guarded.seen == Seen{"-", "n1 00000001 / wrong"});
    }());
}

TEST_CASE("a stale nonce is replaced, and counted from one", "[F90][digest]") {
    run_sync([]() -> Async {
        Guarded guarded;
        // The server forgets n1: whatever comes with it is stale.
        const auto fresh = R"(Digest realm="r", nonce="n2", qop="auth", opaque="o", stale=true)";
        int refused = 0;
        DigestAuthMiddleware digest("user", "secret");
        MemoryRig forgetful({}, ClientSessionOptions().middleware(digest));
        forgetful.memory->otherwise(MemoryScript()
                                        .answer([&](std::string_view request) {
                                            const auto field = field_of(request, "Authorization");
                                            if (field.find("nonce=\"n1\"") != std::string::npos &&
                                                ++refused > 1) {
                                                guarded.challenge = fresh;
                                                guarded.seen.push_back("stale");
                                                return guarded.refusal();
                                            }
                                            return guarded.answer(request);
                                        })
                                        .repeat());
        for (int i = 0; i < 3; ++i) {
            const auto outcome = co_await outcome_of(forgetful.session.get(url));
            CHECK(outcome == "200 in");
        }
        CHECK(guarded.seen ==
              Seen{"-", "n1 00000001 / ok", "stale", "n2 00000001 / ok", "n2 00000002 / ok"});
    }());
}

TEST_CASE("a nonce that is stale at once is replaced once more, not for ever", "[F90][digest]") {
    run_sync([]() -> Async {
        int requests = 0;
        DigestAuthMiddleware digest("user", "secret");
        MemoryRig rig({}, ClientSessionOptions().middleware(digest));
        rig.memory->otherwise(MemoryScript()
                                  .answer([&requests](std::string_view) {
                                      return status(401,
                                                    "WWW-Authenticate: Digest realm=r, stale=true, "
                                                    "nonce=n" +
                                                        std::to_string(++requests) + "\r\n");
                                  })
                                  .repeat());
        auto response = co_await rig.session.get(url);
        CHECK(response.status() == 401);
        CHECK(requests == 3);
    }());
}

TEST_CASE("another origin gets no credentials, also after a redirect", "[F91][digest]") {
    run_sync([]() -> Async {
        Guarded guarded;
        Guarded other;
        Rig rig(&guarded);
        rig.memory->on_dial([&](const std::string& host, std::uint16_t) {
            if (host == "other.test") {
                return guards(&other);
            }
            return MemoryScript()
                .answer([&](std::string_view request) {
                    const auto inside = guarded.answer(request);
                    return request.starts_with("GET /away ") && inside.find(" 200 ") < 20
                               ? status(302, "Location: http://other.test/\r\n")
                               : inside;
                })
                .repeat();
        });
        co_await rig.session.get(url).text();
        auto direct = co_await rig.session.get("http://other.test/");
        CHECK(direct.status() == 401);
        auto port = co_await rig.session.get("http://h.test:81/");
        CHECK(port.status() == 401);
        auto redirected = co_await rig.session.get("http://h.test/away");
        CHECK(redirected.status() == 401);
        CHECK(redirected.url().str() == "http://other.test/");
        CHECK(other.seen == Seen{"-", "-"});
        const auto back = co_await outcome_of(rig.session.get(url));
        CHECK(back == "200 in");
    }());
}

TEST_CASE("domain restricts what is authenticated unasked", "[F91][digest]") {
    run_sync([]() -> Async {
        Guarded guarded;
        guarded.challenge =
            R"(Digest realm="r", nonce="n", qop=auth, domain="/a  http://h.test/b/ http://x.test/c")";
        Rig rig(&guarded);
        for (const std::string path : {"/a", "/a", "/a/x?y", "/ab", "/b/", "/b/c", "/b", "/c"}) {
            const auto outcome = co_await outcome_of(rig.session.get("http://h.test" + path));
            CHECK(outcome == "200 in");
        }
        CHECK(guarded.seen == Seen{"-", "n 00000001 /a ok", "n 00000002 /a ok",
                                   "n 00000003 /a/x?y ok", "-", "n 00000004 /ab ok",
                                   "n 00000005 /b/ ok", "n 00000006 /b/c ok", "-",
                                   "n 00000007 /b ok", "-", "n 00000008 /c ok"});
    }());
}

TEST_CASE("without preemption every request is asked first", "[F88][digest]") {
    run_sync([]() -> Async {
        Guarded guarded;
        Rig rig(&guarded, DigestAuthMiddleware("user", "secret", false));
        co_await rig.session.get(url).text();
        co_await rig.session.get(url).text();
        CHECK(guarded.seen == Seen{"-", "n1 00000001 / ok", "-", "n1 00000002 / ok"});
    }());
}

TEST_CASE("uri is the target on the wire, byte for byte", "[F92][digest]") {
    run_sync([]() -> Async {
        Guarded guarded;
        Rig rig(&guarded);
        co_await rig.session.get("http://h.test/a%20b/%7e%2f?q=\xc3\xa9&x=1 2#f")
            .param("p", "\"\\")
            .text();
        const auto request = rig.memory->requests().back();
        const auto target = request.substr(4, request.find(" HTTP") - 4);
        CHECK(target == "/a%20b/%7e%2f?q=%C3%A9&x=1+2&p=%22%5C");
        CHECK(guarded.seen.back() == "n1 00000001 " + target + " ok");
    }());
}

TEST_CASE("other schemes are left alone, and Digest is found among them", "[F88][digest]") {
    run_sync([]() -> Async {
        Guarded guarded;
        guarded.challenge = "Basic realm=\"x\"";
        Rig basic(&guarded);
        auto response = co_await basic.session.get(url);
        CHECK(response.status() == 401);
        CHECK(guarded.seen == Seen{"-"});
        Guarded both;
        both.challenge =
            "Basic realm=\"x, y\"\r\nWWW-Authenticate: Digest realm=r, nonce=1, "
            "Digest realm=r, nonce=2, algorithm=SHA-256";
        Rig rig(&both);
        co_await outcome_of(rig.session.get(url));
        CHECK(field_of(rig.memory->requests().at(1), "Authorization").find("SHA-256") !=
              std::string::npos);
    }());
}

TEST_CASE("a challenge that cannot be answered is an error that names why", "[F89][digest]") {
    run_sync([]() -> Async {
        for (const std::string challenge :
             {"Digest nonce=n", "Digest realm=r", "Digest realm=r, nonce=\"\"",
              "Digest realm=r, nonce=n, algorithm=WHIRL", "Digest realm=r, nonce=n, qop=conf"}) {
            INFO(challenge);
            Guarded guarded;
            guarded.challenge = challenge;
            Rig rig(&guarded);
            const auto error = co_await failure<aiohttp::ClientResponseError>(rig.session.get(url));
            const std::string what = error.what();
            CHECK(what.starts_with("GET http://h.test/: the "));
            CHECK(what.find("Digest challenge") != std::string::npos);
            CHECK(what.find("secret") == std::string::npos);
            CHECK(error.status() == 401);
            CHECK(rig.stats().in_use == 0);
        }
    }());
}

TEST_CASE("Authentication-Info gives the next nonce", "[F88][digest]") {
    for (const std::string algorithm : {"MD5", "MD5-sess"}) {
        run_sync([](std::string name) -> Async {
            Guarded guarded;
            guarded.challenge = "Digest realm=r, nonce=n1, qop=auth, algorithm=" + name;
            guarded.success_fields = "Authentication-Info: qop=auth, nextnonce=\"n2\"\r\n";
            Rig rig(&guarded);
            for (int i = 0; i < 3; ++i) {
                const auto outcome = co_await outcome_of(rig.session.get(url));
                CHECK(outcome == "200 in");
            }
            CHECK(guarded.seen ==
                  Seen{"-", "n1 00000001 / ok", "n2 00000001 / ok", "n2 00000002 / ok"});
        }(algorithm));
    }
}

TEST_CASE("the client's nonce is random, or the caller's", "[F88][digest]") {
    run_sync([]() -> Async {
        Guarded guarded;
        DigestAuthMiddleware digest("user", "secret");
        digest.cnonce([] { return std::string("mine"); });
        Rig fixed(&guarded, digest);
        co_await fixed.session.get(url).text();
        CHECK(field_of(fixed.memory->requests().at(1), "Authorization").find("cnonce=\"mine\"") !=
              std::string::npos);
        Rig random(&guarded);
        co_await random.session.get(url).text();
        co_await random.session.get(url).text();
        const auto cnonce = [&random](std::size_t index) {
            const auto field = field_of(random.memory->requests().at(index), "Authorization");
            return field.substr(field.find("cnonce="));
        };
        CHECK(cnonce(1).size() > 32);
        CHECK(cnonce(1) != cnonce(2));
    }());
}

TEST_CASE("a login that Digest cannot express is a ValueError", "[digest]") {
    CHECK_THROWS_AS(DigestAuthMiddleware("a:b", "c"), aiohttp::ValueError);
    CHECK_THROWS_AS(DigestAuthMiddleware("a\r\nb", "c"), aiohttp::ValueError);
    CHECK_THROWS_AS(DigestAuthMiddleware(std::string("a\0b", 3), "c"), aiohttp::ValueError);
}
