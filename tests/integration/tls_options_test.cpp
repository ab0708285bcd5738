// What TlsOptions can say, against real servers.

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <openssl/ssl.h>

#include <aiohttp/resolver.hpp>
#include <aiohttp/tcp_connector.hpp>

#include "support/catch.hpp"
#include "support/environment.hpp"
#include "support/temporary_folder.hpp"
#include "support/tls.hpp"

namespace {

using aiohttp::ClientConnectorCertificateError;
using aiohttp::ClientConnectorSSLError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::TlsOptions;
using aiohttp::TlsVersion;
using aiohttp::testing::Async;
using aiohttp::testing::CertificateAuthority;
using aiohttp::testing::CertificateOptions;
using aiohttp::testing::has;
using aiohttp::testing::refusal;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::ServerTls;
using aiohttp::testing::session_with;
using aiohttp::testing::TemporaryFile;
using aiohttp::testing::TemporaryFolder;
using aiohttp::testing::trust;
using aiohttp::testing::Variable;
using aiohttp::testing::write_pem;

/// What the server sees of a request with these options, which succeeds.
ServerTls seen(Server& server, TlsOptions options) {
    server.route("/", Reply(200, "ok"));
    server.clear_requests();
    run_client_with(session_with(std::move(options)), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const auto body = co_await session.get(target.url()).text();
                        CHECK(body == "ok");
                    });
    REQUIRE(server.request_count() == 1);
    return *server.request(0).tls;
}

std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("authorities replace the system's, or come on top of them", "[K167]") {
    const CertificateAuthority known;
    const CertificateAuthority added;
    Server first(ServerOptions().certificate(known.issue()));
    Server second(ServerOptions().certificate(added.issue()));
    // "The system" is one file here.
    const auto file = write_pem(known.pem());
    const Variable system("SSL_CERT_FILE", file.path().string());
    const auto extra = write_pem(added.pem());
    seen(first, TlsOptions());
    refusal<ClientConnectorCertificateError>(second, TlsOptions());
    for (const auto& both :
         {TlsOptions().add_ca_pem(added.pem()), TlsOptions().add_ca_file(extra.path().string()),
          TlsOptions().ca_pem(known.pem()).add_ca_pem(added.pem()),
          TlsOptions().ca_pem(added.pem()).ca_pem(known.pem())}) {
        seen(first, both);
        seen(second, both);
    }
    const auto only = TlsOptions().ca_pem(added.pem());
    seen(second, only);
    refusal<ClientConnectorCertificateError>(first, only);
}

TEST_CASE("a directory of authorities needs no hashed names", "[K167]") {
    Server server(ServerOptions().tls());
    const TemporaryFolder folder;
    const auto empty =
        refusal<ClientConnectorSSLError>(server, TlsOptions().ca_dir(folder.path().string()));
    CHECK(has(empty.message(),
              "the CA directory \"" + folder.path().string() + "\" has no certificate"));
    folder.put("README", "certificates");
    folder.put("one.pem", CertificateAuthority().pem());
    refusal<ClientConnectorCertificateError>(server, TlsOptions().ca_dir(folder.path().string()));
    folder.put("two.crt", server.ca_pem());
    seen(server, TlsOptions().ca_dir(folder.path().string()));
    seen(server, TlsOptions().add_ca_dir(folder.path().string()));
    const auto missing =
        refusal<ClientConnectorSSLError>(server, TlsOptions().ca_dir("/nonexistent/dir"));
    CHECK(has(missing.message(), "\"/nonexistent/dir\": No such file or directory"));
}

TEST_CASE("files of authorities that cannot be used are named", "[K167]") {
    Server server(ServerOptions().tls());
    const TemporaryFolder folder;
    const auto text = [&](const std::string& path) {
        return refusal<ClientConnectorSSLError>(server, TlsOptions().add_ca_file(path)).message();
    };
    const auto plain = folder.put("plain", "no certificate");
    CHECK(has(text(plain), plain));
    const auto empty = folder.put("empty", "");
    CHECK(has(text(empty), "there is no certificate in PEM"));
    const auto cut = folder.put("cut", server.ca_pem() + server.ca_pem().substr(0, 100));
    CHECK(has(text(cut), "malformed"));
    CHECK(has(text(folder.path().string()), "Is a directory"));
    CHECK(server.connections_accepted() == 0);
}

