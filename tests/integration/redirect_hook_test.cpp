// The hook that is asked before a redirect is followed.

#include <stdexcept>
#include <string>
#include <vector>

#include <aiohttp/auth.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/redirect.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::NonHttpUrlRedirectClientError;
using aiohttp::RedirectDecision;
using aiohttp::RedirectHook;
using aiohttp::RedirectHop;
using aiohttp::TooManyRedirects;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

Reply redirect(int status, const std::string& location) {
    return Reply(status, "moved").header("Location", location);
}

/// /1 -> /2 -> /3 -> 200.
class Chain : public Server {
public:
    Chain() {
        route("/1", redirect(307, "/2").header("X-Hop", "one"));
        route("/2", redirect(303, "http://u:p@localhost:" + std::to_string(port()) + "/3?q#f"));
        route("*", Reply(200, "end"));
    }
};

/// A hook that writes down what it sees, and always goes on.
RedirectHook writes_to(std::vector<std::string>& told) {
    return [&told](const RedirectHop& hop) {
        told.push_back(std::to_string(hop.count) + ' ' + std::to_string(hop.status) + ' ' +
                       std::string(hop.method) + ' ' + std::string(hop.url.path()) + " -> " +
                       std::string(hop.next_method) + ' ' + std::string(hop.next_url.host()) +
                       std::string(hop.next_url.target()) +
                       (hop.same_origin ? " same " : " other ") +
                       std::string(hop.headers["x-hop"]) +
                       (hop.next_url.has_user_info() ? " with password" : ""));
        return RedirectDecision::follow;
    };
}

RedirectHook stops_at(std::size_t count) {
    return [count](const RedirectHop& hop) {
        return hop.count == count ? RedirectDecision::stop : RedirectDecision::follow;
    };
}

}  // namespace

TEST_CASE("the hook sees each redirect before it is followed", "[E58]") {
    Chain server;
    std::vector<std::string> told;
    run_client(
        server,
        [](ClientSession& session, Server& target, std::vector<std::string>& lines) -> Async {
            auto response =
                co_await session.put(target.url("/1")).data("x").on_redirect(writes_to(lines));
            CHECK(response.status() == 200);
            CHECK(response.history().size() == 2);
        },
        told);
    REQUIRE(told.size() == 2);
    CHECK(told[0] == "1 307 PUT /1 -> PUT 127.0.0.1/2 same one");
    CHECK(told[1] == "2 303 PUT /2 -> GET localhost/3?q other ");
}

TEST_CASE("a hook that stops makes the redirect the response", "[E63]") {
    Chain server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto first = co_await session.get(target.url("/1")).on_redirect(stops_at(1));
        CHECK(first.status() == 307);
        CHECK(first.history().empty());
        CHECK(first.url().str() == target.url("/1"));
        const auto text = co_await first.text();
        CHECK(text == "moved");
        auto second = co_await session.get(target.url("/1")).on_redirect(stops_at(2));
        CHECK(second.status() == 303);
        CHECK(second.url().str() == target.url("/2"));
        CHECK(second.history().size() == 1);
        second.release();
        auto third = co_await session.get(target.url("/1")).on_redirect(stops_at(3));
        CHECK(third.status() == 200);
    });
    CHECK(server.request_count() == 6);
    CHECK(server.connections_accepted() == 2);  // one a host
}

TEST_CASE("the body of a redirect that is stopped is read from the connection", "[E63]") {
    Server server;
    const std::string body(300'000, 'x');
    server.route("/big", Reply(302, body).header("Location", "/"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/big")).on_redirect(stops_at(1));
        const auto text = co_await response.text();
        CHECK(text.size() == 300'000);
    });
    CHECK(server.connections_accepted() == 1);
    CHECK(server.request_count() == 1);
}

TEST_CASE("what the hook throws reaches the caller", "[E58]") {
    Chain server;
    Server big;
    big.route("/", Reply(302, std::string(300'000, 'x')).header("Location", "/x"));
    run_client(
        server,
        [](ClientSession& session, Server& target, Server& other) -> Async {
            const RedirectHook hook = [](const RedirectHop& hop) -> RedirectDecision {
                throw std::out_of_range("not to " + hop.next_url.str());
            };
            const auto error = co_await failure<std::out_of_range>(
                session.get(target.url("/1")).on_redirect(hook));
            CHECK(error.what() == "not to " + target.url("/2"));
            CHECK(session.connector().stats().in_use == 0);
            CHECK(session.connector().stats().open == 1);
            co_await failure<std::out_of_range>(session.get(target.url("/1")).on_redirect(hook));
            CHECK(target.connections_accepted() == 1);
            // A body that has not arrived takes its connection along.
            co_await failure<std::out_of_range>(session.get(other.url()).on_redirect(hook));
            CHECK(session.connector().stats().in_use == 0);
            CHECK(session.connector().stats().open == 1);
        },
        big);
    CHECK(server.request_count() == 2);
}

TEST_CASE("a request's hook replaces the session's, and an empty one asks nobody", "[E58]") {
    Chain server;
    std::vector<std::string> told;
    run_client_with(
        ClientSessionOptions().on_redirect(writes_to(told)), server,
        [](ClientSession& session, Server& target, std::vector<std::string>& lines) -> Async {
            co_await session.get(target.url("/1")).text();
            CHECK(lines.size() == 2);
            auto stopped = co_await session.get(target.url("/1")).on_redirect(stops_at(1));
            CHECK(stopped.status() == 307);
            CHECK(lines.size() == 2);
            auto followed = co_await session.get(target.url("/1")).on_redirect(RedirectHook());
            CHECK(followed.status() == 200);
            CHECK(lines.size() == 2);
        },
        told);
}

TEST_CASE("the hook is not asked about what is not followed anyway", "[E63][E65][E66][E67]") {
    Chain server;
    server.route("/nowhere", Reply(302, "x"));
    server.route("/ftp", redirect(302, "ftp://x/"));
    std::vector<std::string> told;
    run_client_with(
        ClientSessionOptions().on_redirect(writes_to(told)), server,
        [](ClientSession& session, Server& target) -> Async {
            co_await session.get(target.url("/1")).allow_redirects(false).text();
            co_await session.get(target.url("/nowhere")).text();
            co_await session.get(target.url("/3")).text();
            co_await session.head(target.url("/1")).text();
            co_await failure<TooManyRedirects>(session.get(target.url("/1")).max_redirects(1));
            co_await failure<NonHttpUrlRedirectClientError>(session.get(target.url("/ftp")));
        });
    CHECK(told.empty());
}

TEST_CASE("a hook keeps requests with their host", "[E69]") {
    Chain server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto stay = [](const RedirectHop& hop) {
            return hop.next_url.host() == hop.url.host() ? RedirectDecision::follow
                                                         : RedirectDecision::stop;
        };
        auto response = co_await session.get(target.url("/1")).on_redirect(stay);
        CHECK(response.status() == 303);
        CHECK(response.history().size() == 1);
    });
    CHECK(server.request_count() == 2);
}
