// A file that is downloaded with a progress bar. When it breaks off, run it again: it goes on where
// it was, unless the file has changed on the server.
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/server.hpp>

#include <iostream>
#include <string>

#include <unistd.h>

void show(const aiohttp::DownloadProgress& progress) {
    if (progress.total && *progress.total != 0 && isatty(STDOUT_FILENO) != 0) {
        const auto percent = progress.received * 100 / *progress.total;
        std::cout << "\r[" << std::string(percent / 2, '#') << std::string(50 - percent / 2, '.')
                  << "] " << percent << " %" << std::flush;
    }
}

boost::asio::awaitable<void> download(std::string url, std::string path) {
    aiohttp::ClientSession session;
    // The total limit of 5 minutes is too short for a large file: only silence ends this one.
    const aiohttp::ClientTimeout patient{.total = std::nullopt,
                                         .sock_read = std::chrono::seconds(30)};
    auto file = session.get(url).timeout(patient).download_to(path);

    aiohttp::DownloadProgress last;
    while (auto progress = co_await file.next()) {
        last = *progress;
        show(last);
    }
    std::cout << '\n' << path << " has " << last.received << " bytes";
    if (last.resumed_from > 0) {
        std::cout << ", " << last.resumed_from << " of them from an earlier attempt";
    }
    std::cout << '\n';
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    server.route("/file", aiohttp::testing::Reply(200, std::string(20'000'000, 'x')));
    const aiohttp::testing::TemporaryFile scratch;
    aiohttp::run(download(argc > 1 ? argv[1] : server.url("/file"),
                          argc > 2 ? argv[2] : scratch.path().string()));
}
