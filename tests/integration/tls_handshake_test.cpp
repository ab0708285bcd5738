// Servers that stop in the middle of the handshake, and servers that want a certificate.

#include <string>
#include <utility>

#include <aiohttp/tls_failure.hpp>

#include "support/catch.hpp"
#include "support/tls.hpp"

namespace {

using aiohttp::ClientConnectorSSLError;
using aiohttp::ClientSession;
using aiohttp::Error;
using aiohttp::Phase;
using aiohttp::TlsFailure;
using aiohttp::TlsOptions;
using aiohttp::TlsVersion;
using aiohttp::verify_none;
using aiohttp::testing::Async;
using aiohttp::testing::CertificateAuthority;
using aiohttp::testing::CertificateOptions;
using aiohttp::testing::encrypted_key;
using aiohttp::testing::has;
using aiohttp::testing::ip_url;
using aiohttp::testing::refusal;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::session_with;
using aiohttp::testing::TemporaryFile;
using aiohttp::testing::trust;
using aiohttp::testing::write_pem;
using Reason = TlsFailure::Reason;

/// What becomes of a handshake that the script spoils.
Error spoiled(Script script) {
    Server server;
    server.on_accept(std::move(script));
    auto error = refusal<ClientConnectorSSLError>(server, TlsOptions(), ip_url(server));
    CHECK(error.phase() == Phase::tls);
    CHECK(error.code() == aiohttp::condition::tls);
    CHECK(has(error.message(), "TLS handshake with \"127.0.0.1\" failed: "));
    return error;
}

TlsOptions with_client(const Server& server, const aiohttp::testing::Certificate& client) {
    return trust(server).client_certificate_pem(client.chain_pem, client.key_pem);
}

/// The name that the server sees in the client's certificate.
std::string name_at(Server& server, TlsOptions options) {
    server.clear_requests();
    run_client_with(session_with(std::move(options)), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const auto body = co_await session.get(target.url()).text();
                        CHECK(body == "ok");
                    });
    REQUIRE(server.request_count() == 1);
    return server.request(0).tls->client_name;
}

struct MutualTls {
    CertificateAuthority clients{"clients"};
    aiohttp::testing::Certificate mine =
        clients.issue(CertificateOptions().common_name("me").extended_key_usage("clientAuth"));
    Server server;

    explicit MutualTls(int version = 13)
        : server(ServerOptions().tls().max_tls_version(version).client_authority(clients.pem())) {
        server.route("/", Reply(200, "ok"));
    }
};

}  // namespace

TEST_CASE("a plain server behind https is named as such", "[K169]") {
    const auto http = spoiled(Script().read(5).send("HTTP/1.1 400 Bad Request\r\n\r\n").close());
    CHECK(has(http.message(), "the server does not speak TLS, it answered in plain HTTP"));
    REQUIRE(http.tls_failure() != nullptr);
    CHECK(http.tls_failure()->reason == Reason::not_tls);
    CHECK_FALSE(http.retryable());
    const auto ssh = spoiled(Script().send("SSH-2.0-OpenSSH_9.2\r\n").stall());
    CHECK(has(ssh.message(), "the server does not speak TLS, it began with \"SSH-2.0"));
    const auto noise = spoiled(Script().send(std::string(100, '\0')).stall());
    CHECK(noise.tls_failure()->reason == Reason::not_tls);
}

TEST_CASE("a server that hangs up in the handshake is named as such", "[K169]") {
    const auto closed = spoiled(Script().read(5).close());
    CHECK(has(closed.message(), "the server closed the connection"));
    CHECK(closed.retryable());
    CHECK(spoiled(Script().read(5).reset()).retryable());
    // In the middle of a record.
    const auto part =
        spoiled(Script().read(5).send(std::string("\x16\x03\x03\x00\x7a\x02", 6)).close());
    CHECK(has(part.message(), "the server closed the connection"));
}

TEST_CASE("a TLS record with nonsense in it is a violation of the protocol", "[K169]") {
    const auto error =
        spoiled(Script().read(5).send(std::string("\x16\x03\x03\x00\x05hello", 10)).stall());
    REQUIRE(error.tls_failure() != nullptr);
    CHECK(error.tls_failure()->reason == Reason::protocol);
}

TEST_CASE("the alert of a server that refuses is named", "[K169]") {
    const auto error =
        spoiled(Script().read(5).send(std::string("\x15\x03\x03\x00\x02\x02\x28", 7)).stall());
    CHECK(has(error.message(), "the server refused with the alert \"handshake failure\" (40)"));
    REQUIRE(error.tls_failure() != nullptr);
    CHECK(error.tls_failure()->reason == Reason::alert);
    CHECK(error.tls_failure()->code == 40);
    CHECK_FALSE(error.retryable());
}

TEST_CASE("no version in common is a refusal by alert", "[K167]") {
    Server server(ServerOptions().tls().max_tls_version(12));
    const auto error =
        refusal<ClientConnectorSSLError>(server, trust(server).min_version(TlsVersion::v1_3));
    CHECK(has(error.message(), "\"protocol version\" (70)"));
}

