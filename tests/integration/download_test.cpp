// Downloads into files: complete or not there, and gone on with.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <aiohttp/download.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/temporary_folder.hpp"

namespace {

using aiohttp::ClientPayloadError;
using aiohttp::ClientResponseError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::RuntimeError;
using aiohttp::ValueError;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::Gate;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::TemporaryFolder;
using FileError = std::filesystem::filesystem_error;

/// A place for a download, and what lies beside it.
class Place {
public:
    std::string path() const { return folder_.file("file"); }
    void put(const std::string& name, const std::string& bytes) const { folder_.put(name, bytes); }
    /// All files there: "name=contents " each, by name.
    std::string files() const {
        std::map<std::string, std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
            std::ifstream file(entry.path(), std::ios::binary);
            found[entry.path().filename().string()] =
                std::string(std::istreambuf_iterator<char>(file), {});
        }
        std::string all;
        for (const auto& [name, contents] : found) {
            all += name + '=' + contents + ' ';
        }
        return all;
    }

private:
    TemporaryFolder folder_;
};

/// A response that breaks off after `sent` of ten bytes.
Script broken(const std::string& fields, const std::string& sent) {
    return Script()
        .send("HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 10\r\n\r\n" + sent)
        .close();
}

Reply partial(std::string body, const std::string& range) {
    return Reply(206, std::move(body)).header("Content-Range", range);
}

}  // namespace

TEST_CASE("a download is in its place when it is complete, with nothing beside it") {
    Server server;
    const Place place;
    place.put("file", "old");
    server.route("/", Reply(200, "0123456789").header("ETag", "\"v1\""));
    server.route("/empty", Reply(200, ""));
    run_client(
        server,
        [](ClientSession& session, Server& target, const Place& there) -> Async {
            const auto result = co_await session.get(target.url()).download_to(there.path());
            CHECK(result.received == 10);
            CHECK(result.total == 10U);
            CHECK(result.resumed_from == 0);
            CHECK(there.files() == "file=0123456789 ");
            co_await session.get(target.url("/empty")).download_to(there.path());
            CHECK(there.files() == "file= ");
        },
        place);
    CHECK(server.request(0).header("Accept-Encoding") == "identity");
    CHECK(server.request(0).header_count("Range") == 0);
}

TEST_CASE("the progress of a download can be pulled") {
    Server server;
    const Place place;
    Gate gate;
    server.route("/", Script()
                          .send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
                          .wait_for(gate)
                          .send("56789"));
    run_client(
        server,
        [](ClientSession& session, Server& target, const Place& there, Gate& rest) -> Async {
            auto download = session.get(target.url()).download_to(there.path());
            auto progress = co_await download.next();
            REQUIRE(progress);
            CHECK(progress->received == 5);
            CHECK(progress->total == 10U);
            CHECK(there.files() == "file.part=01234 ");
            rest.open();
            std::uint64_t received = 5;
            while ((progress = co_await download.next())) {
                CHECK(progress->received > received);
                received = progress->received;
            }
            CHECK(received == 10);
            CHECK(there.files() == "file=0123456789 ");
            const auto after = co_await download.next();
            CHECK_FALSE(after);
        },
        place, gate);
}

TEST_CASE("a download goes on where an earlier one broke off") {
    Server server;
    const Place place;
    server.route("/", broken("ETag: \"v1\"\r\n", "01234"));
    run_client(
        server,
        [](ClientSession& session, Server& target, const Place& there) -> Async {
            co_await failure<ClientPayloadError>(
                session.get(target.url()).download_to(there.path()));
            CHECK(there.files() == "file.part=01234 file.part.validator=\"v1\" ");
            target.route("/", partial("56", "bytes 5-6/10"));
            const auto short_one = co_await failure<ClientPayloadError>(
                session.get(target.url()).download_to(there.path()));
            CHECK(std::string(short_one.what()).find("7 bytes, announced were 10") !=
                  std::string::npos);
            target.route("/", partial("789", "bytes 7-9/10"));
            const auto result = co_await session.get(target.url()).download_to(there.path());
            CHECK(result.received == 10);
            CHECK(result.resumed_from == 7);
            CHECK(result.total == 10U);
            CHECK(there.files() == "file=0123456789 ");
        },
        place);
    CHECK(server.request(1).header("Range") == "bytes=5-");
    CHECK(server.request(1).header("If-Range") == "\"v1\"");
    CHECK(server.request(2).header("Range") == "bytes=7-");
}

