// TLS with a server that is not ours: `openssl s_server`.

#include <string>
#include <utility>
#include <vector>

#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/certificate.hpp>

#include "support/catch.hpp"
#include "support/openssl_server.hpp"
#include "support/tls.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::TlsOptions;
using aiohttp::testing::Async;
using aiohttp::testing::CertificateAuthority;
using aiohttp::testing::CertificateOptions;
using aiohttp::testing::failure;
using aiohttp::testing::has;
using aiohttp::testing::OpensslServer;
using aiohttp::testing::run_with_session;
using aiohttp::testing::session_with;
using aiohttp::testing::write_pem;

Async resume(ClientSession& session, std::string url, std::string version) {
    for (int i = 0; i < 3; ++i) {
        auto response = co_await session.get(url);
        CHECK(response.tls()->version == version);
        CHECK(response.tls()->resumed == (i > 0));
        const auto page = co_await response.text();
        CHECK(has(page, i > 0 ? "Reused, " : "New, "));
    }
}

Async show(ClientSession& session, std::string url) {
    const auto page = co_await session.get(url).text();
    CHECK(has(page, "Subject: CN=me"));
    const auto verify_none = aiohttp::verify_none;
    const auto error =
        co_await failure<aiohttp::ClientConnectorSSLError>(session.get(url).ssl(verify_none));
    CHECK(has(error.what(), "it asked for a certificate of the client, and there is none"));
}

}  // namespace

TEST_CASE("sessions are resumed with openssl s_server", "[A17]") {
    const std::string version = GENERATE("TLSv1.2", "TLSv1.3");
    const auto own = CertificateAuthority().issue();
    const auto chain = write_pem(own.chain_pem);
    const auto key = write_pem(own.key_pem);
    const OpensslServer server({"-cert", chain.path().string(), "-key", key.path().string(),
                                version == "TLSv1.2" ? "-tls1_2" : "-tls1_3"});
    run_with_session(
        session_with(TlsOptions().ca_pem(own.authority_pem)),
        [&](ClientSession& session) { return resume(session, server.url(), version); });
}

TEST_CASE("openssl s_server gets the certificate of the client", "[K167]") {
    const CertificateAuthority authority;
    const auto own = authority.issue();
    const auto me =
        authority.issue(CertificateOptions().common_name("me").extended_key_usage("clientAuth"));
    const auto chain = write_pem(own.chain_pem);
    const auto key = write_pem(own.key_pem);
    const auto root = write_pem(authority.pem());
    const OpensslServer server({"-cert", chain.path().string(), "-key", key.path().string(),
                                "-CAfile", root.path().string(), "-Verify", "1",
                                "-verify_return_error"});
    run_with_session(
        session_with(
            TlsOptions().ca_pem(authority.pem()).client_certificate_pem(me.chain_pem, me.key_pem)),
        [&](ClientSession& session) { return show(session, server.url()); });
}
