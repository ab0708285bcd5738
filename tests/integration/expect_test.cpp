// Expect: 100-continue over sockets, with and without TLS.

#include <chrono>
#include <string>

#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/tls.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::testing::Async;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::ServerRequest;

constexpr const char* answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";

}  // namespace

TEST_CASE("a body waits for 100 Continue on a socket", "[I138]") {
    for (const bool tls : {false, true}) {
        Server server(ServerOptions().tls(tls));
        server.route("/", [](const ServerRequest& request) {
            return Reply(200, std::to_string(request.body_size));
        });
        server.route_at_head(
            "/silent", [](const ServerRequest&) { return Script().read_body().send(answer); });
        server.route_at_head("/refuses", [](const ServerRequest&) { return Reply(413, "no"); });
        run_client(server, [](ClientSession& session, Server& target) -> Async {
            const std::string body(300'000, 'x');
            for (int i = 0; i < 2; ++i) {
                const auto text = co_await session.put(target.url())
                                      .data(body)
                                      .expect100(1min)
                                      .ssl(aiohttp::verify_none)
                                      .text();
                CHECK(text == "300000");
            }
            for (int i = 0; i < 2; ++i) {
                const auto text = co_await session.put(target.url("/silent"))
                                      .data(body)
                                      .expect100(5ms)
                                      .ssl(aiohttp::verify_none)
                                      .text();
                CHECK(text == "done");
            }
            CHECK(target.connections_accepted() == 1);
            auto response = co_await session.put(target.url("/refuses"))
                                .data(body)
                                .expect100(1min)
                                .ssl(aiohttp::verify_none);
            CHECK(response.status() == 413);
            const auto text = co_await response.text();
            CHECK(text == "no");
            CHECK(session.connector().stats().open == 0);
        });
        CHECK(server.request(2).body_size == 300'000);
        CHECK(server.request(4).body_size == 0);
    }
}
