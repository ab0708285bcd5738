// Files from a real web server: downloads that go on, and ranges in parts.

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <aiohttp/download.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/multipart_reader.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/certificate.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/nginx.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::MultipartReader;
using aiohttp::testing::Async;
using aiohttp::testing::Nginx;
using aiohttp::testing::run_with_session;
using aiohttp::testing::TemporaryFile;

/// Five megabytes in which no two places look alike.
std::string large_file() {
    std::string bytes;
    for (unsigned i = 0; bytes.size() < 5'000'000; ++i) {
        bytes += std::to_string(i * 2'654'435'761U) + '\n';
    }
    return bytes;
}

std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

/// Downloads "/large" after an earlier attempt that had got so many bytes of `before`.
Async resume(ClientSession& session,
             const Nginx& nginx,
             std::string path,
             std::string before,
             std::size_t size) {
    auto head = co_await session.head(nginx.url("/large"));
    write(path + ".part", before.substr(0, size));
    write(path + ".part.validator", std::string(head.headers()["ETag"]));
    const auto result = co_await session.get(nginx.url("/large")).download_to(path);
    CHECK(result.resumed_from == size);
    CHECK(result.received == before.size());
    CHECK(result.total == before.size());
}

}  // namespace

TEST_CASE("a download from nginx goes on where it broke off") {
    Nginx nginx;
    const auto bytes = large_file();
    nginx.put("large", bytes);
    const TemporaryFile scratch;
    const auto path = scratch.path().string();
    run_with_session(ClientSessionOptions(), [&](ClientSession& session) {
        return resume(session, nginx, path, bytes, 3'000'000);
    });
    CHECK(contents(path) == bytes);
    run_with_session(ClientSessionOptions(), [&](ClientSession& session) {
        return resume(session, nginx, path, bytes, bytes.size());
    });
    CHECK(contents(path) == bytes);
    CHECK(nginx.stop() == "HEAD /large 200\nGET /large 206\nHEAD /large 200\nGET /large 416\n");
    CHECK_FALSE(std::filesystem::exists(path + ".part"));
    CHECK_FALSE(std::filesystem::exists(path + ".part.validator"));
}

TEST_CASE("a download from nginx starts anew when the file has changed") {
    Nginx nginx;
    const auto bytes = large_file();
    nginx.put("large", bytes);
    const TemporaryFile scratch;
    const auto path = scratch.path().string();
    write(path + ".part", "something older");
    write(path + ".part.validator", "\"1-2\"");
    run_with_session(ClientSessionOptions(), [&](ClientSession& session) {
        return [](ClientSession& client, const Nginx& server, std::string file) -> Async {
            const auto result = co_await client.get(server.url("/large")).download_to(file);
            CHECK(result.resumed_from == 0);
        }(session, nginx, path);
    });
    CHECK(contents(path) == bytes);
    CHECK(nginx.stop() == "GET /large 200\n");
}

TEST_CASE("several ranges from nginx are read part by part", "[I141]") {
    Nginx nginx;
    nginx.put("a.txt", "0123456789");
    run_with_session(ClientSessionOptions(), [&](ClientSession& session) {
        return [](ClientSession& client, const Nginx& server) -> Async {
            auto response =
                co_await client.get(server.url("/a.txt")).header("Range", "bytes=0-1,4-5,-1");
            CHECK(response.status() == 206);
            MultipartReader reader(response);
            std::string parts;
            while (auto part = co_await reader.next()) {
                const auto text = co_await part->text();
                parts += std::string(part->headers()["Content-Range"]) + '=' + text + ' ';
            }
            CHECK(parts == "bytes 0-1/10=01 bytes 4-5/10=45 bytes 9-9/10=9 ");
            CHECK(response.closed());
        }(session, nginx);
    });
}
