// Certificates with one fault each: which check failed, for which name, at what depth.

#include <string>
#include <utility>

#include <openssl/x509_vfy.h>

#include <aiohttp/tls_failure.hpp>

#include "support/catch.hpp"
#include "support/tls.hpp"

namespace {

using aiohttp::ClientConnectorCertificateError;
using aiohttp::ClientSession;
using aiohttp::Error;
using aiohttp::TlsFailure;
using aiohttp::TlsOptions;
using aiohttp::testing::Async;
using aiohttp::testing::Certificate;
using aiohttp::testing::CertificateAuthority;
using aiohttp::testing::CertificateOptions;
using aiohttp::testing::has;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::trust;
using aiohttp::testing::trusting;
using Reason = TlsFailure::Reason;

/// What a client that trusts its root says of a certificate.
Error refusal_of(Certificate certificate, const std::string& host = "localhost") {
    Server server(ServerOptions().certificate(std::move(certificate)));
    auto error = aiohttp::testing::refusal<ClientConnectorCertificateError>(
        server, trust(server), "https://" + host + ':' + std::to_string(server.port()) + '/');
    CHECK(server.request_count() == 0);
    CHECK_FALSE(error.retryable());
    REQUIRE(error.tls_failure() != nullptr);
    CHECK(has(error.message(), error.tls_failure()->text));
    return error;
}

Error refusal_of(const CertificateOptions& options, const std::string& host = "localhost") {
    return refusal_of(CertificateAuthority().issue(options), host);
}

/// Checks text, reason and depth.
void expect(const Error& error, Reason reason, int depth, const std::string& text) {
    INFO(error.message());
    CHECK(has(error.message(), text));
    CHECK(error.tls_failure()->reason == reason);
    CHECK(error.tls_failure()->depth == depth);
}

}  // namespace

TEST_CASE("a certificate out of its time is refused with the date", "[K167]") {
    const auto expired = refusal_of(CertificateOptions().expired());
    expect(expired, Reason::expired, 0, "certificate of \"localhost\" refused: expired on 20");
    CHECK(has(expired.message(), " UTC (depth 0, CN=localhost)"));
    CHECK(expired.tls_failure()->subject == "CN=localhost");
    CHECK(expired.tls_failure()->code == X509_V_ERR_CERT_HAS_EXPIRED);
    expect(refusal_of(CertificateOptions().not_yet_valid()), Reason::not_yet_valid, 0,
           "not yet valid, it begins on 20");
}

TEST_CASE("a certificate for other hosts is refused with some of its names", "[K167]") {
    const auto named = CertificateOptions().dns_names({"a.test", "*.b.test"}).ip_addresses({"::2"});
    expect(refusal_of(named), Reason::wrong_name, 0,
           "hostname mismatch, it is for other names (DNS: a.test, *.b.test; IP: ::2) than "
           "\"localhost\" (depth 0, CN=a.test)");
    expect(refusal_of(named, "127.0.0.1"), Reason::wrong_name, 0, "IP address mismatch");
    std::vector<std::string> many;
    for (int i = 0; i < 100; ++i) {
        many.push_back("host" + std::to_string(i) + ".test");
    }
    const auto error = refusal_of(CertificateOptions().dns_names(many).ip_addresses({}));
    expect(error, Reason::wrong_name, 0, "host4.test, and 95 more)");
    CHECK(error.message().size() < 500);
}

TEST_CASE("a certificate with a common name alone is refused with a word on that", "[K167]") {
    expect(refusal_of(CertificateOptions().common_name_only("localhost")), Reason::no_names, 0,
           "it has no subject alternative name, and a common name alone is not accepted");
}

TEST_CASE("what a hostile certificate says of itself stays on its line", "[K167]") {
    const auto error = refusal_of(CertificateOptions()
                                      .common_name("evil\r\nX: y\x1b[31m")
                                      .dns_names({"other.test"})
                                      .ip_addresses({}));
    CHECK(error.message().find_first_of("\r\n\x1b") == std::string::npos);
    expect(error, Reason::wrong_name, 0, "evil");
}

