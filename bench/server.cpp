// The testing server with one route, "/": a body of 1 KiB. Prints its URL and runs until its
// standard input ends.

#include <iostream>
#include <string>

#include <aiohttp/testing/server.hpp>

int main() {
    using namespace aiohttp::testing;
    Server server(ServerOptions().record(false));
    server.route("/", Reply(200, std::string(1024, 'x')));
    std::cout << server.url("/") << std::endl;
    std::string line;
    while (std::getline(std::cin, line)) {
    }
}