TEST_CASE("no cipher in common is a refusal by alert", "[K167]") {
    Server server(ServerOptions().tls().max_tls_version(12));
    // The server's key is not RSA.
    const auto error = refusal<ClientConnectorSSLError>(
        server, trust(server).ciphers("ECDHE-RSA-AES128-GCM-SHA256"));
    CHECK(error.tls_failure()->reason == Reason::alert);
}

TEST_CASE("a server that wants a certificate gets the client's", "[K167]") {
    const int version = GENERATE(12, 13);
    MutualTls test(version);
    CHECK(name_at(test.server, with_client(test.server, test.mine)) == "me");
    const auto base = trust(test.server);
    const auto certificate = write_pem(test.mine.chain_pem);
    const auto key = write_pem(test.mine.key_pem);
    const auto both = write_pem(test.mine.key_pem + test.mine.chain_pem);
    const auto secret_key = write_pem(encrypted_key(test.mine.key_pem, "secret"));
    const TemporaryFile pkcs12(aiohttp::testing::pkcs12(test.mine, "secret"), ".p12");
    const auto path = [](const TemporaryFile& file) { return file.path().string(); };
    CHECK(name_at(test.server, TlsOptions(base).client_certificate(path(certificate), path(key))) ==
          "me");
    CHECK(name_at(test.server, TlsOptions(base).client_certificate(path(both))) == "me");
    CHECK(name_at(test.server, TlsOptions(base).client_certificate(
                                   path(certificate), path(secret_key), "secret")) == "me");
    CHECK(name_at(test.server,
                  TlsOptions(base).client_certificate_pkcs12(path(pkcs12), "secret")) == "me");
}

TEST_CASE("the chain of the client's certificate goes along", "[K167]") {
    MutualTls test;
    const auto mine = test.clients.intermediate().issue(
        CertificateOptions().common_name("far").extended_key_usage("clientAuth"));
    CHECK(name_at(test.server, with_client(test.server, mine)) == "far");
    const TemporaryFile pkcs12(aiohttp::testing::pkcs12(mine, ""), ".p12");
    CHECK(name_at(test.server,
                  trust(test.server).client_certificate_pkcs12(pkcs12.path().string())) == "far");
}

TEST_CASE("without a certificate the server's refusal says what is missing", "[K167]") {
    const int version = GENERATE(12, 13);
    MutualTls test(version);
    const auto error = refusal<ClientConnectorSSLError>(test.server, trust(test.server));
    CHECK(has(error.message(), version == 13 ? "the alert \"certificate required\" (116); "
                                             : "the alert \"handshake failure\" (40); "));
    CHECK(has(error.message(), "it asked for a certificate of the client, and there is none"));
    REQUIRE(error.tls_failure() != nullptr);
    CHECK(error.tls_failure()->reason == Reason::alert);
    CHECK_FALSE(error.retryable());
}

TEST_CASE("a certificate that the server does not trust is refused by its alert", "[K167]") {
    const int version = GENERATE(12, 13);
    MutualTls test(version);
    const CertificateAuthority strangers;
    const auto error =
        refusal<ClientConnectorSSLError>(test.server, with_client(test.server, strangers.issue()));
    CHECK(has(error.message(), "\"unknown CA\" (48)"));
    CHECK_FALSE(has(error.message(), "there is none"));
}

TEST_CASE("files of a client certificate that cannot be used are named", "[K167]") {
    Server server(ServerOptions().tls());
    const CertificateAuthority authority;
    const auto mine = authority.issue();
    const auto certificate = write_pem(mine.chain_pem);
    const auto other_key = write_pem(authority.issue().key_pem);
    const auto secret_key = write_pem(encrypted_key(mine.key_pem, "secret"));
    const TemporaryFile pkcs12(aiohttp::testing::pkcs12(mine, "secret"), ".p12");
    const auto text = [&](const TlsOptions& options) {
        return refusal<ClientConnectorSSLError>(server, options).message();
    };
    const auto cert = certificate.path().string();
    CHECK(has(text(TlsOptions().client_certificate("/nonexistent/me.pem")),
              "\"/nonexistent/me.pem\": No such file or directory"));
    CHECK(has(text(TlsOptions().client_certificate(cert, "/nonexistent/me.key")),
              "\"/nonexistent/me.key\": No such file or directory"));
    CHECK(has(text(TlsOptions().client_certificate("/tmp")), "\"/tmp\": Is a directory"));
    CHECK(has(text(TlsOptions().client_certificate(cert)), "no usable private key"));
    CHECK(has(text(TlsOptions().client_certificate(cert, other_key.path().string())),
              "the private key belongs to another certificate"));
    const auto wrong =
        text(TlsOptions().client_certificate(cert, secret_key.path().string(), "word"));
    CHECK(has(wrong, "the passphrase of its key is wrong"));
    CHECK(has(wrong, secret_key.path().string()));
    CHECK(has(text(TlsOptions().client_certificate(cert, secret_key.path().string())),
              "encrypted, and there is no passphrase"));
    CHECK(has(text(TlsOptions().client_certificate_pkcs12(pkcs12.path().string(), "word")),
              "the passphrase is wrong"));
    CHECK(has(text(TlsOptions().client_certificate_pkcs12(cert, "secret")), "not PKCS#12"));
    CHECK(server.connections_accepted() == 0);
}
