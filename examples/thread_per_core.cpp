// A session for every core: threads that share nothing, each with an event loop of its own. In
// aiohttp, where a loop has a thread too, it is a process per core:
//
//     with ProcessPoolExecutor() as pool:
//         list(pool.map(lambda part: asyncio.run(fetch_all(part)), parts))
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

struct Share {
    std::vector<std::string> urls;
    std::size_t bytes = 0;
    std::exception_ptr error;
};

boost::asio::awaitable<void> fetch_all(Share* share) {
    aiohttp::ClientSession session;  // this thread's, with its pool of connections
    const auto fetch = [&](const std::string& url) { return session.get(url).text(); };
    const auto texts = co_await aiohttp::gather(share->urls, fetch, {.limit = 10});
    for (const auto& text : texts) {
        share->bytes += text.size();
    }
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    server.route("/page", aiohttp::testing::Reply(200, "once upon a time"));
    const std::string url = argc > 1 ? argv[1] : server.url("/page");

    std::vector<Share> shares(std::max(2U, std::thread::hardware_concurrency()));
    for (std::size_t i = 0; i < 400; ++i) {
        shares[i % shares.size()].urls.push_back(url + "?number=" + std::to_string(i));
    }
    std::vector<std::thread> threads;
    for (auto& share : shares) {
        threads.emplace_back([&share] {
            try {
                aiohttp::run(fetch_all(&share));
            } catch (...) {
                share.error = std::current_exception();
            }
        });
    }
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        threads[i].join();
        if (shares[i].error) {
            std::rethrow_exception(shares[i].error);
        }
        bytes += shares[i].bytes;
    }
    std::cout << bytes << " bytes by " << threads.size() << " threads\n";
}
