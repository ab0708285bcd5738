// The pool over real sockets: limits, the queue, and connections shared between sessions.

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/gather.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::create_task;
using aiohttp::PoolStats;
using aiohttp::Task;
using aiohttp::TCPConnectorOptions;
using aiohttp::testing::Async;
using aiohttp::testing::BlackHole;
using aiohttp::testing::eventually;
using aiohttp::testing::expect_cancelled;
using aiohttp::testing::failure;
using aiohttp::testing::Gate;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;
using aiohttp::testing::ServerRequest;

using Texts = std::vector<Task<std::string>>;

ClientSessionOptions limited(std::size_t limit, std::size_t per_host = 0) {
    return ClientSessionOptions().connector(
        TCPConnectorOptions().limit(limit).limit_per_host(per_host));
}

Async start(ClientSession& session, Texts& tasks, std::string url) {
    auto task = co_await create_task(session.get(url).text());
    tasks.push_back(std::move(task));
}

Async finish(Texts& tasks) {
    for (auto& task : tasks) {
        co_await task.result();
    }
}

}  // namespace

TEST_CASE("with limit 1 the second request starts when the first is over", "[A8]") {
    Server server;
    Gate gate;
    server.route("/", Reply(200, "ok").after(gate));
    run_client_with(
        limited(1), server,
        [](ClientSession& session, Server& target, Gate& opened) -> Async {
            Texts tasks;
            co_await start(session, tasks, target.url());
            co_await start(session, tasks, target.url());
            co_await eventually([&] { return target.request_count() == 1; });
            CHECK(session.connector().stats() == PoolStats{1, 1, 0, 1});
            opened.open();
            co_await finish(tasks);
            CHECK(session.connector().stats() == PoolStats{1, 0, 1, 0});
        },
        gate);
    CHECK(server.request_count() == 2);
    CHECK(server.connections_accepted() == 1);
    CHECK(server.max_concurrent_requests() == 1);
}

TEST_CASE("a slot is taken until the body has been read", "[A8]") {
    Server server;
    server.route("/large", Reply(200, std::string(1'000'000, 'x')));
    server.route("/", Reply(200, "ok"));
    run_client_with(limited(1), server, [](ClientSession& session, Server& target) -> Async {
        auto large = co_await session.get(target.url("/large"));
        Texts tasks;
        co_await start(session, tasks, target.url());
        CHECK(session.connector().stats().waiting == 1);
        co_await large.read();
        co_await finish(tasks);
    });
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("with limit 2 never more than two of six requests are in flight", "[A9]") {
    Server server;
    server.route("/", Reply(200, "ok").delay(3ms));
    run_client_with(limited(2), server, [](ClientSession& session, Server& target) -> Async {
        Texts tasks;
        for (int i = 0; i < 6; ++i) {
            co_await start(session, tasks, target.url());
        }
        CHECK(session.connector().stats().waiting == 4);
        co_await finish(tasks);
    });
    CHECK(server.request_count() == 6);
    CHECK(server.max_concurrent_requests() == 2);
    CHECK(server.connections_accepted() == 2);
}

TEST_CASE("limit_per_host holds back one host and not another", "[A10]") {
    Server one;
    Server other;
    Gate gate;
    one.route("/", Reply(200, "one").after(gate));
    other.route("/", Reply(200, "other").after(gate));
    run_client_with(
        limited(0, 1), one,
        [](ClientSession& session, Server& first, Server& second, Gate& opened) -> Async {
            Texts tasks;
            co_await start(session, tasks, first.url());
            co_await start(session, tasks, first.url());
            co_await start(session, tasks, second.url());
            co_await start(session, tasks, second.url());
            co_await eventually(
                [&] { return first.request_count() == 1 && second.request_count() == 1; });
            CHECK(session.connector().stats() == PoolStats{2, 2, 0, 2});
            opened.open();
            co_await finish(tasks);
        },
        other, gate);
    CHECK(one.max_concurrent_requests() == 1);
    CHECK(other.max_concurrent_requests() == 1);
    CHECK(one.request_count() == 2);
    CHECK(other.request_count() == 2);
}

TEST_CASE("without a limit 300 requests are in flight at once", "[A11]") {
    Server server;
    Gate gate;
    server.route("/", Reply(200, "ok").after(gate));
    run_client_with(
        limited(0), server,
        [](ClientSession& session, Server& target, Gate& opened) -> Async {
            Texts tasks;
            for (int i = 0; i < 300; ++i) {
                co_await start(session, tasks, target.url());
            }
            co_await eventually([&] { return target.request_count() == 300; });
            opened.open();
            co_await finish(tasks);
        },
        gate);
    CHECK(server.max_concurrent_requests() == 300);
}

TEST_CASE("those who wait for a host are served in the order they came", "[A12]") {
    Server server;
    server.route("*", Reply(200, "ok"));
    run_client_with(limited(1), server, [](ClientSession& session, Server& target) -> Async {
        Texts tasks;
        for (int i = 0; i < 20; ++i) {
            co_await start(session, tasks, target.url('/' + std::to_string(i)));
        }
        co_await finish(tasks);
    });
    const auto requests = server.requests();
    REQUIRE(requests.size() == 20);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        CHECK(requests[i].path == '/' + std::to_string(i));
    }
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("a request cancelled in the queue leaves its turn to the next", "[A13]") {
    Server server;
    Gate gate;
    server.route("*", Reply(200, "ok").after(gate));
    run_client_with(
        limited(1), server,
        [](ClientSession& session, Server& target, Gate& opened) -> Async {
            Texts tasks;
            co_await start(session, tasks, target.url("/first"));
            co_await start(session, tasks, target.url("/cancelled"));
            co_await start(session, tasks, target.url("/third"));
            tasks[1].cancel();
            co_await expect_cancelled(tasks[1].result());
            CHECK(session.connector().stats().waiting == 1);
            opened.open();
            co_await tasks[0].result();
            co_await tasks[2].result();
        },
        gate);
    const auto requests = server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[1].path == "/third");
}

