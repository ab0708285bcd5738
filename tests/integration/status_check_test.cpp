// raise_for_status() with a coroutine that looks at the response.

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::ClientResponse;
using aiohttp::ClientResponseError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

Async refuse_teapots(ClientResponse& response) {
    if (response.status() == 418) {
        const auto text = co_await response.text();
        throw std::runtime_error("teapot: " + text);
    }
}

class StatusServer : public Server {
public:
    StatusServer() {
        route("/ok", Reply(200, "fine"));
        route("/missing", Reply(404, "nothing"));
        route("/teapot", Reply(418, std::string(100'000, 'x')));
        route("/moved", Reply(302).header("Location", "/missing"));
        route("/partial",
              Script().send("HTTP/1.1 418 T\r\nContent-Length: 100\r\n\r\npart").stall());
    }
};

}  // namespace

TEST_CASE("a status check sees every response, after redirects", "[J160]") {
    StatusServer server;
    std::vector<int> seen;
    const auto check = [&seen](ClientResponse& response) -> Async {
        seen.push_back(response.status());
        CHECK(response.history().size() == (seen.size() == 3 ? 1 : 0));
        co_return;
    };
    run_client_with(ClientSessionOptions().raise_for_status(check), server,
                    [](ClientSession& session, Server& target) -> Async {
                        auto fine = co_await session.get(target.url("/ok")).text();
                        CHECK(fine == "fine");
                        auto missing = co_await session.get(target.url("/missing")).text();
                        CHECK(missing == "nothing");
                        auto moved = co_await session.get(target.url("/moved"));
                        CHECK(moved.status() == 404);
                    });
    CHECK(seen == std::vector<int>{200, 404, 404});
}

TEST_CASE("what a status check throws is thrown, and nothing leaks", "[J160]") {
    StatusServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto whole = co_await failure<std::runtime_error>(
            session.get(target.url("/teapot")).raise_for_status(refuse_teapots));
        CHECK(std::string(whole.what()).size() == 100'000 + 8);
        const auto throws_at_once = [](ClientResponse&) -> Async {
            throw std::runtime_error("no");
            co_return;
        };
        co_await failure<std::runtime_error>(
            session.get(target.url("/partial")).raise_for_status(throws_at_once));
        auto fine = co_await session.get(target.url("/ok")).raise_for_status(&refuse_teapots);
        CHECK(fine.status() == 200);
    });
}

TEST_CASE("a status check reads the body within the request's time", "[J160]") {
    StatusServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await failure<aiohttp::TotalTimeoutError>(
            session.get(target.url("/partial")).raise_for_status(refuse_teapots).timeout(50ms));
    });
}

TEST_CASE("the request's way to check the status is taken, then the session's", "[J160]") {
    StatusServer server;
    int calls = 0;
    const auto counts = [&calls](ClientResponse&) -> Async {
        ++calls;
        co_return;
    };
    const auto both = [](ClientSession& session, Server& target) -> Async {
        const auto url = target.url("/missing");
        co_await session.get(url).text();
        co_await session.get(url).raise_for_status(false).text();
        co_await failure<ClientResponseError>(session.get(url).raise_for_status());
        co_await failure<ClientResponseError>(session.get(url).raise_for_status(true));
        // The last setter counts.
        co_await failure<ClientResponseError>(
            session.get(url).raise_for_status(refuse_teapots).raise_for_status());
        co_await session.get(url).raise_for_status().raise_for_status(refuse_teapots).text();
    };
    run_client_with(ClientSessionOptions().raise_for_status(true).raise_for_status(counts), server,
                    both);
    CHECK(calls == 1);
    run_client_with(ClientSessionOptions().raise_for_status(true), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const auto url = target.url("/missing");
                        co_await session.get(url).raise_for_status(refuse_teapots).text();
                        co_await failure<ClientResponseError>(session.get(url));
                    });
    run_client_with(ClientSessionOptions().raise_for_status(counts).raise_for_status(true), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await failure<ClientResponseError>(session.get(target.url("/missing")));
                    });
    CHECK(calls == 1);
}
