// Proxies of the environment: trust_env.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <aiohttp/auth.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/proxy.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/environment.hpp"
#include "support/proxy.hpp"

namespace {

using aiohttp::BasicAuth;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::no_proxy;
using aiohttp::TlsOptions;
using aiohttp::ValueError;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::HttpProxy;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::TemporaryFile;
using aiohttp::testing::Variable;

/// An environment without proxies and credentials.
class CleanEnvironment {
    Variable http_{"http_proxy", std::nullopt};
    Variable https_{"https_proxy", std::nullopt};
    Variable all_{"all_proxy", std::nullopt};
    Variable none_{"no_proxy", std::nullopt};
    Variable upper_http_{"HTTP_PROXY", std::nullopt};
    Variable upper_https_{"HTTPS_PROXY", std::nullopt};
    Variable upper_all_{"ALL_PROXY", std::nullopt};
    Variable upper_none_{"NO_PROXY", std::nullopt};
    Variable method_{"REQUEST_METHOD", std::nullopt};
    Variable netrc_{"NETRC", "/nowhere"};
};

ClientSessionOptions trusting_env() {
    return ClientSessionOptions().trust_env(true);
}

/// Who answers a GET for a page of `origin`: "direct", or "forwarded ...".
std::string answer(Server& origin, ClientSessionOptions options = trusting_env()) {
    std::string text;
    run_client_with(
        std::move(options), origin,
        [](ClientSession& session, Server& target, std::string& out) -> Async {
            out = co_await session.get(target.url()).text();
        },
        text);
    return text;
}

class Origin : public Server {
public:
    Origin() { route("*", Reply(200, "direct")); }
};

}  // namespace

TEST_CASE("the environment names the proxy, when it is trusted", "[K166]") {
    const CleanEnvironment clean;
    HttpProxy proxy;
    Origin origin;
    const auto forwarded = "forwarded " + origin.url();
    CHECK(answer(origin) == "direct");
    {
        const Variable variable("http_proxy", proxy.proxy("m%65:pw"));
        CHECK(answer(origin) == forwarded);
        CHECK(proxy.request(0).header("Proxy-Authorization") == BasicAuth("me", "pw").encode());
        CHECK(answer(origin, ClientSessionOptions()) == "direct");
        CHECK(answer(origin, trusting_env().proxy(no_proxy)) == "direct");
    }
    {
        const Variable variable("HTTP_PROXY", "127.0.0.1:" + std::to_string(proxy.port()));
        CHECK(answer(origin) == forwarded);
        const Variable cgi("REQUEST_METHOD", "GET");
        CHECK(answer(origin) == "direct");
    }
    {
        const Variable variable("all_proxy", proxy.proxy());
        CHECK(answer(origin) == forwarded);
    }
    {
        const Variable variable("https_proxy", proxy.proxy());
        CHECK(answer(origin) == "direct");
    }
}

TEST_CASE("https_proxy is for https", "[K166]") {
    const CleanEnvironment clean;
    HttpProxy proxy;
    Server origin(ServerOptions().tls());
    origin.route("/", Reply(200, "secret"));
    const Variable variable("HTTPS_PROXY", proxy.proxy());
    CHECK(answer(origin, trusting_env().ssl(TlsOptions().ca_pem(origin.ca_pem()))) == "secret");
    CHECK(proxy.request(0).method == "CONNECT");
}

TEST_CASE("no_proxy keeps hosts from the proxy", "[K166]") {
    const CleanEnvironment clean;
    HttpProxy proxy;
    Origin origin;
    const Variable variable("http_proxy", proxy.proxy());
    const auto port = std::to_string(origin.port());
    for (const auto& rules :
         {std::string("127.0.0.1"), std::string("*"), std::string("127.0.0.0/8"),
          "127.0.0.1:" + port, std::string(" a.test , 127.0.0.1")}) {
        INFO(rules);
        const Variable none("no_proxy", rules);
        CHECK(answer(origin) == "direct");
    }
    for (const auto& rules : {std::string("0.0.1"), std::string("127.0.0.1:1"), std::string("")}) {
        INFO(rules);
        const Variable none("no_proxy", rules);
        CHECK(answer(origin) == "forwarded " + origin.url());
    }
}

