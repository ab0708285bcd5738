// A session: defaults for every request, and connections that are used again. In aiohttp:
//
//     async with aiohttp.ClientSession(
//         base_url="http://localhost:8080/",
//         headers={"Authorization": "Bearer 42"},
//         timeout=aiohttp.ClientTimeout(total=5),
//     ) as session:
//         async with session.get("headers", headers={"X-Step": "1"}) as response:
//             print(response.url, response.status, await response.text())
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

boost::asio::awaitable<void> amain(std::string base_url) {
    aiohttp::ClientSession session(aiohttp::ClientSessionOptions()
                                       .base_url(base_url)
                                       .header("Authorization", "Bearer 42")
                                       .timeout(5s));

    for (const std::string path : {"headers", "user-agent", "get?page=2"}) {
        auto response = co_await session.get(path).header("X-Path", path);
        std::cout << response.url().str() << ' ' << response.status() << '\n'
                  << co_await response.text() << '\n';
    }

    // A body that was read gives its connection back, so one was enough.
    std::cout << session.connector().stats().open << " connection\n";
    co_await session.close();
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    server.route("*", [](const aiohttp::testing::ServerRequest& request) {
        return aiohttp::testing::Reply(200, request.raw_head);
    });
    aiohttp::run(amain(argc > 1 ? argv[1] : server.url("/")));
}
