// The smallest program: one GET. In aiohttp:
//
//     async with aiohttp.ClientSession() as session:
//         async with session.get(url, params={"page": 2}) as response:
//             print(response.status, response.headers["content-type"])
//             print(await response.text())
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <iostream>
#include <string>

boost::asio::awaitable<void> amain(std::string url) {
    aiohttp::ClientSession session;
    auto response = co_await session.get(url).param("page", 2);
    std::cout << response.status() << ' ' << response.headers()["content-type"] << '\n'
              << co_await response.text() << '\n';
}

int main(int argc, char* argv[]) {
    // Without a URL the program talks to a server of its own, as all the examples do.
    aiohttp::testing::Server server;
    server.route("/get", aiohttp::testing::Reply(200, "Hello, world"));
    aiohttp::run(amain(argc > 1 ? argv[1] : server.url("/get")));
}
