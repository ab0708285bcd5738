// Structured concurrency with real requests.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/tasks.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::ClientResponse;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::Request;
using aiohttp::testing::Async;
using aiohttp::testing::eventually;
using aiohttp::testing::expect_cancelled;
using aiohttp::testing::failure;
using aiohttp::testing::Gate;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerRequest;

/// Answers with the path, and drops "/drop".
class EchoServer : public Server {
public:
    EchoServer() {
        route("*", [](const ServerRequest& request) { return Reply(200, request.path); });
        route("/drop", Script().close());
        route("/silent", Script().stall());
    }
};

}  // namespace

TEST_CASE("gather runs many requests and keeps their order", "[A9]") {
    EchoServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        std::vector<Request> requests;
        for (int i = 0; i < 30; ++i) {
            requests.push_back(session.get(target.url('/' + std::to_string(i))));
        }
        auto responses = co_await aiohttp::gather(std::move(requests), {.limit = 4});
        REQUIRE(responses.size() == 30);
        for (std::size_t i = 0; i < responses.size(); ++i) {
            const auto body = co_await responses[i].text();
            CHECK(body == '/' + std::to_string(i));
        }
    });
    CHECK(server.connections_accepted() <= 4);
}

TEST_CASE("gather of different awaitables gives a tuple", "[A9]") {
    EchoServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto results = co_await aiohttp::gather(session.get(target.url("/a")),
                                                session.get(target.url("/b")).text());
        auto& [response, text] = results;
        CHECK(response.status() == 200);
        CHECK(text == "/b");
    });
}

TEST_CASE("the first error of gather cancels the other requests", "[A13]") {
    EchoServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        std::vector<Request> requests;
        requests.push_back(session.get(target.url("/silent")));
        requests.push_back(session.get(target.url("/drop")));
        requests.push_back(session.get(target.url("/silent")));
        auto all = aiohttp::gather(std::move(requests));
        co_await failure<aiohttp::ServerDisconnectedError>(std::move(all));
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("gather_settled keeps errors beside responses", "[A9]") {
    EchoServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        std::vector<Request> requests;
        requests.push_back(session.get(target.url("/a")));
        requests.push_back(session.get(target.url("/drop")));
        requests.push_back(session.get("http://"));
        auto outcomes = co_await aiohttp::gather_settled(std::move(requests));
        REQUIRE(outcomes.size() == 3);
        CHECK(outcomes[0].value().status() == 200);
        CHECK_THROWS_AS(outcomes[1].value(), aiohttp::ServerDisconnectedError);
        CHECK_THROWS_AS(outcomes[2].value(), aiohttp::InvalidUrlClientError);
    });
}

TEST_CASE("wait for the first of several requests, then cancel the rest", "[A13]") {
    EchoServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        std::vector<aiohttp::Task<ClientResponse>> tasks;
        for (const char* const path : {"/silent", "/fast", "/silent"}) {
            auto task = co_await aiohttp::create_task(session.get(target.url(path)));
            tasks.push_back(std::move(task));
        }
        const auto result = co_await aiohttp::wait(tasks, aiohttp::FIRST_COMPLETED);
        CHECK(result.done == std::vector<std::size_t>{1});
        CHECK(result.pending == std::vector<std::size_t>{0, 2});
        for (const auto index : result.pending) {
            tasks[index].cancel();
        }
        auto response = co_await tasks[1].result();
        const auto body = co_await response.text();
        CHECK(body == "/fast");
        co_await expect_cancelled(tasks[0].result());
        co_await expect_cancelled(tasks[2].result());
        CHECK(session.connector().stats().in_use == 0);
    });
}

TEST_CASE("as_completed gives responses in the order in which they come", "[A9]") {
    Server server;
    std::vector<Gate> gates(3);
    for (std::size_t i = 0; i < gates.size(); ++i) {
        const auto name = '/' + std::to_string(i);
        server.route(name, Reply(200, name).after(gates[i]));
    }
    run_client(
        server,
        [](ClientSession& session, Server& target, std::vector<Gate>& opened) -> Async {
            std::vector<Request> requests;
            for (int i = 0; i < 3; ++i) {
                requests.push_back(session.get(target.url('/' + std::to_string(i))));
            }
            auto completed = aiohttp::as_completed(std::move(requests));
            const std::vector<std::size_t> order = {2, 0, 1};
            for (const auto expected : order) {
                opened[expected].open();
                auto item = co_await completed.next();
                REQUIRE(item);
                CHECK(item->index() == expected);
                const auto body = co_await item->value().text();
                CHECK(body == '/' + std::to_string(expected));
            }
            auto none = co_await completed.next();
            CHECK_FALSE(none);
        },
        gates);
}

TEST_CASE("requests made one by one are never more than the limit", "[A9]") {
    EchoServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        std::vector<int> items(50);
        const auto make = [&](int) { return session.get(target.url("/x")).text(); };
        const auto texts = co_await aiohttp::gather(std::move(items), make, {.limit = 3});
        CHECK(texts.size() == 50);
    });
    CHECK(server.max_connections_open() <= 3);
}

TEST_CASE("cancelling a gather ends all its requests", "[A13]") {
    EchoServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        std::vector<Request> requests;
        for (int i = 0; i < 5; ++i) {
            requests.push_back(session.get(target.url("/silent")));
        }
        auto all = aiohttp::gather(std::move(requests));
        auto task = co_await aiohttp::create_task(std::move(all));
        co_await eventually([&] { return target.request_count() == 5; });
        task.cancel();
        co_await expect_cancelled(task.result());
        CHECK(session.connector().stats().open == 0);
    });
}
