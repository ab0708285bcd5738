// A large body, streamed to a file piece by piece. In aiohttp:
//
//     async with session.get(url, raise_for_status=True) as response:
//         with open(path, "wb") as file:
//             async for piece in response.content.iter_any():
//                 file.write(piece)
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/server.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include <unistd.h>

void show_progress(std::uint64_t done, std::uint64_t total) {
    if (total != 0 && isatty(STDOUT_FILENO) != 0) {
        const auto percent = done * 100 / total;
        std::cout << "\r[" << std::string(percent / 2, '#') << std::string(50 - percent / 2, '.')
                  << "] " << percent << " %" << std::flush;
    }
}

boost::asio::awaitable<void> download(std::string url, std::filesystem::path path) {
    aiohttp::ClientSession session;
    auto response = co_await session.get(url).raise_for_status();

    std::ofstream file;
    file.exceptions(std::ios::badbit | std::ios::failbit);
    file.open(path, std::ios::binary);

    // Nothing is read ahead: a slow disk slows the server down, and memory stays small.
    auto body = response.content();
    while (auto piece = co_await body.next()) {
        file.write(piece->data(), static_cast<std::streamsize>(piece->size()));
        show_progress(body.total_bytes(), response.content_length().value_or(0));
    }
    std::cout << '\n' << body.total_bytes() << " bytes in " << path.string() << '\n';
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    server.route("/file", aiohttp::testing::Reply(200, std::string(20'000'000, 'x')));
    const aiohttp::testing::TemporaryFile scratch;
    aiohttp::run(download(argc > 1 ? argv[1] : server.url("/file"),
                          argc > 2 ? std::filesystem::path(argv[2]) : scratch.path()));
}
