#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using aiohttp::testing::Reply;
using aiohttp::testing::Server;

namespace {

asio::awaitable<std::string> get_text(aiohttp::ClientSession& session, std::string url) {
    auto response = co_await session.get(url);
    co_return co_await response.text();
}

asio::awaitable<void> expect_runtime_error(aiohttp::ClientSession& session, std::string url) {
    bool thrown = false;
    try {
        co_await session.get(url);
    } catch (const aiohttp::RuntimeError&) {
        thrown = true;
    }
    CHECK(thrown);
}

/// Holds `alive` as long as it waits.
asio::awaitable<void> observe(aiohttp::Progress progress, std::shared_ptr<int> alive) {
    while (const auto bytes = co_await progress.next()) {
        *alive = static_cast<int>(*bytes);
    }
}

asio::awaitable<void> upload(aiohttp::ClientSession& session,
                             std::string url,
                             aiohttp::Progress progress) {
    co_await session.put(url).data("body").upload_progress(progress);
}

}  // namespace

TEST_CASE("a session outlives its io_context and is bound anew by the next one") {
    Server server;
    server.route("/", Reply(200, "hello"));
    aiohttp::ClientSession session;

    CHECK(aiohttp::run(get_text(session, server.url())) == "hello");
    CHECK(server.wait_for_connections_open(0));
    CHECK(session.connector().stats() == aiohttp::PoolStats());
    CHECK(aiohttp::run(get_text(session, server.url())) == "hello");

    CHECK(server.connections_accepted() == 2);
}

TEST_CASE("a session is used from one executor only while its io_context lives") {
    Server server;
    server.route("/", Reply(200, "hello"));
    aiohttp::ClientSession session;
    asio::io_context first;
    asio::co_spawn(first, get_text(session, server.url()), asio::detached);
    first.run();

    aiohttp::run(expect_runtime_error(session, server.url()));
}

TEST_CASE("run() returns though a session with idle connections and deadlines lives on") {
    Server server;
    server.route("/", Reply(200, "hello"));
    aiohttp::ClientSession session;
    asio::io_context io;
    asio::co_spawn(io, get_text(session, server.url()), asio::detached);

    const auto begin = std::chrono::steady_clock::now();
    io.run();

    CHECK(std::chrono::steady_clock::now() - begin < 5s);  // not the 15 s of keep-alive
    CHECK(session.connector().stats().idle == 1);
}

TEST_CASE("an io_context destroyed in the middle of a request takes everything with it") {
    Server server;
    server.route("/", aiohttp::testing::Script().stall());
    aiohttp::ClientSession session;
    {
        asio::io_context io;
        asio::co_spawn(io, get_text(session, server.url()), asio::detached);
        while (server.request_count() == 0) {
            io.poll();
        }
    }
    CHECK(server.wait_for_connections_open(0));
    CHECK(session.connector().stats() == aiohttp::PoolStats());
}

TEST_CASE("an io_context takes along who waits for progress") {
    Server server;
    server.route("/", aiohttp::testing::Script().stall());
    aiohttp::ClientSession session;
    const aiohttp::Progress progress;
    const aiohttp::Progress idle;
    std::weak_ptr<int> alive;
    std::weak_ptr<int> alive_in_vain;
    {
        asio::io_context io;
        asio::co_spawn(io, upload(session, server.url(), progress), asio::detached);
        auto observed = std::make_shared<int>(0);
        alive = observed;
        asio::co_spawn(io, observe(progress, std::move(observed)), asio::detached);
        observed = std::make_shared<int>(0);
        alive_in_vain = observed;
        asio::co_spawn(io, observe(idle, std::move(observed)), asio::detached);
        while (server.request_count() == 0) {
            io.poll();
        }
        CHECK_FALSE(alive.expired());
        CHECK_FALSE(alive_in_vain.expired());
    }
    CHECK(alive.expired());
    CHECK(alive_in_vain.expired());
    CHECK(progress.bytes() == 4);
    CHECK(progress.finished());
}