TEST_CASE("a certificate that nobody who is trusted has signed is refused", "[K167]") {
    const auto self_signed = aiohttp::testing::self_signed();
    Server alone(ServerOptions().certificate(self_signed));
    const CertificateAuthority other;
    using aiohttp::testing::refusal;
    const auto trusted = TlsOptions().ca_pem(other.pem());
    expect(refusal<ClientConnectorCertificateError>(alone, trusted), Reason::self_signed, 0,
           "refused: self-signed certificate (depth 0, CN=localhost)");
    Server server(ServerOptions().tls());
    expect(refusal<ClientConnectorCertificateError>(server, trusted), Reason::unknown_authority, 1,
           "self-signed certificate in certificate chain (depth 1, CN=aiohttp test authority)");
}

TEST_CASE("a chain without its middle is refused", "[K167]") {
    const CertificateAuthority root;
    auto certificate = root.intermediate("in between").issue();
    certificate.chain_pem = certificate.certificate_pem;
    expect(refusal_of(certificate), Reason::unknown_authority, 0,
           "unable to get local issuer certificate (depth 0, CN=localhost)");
}

TEST_CASE("a chain over two intermediate authorities is accepted", "[K167]") {
    const CertificateAuthority root;
    Server server(
        ServerOptions().certificate(root.intermediate("one").intermediate("two").issue()));
    server.route("/", Reply(200, "ok"));
    CHECK(server.ca_pem() == root.pem());
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        const auto body = co_await session.get(target.url()).text();
        CHECK(body == "ok");
    });
}

TEST_CASE("a certificate of a client does not serve for a server", "[K167]") {
    expect(refusal_of(CertificateOptions().extended_key_usage("clientAuth")), Reason::wrong_usage,
           0, "unsuitable certificate purpose");
}

TEST_CASE("an authority that may not sign for the name is refused", "[K167]") {
    const CertificateAuthority root;
    const auto elsewhere = root.intermediate("only example", "critical,permitted;DNS:example.com");
    expect(refusal_of(elsewhere.issue()), Reason::name_constraints, 0,
           "permitted subtree violation");
}

TEST_CASE("weak keys and weak signatures are refused", "[K167]") {
    expect(refusal_of(CertificateOptions().rsa_bits(1024)), Reason::weak, 0,
           "key too weak (RSA key of 1024 bits, signed with ecdsa-with-SHA256)");
    expect(refusal_of(CertificateOptions().digest("SHA1")), Reason::weak, 0,
           "signed with ecdsa-with-SHA1");
    expect(refusal_of(CertificateOptions().rsa_bits(2048).digest("SHA1")), Reason::weak, 0,
           "digest algorithm too weak (RSA key of 2048 bits");
    const CertificateAuthority rsa("rsa", 2048);
    expect(refusal_of(rsa.issue(CertificateOptions().digest("MD5"))), Reason::weak, 0,
           "signed with md5WithRSAEncryption");
}

TEST_CASE("a weak certificate passes when it is asked for", "[K167]") {
    Server server(ServerOptions().certificate(
        CertificateAuthority().issue(CertificateOptions().rsa_bits(1024))));
    server.route("/", Reply(200, "ok"));
    auto options = trust(server).ciphers("DEFAULT@SECLEVEL=0");
    run_client_with(aiohttp::testing::session_with(options), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const auto body = co_await session.get(target.url()).text();
                        CHECK(body == "ok");
                    });
}

TEST_CASE("without the check of the name any certificate of the authority will do", "[K167]") {
    const CertificateAuthority authority;
    Server server(ServerOptions().certificate(
        authority.issue(CertificateOptions().dns_names({"other.test"}).ip_addresses({}))));
    server.route("/", Reply(200, "ok"));
    auto options = trust(server).verify_hostname(false);
    run_client_with(aiohttp::testing::session_with(options), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const auto body = co_await session.get(target.url()).text();
                        CHECK(body == "ok");
                    });
    CHECK(server.request(0).tls->server_name == "localhost");
    const CertificateAuthority stranger;
    auto untrusted = TlsOptions().ca_pem(stranger.pem()).verify_hostname(false);
    aiohttp::testing::refusal<ClientConnectorCertificateError>(server, untrusted);
}
