// Time limits for a session and for one request. In aiohttp:
//
//     session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60, sock_connect=5))
//     try:
//         async with session.get(url, timeout=aiohttp.ClientTimeout(total=0.1)) as response: ...
//     except asyncio.TimeoutError as error:
//         print(error)
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

boost::asio::awaitable<void> amain(std::string url) {
    aiohttp::ClientSession session(aiohttp::ClientSessionOptions().timeout(
        aiohttp::ClientTimeout{.total = 60s, .sock_connect = 5s}));

    // One duration is the limit of the whole request, body included.
    try {
        const auto text = co_await session.get(url).timeout(100ms).text();
        std::cout << "in time: " << text << '\n';
    } catch (const aiohttp::TimeoutError& error) {
        std::cout << error.what() << '\n';
    }

    // The other limits have exceptions of their own, which are TimeoutErrors, too.
    try {
        co_await session.get(url).timeout(aiohttp::ClientTimeout{.sock_read = 100ms});
        std::cout << "in time\n";
    } catch (const aiohttp::SocketTimeoutError& error) {
        std::cout << "the server fell silent in phase '" << aiohttp::to_string(error.phase())
                  << "': " << error.what() << '\n';
    }

    // No limit at all.
    co_await session.get(url).timeout(aiohttp::ClientTimeout::none());
    std::cout << "in the end\n";
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    server.route("/slow", aiohttp::testing::Reply(200, "at last").delay(300ms));
    aiohttp::run(amain(argc > 1 ? argv[1] : server.url("/slow")));
}