TEST_CASE("an explicit proxy wins over the environment", "[K166]") {
    const CleanEnvironment clean;
    HttpProxy proxy;
    HttpProxy other;
    Origin origin;
    const Variable variable("http_proxy", other.proxy());
    const Variable none("no_proxy", "*");
    CHECK(answer(origin, trusting_env().proxy(proxy.proxy())) == "forwarded " + origin.url());
    CHECK(proxy.request_count() == 1);
    CHECK(other.request_count() == 0);
}

TEST_CASE("a variable that names no proxy is an error where it would be used", "[K166]") {
    const CleanEnvironment clean;
    Origin origin;
    const Variable variable("http_proxy", "ftp://me:secret@h");
    run_client_with(trusting_env(), origin, [](ClientSession& session, Server& target) -> Async {
        const auto error = co_await failure<ValueError>(session.get(target.url()).text());
        const std::string text = error.what();
        CHECK(text.starts_with("$http_proxy: scheme \"ftp\""));
        CHECK(text.find("secret") == std::string::npos);
        const auto body = co_await session.get(target.url()).proxy(no_proxy).text();
        CHECK(body == "direct");
    });
    const Variable none("no_proxy", "127.0.0.1");
    CHECK(answer(origin) == "direct");
}

TEST_CASE("the environment is asked anew for every redirect", "[K166]") {
    const CleanEnvironment clean;
    HttpProxy proxy;
    Origin origin;
    proxy.route("/from", Reply(302).header("Location", origin.url("/to")));
    const Variable variable("http_proxy", proxy.proxy("me:pw"));
    const Variable none("no_proxy", "127.0.0.1");
    run_client_with(trusting_env(), origin, [](ClientSession& session, Server&) -> Async {
        const auto body = co_await session.get("http://start.test/from").text();
        CHECK(body == "direct");
    });
    CHECK(proxy.request_count() == 1);
    CHECK(origin.request(0).target == "/to");
    CHECK(origin.request(0).header_count("Proxy-Authorization") == 0);
}

TEST_CASE("proxy_auth is for a proxy of the environment that has no credentials", "[K163]") {
    const CleanEnvironment clean;
    HttpProxy proxy;
    Origin origin;
    const auto options = trusting_env().proxy_auth(BasicAuth("session", "s"));
    {
        const Variable variable("http_proxy", proxy.proxy());
        answer(origin, options);
    }
    const Variable variable("http_proxy", proxy.proxy("url:u"));
    answer(origin, options);
    CHECK(proxy.request(0).header("Proxy-Authorization") == BasicAuth("session", "s").encode());
    CHECK(proxy.request(1).header("Proxy-Authorization") == BasicAuth("url", "u").encode());
}

TEST_CASE("netrc has credentials for a proxy that comes without", "[K163][F86]") {
    const CleanEnvironment clean;
    const TemporaryFile file("machine 127.0.0.1 login net password rc\n");
    const Variable netrc("NETRC", file.path().string());
    HttpProxy proxy;
    Server origin;
    run_client_with(
        trusting_env(), origin,
        [](ClientSession& session, Server&, HttpProxy& via) -> Async {
            co_await session.get("http://a.test/").proxy(via.proxy()).read();
            co_await session.get("http://a.test/").proxy(via.proxy("url:u")).read();
        },
        proxy);
    CHECK(proxy.request(0).header("Proxy-Authorization") == BasicAuth("net", "rc").encode());
    CHECK(proxy.request(0).header_count("Authorization") == 0);
    CHECK(proxy.request(1).header("Proxy-Authorization") == BasicAuth("url", "u").encode());
    const Variable variable("http_proxy", proxy.proxy());
    answer(origin);
    CHECK(proxy.request(2).header("Proxy-Authorization") == BasicAuth("net", "rc").encode());
}

TEST_CASE("credentials for a proxy do not reach a server that is asked directly", "[K163][K166]") {
    const CleanEnvironment clean;
    const Variable variable("http_proxy", std::string("http://127.0.0.1:1"));
    const Variable none("no_proxy", std::string("127.0.0.1"));
    Origin origin;
    run_client_with(ClientSessionOptions().trust_env(true).header("Proxy-Authorization", "secret"),
                    origin, [](ClientSession& session, Origin& target) -> Async {
                        const auto text = co_await session.get(target.url()).text();
                        CHECK(text == "direct");
                    });
    CHECK(origin.request(0).header_count("Proxy-Authorization") == 0);
}
