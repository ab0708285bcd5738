// Many requests of which some may fail: every outcome, in order. In aiohttp:
//
//     outcomes = await asyncio.gather(*(fetch(url) for url in urls), return_exceptions=True)
//     for url, outcome in zip(urls, outcomes):
//         print(url, repr(outcome) if isinstance(outcome, Exception) else len(outcome))
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <cstddef>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

boost::asio::awaitable<void> amain(std::vector<std::string> urls) {
    aiohttp::ClientSession session(aiohttp::ClientSessionOptions().raise_for_status(true));

    const auto fetch = [&](const std::string& url) { return session.get(url).text(); };
    const auto outcomes = co_await aiohttp::gather_settled(urls, fetch, {.limit = 10});

    for (std::size_t i = 0; i < urls.size(); ++i) {
        try {
            std::cout << urls[i] << ": " << outcomes[i].value().size() << " bytes\n";
        } catch (const std::exception& error) {
            std::cout << urls[i] << ": " << error.what() << '\n';
        }
    }
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    server.route("/good", aiohttp::testing::Reply(200, "as it should be"));
    server.route("/reset", aiohttp::testing::Script().reset());
    std::vector<std::string> urls(argv + 1, argv + argc);
    if (urls.empty()) {
        urls = {server.url("/good"), server.url("/missing"), server.url("/reset"),
                "http://127.0.0.1:1/refused", "not a URL"};
    }
    aiohttp::run(amain(std::move(urls)));
}
