// Files, views and generators as bodies.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <aiohttp/error.hpp>
#include <aiohttp/file_body.hpp>
#include <aiohttp/generator_body.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/tls.hpp>
#include <aiohttp/view_body.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::file_body;
using aiohttp::FileBodyOptions;
using aiohttp::generator_body;
using aiohttp::GeneratorBodyOptions;
using aiohttp::ValueError;
using aiohttp::view_body;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::open_descriptors;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::ServerRequest;
using aiohttp::testing::TemporaryFile;

using Piece = std::optional<std::string>;

/// A server that answers everything, and sends some on with 307.
class AnyServer : public Server {
public:
    explicit AnyServer(const ServerOptions& options = ServerOptions()) : Server(options) {
        route("*", Reply(200, "ok"));
        route("/moved", Reply(307).header("Location", "/here"));
    }
};

std::string numbers(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i) {
        text += std::to_string(i) + ' ';
    }
    text.resize(size);
    return text;
}

std::string file_error(const std::string& path) {
    try {
        file_body(path);
    } catch (const std::filesystem::filesystem_error& error) {
        CHECK(error.path1() == path);
        CHECK(std::string_view(error.what()).find(path) != std::string_view::npos);
        return error.code().message();
    }
    return "no error";
}

/// Gives "0,", "1,", ... and then, perhaps, throws.
class Counting {
public:
    explicit Counting(int count, bool throws = false) : count_(count), throws_(throws) {}
    boost::asio::awaitable<Piece> operator()() {
        if (given_ == count_) {
            if (throws_) {
                throw std::logic_error("the generator is broken");
            }
            co_return std::nullopt;
        }
        co_return std::to_string(given_++) + ',';
    }

private:
    int count_;
    bool throws_;
    int given_ = 0;
};

std::size_t peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

