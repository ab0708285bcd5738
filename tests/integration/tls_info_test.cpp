// What a response tells of its TLS connection.

#include <chrono>
#include <string>

#include <aiohttp/detail/core/base64.hpp>

#include "support/catch.hpp"
#include "support/tls.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::PeerCertificate;
using aiohttp::TlsInfo;
using aiohttp::verify_none;
using aiohttp::testing::Async;
using aiohttp::testing::CertificateAuthority;
using aiohttp::testing::CertificateOptions;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::trusting;

}  // namespace

TEST_CASE("a response tells the server's certificate", "[K167]") {
    const CertificateAuthority authority("somebody");
    const auto issued = authority.issue(CertificateOptions()
                                            .common_name("J\xc3\xbcrgen, Ltd")
                                            .dns_names({"localhost", "*.a.test"})
                                            .ip_addresses({"127.0.0.1", "2001:db8::1"}));
    Server server(ServerOptions().certificate(issued));
    server.route("/", Reply(200, "ok"));
    PeerCertificate seen;
    run_client_with(
        trusting(server), server,
        [](ClientSession& session, Server& target, PeerCertificate& out) -> Async {
            auto first = co_await session.get(target.url());
            co_await first.read();
            out = first.peer_certificate().value();
            // The connection is idle or in other hands; the answer stays.
            auto second = co_await session.get(target.url());
            CHECK(second.peer_certificate() == out);
            co_await session.close();
            CHECK(first.peer_certificate() == out);
            CHECK(first.tls() == second.tls());
        },
        seen);
    CHECK(server.connections_accepted() == 1);
    CHECK(seen.subject == "CN=J\xc3\xbcrgen\\, Ltd");
    CHECK(seen.issuer == "CN=somebody");
    CHECK(seen.dns_names == std::vector<std::string>{"localhost", "*.a.test"});
    CHECK(seen.ip_addresses == std::vector<std::string>{"127.0.0.1", "2001:db8::1"});
    CHECK(seen.pem == issued.certificate_pem);
    CHECK(seen.sha256.size() == 64);
    CHECK(seen.public_key_sha256.starts_with("sha256/"));
    CHECK_FALSE(seen.serial_number.empty());
    CHECK(seen.serial_number.find_first_not_of("0123456789abcdef") == std::string::npos);
    const auto now = std::chrono::system_clock::now();
    const auto hour = std::chrono::hours(1);
    CHECK(seen.not_before <= now - hour);
    CHECK(seen.not_before >= now - 2 * hour);
    CHECK(seen.not_after <= now + 30 * 24 * hour);
    CHECK(seen.not_after >= now + 29 * 24 * hour);
}

TEST_CASE("a response tells what the handshake agreed on", "[K167]") {
    Server server(ServerOptions().tls().alpn({"http/1.1"}));
    server.route("/", Reply(200, "ok"));
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        const TlsInfo info = response.tls().value();
        CHECK(info.version == "TLSv1.3");
        CHECK(info.cipher.starts_with("TLS_"));
        CHECK(info.alpn == "http/1.1");
        CHECK(info.server_name == "localhost");
        CHECK_FALSE(info.resumed);
    });
}

TEST_CASE("a certificate that was not verified is told as well", "[K167]") {
    Server server(ServerOptions().certificate(
        aiohttp::testing::self_signed(CertificateOptions().common_name_only("x").expired())));
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url()).ssl(verify_none);
        const auto certificate = response.peer_certificate().value();
        CHECK(certificate.subject == "CN=x");
        CHECK(certificate.dns_names.empty());
        CHECK(certificate.not_after < std::chrono::system_clock::now());
    });
}

TEST_CASE("a plain response has neither certificate nor TLS", "[K167]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        CHECK_FALSE(response.peer_certificate());
        CHECK_FALSE(response.tls());
    });
}

TEST_CASE("every response of a chain of redirects tells its own certificate", "[K167]") {
    Server secure(ServerOptions().tls());
    secure.route("/", Reply(200, "ok"));
    Server plain;
    plain.route("/", Reply(302).header("Location", secure.url()));
    run_client_with(
        trusting(secure), plain,
        [](ClientSession& session, Server& start, Server& end) -> Async {
            auto response = co_await session.get(start.url());
            CHECK(response.url().str() == end.url());
            CHECK(response.peer_certificate());
            REQUIRE(response.history().size() == 1);
            CHECK_FALSE(response.history()[0].peer_certificate());
        },
        secure);
}
