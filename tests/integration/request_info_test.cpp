// What a response tells of the request that it answers.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <aiohttp/auth.hpp>
#include <aiohttp/middleware.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using aiohttp::BasicAuth;
using aiohttp::ClientRequest;
using aiohttp::ClientResponse;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::Next;
using aiohttp::testing::Async;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerRequest;

/// The fields as they stand in a head.
std::string lines(const aiohttp::Headers& headers) {
    std::string text;
    for (const auto field : headers) {
        text.append(field.name).append(": ").append(field.value).append("\r\n");
    }
    return text;
}

std::string fields_of(const ServerRequest& request) {
    const auto begin = request.raw_head.find("\r\n") + 2;
    return request.raw_head.substr(begin, request.raw_head.size() - begin - 2);
}

}  // namespace

TEST_CASE("a response knows its request as it was sent") {
    Server server;
    server.route("/", Reply(200, "ok"));
    server.route("/large", Reply(200, std::string(1'000'000, 'x')));
    run_client_with(ClientSessionOptions().header("X-Session", "s"), server,
                    [](ClientSession& session, Server& target) -> Async {
                        auto response = co_await session.post(target.url("/#part"))
                                            .data("text")
                                            .header("X-Id", "7")
                                            .auth(BasicAuth("user", "pass"))
                                            .cookie("a", "b");
                        const auto info = response.request_info();
                        CHECK(info.method == "POST");
                        CHECK(info.url.str() == target.url("/"));
                        CHECK(info.real_url.str() == target.url("/#part"));
                        CHECK(info.headers["content-length"] == "4");
                        CHECK(info.headers["authorization"] == "Basic dXNlcjpwYXNz");
                        CHECK(lines(info.headers) == fields_of(target.request(0)));
                        // The view stays valid when the response is moved, and while its body is
                        // read.
                        const ClientResponse moved = std::move(response);
                        CHECK(&moved.request_info().headers == &info.headers);
                        auto large = co_await session.get(target.url("/large"));
                        co_await large.read();
                        CHECK(lines(large.request_info().headers) == fields_of(target.request(1)));
                    });
}

TEST_CASE("each response of a redirect knows its own request", "[E82]") {
    Server server;
    server.route("/a", Reply(303).header("Location", "/b"));
    server.route("/b", Reply(200, "ok"));
    const auto main = [](ClientSession& session, Server& target) -> Async {
        target.clear_requests();
        auto response = co_await session.post(target.url("/a")).data("text");
        REQUIRE(response.history().size() == 1);
        const auto first = response.history()[0].request_info();
        CHECK(first.method == "POST");
        CHECK(first.url.str() == target.url("/a"));
        CHECK(lines(first.headers) == fields_of(target.request(0)));
        const auto last = response.request_info();
        CHECK(last.method == "GET");
        CHECK(lines(last.headers) == fields_of(target.request(1)));
    };
    run_client(server, main);
    const auto pass = [](ClientRequest& request, Next next) { return next(request); };
    run_client_with(ClientSessionOptions().middleware(pass), server, main);
}

TEST_CASE("a response knows what a middleware made of its request", "[M191]") {
    Server server;
    server.route("/", {Reply(503, "busy"), Reply(200, "ok")});
    const auto twice = [](ClientRequest& request,
                          Next next) -> boost::asio::awaitable<ClientResponse> {
        request.headers().set("X-Try", "1");
        auto first = co_await next(request);
        CHECK(first.request_info().headers["x-try"] == "1");
        request.headers().set("X-Try", "2");
        auto second = co_await next(request);
        CHECK(first.request_info().headers["x-try"] == "1");
        co_return second;
    };
    run_client_with(
        ClientSessionOptions().middleware(twice), server,
        [](ClientSession& session, Server& target) -> Async {
            auto response = co_await session.get(target.url());
            CHECK(response.request_info().headers["x-try"] == "2");
            CHECK(lines(response.request_info().headers) == fields_of(target.request(1)));
        });
}

TEST_CASE("a response that a middleware made has the request as it was then", "[M190]") {
    Server server;
    const auto canned = [](ClientRequest& request,
                           const Next&) -> boost::asio::awaitable<ClientResponse> {
        co_return aiohttp::make_response(request, 200, "canned");
    };
    run_client_with(ClientSessionOptions().middleware(canned), server,
                    [](ClientSession& session, Server& target) -> Async {
                        auto response = co_await session.get(target.url()).header("X-A", "1");
                        CHECK(response.request_info().headers["x-a"] == "1");
                        CHECK(response.output_size() == 0);
                        CHECK(response.upload_complete());
                    });
    CHECK(server.connections_accepted() == 0);
}

TEST_CASE("a response knows how much of its request was sent", "[B32]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    server.route_at_head("/refuses", [](const ServerRequest&) { return Reply(413, "no").close(); });
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto plain = co_await session.get(target.url());
        CHECK(plain.upload_complete());
        CHECK(plain.output_size() == target.request(0).raw_head.size());
        auto body = co_await session.post(target.url()).data(std::string(300'000, 'x'));
        CHECK(body.upload_complete());
        CHECK(body.output_size() == target.request(1).raw_head.size() + 300'000);
        auto chunked = co_await session.post(target.url()).data("text").chunked();
        CHECK(chunked.output_size() == target.request(2).raw_head.size() + 14);  // 4 text 0
        auto refused =
            co_await session.post(target.url("/refuses")).data(std::string(100'000'000, 'x'));
        CHECK(refused.status() == 413);
        CHECK_FALSE(refused.upload_complete());
        CHECK(refused.output_size() < 100'000'000);
    });
}
