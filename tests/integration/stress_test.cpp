// Many requests in a short time.

#include <cstddef>
#include <utility>
#include <vector>

#include <aiohttp/connector.hpp>
#include <aiohttp/gather.hpp>
#include <aiohttp/run.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::PoolStats;
using aiohttp::testing::Async;
using aiohttp::testing::Reply;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;

Async requests(Server& server, std::size_t count, std::size_t at_once, std::size_t& right) {
    ClientSession session;
    std::vector<int> items(count);
    const auto make = [&](int) { return session.get(server.url()).text(); };
    const auto texts = co_await aiohttp::gather(std::move(items), make, {.limit = at_once});
    for (const auto& text : texts) {
        right += text == "ok" ? 1U : 0U;
    }
    CHECK(session.connector().stats().in_use == 0);
    co_await session.close();
    CHECK(session.connector().stats() == PoolStats());
}

}  // namespace

TEST_CASE("10 000 requests, 100 at a time, need no more than 100 connections", "[A9]") {
    Server server(ServerOptions().record(false));
    server.route("/", Reply(200, "ok"));
    std::size_t right = 0;
    aiohttp::run(requests(server, 10'000, 100, right));
    CHECK(right == 10'000);
    CHECK(server.request_count() == 10'000);
    CHECK(server.connections_accepted() <= 100);
    CHECK(server.wait_for_connections_open(0));
}

TEST_CASE("1000 requests at once share 100 connections", "[A9]") {
    Server server(ServerOptions().record(false));
    server.route("/", Reply(200, "ok"));
    std::size_t right = 0;
    aiohttp::run(requests(server, 1000, 0, right));
    CHECK(right == 1000);
    CHECK(server.connections_accepted() <= 100);
    CHECK(server.wait_for_connections_open(0));
}
