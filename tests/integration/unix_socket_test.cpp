// HTTP over Unix sockets.

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/error.hpp>

#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/run_with.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace std::chrono_literals;
using namespace aiohttp;
using namespace aiohttp::testing;
namespace asio = boost::asio;

template <class Main, class... More>
void run_at(const std::string& path, Main main, const More&... more) {
    run_with(ClientSessionOptions().connector(std::make_shared<UnixConnector>(path)), main,
             more...);
}

}  // namespace

TEST_CASE("requests go over a Unix socket, whatever the host", "[K175]") {
    const TemporaryFolder folder;
    const auto path = folder.file("http.sock");
    Server server(ServerOptions().unix_path(path));
    server.route("/v1.43/containers/json", Reply(200, "[]"));
    server.route("/echo", [](const ServerRequest& request) { return Reply(200, request.body); });
    run_at(path, [](ClientSession& session) -> Async {
        auto response = co_await session.get("http://docker/v1.43/containers/json");
        CHECK(response.status() == 200);
        auto text = co_await response.text();
        CHECK(text == "[]");
        text = co_await session.post("http://docker/echo").data(std::string(1'000'000, 'x')).text();
        CHECK(text == std::string(1'000'000, 'x'));
        text = co_await session.get("http://other:81/v1.43/containers/json").text();
        CHECK(text == "[]");
    });
    CHECK(server.request(0).header("host") == "docker");
    CHECK(server.request(2).header("host") == "other:81");
    CHECK(server.connections_accepted() == 2);  // the host is part of the pool's key
}

TEST_CASE("https goes over a Unix socket, too", "[K175]") {
    const TemporaryFolder folder;
    const auto path = folder.file("https.sock");
    Server server(ServerOptions().unix_path(path).tls());
    server.route("/", Reply(200, "safe"));
    CHECK(server.url() == "https://localhost/");
    UnixConnectorOptions options;
    options.ssl(TlsOptions().ca_pem(server.ca_pem()));
    run_with(ClientSessionOptions().connector(std::make_shared<UnixConnector>(path, options)),
             [](ClientSession& session) -> Async {
                 const auto text = co_await session.get("https://localhost/").text();
                 CHECK(text == "safe");
                 co_await failure<ClientConnectorCertificateError>(session.get("https://docker/"));
             });
}

TEST_CASE("a socket of the abstract namespace begins with a NUL", "[K175]") {
    const auto path = std::string("\0aiohttp-test-", 14) + std::to_string(::getpid());
    Server server(ServerOptions().unix_path(path));
    server.route("/", Reply(200, "ok"));
    run_at(path, [](ClientSession& session) -> Async {
        const auto text = co_await session.get("http://localhost/").text();
        CHECK(text == "ok");
    });
    run_at(path + "-not", [](ClientSession& session) -> Async {
        const auto error =
            co_await failure<UnixClientConnectorError>(session.get("http://localhost/"));
        CHECK(error.path().starts_with("@aiohttp-test-"));
    });
}

TEST_CASE("a path where nobody listens is an error that names it", "[K175]") {
    const TemporaryFolder folder;
    const auto missing = folder.file("missing.sock");
    run_at(
        missing,
        [](ClientSession& session, const auto& the_missing) -> Async {
            const auto error =
                co_await failure<UnixClientConnectorError>(session.get("http://docker:81/"));
            CHECK(error.path() == the_missing);
            CHECK(error.host() == "docker");
            CHECK(error.port() == 81);
            CHECK(error.os_error() == boost::system::errc::no_such_file_or_directory);
            CHECK(error.code() == errc::unix_connect_failed);
            CHECK(error.code() == condition::connection);
            CHECK(error.retryable());
            CHECK(std::string(error.what())
                      .find("connect to Unix socket " + the_missing + " failed: No") !=
                  std::string::npos);
        },
        missing);

    const auto refused = folder.file("refused.sock");
    const int dead = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, refused.c_str(), sizeof(address.sun_path) - 1);
    REQUIRE(::bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    ::close(dead);
    run_at(refused, [](ClientSession& session) -> Async {
        const auto error =
            co_await failure<UnixClientConnectorError>(session.get("http://docker/"));
        CHECK(error.os_error() == asio::error::connection_refused);
    });
}

TEST_CASE("a path that is too long is an error before any I/O", "[K175]") {
    const TemporaryFolder folder;
    const auto path = folder.file(std::string(150, 'x'));
    run_at(
        path,
        [](ClientSession& session, const auto& the_path) -> Async {
            const auto error =
                co_await failure<UnixClientConnectorError>(session.get("http://docker/"));
            CHECK(error.path() == the_path);
            CHECK(error.os_error() == asio::error::name_too_long);
        },
        path);
    CHECK_THROWS_AS(UnixConnector(""), ValueError);
    CHECK_THROWS_AS(UnixConnector(std::string("a\0b", 3)), ValueError);
}

TEST_CASE("the longest path that the system takes works", "[K175]") {
    const TemporaryFolder folder;
    const auto base = folder.file("");
    const auto path = base + std::string(sizeof(sockaddr_un::sun_path) - 1 - base.size(), 'x');
    Server server(ServerOptions().unix_path(path));
    server.route("/", Reply(200, "ok"));
    run_at(path, [](ClientSession& session) -> Async {
        const auto text = co_await session.get("http://localhost/").text();
        CHECK(text == "ok");
    });
}

TEST_CASE("a stalled server on a Unix socket is subject to the limits") {
    const TemporaryFolder folder;
    const auto path = folder.file("http.sock");
    Server server(ServerOptions().unix_path(path));
    server.route("/", Script().stall());
    run_at(path, [](ClientSession& session) -> Async {
        co_await failure<TotalTimeoutError>(session.get("http://localhost/").timeout(30ms));
        auto task = co_await create_task(session.get("http://localhost/").text());
        co_await aiohttp::sleep(10ms);
        task.cancel();
        co_await expect_cancelled(task.result());
    });
}

TEST_CASE("a Unix socket whose backlog is full is an error", "[K175]") {
    const TemporaryFolder folder;
    const auto path = folder.file("full.sock");
    Server server(ServerOptions().unix_path(path).accepting(false).backlog(0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    std::vector<int> filling;
    int status = 0;
    while (status == 0) {
        filling.push_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        status =
            ::connect(filling.back(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    }
    run_at(path, [](ClientSession& session) -> Async {
        const auto error =
            co_await failure<UnixClientConnectorError>(session.get("http://localhost/"));
        CHECK(error.os_error() == asio::error::try_again);
        CHECK(error.retryable());
    });
    for (const int descriptor : filling) {
        ::close(descriptor);
    }
}

TEST_CASE("a Unix socket is never taken for a proxy") {
    const TemporaryFolder folder;
    const auto path = folder.file("http.sock");
    Server server(ServerOptions().unix_path(path));
    server.route("*", Reply(200, "ok"));
    run_with(ClientSessionOptions()
                 .connector(std::make_shared<UnixConnector>(path))
                 .proxy("http://me:secret@proxy.example:3128"),
             [](ClientSession& session) -> Async {
                 const auto text = co_await session.get("http://docker/").text();
                 CHECK(text == "ok");
                 const auto error = co_await failure<ValueError>(
                     session.get("http://docker/").proxy("socks5://127.0.0.1:1"));
                 CHECK(std::string(error.what()).find("socks5://127.0.0.1:1") != std::string::npos);
             });
    REQUIRE(server.request_count() == 1);
    CHECK(server.request(0).target == "/");
    CHECK(server.request(0).header_count("Proxy-Authorization") == 0);
}
