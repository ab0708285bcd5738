// Cancelling at any point of an exchange ends it promptly, frees its slot and leaves the session
// usable.

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/run_sync.hpp"

namespace {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::TCPConnectorOptions;
using aiohttp::testing::Async;
using aiohttp::testing::BlackHole;
using aiohttp::testing::eventually;
using aiohttp::testing::expect_cancelled;
using aiohttp::testing::failure;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

/// Starts a request, waits until it is where it is to be cancelled, cancels it, and finds the
/// session as it was.
Async cancel_when(ClientSession& session,
                  Server& server,
                  aiohttp::Request request,
                  std::function<bool()> there) {
    const auto before = session.connector().stats();
    auto task = co_await aiohttp::create_task(std::move(request).text());
    co_await eventually(std::move(there));
    CHECK_FALSE(task.done());
    task.cancel();
    co_await expect_cancelled(task.result());
    CHECK(session.connector().stats().in_use == before.in_use);
    CHECK(session.connector().stats().waiting == before.waiting);
    const auto body = co_await session.get(server.url("/ok")).text();
    CHECK(body == "ok");
}

class OkServer : public Server {
public:
    OkServer() {
        route("/ok", Reply(200, "ok"));
        route("/silent", Script().stall());
        route("/head", Script().send("HTTP/1.1 200 OK\r\nX-A: ").stall());
        route("/body", Script().send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").stall());
    }
};

}  // namespace

TEST_CASE("a request is cancelled while it waits for the answer", "[A13]") {
    OkServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await cancel_when(session, target, session.get(target.url("/silent")),
                             [&] { return target.request_count() == 1; });
        co_await eventually([&] { return target.connections_open() == 1; });
    });
}

TEST_CASE("a request is cancelled within the answer's head and body", "[B31]") {
    OkServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await cancel_when(session, target, session.get(target.url("/head")),
                             [&] { return target.request_count() == 1; });
        co_await cancel_when(session, target, session.get(target.url("/body")),
                             [&] { return target.request_count() == 3; });
    });
}

TEST_CASE("a request is cancelled while it connects", "[A14]") {
    OkServer server;
    BlackHole hole;
    run_client(
        server,
        [](ClientSession& session, Server& target, BlackHole& nowhere) -> Async {
            co_await cancel_when(session, target, session.get(nowhere.url()),
                                 [&] { return session.connector().stats().in_use == 1; });
        },
        hole);
}

TEST_CASE("a request is cancelled while its host is looked up", "[A14]") {
    OkServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto task = co_await aiohttp::create_task(session.get("http://name.invalid/").text());
        task.cancel();
        co_await expect_cancelled(task.result());
        CHECK(session.connector().stats().open == 0);
        co_await session.get(target.url("/ok")).text();
    });
}

TEST_CASE("a request is cancelled within a TLS handshake", "[A14]") {
    OkServer server;
    Server silent;
    silent.on_accept(Script().stall());
    run_client(
        server,
        [](ClientSession& session, Server& target, Server& other) -> Async {
            const auto url = "https://127.0.0.1:" + std::to_string(other.port()) + '/';
            co_await cancel_when(session, target, session.get(url),
                                 [&] { return other.connections_accepted() == 1; });
        },
        silent);
}

TEST_CASE("a request is cancelled in the middle of its upload", "[B32]") {
    OkServer server;
    server.route_at_head("/upload", [](const auto&) { return Script().stop_reading(); });
    // The server holds its side of that connection until it stops.
    const auto main = [](Server& target) -> Async {
        ClientSession session;
        auto upload = session.post(target.url("/upload")).data(std::string(20'000'000, 'x'));
        co_await cancel_when(session, target, std::move(upload),
                             [&] { return target.request_count() == 1; });
    };
    aiohttp::testing::run_sync(main(server));
}