TEST_CASE("a file that has changed meanwhile is downloaded anew") {
    Server server;
    const Place place;
    place.put("file.part", "old bytes, more of them than there are now");
    place.put("file.part.validator", "\"v1\"");
    server.route("/", Reply(200, "0123456789").header("ETag", "\"v2\""));
    run_client(
        server,
        [](ClientSession& session, Server& target, const Place& there) -> Async {
            const auto result = co_await session.get(target.url()).download_to(there.path());
            CHECK(result.received == 10);
            CHECK(result.resumed_from == 0);
            CHECK(there.files() == "file=0123456789 ");
        },
        place);
    CHECK(server.request(0).header("If-Range") == "\"v1\"");
}

TEST_CASE("a file that had arrived whole needs no body") {
    Server server;
    const Place place;
    place.put("file.part", "0123456789");
    place.put("file.part.validator", "\"v1\"");
    server.route("/", Reply(416, "no").header("Content-Range", "bytes */10"));
    run_client(
        server,
        [](ClientSession& session, Server& target, const Place& there) -> Async {
            const auto result = co_await session.get(target.url()).download_to(there.path());
            CHECK(result.received == 10);
            CHECK(result.resumed_from == 10);
            CHECK(there.files() == "file=0123456789 ");
        },
        place);
}

TEST_CASE("what cannot be gone on with does not stay") {
    Server server;
    server.route("/none", broken("", "01234"));
    server.route("/weak", broken("ETag: W/\"v1\"\r\n", "01234"));
    server.route("/refused", broken("ETag: \"v1\"\r\nAccept-Ranges: none\r\n", "01234"));
    server.route("/young", broken("Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                                  "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n",
                                  "01234"));
    server.route("/nothing", broken("ETag: \"v1\"\r\n", ""));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const std::string path : {"/none", "/weak", "/refused", "/young", "/nothing"}) {
            const Place place;
            co_await failure<ClientPayloadError>(
                session.get(target.url(path)).download_to(place.path()));
            INFO(path);
            CHECK(place.files().empty());
        }
    });
}

TEST_CASE("a date identifies a file that is older than it") {
    Server server;
    const Place place;
    server.route("/", broken("Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                             "Date: Thu, 01 Jan 2026 00:00:01 GMT\r\n",
                             "01234"));
    run_client(
        server,
        [](ClientSession& session, Server& target, const Place& there) -> Async {
            co_await failure<ClientPayloadError>(
                session.get(target.url()).download_to(there.path()));
            target.route("/", partial("56789", "bytes 5-9/10"));
            co_await session.get(target.url()).download_to(there.path());
            CHECK(there.files() == "file=0123456789 ");
        },
        place);
    CHECK(server.request(1).header("If-Range") == "Thu, 01 Jan 2026 00:00:00 GMT");
}

TEST_CASE("without resume nothing is gone on with, and nothing is left") {
    Server server;
    const Place place;
    place.put("file.part", "01234");
    place.put("file.part.validator", "\"v1\"");
    server.route("/", broken("ETag: \"v1\"\r\n", "01234"));
    run_client(
        server,
        [](ClientSession& session, Server& target, const Place& there) -> Async {
            const aiohttp::DownloadOptions anew{.resume = false};
            co_await failure<ClientPayloadError>(
                session.get(target.url()).download_to(there.path(), anew));
        },
        place);
    CHECK(server.request(0).header_count("Range") == 0);
    CHECK(place.files().empty());
}

TEST_CASE("a status that brings no file is an error, and the file stays as it was") {
    Server server;
    const Place place;
    place.put("file", "old");
    server.route("/404", Reply(404, "no"));
    server.route("/204", Reply(204));
    server.route("/206", partial("x", "bytes 0-0/1"));
    run_client(
        server,
        [](ClientSession& session, Server& target, const Place& there) -> Async {
            for (const int status : {404, 204, 206}) {
                const auto error = co_await failure<ClientResponseError>(
                    session.get(target.url('/' + std::to_string(status)))
                        .download_to(there.path()));
                CHECK(error.status() == status);
            }
        },
        place);
    CHECK(place.files() == "file=old ");
}

TEST_CASE("a range that does not go on is an error, and the next download starts anew") {
    Server server;
    const Place place;
    run_client(
        server,
        [](ClientSession& session, Server& target, const Place& there) -> Async {
            for (const std::string range : {"bytes 4-9/10", "bytes */10", "nonsense"}) {
                there.put("file.part", "01234");
                there.put("file.part.validator", "\"v1\"");
                target.route("/", partial("456789", range));
                const auto error = co_await failure<ClientPayloadError>(
                    session.get(target.url()).download_to(there.path()));
                CHECK(std::string(error.what()).find(range) != std::string::npos);
                CHECK(there.files().empty());
            }
            there.put("file.part", "01234");
            there.put("file.part.validator", "\"v1\"");
            target.route("/", Reply(416, "no").header("Content-Range", "bytes */3"));
            co_await failure<ClientResponseError>(
                session.get(target.url()).download_to(there.path()));
            CHECK(there.files().empty());
        },
        place);
}