TEST_CASE("a file is sent with its length and type, whole or in part", "[I131]") {
    AnyServer server;
    const auto content = numbers(400'000);
    const TemporaryFile file(content, ".csv");
    run_client(
        server,
        [](ClientSession& session, Server& target, const TemporaryFile& sent) -> Async {
            const std::string path = sent.path();
            co_await session.put(target.url()).data(file_body(path)).text();
            auto part = file_body(path, FileBodyOptions().offset(3).content_type("a/b"));
            co_await session.put(target.url()).data(std::move(part)).text();
            part = file_body(path, FileBodyOptions().offset(399'990).length(7));
            co_await session.put(target.url()).data(std::move(part)).text();
            part = file_body(path, FileBodyOptions().offset(400'000));
            co_await session.put(target.url()).data(std::move(part)).text();
        },
        file);
    CHECK(server.request(0).body == content);
    CHECK(server.request(0).header("Content-Length") == "400000");
    CHECK(server.request(0).header("Content-Type") == "text/csv");
    CHECK(server.request(1).body == content.substr(3));
    CHECK(server.request(1).header("Content-Length") == "399997");
    CHECK(server.request(1).header("Content-Type") == "a/b");
    CHECK(server.request(2).body == content.substr(399'990, 7));
    CHECK(server.request(3).header("Content-Length") == "0");
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("a file that cannot be sent is refused at once, and named", "[I131]") {
    CHECK(file_error("/no/such/file") == "No such file or directory");
    CHECK(file_error("/tmp") == "Is a directory");
    CHECK(file_error("/dev/null") == "Operation not supported");
    const auto pipe =
        std::filesystem::temp_directory_path() / ("aiohttp-pipe-" + std::to_string(getpid()));
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(file_error(pipe) == "Operation not supported");
    std::filesystem::remove(pipe);
    const TemporaryFile file("0123456789");
    const std::string path = file.path();
    CHECK_THROWS_AS(file_body(path, FileBodyOptions().offset(11)), ValueError);
    CHECK_THROWS_AS(file_body(path, FileBodyOptions().offset(4).length(7)), ValueError);
    CHECK_THROWS_AS(file_body(path, FileBodyOptions().offset(1).length(UINT64_MAX)), ValueError);
    CHECK_THROWS_AS(FileBodyOptions().content_type("a\r\nX: y"), ValueError);
}

TEST_CASE("a file is closed after the request, also when it failed", "[I131]") {
    AnyServer server;
    server.route("/reset", Script().reset());
    const TemporaryFile file(numbers(1000));
    run_client(
        server,
        [](ClientSession& session, Server& target, const TemporaryFile& sent) -> Async {
            co_await session.get(target.url()).text();
            const auto before = open_descriptors();
            auto response = co_await session.put(target.url()).data(file_body(sent.path()));
            CHECK(response.status() == 200);
            CHECK(open_descriptors() == before);
            co_await response.read();
            {
                auto unsent = session.put(target.url()).data(file_body(sent.path()));
                CHECK(open_descriptors() == before + 1);
            }
            CHECK(open_descriptors() == before);
            auto failing = session.post(target.url("/reset")).data(file_body(sent.path()));
            co_await failure<aiohttp::ClientConnectionResetError>(std::move(failing));
            CHECK(open_descriptors() <= before);
        },
        file);
}

TEST_CASE("a file that grows is sent as announced, one that shrinks fails", "[I131]") {
    AnyServer server;
    const TemporaryFile file(numbers(300'000));
    run_client(
        server,
        [](ClientSession& session, Server& target, const TemporaryFile& sent) -> Async {
            auto body = file_body(sent.path());
            std::ofstream(sent.path(), std::ios::app) << "more";
            co_await session.put(target.url()).data(std::move(body)).text();
            body = file_body(sent.path());
            std::filesystem::resize_file(sent.path(), 200'000);
            const auto error = co_await failure<aiohttp::ClientPayloadError>(
                session.put(target.url()).data(std::move(body)));
            CHECK(error.phase() == aiohttp::Phase::send);
            CHECK(session.connector().stats().open == 0);
        },
        file);
    REQUIRE(server.request_count() == 1);
    CHECK(server.request(0).body == numbers(300'000));
}

TEST_CASE("a file is sent twice for a 307, from its offset", "[E61]") {
    AnyServer server;
    const TemporaryFile file(numbers(200'000));
    run_client(
        server,
        [](ClientSession& session, Server& target, const TemporaryFile& sent) -> Async {
            auto body = file_body(sent.path(), FileBodyOptions().offset(3));
            co_await session.post(target.url("/moved")).data(std::move(body)).text();
        },
        file);
    REQUIRE(server.request_count() == 2);
    CHECK(server.request(0).body == numbers(200'000).substr(3));
    CHECK(server.request(1).body == numbers(200'000).substr(3));
    CHECK(server.request(1).path == "/here");
}

TEST_CASE("a file is sent again from its offset when the connection was stale", "[C36]") {
    AnyServer server;
    std::vector<aiohttp::testing::Answer> answers;
    answers.emplace_back(Reply(200, "warm"));
    answers.emplace_back(Script().reset());
    answers.emplace_back(Reply(200, "ok"));
    server.route("/", std::move(answers));
    const TemporaryFile file(numbers(200'000));
    run_client(
        server,
        [](ClientSession& session, Server& target, const TemporaryFile& sent) -> Async {
            co_await session.get(target.url()).text();
            auto body = file_body(sent.path(), FileBodyOptions().offset(3).length(150'000));
            const auto answer = co_await session.put(target.url()).data(std::move(body)).text();
            CHECK(answer == "ok");
        },
        file);
    REQUIRE(server.request_count() == 3);
    CHECK(server.request(2).body == numbers(200'000).substr(3, 150'000));
}

TEST_CASE("a file of 200 MB needs no memory", "[I131][I140]") {
    Server server(ServerOptions().body_limit(0));
    server.route("/", [](const ServerRequest& request) {
        return Reply(200, std::to_string(request.body_size));
    });
    const TemporaryFile file;
    std::filesystem::resize_file(file.path(), 200'000'000);
    const auto before = peak_memory();
    run_client(
        server,
        [](ClientSession& session, Server& target, const TemporaryFile& sent) -> Async {
            const auto answer =
                co_await session.put(target.url()).data(file_body(sent.path())).text();
            CHECK(answer == "200000000");
        },
        file);
    [[maybe_unused]] const auto grown = peak_memory() - before;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they keep what is freed
    CHECK(grown < 20'000'000);
#endif
}

TEST_CASE("a view is sent without a copy, and again", "[I127]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto text = numbers(100'000);
        auto body = view_body(text);
        CHECK(body->in_memory()->data() == text.data());
        co_await session.post(target.url("/moved")).data(std::move(body)).text();
        const auto bytes = std::as_bytes(std::span(text));
        co_await session.post(target.url()).data(view_body(bytes, "a/b")).text();
        co_await session.post(target.url()).data(view_body("literal")).text();
        CHECK_THROWS_AS(view_body("x", "a\nb"), ValueError);
    });
    REQUIRE(server.request_count() == 4);
    CHECK(server.request(0).body == numbers(100'000));
    CHECK(server.request(0).header("Content-Type") == "text/plain; charset=utf-8");
    CHECK(server.request(1).body == numbers(100'000));
    CHECK(server.request(2).header("Content-Type") == "a/b");
    CHECK(server.request(2).header("Content-Length") == "100000");
    CHECK(server.request(3).body == "literal");
}

TEST_CASE("a generator is sent in chunks, or with the length announced", "[I130]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.post(target.url()).data(generator_body(Counting(3))).text();
        auto sized =
            generator_body(Counting(3), GeneratorBodyOptions().length(6).content_type("a/b"));
        co_await session.post(target.url()).data(std::move(sized)).text();
        const auto capturing = [n = 0]() mutable -> boost::asio::awaitable<Piece> {
            co_return n < 2 ? Piece(std::to_string(n++)) : Piece();
        };
        auto lambda = generator_body(capturing);
        co_await session.post(target.url()).data(std::move(lambda)).text();
        co_await session.post(target.url()).data(generator_body(Counting(0))).text();
    });
    REQUIRE(server.request_count() == 4);
    CHECK(server.request(0).body == "0,1,2,");
    CHECK(server.request(0).header("Transfer-Encoding") == "chunked");
    CHECK(server.request(0).header("Content-Type") == "application/octet-stream");
    CHECK(server.request(1).body == "0,1,2,");
    CHECK(server.request(1).header("Content-Length") == "6");
    CHECK(server.request(1).header("Content-Type") == "a/b");
    CHECK(server.request(2).body == "01");
    CHECK(server.request(3).body.empty());
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("what a generator throws reaches the caller, and the connection closes", "[I130]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error = co_await failure<std::logic_error>(
            session.post(target.url()).data(generator_body(Counting(2, true))));
        CHECK(error.what() == std::string("the generator is broken"));
        CHECK(session.connector().stats().open == 0);
    });
    CHECK(server.request_count() == 0);
}

TEST_CASE("a generator cannot be sent again for a 307", "[E62]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await failure<aiohttp::ClientPayloadError>(
            session.post(target.url("/moved")).data(generator_body(Counting(2))));
    });
    CHECK(server.request_count() == 1);
}

TEST_CASE("a 413 ends an upload of 100 MB", "[I139]") {
    for (const bool tls : {false, true}) {
        AnyServer server(ServerOptions().tls(tls));
        server.route_at_head("/large", [](const ServerRequest&) {
            return Script()
                .send("HTTP/1.1 413 No\r\nContent-Length: 6\r\nConnection: close\r\n\r\nenough")
                .close();
        });
        const TemporaryFile file;
        std::filesystem::resize_file(file.path(), 100'000'000);
        run_client(
            server,
            [](ClientSession& session, Server& target, const TemporaryFile& sent) -> Async {
                try {
                    auto response = co_await session.put(target.url("/large"))
                                        .data(file_body(sent.path()))
                                        .ssl(aiohttp::verify_none);
                    CHECK(response.status() == 413);
                } catch (const aiohttp::ClientConnectionError& error) {
                    CHECK(error.code() == aiohttp::condition::connection);
                }
                CHECK(session.connector().stats().open == 0);
            },
            file);
    }
}

TEST_CASE("a Content-Length of the caller replaces the chunks of a generator", "[I135]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.post(target.url())
            .data(generator_body(Counting(3)))
            .header("Content-Length", "6")
            .text();
        co_await failure<aiohttp::ClientPayloadError>(session.post(target.url())
                                                          .data(generator_body(Counting(3)))
                                                          .header("Content-Length", "5"));
    });
    REQUIRE(server.request_count() == 1);
    CHECK(server.request(0).body == "0,1,2,");
    CHECK(server.request(0).header("Content-Length") == "6");
    CHECK(server.request(0).header_count("Transfer-Encoding") == 0);
}

TEST_CASE("a body that breaks its word is never sent as a shorter one", "[I135]") {
    Server server;
    server.route("*", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto compressed = generator_body(Counting(2), GeneratorBodyOptions().length(1000));
        co_await failure<aiohttp::ClientPayloadError>(
            session.post(target.url()).data(std::move(compressed)).compress("gzip"));
        auto chunked = generator_body(Counting(2), GeneratorBodyOptions().length(1000));
        co_await failure<aiohttp::ClientPayloadError>(
            session.post(target.url()).data(std::move(chunked)).chunked(true));
    });
    for (const auto& request : server.requests()) {
        CHECK_FALSE(request.complete);
    }
}
