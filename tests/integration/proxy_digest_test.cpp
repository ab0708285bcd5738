// Digest credentials for proxies.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <aiohttp/body.hpp>
#include <aiohttp/detail/protocol/digest_challenge.hpp>
#include <aiohttp/detail/protocol/digest_response.hpp>
#include <aiohttp/detail/protocol/message_digest.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/middleware.hpp>
#include <aiohttp/proxy.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/proxy.hpp"

namespace {

using aiohttp::ClientHttpProxyError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ProxyAuth;
using aiohttp::TlsOptions;
using aiohttp::testing::Answer;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::HttpProxy;
using aiohttp::testing::port_of;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::ServerRequest;
using aiohttp::testing::tunnel_opened;
using namespace aiohttp::detail;

/// A proxy that lets "me" with "secret" in.
class DigestProxy : public Server {
public:
    struct Rules {
        std::string qop = "auth";
        bool closes = false;        // after each 407
        std::size_t lifetime = 99;  // requests that a nonce is good for
    };

    explicit DigestProxy(Rules rules) : rules_(std::move(rules)) {
        route("*", [this](const ServerRequest& request) { return answer(request); });
    }
    DigestProxy() : DigestProxy(Rules()) {}

    std::string proxy() const { return url(""); }

private:
    std::string challenge(bool stale) const {
        return "Digest realm=\"p\", nonce=\"" + std::to_string(nonce_) + "\", qop=\"" + rules_.qop +
               "\", algorithm=SHA-256" + (stale ? ", stale=true" : "");
    }

    Answer answer(const ServerRequest& request) {
        const auto field = request.header("Proxy-Authorization");
        const auto given = parse_challenges(std::span(&field, 1));
        bool stale = false;
        if (!given.empty() && is_right(request, given[0].params)) {
            if (used_ < rules_.lifetime) {
                ++used_;
                return request.method == "CONNECT"
                           ? Answer(Script().send(tunnel_opened).tunnel_to(port_of(request.target)))
                           : Answer(Reply(200, "forwarded " + request.body));
            }
            stale = true;
            used_ = 0;
            ++nonce_;
        }
        const auto reply =
            Reply(407, "who are you?").header("Proxy-Authenticate", challenge(stale));
        return rules_.closes ? Reply(reply).close() : reply;
    }

    bool is_right(const ServerRequest& request, const AuthParams& params) const {
        const auto value = [&](std::string_view name) {
            const auto* const found = find_param(params, name);
            return found == nullptr ? std::string() : *found;
        };
        const auto text = challenge(false);
        const std::string_view view = text;
        std::string problem;
        const auto known = choose_digest(parse_challenges(std::span(&view, 1)), problem);
        const auto cnonce = value("cnonce");
        const auto hash =
            rules_.qop == "auth-int" ? hash_hex(HashFunction::sha256, request.body) : std::string();
        DigestRequest expected;
        expected.login = "me";
        expected.password = "secret";
        expected.method = request.method;
        expected.uri = request.target;
        expected.nonce = known->nonce;
        expected.count = static_cast<std::uint32_t>(std::stoul("0" + value("nc"), nullptr, 16));
        expected.cnonce = cnonce;
        expected.first_cnonce = cnonce;
        expected.body_hash = hash;
        const auto answer = digest_authorization(*known, expected);
        const auto right = parse_auth_params(std::string_view(answer).substr(sizeof "Digest"));
        return value("uri") == request.target &&
               value("response") == *find_param(right, "response");
    }

    Rules rules_;
    unsigned nonce_ = 1;
    std::size_t used_ = 0;
};

ProxyAuth ours() {
    return ProxyAuth::digest("me", "secret");
}

/// A body that is made piece by piece, as often as it is wanted.
class StreamedBody final : public aiohttp::BodySource {
public:
    std::optional<std::uint64_t> size() const override { return 4; }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (std::exchange(read_, true)) {
            co_return std::nullopt;
        }
        co_return "body";
    }
    bool rewind() override {
        read_ = false;
        return true;
    }

private:
    bool read_ = false;
};

/// A body that can be read once.
class OnceBody final : public aiohttp::BodySource {
public:
    std::optional<std::uint64_t> size() const override { return 4; }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (std::exchange(read_, true)) {
            co_return std::nullopt;
        }
        co_return "once";
    }
    bool rewind() override { return !read_; }

private:
    bool read_ = false;
};

}  // namespace

TEST_CASE("a proxy's Digest challenge is answered, and the next request is ready for it",
          "[K163]") {
    DigestProxy proxy;
    run_client(proxy, [](ClientSession& session, DigestProxy& via) -> Async {
        auto response = co_await session.post("http://origin.test/a?b")
                            .data("body")
                            .proxy(via.proxy())
                            .proxy_auth(ours());
        CHECK(response.status() == 200);
        CHECK(response.history().empty());
        const auto body = co_await response.text();
        CHECK(body == "forwarded body");
        co_await session.get("http://other.test/").proxy(via.proxy()).proxy_auth(ours()).read();
    });
    REQUIRE(proxy.request_count() == 3);
    CHECK(proxy.request(0).header_count("Proxy-Authorization") == 0);
    CHECK(proxy.request(1).header_count("Authorization") == 0);
    const auto has = [&](std::size_t index, std::string_view text) {
        return proxy.request(index).header("Proxy-Authorization").find(text) != std::string::npos;
    };
    CHECK(has(1, "nc=00000001"));
    CHECK(has(2, "nc=00000002"));
    CHECK(proxy.connections_accepted() == 1);
}