TEST_CASE("a range of another version is an error, and the next download starts anew") {
    Server server;
    const Place place;
    run_client(
        server,
        [](ClientSession& session, Server& target, const Place& there) -> Async {
            auto changed = partial("56789", "bytes 5-9/10").header("ETag", "\"v2\"");
            auto coded = partial("56789", "bytes 5-9/10").header("Content-Encoding", "gzip");
            for (const auto& answer : {changed, coded}) {
                there.put("file.part", "01234");
                there.put("file.part.validator", "\"v1\"");
                target.route("/", answer);
                const auto error = co_await failure<ClientPayloadError>(
                    session.get(target.url()).download_to(there.path()));
                CHECK(std::string(error.what()).find("another version") != std::string::npos);
                CHECK(there.files().empty());
            }
        },
        place);
}

TEST_CASE("raise_for_status does not hide that all of a file has arrived") {
    Server server;
    const Place place;
    place.put("file.part", "0123456789");
    place.put("file.part.validator", "\"v1\"");
    server.route("/", Reply(416, "no").header("Content-Range", "bytes */10"));
    run_client_with(
        ClientSessionOptions().raise_for_status(true), server,
        [](ClientSession& session, Server& target, const Place& there) -> Async {
            auto result = co_await session.get(target.url()).download_to(there.path());
            CHECK(result.received == 10);
            CHECK(there.files() == "file=0123456789 ");
        },
        place);
}

TEST_CASE("a validator that cannot be sent is none") {
    Server server;
    const Place place;
    place.put("file.part", "01234");
    place.put("file.part.validator", "\"v1\"\n");
    server.route("/", Reply(200, "0123456789"));
    run_client(
        server,
        [](ClientSession& session, Server& target, const Place& there) -> Async {
            auto result = co_await session.get(target.url()).download_to(there.path());
            CHECK(result.resumed_from == 0);
        },
        place);
    CHECK(server.request(0).header_count("Range") == 0);
}

TEST_CASE("two downloads do not write one file") {
    Server server;
    const Place place;
    Gate gate;
    server.route("/", Script()
                          .send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
                          .wait_for(gate)
                          .send("56789"));
    run_client(
        server,
        [](ClientSession& session, Server& target, const Place& there, Gate& rest) -> Async {
            auto first = session.get(target.url()).download_to(there.path());
            co_await first.next();
            const auto error =
                co_await failure<FileError>(session.get(target.url()).download_to(there.path()));
            CHECK(error.path1().string() == there.path() + ".part");
            rest.open();
            while (const auto progress = co_await first.next()) {
            }
            CHECK(there.files() == "file=0123456789 ");
        },
        place, gate);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("a file that cannot be made is an error before anything is sent") {
    Server server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error = co_await failure<FileError>(
            session.get(target.url()).download_to("/nonexistent/folder/file"));
        CHECK(std::string(error.what()).find("/nonexistent/folder/file.part") != std::string::npos);
    });
    CHECK(server.requests().empty());
}

TEST_CASE("a cancelled download can be gone on with") {
    Server server;
    const Place place;
    server.route("/",
                 Script()
                     .send("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 10\r\n\r\n01234")
                     .stall());
    run_client(
        server,
        [](ClientSession& session, Server& target, const Place& there) -> Async {
            {
                auto dropped = session.get(target.url()).download_to(there.path());
                co_await dropped.next();
            }
            CHECK(there.files() == "file.part=01234 file.part.validator=\"v1\" ");
            target.route("/", Script()
                                  .send("HTTP/1.1 206 OK\r\nContent-Range: bytes 5-9/10\r\n"
                                        "Content-Length: 5\r\n\r\n567")
                                  .stall());
            auto download = session.get(target.url()).download_to(there.path());
            co_await download.next();
            auto task =
                aiohttp::create_task(co_await boost::asio::this_coro::executor, download.next());
            task.cancel();
            co_await aiohttp::testing::expect_cancelled(std::move(task).result());
            co_await failure<RuntimeError>(download.next());
            CHECK(there.files() == "file.part=01234567 file.part.validator=\"v1\" ");
        },
        place);
}

TEST_CASE("only a GET without ranges of its own can be downloaded") {
    Server server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        CHECK_THROWS_AS(session.post(target.url()).download_to("x"), ValueError);
        CHECK_THROWS_AS(session.get(target.url()).header("Range", "bytes=0-").download_to("x"),
                        ValueError);
        co_return;
    });
    CHECK(server.requests().empty());
}