TEST_CASE("a request that loses a race against a timer is cancelled", "[A13]") {
    OkServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto lost =
            co_await (session.get(target.url("/silent")).text() || aiohttp::sleep(5ms));
        CHECK(lost.index() == 1);
        CHECK(session.connector().stats().open == 0);
        const auto won = co_await (session.get(target.url("/ok")).text() || aiohttp::sleep(10s));
        REQUIRE(won.index() == 0);
        CHECK(std::get<0>(won) == "ok");
        const auto both = co_await (session.get(target.url("/ok")).text() &&
                                    session.get(target.url("/ok")).text());
        CHECK(std::get<0>(both) == std::get<1>(both));
    });
}

TEST_CASE("a whole response may be what wins or loses a race", "[A13]") {
    OkServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto lost = co_await (session.get(target.url("/silent")) || aiohttp::sleep(5ms));
        CHECK(lost.index() == 1);
        auto won = co_await (session.get(target.url("/ok")) || aiohttp::sleep(10s));
        REQUIRE(won.index() == 0);
        const auto body = co_await std::get<0>(won).text();
        CHECK(body == "ok");
    });
}

TEST_CASE("a request is cancelled through the slot of its completion handler", "[A13]") {
    OkServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto executor = co_await asio::this_coro::executor;
        for (const auto type : {asio::cancellation_type::terminal, asio::cancellation_type::total,
                                asio::cancellation_type::partial}) {
            asio::cancellation_signal signal;
            std::optional<std::exception_ptr> ended;
            const auto done = [&ended](std::exception_ptr error, const std::string&) {
                ended = error;
            };
            target.clear_requests();
            asio::co_spawn(executor, session.get(target.url("/silent")).text(),
                           asio::bind_cancellation_slot(signal.slot(), done));
            co_await eventually([&] { return target.request_count() == 1; });
            // co_spawn() passes on what terminates, and nothing weaker.
            signal.emit(type);
            signal.emit(asio::cancellation_type::terminal);
            co_await eventually([&] { return ended.has_value(); });
            CHECK(session.connector().stats().open == 0);
            CHECK_THROWS_AS(std::rethrow_exception(*ended), boost::system::system_error);
        }
    });
}

TEST_CASE("a session destroyed under its requests ends them", "[B33]") {
    OkServer server;
    BlackHole hole;
    run_client(
        server,
        [](ClientSession&, Server& target, BlackHole& nowhere) -> Async {
            std::optional<ClientSession> session(
                std::in_place, ClientSessionOptions().connector(TCPConnectorOptions().limit(2)));
            auto waiting =
                co_await aiohttp::create_task(session->get(target.url("/silent")).text());
            auto connecting = co_await aiohttp::create_task(session->get(nowhere.url()).text());
            auto queued = co_await aiohttp::create_task(session->get(target.url("/ok")).text());
            co_await eventually([&] { return target.request_count() == 1; });
            session.reset();
            co_await failure<aiohttp::ClientConnectionError>(waiting.result());
            co_await failure<aiohttp::ClientConnectionError>(connecting.result());
            co_await failure<aiohttp::ClientConnectionError>(queued.result());
        },
        hole);
}

TEST_CASE("closing a session ends reads under way", "[A19]") {
    OkServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/body"));
        auto reading = co_await aiohttp::create_task(response.read());
        co_await session.close();
        const auto error = co_await failure<aiohttp::ClientConnectionError>(reading.result());
        CHECK(error.phase() == aiohttp::Phase::body);
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("a task that is dropped cancels its request", "[A13]") {
    OkServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        {
            auto task = co_await aiohttp::create_task(session.get(target.url("/silent")).text());
            co_await eventually([&] { return target.request_count() == 1; });
        }
        co_await eventually([&] { return session.connector().stats().open == 0; });
    });
}

TEST_CASE("a request can be spawned with any completion token", "[A13]") {
    OkServer server;
    asio::io_context io;
    std::optional<ClientSession> session(std::in_place);
    auto text = asio::co_spawn(io, session->get(server.url("/ok")).text(), asio::use_future);
    auto response = asio::co_spawn(io, session->get(server.url("/ok")), asio::use_future);
    io.run();
    CHECK(text.get() == "ok");
    CHECK(response.get().status() == 200);
    session.reset();
}
