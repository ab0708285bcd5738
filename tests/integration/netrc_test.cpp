// Credentials of the environment: which requests get them.

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/auth.hpp>
#include <aiohttp/middleware.hpp>
#include <aiohttp/response.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/environment.hpp"

namespace {

using aiohttp::BasicAuth;
using aiohttp::BearerAuth;
using aiohttp::ClientResponse;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::testing::Async;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;
using aiohttp::testing::TemporaryFile;
using aiohttp::testing::Variable;

class AnyServer : public Server {
public:
    AnyServer() { route("*", Reply(200, "ok")); }
};

/// What a plain GET to 127.0.0.1 carries as Authorization, or "none".
std::string sent(bool trust = true) {
    AnyServer server;
    run_client_with(ClientSessionOptions().trust_env(trust), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url()).text();
                    });
    const auto request = server.request(0);
    return request.header_count("Authorization") == 0
               ? "none"
               : std::string(request.header("Authorization"));
}

const std::string ours = "machine 127.0.0.1 login user password pass\n";
const std::string as_basic = BasicAuth("user", "pass").encode();

}  // namespace

TEST_CASE("trust_env sends what netrc has for the host", "[F86]") {
    const TemporaryFile file(ours);
    const Variable netrc("NETRC", file.path().string());
    CHECK(sent() == as_basic);
    CHECK(sent(false) == "none");
}

TEST_CASE("a host that is not in netrc gets nothing, unless there is a default", "[F86]") {
    const TemporaryFile other("machine localhost login a password b");
    const TemporaryFile all("default login a password b");
    {
        const Variable netrc("NETRC", other.path().string());
        CHECK(sent() == "none");
    }
    const Variable netrc("NETRC", all.path().string());
    CHECK(sent() == BasicAuth("a", "b").encode());
}

TEST_CASE("credentials of the program win over netrc", "[F86]") {
    const TemporaryFile file(ours);
    const Variable netrc("NETRC", file.path().string());
    AnyServer server;
    run_client_with(ClientSessionOptions().trust_env(true), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url()).header("authorization", "mine").text();
                        co_await session.get(target.url()).auth(BearerAuth("token")).text();
                        auto url = target.url();
                        url.insert(url.find("//") + 2, "u:p@");
                        co_await session.get(url).text();
                        session.headers().set("Authorization", "session's");
                        co_await session.get(target.url()).text();
                    });
    CHECK(server.request(0).header("Authorization") == "mine");
    CHECK(server.request(1).header("Authorization") == "Bearer token");
    CHECK(server.request(2).header("Authorization") == BasicAuth("u", "p").encode());
    CHECK(server.request(3).header("Authorization") == "session's");
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(server.request(i).header_count("Authorization") == 1);
    }
}

TEST_CASE("middlewares see the credentials of netrc, so that they leave them alone", "[F86]") {
    const TemporaryFile file(ours);
    const Variable netrc("NETRC", file.path().string());
    AnyServer server;
    std::string seen;
    const auto look = [&seen](aiohttp::ClientRequest& request,
                              aiohttp::Next next) -> boost::asio::awaitable<ClientResponse> {
        seen = request.headers()["Authorization"];
        return next(request);
    };
    run_client_with(ClientSessionOptions().trust_env(true).middleware(look), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url()).text();
                    });
    CHECK(seen == as_basic);
    CHECK(server.request(0).header("Authorization") == as_basic);
    CHECK(server.request(0).header_count("Authorization") == 1);
}

TEST_CASE("each redirect asks netrc for its own host", "[F86]") {
    const TemporaryFile file(ours + "machine localhost login local password host");
    const Variable netrc("NETRC", file.path().string());
    AnyServer server;
    const auto other = "http://localhost:" + std::to_string(server.port());
    server.route("/other", Reply(302).header("Location", other + "/back"));
    server.route("/back", Reply(302).header("Location", server.url("/end")));
    run_client_with(ClientSessionOptions().trust_env(true), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url("/other")).text();
                        co_await session.get(target.url("/other")).auth(BearerAuth("token")).text();
                    });
    CHECK(server.request(0).header("Authorization") == as_basic);
    CHECK(server.request(1).header("Authorization") == BasicAuth("local", "host").encode());
    CHECK(server.request(2).header("Authorization") == as_basic);
    CHECK(server.request(3).header("Authorization") == "Bearer token");
    // The token stays with its origin; the other host has credentials of its own.
    CHECK(server.request(4).header("Authorization") == BasicAuth("local", "host").encode());
    CHECK(server.request(5).header("Authorization") == as_basic);
}

TEST_CASE("a redirect to a host that is not in netrc carries nothing", "[F86]") {
    const TemporaryFile file(ours);
    const Variable netrc("NETRC", file.path().string());
    AnyServer server;
    const auto other = "http://localhost:" + std::to_string(server.port());
    server.route("/other", Reply(302).header("Location", other + "/end"));
    run_client_with(ClientSessionOptions().trust_env(true), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url("/other")).text();
                    });
    CHECK(server.request(0).header("Authorization") == as_basic);
    CHECK(server.request(1).header_count("Authorization") == 0);
}

TEST_CASE("the file is that of NETRC, else the one in the home directory", "[F87]") {
    const TemporaryFile given("machine 127.0.0.1 login given password x");
    const Variable unset("NETRC", std::nullopt);
    const auto home = given.path().string() + ".home";
    std::filesystem::create_directory(home);
    std::filesystem::copy_file(given.path(), home + "/.netrc");
    {
        const Variable variable("HOME", home);
        CHECK(sent() == BasicAuth("given", "x").encode());
        const TemporaryFile file(ours);
        const Variable netrc("NETRC", file.path().string());
        CHECK(sent() == as_basic);
        const Variable missing("NETRC", "/no/such/file");
        CHECK(sent() == "none");  // and not the one in the home directory
    }
    std::filesystem::remove_all(home);
    const Variable nowhere("HOME", std::nullopt);
    CHECK(sent() == "none");
}

TEST_CASE("a file that cannot be used is as none", "[F87]") {
    const TemporaryFile malformed(ours + "password");
    for (const auto& path : {malformed.path().string(), std::string("/"), std::string()}) {
        CAPTURE(path);
        const Variable netrc("NETRC", path);
        CHECK(sent() == "none");
    }
}

TEST_CASE("the file is read when the session is made", "[F87]") {
    AnyServer server;
    std::optional<Variable> netrc;
    std::optional<TemporaryFile> file(ours);
    netrc.emplace("NETRC", file->path().string());
    auto options = ClientSessionOptions().trust_env(true);
    run_client_with(
        std::move(options), server,
        [](ClientSession& session, Server& target, std::optional<TemporaryFile>& open) -> Async {
            open.reset();
            co_await session.get(target.url()).text();
        },
        file);
    CHECK(server.request(0).header("Authorization") == as_basic);
}
