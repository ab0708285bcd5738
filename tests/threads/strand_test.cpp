// A session on a strand of a pool of threads.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <aiohttp/body.hpp>
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

/// Pieces that come one by one.
class Pieces final : public aiohttp::BodySource {
public:
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    asio::awaitable<std::optional<std::string>> next() override {
        if (++given_ > 3) {
            co_return std::nullopt;
        }
        co_await aiohttp::sleep(1ms);
        co_return "piece";
    }

private:
    int given_ = 0;
};

asio::awaitable<std::string> stream(ClientSession* session, std::string url) {
    co_return co_await session->post(url).data(std::make_unique<Pieces>()).text();
}

asio::awaitable<std::string> get_text(ClientSession* session, std::string url) {
    co_return co_await session->get(url).text();
}

asio::awaitable<void> close_gracefully(ClientSession* session) {
    co_await session->close(10s);
}

}  // namespace

TEST_CASE("threads that share a session spawn their requests on its strand", "[threads]") {
    Server server(ServerOptions().record(false));
    server.route("/", [](const ServerRequest& request) { return Reply(200, request.body); });
    server.route("/slow", Reply(200, "slow").delay(20ms));
    asio::thread_pool pool(4);
    const auto strand = asio::make_strand(pool);
    ClientSession session{strand};
    std::vector<std::thread> threads;
    std::atomic<int> right = 0;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 20; ++round) {
                auto streamed =
                    asio::co_spawn(strand, stream(&session, server.url()), asio::use_future);
                auto text = asio::co_spawn(strand, get_text(&session, server.url("/slow")),
                                           asio::use_future);
                right += streamed.get() == "piecepiecepiece" ? 1 : 0;
                right += text.get() == "slow" ? 1 : 0;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    CHECK(right == 120);
    // Closed while requests are under way, with a grace that lets them finish.
    std::vector<std::future<std::string>> last;
    for (int i = 0; i < 10; ++i) {
        last.push_back(
            asio::co_spawn(strand, get_text(&session, server.url("/slow")), asio::use_future));
    }
    asio::co_spawn(strand, close_gracefully(&session), asio::use_future).get();
    for (auto& text : last) {
        CHECK(text.get() == "slow");
    }
    // The session is still there, but what it has armed does not hold the threads up.
    const auto begin = aiohttp::Clock::now();
    pool.join();
    CHECK(aiohttp::Clock::now() - begin < 5s);
}

TEST_CASE("a session on a strand is used by the threads of a pool in turn", "[threads][A11]") {
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

TEST_CASE("sessions on strands of their own run at the same time", "[threads][A11]") {
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

TEST_CASE("names, timeouts and cancellation work on a strand", "[threads][D42]") {
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
