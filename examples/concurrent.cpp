// Many requests at once, ten at a time. In aiohttp:
//
//     limit = asyncio.Semaphore(10)
//     async def fetch(page):
//         async with limit, session.get(url, params={"page": page}) as response:
//             return await response.text()
//     pages = await asyncio.gather(*(fetch(page) for page in range(1, 51)))
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <chrono>
#include <cstddef>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

using namespace std::chrono_literals;

boost::asio::awaitable<void> amain(std::string url) {
    aiohttp::ClientSession session;

    std::vector<int> numbers(50);
    std::iota(numbers.begin(), numbers.end(), 1);
    const auto fetch = [&](int page) { return session.get(url).param("page", page).text(); };

    const auto start = aiohttp::Clock::now();
    const auto pages = co_await aiohttp::gather(numbers, fetch, {.limit = 10});
    const std::chrono::duration<double> took = aiohttp::Clock::now() - start;

    std::size_t bytes = 0;
    for (const auto& page : pages) {  // in the order of the numbers
        bytes += page.size();
    }
    std::cout << pages.size() << " pages, " << bytes << " bytes in " << took.count() << " s\n";
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    server.route("/page", aiohttp::testing::Reply(200, "once upon a time").delay(20ms));
    aiohttp::run(amain(argc > 1 ? argv[1] : server.url("/page")));
}
