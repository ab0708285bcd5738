// Middlewares over real sockets: nothing may be left open, however they end.

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/digest_auth.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/middleware.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/tasks.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::ClientRequest;
using aiohttp::ClientResponse;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::Middlewares;
using aiohttp::Next;
using aiohttp::testing::Async;
using aiohttp::testing::BlackHole;
using aiohttp::testing::failure;
using aiohttp::testing::Gate;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::run_sync;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerRequest;
using aiohttp::testing::settle;
using boost::asio::awaitable;

awaitable<ClientResponse> retry_once(ClientRequest& request, Next next) {
    auto response = co_await next(request);
    if (response.status() == 503) {
        response = co_await next(request);
    }
    co_return response;
}

awaitable<ClientResponse> throws_afterwards(ClientRequest& request, Next next) {
    const auto response = co_await next(request);
    throw std::runtime_error("status " + std::to_string(response.status()));
}

awaitable<ClientResponse> naps_afterwards(ClientRequest& request, Next next) {
    auto response = co_await next(request);
    co_await aiohttp::sleep(1h);
    co_return response;
}

}  // namespace

TEST_CASE("a busy server is asked again, with the body", "[M190]") {
    Server server;
    server.route("/", {Reply(503, std::string(100'000, 'x')), Reply(200, "done")});
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto text =
            co_await session.post(target.url()).data("body").middlewares(retry_once).text();
        CHECK(text == "done");
    });
    CHECK(server.request(0).body == "body");
    CHECK(server.request(1).body == "body");
}

TEST_CASE("a large response that a middleware does not want is closed", "[M190]") {
    Server server;
    server.route("/", Reply(200, std::string(10'000'000, 'x')));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await failure<std::runtime_error>(
            session.get(target.url()).middlewares(throws_afterwards));
        co_await failure<aiohttp::TotalTimeoutError>(
            session.get(target.url()).middlewares(naps_afterwards).timeout(50ms));
    });
}

TEST_CASE("many requests go through their middlewares at a time", "[M189]") {
    Server server;
    server.route("/*", [](const ServerRequest& request) {
        return Reply(200, std::string(request.header("X-Hop")));
    });
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        std::vector<boost::asio::awaitable<std::string>> requests;
        for (int i = 0; i < 50; ++i) {
            const auto tag = [i](ClientRequest& request, Next next) -> awaitable<ClientResponse> {
                co_await aiohttp::sleep(0s);
                request.headers().set("X-Hop", std::to_string(i));
                co_return co_await next(request);
            };
            requests.push_back(session.get(target.url("/x")).middlewares(tag).text());
        }
        const auto texts = co_await aiohttp::gather(std::move(requests));
        for (std::size_t i = 0; i < texts.size(); ++i) {
            CHECK(texts[i] == std::to_string(i));
        }
    });
}

TEST_CASE("a next that is still connecting may outlive a request without a session", "[M190]") {
    const BlackHole hole;
    run_sync([](std::string url) -> Async {
        std::optional<aiohttp::Task<ClientResponse>> part;
        const auto executor = co_await boost::asio::this_coro::executor;
        const auto canned = [](ClientRequest& of) -> awaitable<ClientResponse> {
            co_await settle();
            co_return aiohttp::make_response(of, 200, "canned");
        };
        Middlewares chain;
        chain.push_back([&](ClientRequest& request, Next next) {
            part = aiohttp::create_task(executor, next(request));
            return canned(request);
        });
        const auto text = co_await aiohttp::request("GET", url).middlewares(chain).text();
        CHECK(text == "canned");
        co_await failure<aiohttp::ClientConnectionError>(std::move(*part).result());
    }(hole.url()));
}

TEST_CASE("an io_context that is destroyed takes a chain along", "[M190]") {
    Server server;
    const Gate asked;
    server.route("/", Script().open(asked).stall());
    const auto before = aiohttp::testing::open_descriptors();
    {
        std::optional<ClientSession> session;
        session.emplace(ClientSessionOptions().middleware(retry_once).middleware(naps_afterwards));
        boost::asio::io_context io;
        boost::asio::co_spawn(io, session->get(server.url()), boost::asio::detached);
        while (!asked.is_open()) {
            io.poll_one();
        }
        server.route("/", Reply(200, "part"));
        boost::asio::co_spawn(io, session->get(server.url()), boost::asio::detached);
        while (server.request_count() < 2) {
            io.poll_one();
        }
    }
    server.wait_for_connections_open(0);
    CHECK(aiohttp::testing::open_descriptors() <= before);
}

TEST_CASE("digest authentication survives a redirect and a closed connection", "[F88][digest]") {
    Server server;
    server.route("*", [](const ServerRequest& request) {
        if (request.header("Authorization").empty()) {
            return Reply(401, "who?")
                .header("WWW-Authenticate", "Digest realm=r, nonce=n, qop=\"auth\"");
        }
        return request.path == "/from" ? Reply(302).header("Location", "/to")
                                       : Reply(200, std::string(request.header("Authorization")));
    });
    const aiohttp::DigestAuthMiddleware digest("user", "secret");
    run_client_with(ClientSessionOptions().middleware(digest), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const auto first = co_await session.get(target.url("/from")).text();
                        CHECK(first.find("uri=\"/to\"") != std::string::npos);
                        CHECK(first.find("nc=00000002") != std::string::npos);
                        target.close_idle_connections();
                        const auto second = co_await session.get(target.url("/to?x")).text();
                        CHECK(second.find("uri=\"/to?x\"") != std::string::npos);
                    });
    CHECK(server.request_count() == 4);
}
