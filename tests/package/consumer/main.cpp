// A user's whole program. It needs no network: nobody listens on port 1.
#include <aiohttp/aiohttp.hpp>

#include <cstdio>
#include <string_view>

boost::asio::awaitable<bool> is_refused() {
    aiohttp::ClientSession session;
    try {
        co_await session.get("http://127.0.0.1:1/");
    } catch (const aiohttp::ClientConnectorError& error) {
        std::puts(error.what());
        co_return true;
    }
    co_return false;
}

int main(int argc, char* argv[]) {
    std::puts(aiohttp::version);
    const bool expected_version = argc == 2 && std::string_view(argv[1]) == aiohttp::version;
    return expected_version && aiohttp::run(is_refused()) ? 0 : 1;
}
