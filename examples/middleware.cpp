// Middlewares of one's own: one that times every try, and one that tries again. In aiohttp:
//
//     async def retry(request, handler):
//         for pause in (0.02, 0.04, 0.08):
//             response = await handler(request)
//             if response.status != 503: break
//             await asyncio.sleep(pause)
//         return response
//
//     async with aiohttp.ClientSession(middlewares=(retry, timed)) as session: ...
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;
using boost::asio::awaitable;

// A function object may have members: it lives as long as the chain of middlewares runs.
struct Retry {
    int tries = 4;
    std::chrono::milliseconds pause = 20ms;

    awaitable<aiohttp::ClientResponse> operator()(aiohttp::ClientRequest& request,
                                                  aiohttp::Next next) const {
        auto wait = pause;
        auto response = co_await next(request);
        for (int i = 1; i < tries && response.status() == 503; ++i, wait *= 2) {
            co_await aiohttp::sleep(wait);
            response = co_await next(request);  // the body is sent again, too
        }
        co_return response;
    }
};

awaitable<aiohttp::ClientResponse> timed(aiohttp::ClientRequest& request, aiohttp::Next next) {
    const auto start = aiohttp::Clock::now();
    auto response = co_await next(request);
    const auto took = std::chrono::duration<double, std::milli>(aiohttp::Clock::now() - start);
    std::cout << request.method() << ' ' << request.url().str() << " -> " << response.status()
              << " after " << took.count() << " ms\n";
    co_return response;
}

awaitable<void> amain(std::string url) {
    const Retry retry;
    aiohttp::ClientSessionOptions options;
    options.middleware(retry).middleware(timed);  // the first one is the outermost
    aiohttp::ClientSession session(options);
    std::cout << co_await session.post(url).data("order").raise_for_status().text() << '\n';
}

int main(int argc, char* argv[]) {
    using aiohttp::testing::Reply;
    aiohttp::testing::Server server;
    server.route("/busy", {Reply(503), Reply(503), Reply(200, "at last")});
    aiohttp::run(amain(argc > 1 ? argv[1] : server.url("/busy")));
}
