// The same file from several mirrors: the first one wins. In aiohttp:
//
//     tasks = [asyncio.create_task(fetch(url)) for url in mirrors]
//     done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
//     print(await done.pop())
//     for task in pending:
//         task.cancel()
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

boost::asio::awaitable<void> amain(std::vector<std::string> mirrors) {
    aiohttp::ClientSession session;

    std::vector<aiohttp::Task<std::string>> tasks;
    for (const auto& url : mirrors) {
        tasks.push_back(co_await aiohttp::create_task(session.get(url).text()));
    }

    const auto finished = co_await aiohttp::wait(tasks, aiohttp::FIRST_COMPLETED);
    const auto first = finished.done.front();
    std::cout << mirrors[first] << " was first: " << co_await tasks[first].result() << '\n';

    // Destroying a task cancels it, too; this says it.
    for (const auto slow : finished.pending) {
        tasks[slow].cancel();
    }
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    server.route("/far", aiohttp::testing::Reply(200, "from far").delay(5s));
    server.route("/near", aiohttp::testing::Reply(200, "from near").delay(20ms));
    std::vector<std::string> mirrors(argv + 1, argv + argc);
    if (mirrors.empty()) {
        mirrors = {server.url("/far"), server.url("/near")};
    }
    aiohttp::run(amain(std::move(mirrors)));
}
