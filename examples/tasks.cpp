// A request that runs while the coroutine goes on, and one that is cancelled. In aiohttp:
//
//     task = asyncio.create_task(fetch(url))
//     ...
//     print(await task)
//     task.cancel()
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

boost::asio::awaitable<void> amain(std::string url, std::string slow_url) {
    aiohttp::ClientSession session;

    auto task = co_await aiohttp::create_task(session.get(url).text());
    std::cout << "the request is under way\n";
    co_await aiohttp::sleep(10ms);  // any other work
    std::cout << co_await task.result() << '\n';

    auto slow = co_await aiohttp::create_task(session.get(slow_url).text());
    co_await aiohttp::sleep(10ms);
    slow.cancel();
    try {
        co_await slow.result();
    } catch (const boost::system::system_error& error) {
        // Asio's word for asyncio.CancelledError.
        if (error.code() != boost::asio::error::operation_aborted) {
            throw;
        }
        std::cout << "cancelled\n";
    }
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    server.route("/get", aiohttp::testing::Reply(200, "Hello, world").delay(20ms));
    server.route("/slow", aiohttp::testing::Reply(200, "too late").delay(10s));
    aiohttp::run(
        amain(argc > 1 ? argv[1] : server.url("/get"), argc > 2 ? argv[2] : server.url("/slow")));
}
