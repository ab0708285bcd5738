// A session on a strand of a pool of threads.

#include <chrono>
#include <cstddef>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/gather.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::testing::Reply;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::ServerRequest;

asio::awaitable<std::size_t> many_requests(std::string url, std::size_t count) {
    ClientSession session;
    std::vector<int> items(count);
    const auto make = [&](int) { return session.post(url).data("body").text(); };
    const auto texts = co_await aiohttp::gather(std::move(items), make, {.limit = 20});
    std::size_t right = 0;
    for (const auto& text : texts) {
        right += text == "body" ? 1 : 0;
    }
    co_await session.close();
    co_return right;
}

asio::awaitable<std::size_t> timeouts_and_names(std::string port) {
    ClientSession session;
    std::size_t right = 0;
    for (int i = 0; i < 5; ++i) {
        const auto text = co_await session.get("http://localhost:" + port + "/ok").text();
        right += text == "ok" ? 1 : 0;
        try {
            co_await session.get("http://localhost:" + port + "/silent").timeout(2ms);
        } catch (const aiohttp::TimeoutError&) {
            ++right;
        }
        auto task = co_await aiohttp::create_task(
            session.get("http://localhost:" + port + "/silent").text());
        task.cancel();
        try {
            co_await task.result();
        } catch (const boost::system::system_error&) {
            ++right;
        }
    }
    co_return right;
}

}  // namespace

TEST_CASE("a session on a strand is used by the threads of a pool in turn", "[A11]") {
    Server server(ServerOptions().record(false));
    server.route("/", [](const ServerRequest& request) { return Reply(200, request.body); });
    asio::thread_pool pool(4);
    auto right =
        asio::co_spawn(asio::make_strand(pool), many_requests(server.url(), 500), asio::use_future);
    CHECK(right.get() == 500);
    pool.join();
    CHECK(server.request_count() == 500);
    CHECK(server.max_connections_open() <= 20);
}

TEST_CASE("sessions on strands of their own run at the same time", "[A11]") {
    Server server(ServerOptions().record(false));
    server.route("/", [](const ServerRequest& request) { return Reply(200, request.body); });
    asio::thread_pool pool(4);
    std::vector<std::future<std::size_t>> results;
    for (int i = 0; i < 4; ++i) {
        results.push_back(asio::co_spawn(asio::make_strand(pool), many_requests(server.url(), 50),
                                         asio::use_future));
    }
    for (auto& result : results) {
        CHECK(result.get() == 50);
    }
    pool.join();
}

TEST_CASE("names, timeouts and cancellation work on a strand", "[D42]") {
    Server server(ServerOptions().record(false));
    server.route("/ok", Reply(200, "ok"));
    server.route("/silent", Script().stall());
    asio::thread_pool pool(4);
    auto right =
        asio::co_spawn(asio::make_strand(pool), timeouts_and_names(std::to_string(server.port())),
                       asio::use_future);
    CHECK(right.get() == 15);
    pool.join();
}