TEST_CASE("a file that appears is read by the next request", "[K167]") {
    Server server(ServerOptions().tls());
    server.route("/", Reply(200, "ok"));
    const TemporaryFolder folder;
    const auto path = folder.file("ca.pem");
    run_client_with(
        session_with(TlsOptions().ca_file(path)), server,
        [](ClientSession& session, Server& target, const TemporaryFolder& place) -> Async {
            co_await aiohttp::testing::failure<ClientConnectorSSLError>(session.get(target.url()));
            place.put("ca.pem", target.ca_pem());
            const auto body = co_await session.get(target.url()).text();
            CHECK(body == "ok");
        },
        folder);
}

TEST_CASE("the versions of TLS can be bounded", "[K167]") {
    Server server(ServerOptions().tls());
    CHECK(seen(server, trust(server)).protocol == "TLSv1.3");
    CHECK(seen(server, trust(server).max_version(TlsVersion::v1_2)).protocol == "TLSv1.2");
    CHECK(seen(server, trust(server).min_version(TlsVersion::v1_3)).protocol == "TLSv1.3");
}

TEST_CASE("TLS 1.1 is spoken only to those who ask for it twice", "[K167]") {
    Server server(ServerOptions().tls().max_tls_version(11));
    refusal<ClientConnectorSSLError>(server, trust(server));
    const auto old = trust(server).min_version(TlsVersion::v1_0);
    refusal<ClientConnectorSSLError>(server, old);
    CHECK(seen(server, TlsOptions(old).ciphers("DEFAULT@SECLEVEL=0")).protocol == "TLSv1.1");
    auto below = trust(server).max_version(TlsVersion::v1_1).ciphers("DEFAULT@SECLEVEL=0");
    CHECK(seen(server, below).protocol == "TLSv1.1");
}

TEST_CASE("the ciphers can be chosen", "[K167]") {
    Server server(ServerOptions().tls());
    server.route("/", Reply(200, "ok"));
    const auto cipher = [&](TlsOptions options) {
        std::string name;
        run_client_with(
            session_with(std::move(options)), server,
            [](ClientSession& session, Server& target, std::string& out) -> Async {
                auto response = co_await session.get(target.url());
                out = response.tls()->cipher;
            },
            name);
        return name;
    };
    CHECK(cipher(trust(server).ciphersuites("TLS_CHACHA20_POLY1305_SHA256")) ==
          "TLS_CHACHA20_POLY1305_SHA256");
    CHECK(
        cipher(
            trust(server).max_version(TlsVersion::v1_2).ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")) ==
        "ECDHE-ECDSA-AES128-GCM-SHA256");
}

TEST_CASE("http/1.1 is offered by ALPN, and nothing else is accepted", "[K167]") {
    Server server(ServerOptions().tls().alpn({"h2", "http/1.1"}));
    CHECK(seen(server, trust(server)).alpn == "http/1.1");
    CHECK(seen(server, trust(server).alpn({})).alpn.empty());
    Server special(ServerOptions().tls().alpn({"special"}));
    CHECK(seen(special, trust(special)).alpn.empty());
    CHECK(seen(special, trust(special).alpn({"http/1.1", "special"})).alpn == "special");
    Server imposing(ServerOptions().tls().alpn({"h2"}).impose_alpn());
    const auto error = refusal<ClientConnectorSSLError>(imposing, trust(imposing));
    CHECK(imposing.request_count() == 0);
    INFO(error.message());
    CHECK(error.phase() == aiohttp::Phase::tls);
}

TEST_CASE("server_name of the options is for SNI and the certificate", "[K167]") {
    Server server(ServerOptions().certificate(CertificateAuthority().issue(
        CertificateOptions().dns_names({"one.test", "two.test"}).ip_addresses({}))));
    refusal<ClientConnectorCertificateError>(server, trust(server));
    const auto named = trust(server).server_name("one.test");
    CHECK(seen(server, named).server_name == "one.test");
    server.clear_requests();
    run_client_with(session_with(named), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url()).server_hostname("two.test").text();
                    });
    CHECK(server.request(0).tls->server_name == "two.test");
    const auto error =
        refusal<ClientConnectorCertificateError>(server, trust(server).server_name("three.test"));
    CHECK(has(error.message(), "than \"three.test\""));
}

