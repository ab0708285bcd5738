// Resuming TLS sessions.

#include <optional>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <aiohttp/gather.hpp>
#include <aiohttp/run.hpp>

#include "support/catch.hpp"
#include "support/tls.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::TlsOptions;
using aiohttp::TlsVersion;
using aiohttp::verify_none;
using aiohttp::testing::Async;
using aiohttp::testing::CertificateAuthority;
using aiohttp::testing::CertificateOptions;
using aiohttp::testing::failure;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::session_with;
using aiohttp::testing::trust;
using aiohttp::testing::trusting;

/// Whether a request, on a connection of its own, resumed a session; client and server agree.
boost::asio::awaitable<bool> resumes(ClientSession& session, Server& server, TlsOptions options) {
    const auto before = server.request_count();
    auto response = co_await session.get(server.url()).ssl(options);
    co_await response.read();
    const bool resumed = response.tls().value().resumed;
    CHECK(server.request(before).tls->resumed == resumed);
    co_return resumed;
}

boost::asio::awaitable<std::string> get_text(ClientSession& session, std::string url) {
    auto response = co_await session.get(url);
    co_return co_await response.text();
}

}  // namespace

TEST_CASE("the next connection to a server resumes the session", "[A17]") {
    const auto version = GENERATE(12, 13);
    Server server(ServerOptions().tls().max_tls_version(version));
    server.route("/", Reply(200, "ok").close());
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        for (int i = 0; i < 5; ++i) {
            const bool resumed = co_await resumes(session, target, trust(target));
            CHECK(resumed == (i > 0));
        }
    });
    CHECK(server.connections_accepted() == 5);
}

TEST_CASE("connections at the same time resume with tickets of their own", "[A17]") {
    Server server(ServerOptions().tls());
    server.route("/", Reply(200, "ok").close());
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url()).text();
        auto first = session.get(target.url());
        auto second = session.get(target.url());
        auto third = session.get(target.url());
        auto responses =
            co_await aiohttp::gather(std::move(first), std::move(second), std::move(third));
        const auto& [a, b, c] = responses;
        // The server gives two tickets to a connection. The third may come late enough to find one
        // of those that the first has got meanwhile.
        CHECK(a.tls()->resumed + b.tls()->resumed + c.tls()->resumed >= 2);
    });
}

TEST_CASE("sessions are not shared between options, names or sessions", "[A17]") {
    Server server(ServerOptions().certificate(
        CertificateAuthority().issue(CertificateOptions().dns_names({"localhost", "other.test"}))));
    server.route("/", Reply(200, "ok").close());
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url()).text();
        const bool unverified = co_await resumes(session, target, verify_none);
        CHECK_FALSE(unverified);
        const bool named =
            co_await resumes(session, target, trust(target).server_name("other.test"));
        CHECK_FALSE(named);
        auto response = co_await session.get(target.url()).server_hostname("other.test");
        CHECK_FALSE(response.tls()->resumed);
        auto by_address = co_await session.get(aiohttp::testing::ip_url(target));
        CHECK_FALSE(by_address.tls()->resumed);
        const bool same = co_await resumes(session, target, trust(target));
        CHECK(same);
    });
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        const bool resumed = co_await resumes(session, target, trust(target));
        CHECK_FALSE(resumed);
    });
}

TEST_CASE("resumption can be switched off on either side", "[A17]") {
    const auto version = GENERATE(12, 13);
    const bool offered = GENERATE(true, false);
    Server server(ServerOptions().tls().max_tls_version(version).session_tickets(offered));
    server.route("/", Reply(200, "ok").close());
    auto options = trust(server).session_resumption(!offered);
    run_client_with(
        session_with(options), server,
        [](ClientSession& session, Server& target, const TlsOptions& used) -> Async {
            for (int i = 0; i < 3; ++i) {
                const bool resumed = co_await resumes(session, target, used);
                CHECK_FALSE(resumed);
            }
        },
        options);
}

TEST_CASE("a server that does not know the session gets a full handshake", "[A17]") {
    const auto version = GENERATE(12, 13);
    const CertificateAuthority authority;
    const auto certificate = authority.issue();
    const auto options = ServerOptions().certificate(certificate).max_tls_version(version);
    std::optional<Server> server(options);
    server->route("/", Reply(200, "ok").close());
    const auto port = server->port();
    run_client_with(
        trusting(*server), *server,
        [](ClientSession& session, Server& target, std::optional<Server>& place,
           ServerOptions again) -> Async {
            const auto url = target.url();
            const auto first = co_await session.get(url).text();
            CHECK(first == "ok");
            place.emplace(again);  // with other ticket keys
            place->route("/", Reply(200, "again").close());
            auto response = co_await session.get(url);
            CHECK_FALSE(response.tls()->resumed);
            const auto body = co_await response.text();
            CHECK(body == "again");
        },
        server, ServerOptions(options).port(port));
}

TEST_CASE("a server that refuses a session is met with a full handshake the next time", "[A17]") {
    Server server(ServerOptions().tls());
    server.route("/", Reply(200, "ok").close());
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url()).text();
        target.on_accept(aiohttp::testing::Script().read(5).close());
        co_await failure<aiohttp::ClientConnectorSSLError>(session.get(target.url()));
        target.on_accept(aiohttp::testing::Script());
        const bool resumed = co_await resumes(session, target, trust(target));
        CHECK_FALSE(resumed);
    });
}

TEST_CASE("TLS connections and sessions outlive an io_context in good order", "[A17]") {
    Server server(ServerOptions().tls());
    server.route("/", Reply(200, "ok"));
    server.route("/stalled", aiohttp::testing::Script().stall());
    ClientSession session(trusting(server));
    CHECK(aiohttp::run(get_text(session, server.url())) == "ok");
    CHECK(server.wait_for_connections_open(0));
    {
        boost::asio::io_context io;
        boost::asio::co_spawn(io, get_text(session, server.url("/stalled")), boost::asio::detached);
        while (server.request_count() < 2) {
            io.poll();
        }
    }
    CHECK(server.wait_for_connections_open(0));
    CHECK(aiohttp::run(get_text(session, server.url())) == "ok");
    CHECK(server.request(2).tls->resumed);
}