TEST_CASE("a request cancelled while it is granted a slot gives the slot to the next", "[A13]") {
    Server server;
    server.route("*", Reply(200, "ok"));
    run_client_with(limited(1), server, [](ClientSession& session, Server& target) -> Async {
        Texts tasks;
        co_await start(session, tasks, target.url("/first"));
        co_await start(session, tasks, target.url("/granted"));
        co_await start(session, tasks, target.url("/last"));
        co_await tasks[0].result();
        tasks[1].cancel();
        co_await tasks[2].result();
        try {
            co_await tasks[1].result();
        } catch (const boost::system::system_error& error) {
            CHECK(error.code() == boost::asio::error::operation_aborted);
        }
    });
    CHECK(server.connections_accepted() <= 2);
}

TEST_CASE("a request cancelled while it connects frees its slot", "[A14]") {
    Server server;
    BlackHole hole;
    server.route("/", Reply(200, "ok"));
    run_client_with(
        limited(1), server,
        [](ClientSession& session, Server& target, BlackHole& nowhere) -> Async {
            Texts tasks;
            co_await start(session, tasks, nowhere.url());
            co_await start(session, tasks, target.url());
            CHECK(session.connector().stats() == PoolStats{1, 1, 0, 1});
            tasks[0].cancel();
            const auto body = co_await tasks[1].result();
            CHECK(body == "ok");
            co_await expect_cancelled(tasks[0].result());
        },
        hole);
}

TEST_CASE("when connecting fails, the next in the queue gets the slot", "[A15]") {
    Server server;
    Server gone;
    server.route("/", Reply(200, "ok"));
    gone.refuse_connections();
    run_client_with(
        limited(1), server,
        [](ClientSession& session, Server& target, Server& refusing) -> Async {
            Texts tasks;
            co_await start(session, tasks, refusing.url());
            co_await start(session, tasks, refusing.url());
            co_await start(session, tasks, target.url());
            CHECK(session.connector().stats().waiting == 2);
            const auto body = co_await tasks[2].result();
            CHECK(body == "ok");
            co_await failure<aiohttp::ClientConnectorError>(tasks[0].result());
            co_await failure<aiohttp::ClientConnectorError>(tasks[1].result());
        },
        gone);
}

