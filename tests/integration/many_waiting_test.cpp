// Very many requests that wait for their answers at once: those beyond the spare buffers wait
// without one.

#include <atomic>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/gather.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/tls.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::TCPConnectorOptions;
using aiohttp::testing::Async;
using aiohttp::testing::Gate;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::ServerRequest;

constexpr std::size_t many = 160;

std::string body_of(std::size_t index) {
    return std::string(index * 101, static_cast<char>('a' + index % 26));
}

/// Asks for /0, /1, ... at once, and checks the answers, which come when all have been asked for.
void get_many(Server& server) {
    Gate all_asked;
    std::atomic<std::size_t> asked = 0;
    for (std::size_t i = 0; i < many; ++i) {
        server.route('/' + std::to_string(i), [&, i](const ServerRequest&) {
            if (++asked == many) {
                all_asked.open();
            }
            return Reply(200, body_of(i)).after(all_asked);
        });
    }
    TCPConnectorOptions connector;
    connector.limit(many);
    if (server.url().starts_with("https")) {
        connector.ssl(aiohttp::TlsOptions().ca_pem(server.ca_pem()));
    }
    run_client_with(ClientSessionOptions().connector(connector), server,
                    [](ClientSession& session, Server& target) -> Async {
                        std::vector<boost::asio::awaitable<std::string>> gets;
                        for (std::size_t i = 0; i < many; ++i) {
                            const auto url = target.url('/' + std::to_string(i));
                            gets.push_back(session.get(url).text());
                        }
                        const auto texts = co_await aiohttp::gather(std::move(gets));
                        for (std::size_t i = 0; i < many; ++i) {
                            CHECK((texts[i] == body_of(i)));
                        }
                        CHECK(session.connector().stats().idle == many);
                        const auto again = co_await session.get(target.url("/7")).text();
                        CHECK((again == body_of(7)));
                    });
    CHECK(server.connections_accepted() == many);
}

}  // namespace

TEST_CASE("many requests that wait at once get their whole answers", "[A1]") {
    Server server;
    get_many(server);
}

TEST_CASE("many requests that wait at once over TLS get their whole answers", "[A1]") {
    Server server(ServerOptions().tls());
    get_many(server);
}

TEST_CASE("a server that hangs up on many waiting requests is told apart from one that began",
          "[A1]") {
    Server server;
    Gate gate;
    for (std::size_t i = 0; i < many; ++i) {
        server.route('/' + std::to_string(i), Script().wait_for(gate).send("H").close());
    }
    server.route("/silent", Script().wait_for(gate).close());
    server.route("/open", Script().open(gate).close());
    run_client_with(ClientSessionOptions().connector(TCPConnectorOptions().limit(many + 2)), server,
                    [](ClientSession& session, Server& target) -> Async {
                        std::vector<boost::asio::awaitable<aiohttp::ClientResponse>> gets;
                        for (std::size_t i = 0; i < many; ++i) {
                            gets.push_back(session.get(target.url('/' + std::to_string(i))));
                        }
                        gets.push_back(session.get(target.url("/silent")));
                        // The last one to be asked lets the others go.
                        gets.push_back(session.get(target.url("/open")));
                        const auto outcomes = co_await aiohttp::gather_settled(std::move(gets));
                        for (std::size_t i = 0; i <= many; ++i) {
                            std::string text;
                            try {
                                outcomes[i].value();
                            } catch (const aiohttp::ServerDisconnectedError& error) {
                                text = error.what();
                            }
                            INFO(text);
                            CHECK(text.find("server disconnected") != std::string::npos);
                            const bool begun =
                                text.find("in the middle of the response head") != text.npos;
                            CHECK(begun == (i < many));
                        }
                    });
}