TEST_CASE("a wrong Digest password ends with the second 407", "[K163]") {
    DigestProxy proxy;
    run_client(proxy, [](ClientSession& session, DigestProxy& via) -> Async {
        auto response = co_await session.get("http://origin.test/")
                            .proxy(via.proxy())
                            .proxy_auth(ProxyAuth::digest("me", "wrong"));
        CHECK(response.status() == 407);
        const auto body = co_await response.text();
        CHECK(body == "who are you?");
    });
    CHECK(proxy.request_count() == 2);
}

TEST_CASE("a streamed body with a wrong Digest password is sent twice, not more", "[K163]") {
    DigestProxy proxy;
    run_client(proxy, [](ClientSession& session, DigestProxy& via) -> Async {
        auto response = co_await session.post("http://origin.test/")
                            .data(std::make_unique<StreamedBody>())
                            .proxy(via.proxy())
                            .proxy_auth(ProxyAuth::digest("me", "wrong"));
        CHECK(response.status() == 407);
        auto right = co_await session.post("http://origin.test/")
                         .data(std::make_unique<StreamedBody>())
                         .proxy(via.proxy())
                         .proxy_auth(ours());
        const auto body = co_await right.text();
        CHECK(body == "forwarded body");
    });
    CHECK(proxy.request_count() == 4);
}

TEST_CASE("a stale nonce costs one more request", "[K163]") {
    DigestProxy::Rules rules;
    rules.lifetime = 1;
    DigestProxy proxy(rules);
    run_client(proxy, [](ClientSession& session, DigestProxy& via) -> Async {
        for (int i = 0; i < 2; ++i) {
            auto response =
                co_await session.get("http://origin.test/").proxy(via.proxy()).proxy_auth(ours());
            CHECK(response.status() == 200);
        }
    });
    CHECK(proxy.request_count() == 4);
}

TEST_CASE("a body that cannot be sent again leaves the 407 as it is") {
    DigestProxy proxy;
    run_client(proxy, [](ClientSession& session, DigestProxy& via) -> Async {
        auto response = co_await session.post("http://origin.test/")
                            .data(std::make_unique<OnceBody>())
                            .proxy(via.proxy())
                            .proxy_auth(ours());
        CHECK(response.status() == 407);
    });
    CHECK(proxy.request_count() == 1);
}

TEST_CASE("qop=auth-int of a proxy hashes the body") {
    DigestProxy::Rules rules;
    rules.qop = "auth-int";
    DigestProxy proxy(rules);
    Server origin(ServerOptions().tls());
    origin.route("/", Reply(200, "secret"));
    run_client(
        proxy,
        [](ClientSession& session, DigestProxy& via, Server& target) -> Async {
            auto response = co_await session.post("http://origin.test/")
                                .data("body")
                                .proxy(via.proxy())
                                .proxy_auth(ours());
            CHECK(response.status() == 200);
            auto tunnelled = co_await session.get(target.url())
                                 .ssl(TlsOptions().ca_pem(target.ca_pem()))
                                 .proxy(via.proxy())
                                 .proxy_auth(ours());
            CHECK(tunnelled.status() == 200);
        },
        origin);
}

TEST_CASE("a middleware sees the answer to a request that was authenticated to the proxy") {
    DigestProxy proxy;
    const auto looks = [](aiohttp::ClientRequest& request,
                          aiohttp::Next next) -> boost::asio::awaitable<aiohttp::ClientResponse> {
        auto response = co_await next(request);
        CHECK(response.status() == 200);
        co_return response;
    };
    run_client_with(ClientSessionOptions().middleware(looks), proxy,
                    [](ClientSession& session, DigestProxy& via) -> Async {
                        co_await session.get("http://origin.test/")
                            .proxy(via.proxy())
                            .proxy_auth(ours())
                            .read();
                    });
    CHECK(proxy.request_count() == 2);
}

TEST_CASE("CONNECT is authenticated with Digest, on the same connection or another", "[K163]") {
    DigestProxy::Rules rules;
    rules.closes = GENERATE(false, true);
    DigestProxy proxy(rules);
    Server origin(ServerOptions().tls());
    origin.route("/", Reply(200, "secret").close());
    run_client(
        proxy,
        [](ClientSession& session, DigestProxy& via, Server& target) -> Async {
            for (int i = 0; i < 2; ++i) {
                const auto body = co_await session.get(target.url())
                                      .ssl(TlsOptions().ca_pem(target.ca_pem()))
                                      .proxy(via.proxy())
                                      .proxy_auth(ours())
                                      .text();
                CHECK(body == "secret");
            }
        },
        origin);
    CHECK(proxy.request_count() == 3);  // the second tunnel is asked for with credentials at once
    CHECK(proxy.connections_accepted() == (rules.closes ? 3 : 2));
    for (const auto& request : origin.requests()) {
        CHECK(request.header_count("Proxy-Authorization") == 0);
    }
}

TEST_CASE("a 407 to CONNECT with Digest credentials is final", "[K163]") {
    DigestProxy proxy;
    Server origin(ServerOptions().tls());
    run_client(
        proxy,
        [](ClientSession& session, DigestProxy& via, Server& target) -> Async {
            const auto error = co_await failure<ClientHttpProxyError>(
                session.get(target.url())
                    .proxy(via.proxy())
                    .proxy_auth(ProxyAuth::digest("me", "x")));
            CHECK(error.status() == 407);
            CHECK(session.connector().stats().open == 0);
        },
        origin);
    CHECK(proxy.request_count() == 2);
    CHECK(origin.connections_accepted() == 0);
}