TEST_CASE("an international host is named in SNI in its ASCII form", "[H117]") {
    const CertificateAuthority authority;
    Server server(ServerOptions().certificate(authority.issue(
        CertificateOptions().dns_names({"xn--bcher-kva.example"}).ip_addresses({}))));
    server.route("/", Reply(200, "ok"));
    const aiohttp::StaticResolver::Hosts hosts{{"xn--bcher-kva.example", {"127.0.0.1"}},
                                               {"xn--strae-oqa.example", {"127.0.0.1"}}};
    auto options = ClientSessionOptions().connector(
        aiohttp::TCPConnectorOptions()
            .ssl(trust(server))
            .resolver(std::make_shared<aiohttp::StaticResolver>(hosts)));
    run_client_with(
        std::move(options), server, [](ClientSession& session, Server& target) -> Async {
            const auto port = std::to_string(target.port());
            auto response = co_await session.get(
                "https://b\xc3\xbc"
                "cher.example:" +
                port + "/");
            CHECK(response.tls()->server_name == "xn--bcher-kva.example");
            const auto body = co_await response.text();
            CHECK(body == "ok");
            const auto error = co_await aiohttp::testing::failure<ClientConnectorCertificateError>(
                session.get("https://stra\xc3\x9f"
                            "e.example:" +
                            port + "/"));
            CHECK(has(error.what(), "xn--strae-oqa.example"));
        });
    REQUIRE(server.request_count() == 1);
    CHECK(server.request(0).tls->server_name == "xn--bcher-kva.example");
}

TEST_CASE("the secrets of connections are appended to a key log", "[K167]") {
    Server server(ServerOptions().tls());
    const TemporaryFolder folder;
    const auto path = folder.file("keys");
    seen(server, trust(server).key_log(path));
    const auto first = contents(path);
    CHECK(has(first, "CLIENT_TRAFFIC_SECRET_0 "));
    CHECK(first.back() == '\n');
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    seen(server, trust(server).key_log(path));
    CHECK(contents(path).size() > first.size());
    CHECK(contents(path).starts_with(first));
    const auto error = refusal<ClientConnectorSSLError>(
        server, trust(server).key_log(folder.file("missing/keys")));
    CHECK(has(error.message(), "/missing/keys\": No such file or directory"));
}

TEST_CASE("SSLKEYLOGFILE is obeyed on request only", "[K167]") {
    Server server(ServerOptions().tls());
    const TemporaryFolder folder;
    const auto path = folder.file("keys");
    {
        const Variable variable("SSLKEYLOGFILE", path);
        seen(server, trust(server));
        CHECK_FALSE(std::filesystem::exists(path));
        seen(server, trust(server).key_log_from_environment());
        CHECK(has(contents(path), "CLIENT_TRAFFIC_SECRET_0 "));
    }
    seen(server, trust(server).key_log_from_environment());
}

TEST_CASE("the native hook has the last word on the context", "[K167]") {
    Server server(ServerOptions().tls());
    const auto old = trust(server).native_hook(
        [](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION); });
    CHECK(seen(server, old).protocol == "TLSv1.2");
    const auto error = refusal<ClientConnectorSSLError>(
        server, trust(server).native_hook([](SSL_CTX*) { throw std::runtime_error("not today"); }));
    CHECK(has(error.message(), "native_hook of the TLS options threw: not today"));
}
