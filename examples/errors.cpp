// What can go wrong, as exceptions and as values. In aiohttp:
//
//     try:
//         async with session.get(url, raise_for_status=True) as response: ...
//     except aiohttp.ClientResponseError as error:
//         print(error.status, error.message)
//     except (aiohttp.ClientConnectionError, asyncio.TimeoutError) as error:
//         print(error)
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <iostream>
#include <string>

boost::asio::awaitable<void> with_exceptions(aiohttp::ClientSession& session, std::string url) {
    try {
        const auto text = co_await session.get(url).raise_for_status().text();
        std::cout << text << '\n';
    } catch (const aiohttp::ClientResponseError& error) {
        std::cout << "answered " << error.status() << ' ' << error.message() << '\n';
    } catch (const aiohttp::ClientConnectionError& error) {
        std::cout << "no connection: " << error.what() << '\n';
    } catch (const aiohttp::TimeoutError& error) {
        std::cout << "too slow: " << error.what() << '\n';
    } catch (const aiohttp::ClientError& error) {
        std::cout << "anything else: " << error.what() << '\n';
    }
}

boost::asio::awaitable<void> with_values(aiohttp::ClientSession& session, std::string url) {
    auto result = co_await aiohttp::as_result(session.get(url));
    if (result) {
        std::cout << "status " << result->status() << '\n';
        co_return;
    }
    const auto& error = result.error();
    if (error.code() == aiohttp::condition::connection) {
        std::cout << error.message() << (error.retryable() ? " (worth a retry)\n" : "\n");
    } else {
        std::cout << "error " << error.code() << " in phase " << to_string(error.phase()) << '\n';
    }
}

boost::asio::awaitable<void> amain(std::string missing, std::string refused) {
    aiohttp::ClientSession session;
    for (const auto& url : {missing, refused}) {
        co_await with_exceptions(session, url);
        co_await with_values(session, url);
    }
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    aiohttp::run(amain(argc > 1 ? argv[1] : server.url("/no/such/page"), "http://127.0.0.1:1/"));
}
