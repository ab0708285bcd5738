// Pinned certificates and public keys.

#include <string>
#include <utility>

#include <aiohttp/tls_failure.hpp>

#include "support/catch.hpp"
#include "support/tls.hpp"

namespace {

using aiohttp::ClientConnectorCertificateError;
using aiohttp::ClientConnectorSSLError;
using aiohttp::ClientSession;
using aiohttp::PeerCertificate;
using aiohttp::ServerFingerprintMismatch;
using aiohttp::TlsFailure;
using aiohttp::TlsOptions;
using aiohttp::verify_none;
using aiohttp::testing::Async;
using aiohttp::testing::CertificateAuthority;
using aiohttp::testing::CertificateOptions;
using aiohttp::testing::failure;
using aiohttp::testing::has;
using aiohttp::testing::refusal;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::session_with;
using aiohttp::testing::trust;

const std::string wrong_hash(64, 'a');

/// What the server shows to those who look.
PeerCertificate certificate_of(Server& server) {
    PeerCertificate seen;
    run_client(
        server,
        [](ClientSession& session, Server& target, PeerCertificate& out) -> Async {
            auto response = co_await session.get(target.url()).ssl(verify_none);
            out = response.peer_certificate().value();
        },
        seen);
    return seen;
}

void expect_ok(Server& server, TlsOptions options) {
    run_client_with(session_with(std::move(options)), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const auto body = co_await session.get(target.url()).text();
                        CHECK(body == "ok");
                    });
}

}  // namespace

TEST_CASE("a server that has a pinned certificate or key is accepted", "[K168]") {
    Server server(ServerOptions().tls());
    server.route("/", Reply(200, "ok"));
    const auto seen = certificate_of(server);
    expect_ok(server, trust(server).pin_certificate(seen.sha256));
    expect_ok(server, trust(server).pin_public_key(seen.public_key_sha256));
    expect_ok(server, trust(server).pin_certificate(wrong_hash).pin_certificate(seen.sha256));
    expect_ok(server,
              trust(server).pin_certificate(wrong_hash).pin_public_key(seen.public_key_sha256));
}

TEST_CASE("a server without a pinned certificate says what it has instead", "[K168]") {
    Server server(ServerOptions().tls());
    server.route("/", Reply(200, "ok"));
    const auto seen = certificate_of(server);
    server.clear_requests();
    run_client_with(
        session_with(trust(server).pin_certificate(wrong_hash)), server,
        [](ClientSession& session, Server& target, const PeerCertificate& own) -> Async {
            const auto error =
                co_await failure<ServerFingerprintMismatch>(session.get(target.url()));
            CHECK(error.expected() == std::vector<std::string>{wrong_hash});
            CHECK(error.got() == std::vector<std::string>{own.sha256});
            CHECK(error.host() == "localhost");
            CHECK(error.port() == target.port());
            CHECK(has(error.what(), own.sha256 + ", not " + wrong_hash));
            CHECK(error.code() == aiohttp::errc::fingerprint_mismatch);
            CHECK(error.code() == aiohttp::condition::tls);
            CHECK(error.phase() == aiohttp::Phase::tls);
            CHECK_FALSE(error.retryable());
            CHECK(session.connector().stats().open == 0);
        },
        seen);
    CHECK(server.request_count() == 0);
    const auto both = refusal<ServerFingerprintMismatch>(
        server, trust(server).pin_certificate(wrong_hash).pin_public_key(wrong_hash));
    REQUIRE(both.tls_failure() != nullptr);
    CHECK(both.tls_failure()->reason == TlsFailure::Reason::pin_mismatch);
    CHECK(both.tls_failure()->got == std::vector<std::string>{seen.sha256, seen.public_key_sha256});
    CHECK(both.tls_failure()->expected.size() == 2);
}

TEST_CASE("pins come on top of the other checks", "[K168]") {
    Server server(ServerOptions().tls());
    const auto seen = certificate_of(server);
    refusal<ClientConnectorCertificateError>(server, TlsOptions().pin_certificate(seen.sha256));
    refusal<ServerFingerprintMismatch>(server, TlsOptions(verify_none).pin_certificate(wrong_hash));
}

TEST_CASE("pins replace the other checks when that is said", "[K168]") {
    Server server(ServerOptions().certificate(aiohttp::testing::self_signed(
        CertificateOptions().expired().dns_names({"other.test"}).ip_addresses({}))));
    server.route("/", Reply(200, "ok"));
    const auto seen = certificate_of(server);
    expect_ok(server, TlsOptions().pin_certificate(seen.sha256).pin_instead_of_verifying());
    refusal<ServerFingerprintMismatch>(
        server, TlsOptions().pin_instead_of_verifying().pin_certificate(wrong_hash));
    // Without a pin nothing would be checked at all.
    const auto error =
        refusal<ClientConnectorSSLError>(server, TlsOptions().pin_instead_of_verifying());
    CHECK(has(error.message(), "no pin"));
}

TEST_CASE("pins are checked again when a session is resumed", "[K168]") {
    const auto version = GENERATE(12, 13);
    Server server(ServerOptions().tls().max_tls_version(version));
    server.route("/", Reply(200, "ok").close());
    const auto seen = certificate_of(server);
    server.clear_requests();
    auto right = trust(server).pin_public_key(seen.public_key_sha256);
    run_client_with(
        session_with(right), server, [](ClientSession& session, Server& target) -> Async {
            for (int i = 0; i < 3; ++i) {
                auto response = co_await session.get(target.url());
                CHECK(response.tls()->resumed == (i > 0));
            }
            // Sessions are not carried over to other pins.
            auto wrong = trust(target).pin_certificate(wrong_hash);
            for (int i = 0; i < 2; ++i) {
                co_await failure<ServerFingerprintMismatch>(session.get(target.url()).ssl(wrong));
            }
        });
    CHECK(server.request_count() == 3);
}

TEST_CASE("a server without the pin does not get the client's certificate", "[K168]") {
    const CertificateAuthority clients;
    const auto mine = clients.issue(CertificateOptions().extended_key_usage("clientAuth"));
    Server server(ServerOptions().tls().client_authority(clients.pem()));
    refusal<ServerFingerprintMismatch>(server,
                                       trust(server)
                                           .client_certificate_pem(mine.chain_pem, mine.key_pem)
                                           .pin_certificate(wrong_hash));
    CHECK(server.handshake_failures() == 1);
}
