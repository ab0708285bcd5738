// A file, uploaded with a progress bar. Only a small part of it is ever in memory. In aiohttp:
//
//     with open(path, "rb") as file:
//         async with session.put(url, data=file) as response:
//             print(await response.text())
//
// which has no word for progress but a generator around the file.
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/server.hpp>

#include <cstdint>
#include <iostream>
#include <stdexcept>
#include <string>

boost::asio::awaitable<void> show(aiohttp::Progress progress) {
    std::uint64_t shown = 101;
    // Resumes when the count has changed; what happened meanwhile is one change.
    while (const auto bytes = co_await progress.next()) {
        const auto percent = *bytes * 100 / progress.total().value_or(*bytes);
        if (percent != shown) {
            shown = percent;
            std::cout << "\r[" << std::string(percent / 2, '#')
                      << std::string(50 - percent / 2, '.') << "] " << percent << " %"
                      << std::flush;
        }
    }
    std::cout << '\n';
}

boost::asio::awaitable<void> upload(std::string url, std::string path) {
    aiohttp::ClientSession session;
    aiohttp::Progress progress;
    auto bar = co_await aiohttp::create_task(show(progress));

    auto response = co_await session.put(url)
                        .data(aiohttp::file_body(path))
                        .upload_progress(progress)
                        .expect100()  // asks the server before the first byte
                        .raise_for_status();
    std::cout << co_await response.text() << '\n';
    co_await bar.result();
    if (progress.bytes() != progress.total()) {
        throw std::runtime_error("the bar did not come to its end");
    }
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    server.route("/upload", [](const aiohttp::testing::ServerRequest& request) {
        return aiohttp::testing::Reply(200, std::to_string(request.body_size) + " bytes arrived");
    });
    const aiohttp::testing::TemporaryFile scratch(std::string(20'000'000, 'x'), ".bin");
    aiohttp::run(upload(argc > 1 ? argv[1] : server.url("/upload"),
                        argc > 2 ? argv[2] : scratch.path().string()));
}