TEST_CASE("of the idle connections of a host the one used last is used next", "[A16]") {
    Server server;
    std::vector<Gate> gates(3);
    server.route("/a", Reply(200, "a").after(gates[0]));
    server.route("/b", Reply(200, "b").after(gates[1]));
    server.route("/c", Reply(200, "c").after(gates[2]));
    server.route("/next", Reply(200, "next"));
    run_client(
        server,
        [](ClientSession& session, Server& target, std::vector<Gate>& opened) -> Async {
            Texts tasks;
            for (const char* const path : {"/a", "/b", "/c"}) {
                co_await start(session, tasks, target.url(path));
                const auto count = tasks.size();
                co_await eventually([&] { return target.request_count() == count; });
            }
            for (std::size_t i = 0; i < 3; ++i) {
                opened[i].open();
                co_await tasks[i].result();
            }
            co_await session.get(target.url("/next")).text();
        },
        gates);
    CHECK(server.request(2).path == "/c");
    CHECK(server.request(3).connection == server.request(2).connection);
    CHECK(server.connections_accepted() == 3);
}

TEST_CASE("at the limit the oldest idle connection of another host gives way", "[A16]") {
    Server one;
    Server other;
    one.route("/", Reply(200, "one"));
    other.route("/", Reply(200, "other"));
    run_client_with(
        limited(1), one,
        [](ClientSession& session, Server& first, Server& second) -> Async {
            co_await session.get(first.url()).text();
            CHECK(session.connector().stats().idle == 1);
            const auto body = co_await session.get(second.url()).text();
            CHECK(body == "other");
            CHECK(session.connector().stats().open == 1);
            co_await eventually([&] { return first.connections_open() == 0; });
        },
        other);
}

TEST_CASE("sessions may share a connector, which outlives the first that closes", "[A18]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    const auto connector = std::make_shared<aiohttp::TCPConnector>();
    auto options = ClientSessionOptions().connector(connector).connector_owner(false);
    run_client_with(
        options, server,
        [](ClientSession& session, Server& target, ClientSessionOptions& same) -> Async {
            ClientSession other(same);
            co_await other.get(target.url()).text();
            co_await other.close();
            CHECK(other.closed());
            CHECK_FALSE(session.connector().closed());
            const auto body = co_await session.get(target.url()).text();
            CHECK(body == "ok");
            co_await session.connector().close();
            co_await failure<aiohttp::ClientConnectionError>(session.get(target.url()));
        },
        options);
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("closing a session ends its requests, not those of one that shares the connector",
          "[A18]") {
    Server server;
    Gate gate;
    server.route("/", Reply(200, "ok").after(gate));
    const auto connector = std::make_shared<aiohttp::TCPConnector>();
    auto options = ClientSessionOptions().connector(connector).connector_owner(false);
    run_client_with(
        options, server,
        [](ClientSession& session, Server& target, ClientSessionOptions& same,
           Gate& opened) -> Async {
            ClientSession other(same);
            Texts tasks;
            co_await start(other, tasks, target.url());
            co_await start(session, tasks, target.url());
            co_await eventually([&] { return target.request_count() == 2; });
            co_await other.close();
            co_await failure<aiohttp::ClientConnectionError>(tasks[0].result());
            opened.open();
            const auto body = co_await tasks[1].result();
            CHECK(body == "ok");
            co_await session.connector().close();
        },
        options, gate);
}

TEST_CASE("closing the session closes the connection of a response not read yet", "[A19]") {
    Server server;
    server.route("/", Reply(200, std::string(10'000'000, 'x')));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        co_await session.close();
        co_await eventually([&] { return target.connections_open() == 0; });
        const auto error = co_await failure<aiohttp::ClientConnectionError>(response.read());
        CHECK(error.kind() == aiohttp::errc::connection_closed);
    });
}

TEST_CASE("closing the connector ends requests in flight and in the queue", "[A20]") {
    Server server;
    Gate never;
    server.route("/", Reply(200, "ok").after(never));
    run_client_with(limited(1), server, [](ClientSession& session, Server& target) -> Async {
        Texts tasks;
        co_await start(session, tasks, target.url());
        co_await start(session, tasks, target.url());
        co_await eventually([&] { return target.request_count() == 1; });
        co_await session.connector().close();
        const auto flying = co_await failure<aiohttp::ClientConnectionError>(tasks[0].result());
        CHECK(flying.phase() == aiohttp::Phase::wait);
        const auto queued = co_await failure<aiohttp::ClientConnectionError>(tasks[1].result());
        CHECK(queued.phase() == aiohttp::Phase::queue);
        CHECK(queued.code() == aiohttp::errc::connection_closed);
        co_await failure<aiohttp::ClientConnectionError>(session.get(target.url()));
    });
}
