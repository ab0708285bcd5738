// aiohttp::request(): one request with a session of its own.

#include <chrono>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/url.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/run_sync.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::testing::Async;
using aiohttp::testing::eventually;
using aiohttp::testing::expect_cancelled;
using aiohttp::testing::failure;
using aiohttp::testing::open_descriptors;
using aiohttp::testing::Reply;
using aiohttp::testing::run_sync;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

class AnyServer : public Server {
public:
    AnyServer() {
        route("*", Reply(200, "ok"));
        route("/large", Reply(200, std::string(1'000'000, 'x')));
        route("/moved", Reply(302).header("Location", "/large").header("Set-Cookie", "a=1"));
        route("/missing", Reply(404, "nothing"));
        route("/stalled",
              Script().send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").stall());
    }
};

Async done(Server& target) {
    return eventually([&target] { return target.connections_open() == 0; });
}

}  // namespace

TEST_CASE("a request without a session has a connection of its own, which closes") {
    AnyServer server;
    const auto main = [](Server& target) -> Async {
        const auto text = co_await aiohttp::request("get", target.url("/x")).param("a", 1).text();
        CHECK(text == "ok");
        co_await done(target);
        CHECK(target.request(0).target == "/x?a=1");
        CHECK(target.request(0).header("Connection") == "close");
        auto posted = co_await aiohttp::request("POST", aiohttp::Url(target.url())).data("body");
        CHECK(posted.status() == 200);
        CHECK(target.request(1).body == "body");
        co_await done(target);
    };
    run_sync(main(server));
    CHECK(server.connections_accepted() == 2);
}

TEST_CASE("a response without a session is read when its request is gone") {
    AnyServer server;
    const auto main = [](Server& target) -> Async {
        co_await aiohttp::request("GET", target.url()).text();
        co_await done(target);
        const auto before = open_descriptors();
        {
            auto response = co_await aiohttp::request("GET", target.url("/moved"));
            CHECK_FALSE(response.closed());
            CHECK(response.history().size() == 1);
            const auto text = co_await response.text();
            CHECK(text.size() == 1'000'000);
            CHECK(response.closed());
            auto unread = co_await aiohttp::request("GET", target.url("/large"));
            CHECK(unread.status() == 200);
        }
        co_await done(target);
        CHECK(open_descriptors() <= before);
    };
    run_sync(main(server));
}

TEST_CASE("a request without a session fails as others do") {
    AnyServer server;
    const auto main = [](Server& target) -> Async {
        co_await failure<aiohttp::ClientResponseError>(
            aiohttp::request("GET", target.url("/missing")).raise_for_status());
        co_await failure<aiohttp::TotalTimeoutError>(
            aiohttp::request("GET", target.url("/stalled")).timeout(20ms).text());
        co_await failure<aiohttp::InvalidUrlClientError>(aiohttp::request("GET", "/relative"));
        CHECK_THROWS_AS(aiohttp::request("GE T", target.url()), aiohttp::ValueError);
        auto task =
            co_await aiohttp::create_task(aiohttp::request("GET", target.url("/stalled")).text());
        task.cancel();
        co_await expect_cancelled(task.result());
        {
            const auto unused = aiohttp::request("GET", target.url());
        }
        co_await done(target);
    };
    run_sync(main(server));
}

TEST_CASE("an io_context takes a request without a session along") {
    AnyServer server;
    {
        boost::asio::io_context io;
        boost::asio::co_spawn(io, aiohttp::request("GET", server.url("/stalled")).text(),
                              boost::asio::detached);
        while (server.request_count() == 0) {
            io.run_one_for(10ms);
        }
    }
    CHECK(server.wait_for_connections_open(0));
}
