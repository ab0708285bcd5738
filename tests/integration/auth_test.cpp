// Basic credentials, from a request and from URLs.

#include <string>
#include <string_view>

#include <aiohttp/auth.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using aiohttp::BasicAuth;
using aiohttp::bearer_auth;
using aiohttp::BearerAuth;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ValueError;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;

/// A server that answers everything.
class AnyServer : public Server {
public:
    AnyServer() { route("*", Reply(200, "ok")); }
};

std::string with_user(const Server& server, const std::string& user_info, std::string_view path) {
    auto url = server.url(path);
    return url.insert(url.find("//") + 2, user_info + '@');
}

}  // namespace

TEST_CASE("auth() sends Basic credentials", "[F83]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url()).auth(BasicAuth("user", "pass")).text();
        co_await session.get(target.url()).auth(BasicAuth("a", "b")).auth(BasicAuth("u")).text();
    });
    CHECK(server.request(0).header("Authorization") == "Basic dXNlcjpwYXNz");
    CHECK(server.request(1).header("Authorization") == "Basic dTo=");
    CHECK(server.request(1).header_count("Authorization") == 1);
}

TEST_CASE("auth() replaces the session's Authorization", "[F83]") {
    AnyServer server;
    run_client_with(ClientSessionOptions().header("authorization", BasicAuth("session").encode()),
                    server, [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url()).auth(BasicAuth("user", "pass")).text();
                        co_await session.get(target.url()).text();
                    });
    CHECK(server.request(0).header("Authorization") == "Basic dXNlcjpwYXNz");
    CHECK(server.request(0).header_count("Authorization") == 1);
    CHECK(server.request(1).header("Authorization") == "Basic c2Vzc2lvbjo=");
}

TEST_CASE("auth() sends a bearer token, instead of the session's Authorization", "[F83]") {
    AnyServer server;
    run_client_with(
        ClientSessionOptions().header("Authorization", bearer_auth("session")), server,
        [](ClientSession& session, Server& target) -> Async {
            const BearerAuth auth("abc");
            co_await session.get(target.url()).auth(auth).text();
            co_await session.get(target.url()).text();
            co_await failure<ValueError>(
                session.get(target.url()).auth(auth).header("authorization", "x"));
            co_await failure<ValueError>(session.get(with_user(target, "u:p", "/")).auth(auth));
            co_await session.get(target.url()).auth(BasicAuth("a", "b")).auth(auth).text();
        });
    CHECK(server.request_count() == 3);
    CHECK(server.request(0).header("Authorization") == "Bearer abc");
    CHECK(server.request(0).header_count("Authorization") == 1);
    CHECK(server.request(1).header("Authorization") == "Bearer session");
    CHECK(server.request(2).header("Authorization") == "Bearer abc");
}

TEST_CASE("a session's auth() goes with every request, and stays with its origin", "[F83][E72]") {
    AnyServer other;
    AnyServer server;
    server.route("/away", Reply(302).header("Location", other.url()));
    const auto main = [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url()).text();
        co_await session.get(target.url("/away")).text();
        co_await session.get(target.url()).auth(BasicAuth("own", "pass")).text();
        co_await session.get(target.url()).header("Authorization", "own").text();
    };
    run_client_with(ClientSessionOptions().auth(BasicAuth("a", "b")).auth(BearerAuth("token")),
                    server, main);
    CHECK(server.request(0).header("Authorization") == "Bearer token");
    CHECK(server.request(0).header_count("Authorization") == 1);
    CHECK(other.request(0).header_count("Authorization") == 0);
    CHECK(server.request(2).header("Authorization") == BasicAuth("own", "pass").encode());
    CHECK(server.request(3).header("Authorization") == "own");
    server.clear_requests();
    run_client_with(ClientSessionOptions().auth(BasicAuth("user", "pass")), server, main);
    CHECK(server.request(0).header("Authorization") == "Basic dXNlcjpwYXNz");
}

TEST_CASE("credentials of a URL are sent as Basic and taken out of it", "[F84]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(with_user(target, "user:pass", "/x#f"));
        CHECK(response.url().str() == target.url("/x"));
        CHECK(response.real_url().str() == target.url("/x#f"));
        co_await session.get(with_user(target, "user", "/")).text();
    });
    CHECK(server.request(0).header("Authorization") == "Basic dXNlcjpwYXNz");
    CHECK(server.request(0).target == "/x");
    CHECK(server.request(1).header("Authorization") == "Basic dXNlcjo=");
}

TEST_CASE("credentials of base_url are sent as Basic", "[F84]") {
    AnyServer server;
    const auto base = with_user(server, "user:pass", "/");
    run_client_with(ClientSessionOptions().base_url(base), server,
                    [](ClientSession& session, Server&) -> Async {
                        auto response = co_await session.get("x");
                        CHECK_FALSE(response.url().has_user_info());
                    });
    CHECK(server.request(0).header("Authorization") == "Basic dXNlcjpwYXNz");
}

TEST_CASE("a request has one source of credentials", "[F84]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const BasicAuth auth("a", "b");
        const auto url = with_user(target, "user:secret", "/");
        const auto both =
            co_await failure<ValueError>(session.get(url).header("Authorization", "Bearer x"));
        CHECK(std::string(both.what()).find("secret") == std::string::npos);
        co_await failure<ValueError>(session.get(url).auth(auth));
        co_await failure<ValueError>(
            session.get(target.url()).auth(auth).header("authorization", "Bearer x"));
        session.headers().set("Authorization", "Bearer session");
        co_await failure<ValueError>(session.get(url));
    });
    CHECK(server.connections_accepted() == 0);
}

TEST_CASE("credentials of a URL are percent-decoded first", "[F85]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(with_user(target, "us%65r:p%40%3a%2F", "/")).text();
        co_await session.get(with_user(target, "test:123%C2%A3", "/")).text();
        co_await failure<ValueError>(session.get(with_user(target, "a%3Ab:p", "/")));
    });
    CHECK(server.request(0).header("Authorization") == BasicAuth("user", "p@:/").encode());
    CHECK(server.request(1).header("Authorization") == "Basic dGVzdDoxMjPCow==");
}
