// N keep-alive GETs, one after the other: what one request costs. Run it twice under
// `valgrind --tool=callgrind` with different N; the difference is free of start-up.

#include <cstdlib>
#include <iostream>
#include <string>

#include <aiohttp/aiohttp.hpp>

boost::asio::awaitable<void> get_many(std::string url, int count) {
    aiohttp::ClientSession session;
    std::size_t bytes = 0;
    for (int i = 0; i < count; ++i) {
        auto response = co_await session.get(url);
        const auto body = co_await response.text();
        bytes += body.size();
    }
    std::cout << count << " requests, " << bytes << " bytes\n";
}

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: " << argv[0] << " URL COUNT\n";
        return 2;
    }
    aiohttp::run(get_many(argv[1], std::atoi(argv[2])));
}
