// TLS against a server whose certificate is made on the spot, and made wrong in one way each.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/ssl/context.hpp>

#include <aiohttp/connector.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/progress.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/timeout.hpp>
#include <aiohttp/tls.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/text.hpp"

namespace {

namespace ssl = boost::asio::ssl;
using namespace std::chrono_literals;
using aiohttp::ClientConnectorCertificateError;
using aiohttp::ClientConnectorSSLError;
using aiohttp::ClientPayloadError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ClientTimeout;
using aiohttp::ConnectionTimeoutError;
using aiohttp::Phase;
using aiohttp::TCPConnectorOptions;
using aiohttp::TlsOptions;
using aiohttp::verify_none;
using aiohttp::testing::Async;
using aiohttp::testing::Certificate;
using aiohttp::testing::CertificateAuthority;
using aiohttp::testing::CertificateOptions;
using aiohttp::testing::eventually;
using aiohttp::testing::failure;
using aiohttp::testing::Gate;
using aiohttp::testing::has;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::ServerRequest;

ServerOptions tls_server() {
    return ServerOptions().tls();
}

ServerOptions with_certificate(const CertificateOptions& options) {
    const CertificateAuthority authority;
    return ServerOptions().tls().certificate(authority.issue(options));
}

/// A session that trusts the server's authority, and nothing else.
ClientSessionOptions trusting(const Server& server) {
    return ClientSessionOptions().connector(
        TCPConnectorOptions().ssl(TlsOptions().ca_pem(server.ca_pem())));
}

std::string ip_url(const Server& server) {
    return "https://127.0.0.1:" + std::to_string(server.port()) + '/';
}

/// What a session that trusts the server's authority says of its certificate.
std::string rejection(const ServerOptions& options, const std::string& url = {}) {
    Server server(options);
    server.route("/", Reply(200, "ok"));
    std::string reason;
    run_client_with(
        trusting(server), server,
        [](ClientSession& session, Server& target, const std::string& other,
           std::string& text) -> Async {
            const auto address =
                other.empty() ? target.url() : other + std::to_string(target.port());
            const auto error =
                co_await failure<ClientConnectorCertificateError>(session.get(address));
            CHECK(error.phase() == Phase::tls);
            text = error.what();
        },
        url, reason);
    CHECK(server.request_count() == 0);
    return reason;
}

}  // namespace

TEST_CASE("a certificate of an authority that the system does not know is rejected", "[K167]") {
    Server server(tls_server());
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error =
            co_await failure<ClientConnectorCertificateError>(session.get(target.url()));
        CHECK(has(error.what(), "localhost"));
        CHECK(has(error.what(), "self-signed certificate in certificate chain"));
        CHECK(error.code() == aiohttp::errc::certificate_rejected);
        CHECK(error.code() == aiohttp::condition::tls);
        CHECK(error.code() == aiohttp::condition::connection);
        CHECK(error.phase() == Phase::tls);
        CHECK(error.host() == "localhost");
        CHECK(error.port() == target.port());
        CHECK_FALSE(error.retryable());
        CHECK(session.connector().stats().open == 0);
    });
    CHECK(server.request_count() == 0);
}

TEST_CASE("an authority can be trusted by file and by text", "[K167]") {
    Server server(tls_server());
    server.route("/", Reply(200, "ok"));
    const auto file = aiohttp::testing::write_pem(server.ca_pem());
    auto by_file = TlsOptions().ca_file(file.path().string());
    run_client(
        server,
        [](ClientSession& session, Server& target, TlsOptions& options) -> Async {
            const auto first = co_await session.get(target.url()).ssl(options).text();
            CHECK(first == "ok");
            auto by_text = TlsOptions().ca_pem(target.ca_pem());
            const auto second = co_await session.get(target.url()).ssl(by_text).text();
            CHECK(second == "ok");
            const auto other = CertificateAuthority();
            auto stranger = TlsOptions().ca_pem(other.pem());
            co_await failure<ClientConnectorCertificateError>(
                session.get(target.url()).ssl(stranger));
        },
        by_file);
}

TEST_CASE("an authority that cannot be read is an error that names it", "[K167]") {
    Server server(tls_server());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto missing = TlsOptions().ca_file("/nonexistent/ca.pem");
        const auto file =
            co_await failure<ClientConnectorSSLError>(session.get(target.url()).ssl(missing));
        CHECK(has(file.what(), "/nonexistent/ca.pem"));
        CHECK_THROWS_AS(TlsOptions().ca_pem("no certificate"), aiohttp::ValueError);
    });
    CHECK(server.connections_accepted() == 0);
}

TEST_CASE("verify_none accepts every certificate, for a request or the connector", "[K167]") {
    Server server(with_certificate(CertificateOptions().expired().dns_names({"other.test"})));
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto body = co_await session.get(target.url()).ssl(verify_none).text();
        CHECK(body == "ok");
    });
    run_client_with(ClientSessionOptions().connector(TCPConnectorOptions().ssl(verify_none)),
                    server, [](ClientSession& session, Server& target) -> Async {
                        const auto body = co_await session.get(target.url()).text();
                        CHECK(body == "ok");
                        // The request's policy goes before the connector's.
                        co_await failure<ClientConnectorCertificateError>(
                            session.get(target.url()).ssl(TlsOptions()));
                    });
}

TEST_CASE("a session's TLS options are between the request's and the connector's", "[K167]") {
    Server server(ServerOptions().tls());
    server.route("/", Reply(200, "ok"));
    run_client_with(ClientSessionOptions().ssl(verify_none), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const auto body = co_await session.get(target.url()).text();
                        CHECK(body == "ok");
                        co_await failure<aiohttp::ClientConnectorCertificateError>(
                            session.get(target.url()).ssl(aiohttp::TlsOptions()));
                    });
    run_client_with(
        ClientSessionOptions()
            .ssl(aiohttp::TlsOptions())
            .connector(TCPConnectorOptions().ssl(verify_none)),
        server, [](ClientSession& session, Server& target) -> Async {
            co_await failure<aiohttp::ClientConnectorCertificateError>(session.get(target.url()));
        });
}

TEST_CASE("the caller's own context is used as it is, with the host name checked", "[K167]") {
    const CertificateAuthority authority;
    Server server(ServerOptions().certificate(authority.issue()).tls());
    Server other(ServerOptions().tls().certificate(
        authority.issue(CertificateOptions().dns_names({"other.test"}).ip_addresses({}))));
    server.route("/", Reply(200, "ok"));
    run_client(
        server,
        [](ClientSession& session, Server& target, Server& misnamed) -> Async {
            std::optional<ssl::context> context(std::in_place, ssl::context::tls_client);
            context->add_certificate_authority(boost::asio::buffer(target.ca_pem()));
            context->set_verify_mode(ssl::verify_peer);
            const TlsOptions own(*context);
            context.reset();
            const auto body = co_await session.get(target.url()).ssl(own).text();
            CHECK(body == "ok");
            const auto error = co_await failure<ClientConnectorCertificateError>(
                session.get(misnamed.url()).ssl(own));
            CHECK(has(error.what(), "localhost"));
        },
        other);
}

TEST_CASE("the caller's context can bring a certificate of the client", "[K167]") {
    const CertificateAuthority clients("clients");
    Server server(ServerOptions().tls().client_authority(clients.pem()));
    server.route("/", Reply(200, "ok"));
    const auto certificate =
        clients.issue(CertificateOptions().common_name("someone").extended_key_usage("clientAuth"));
    run_client(
        server,
        [](ClientSession& session, Server& target, const Certificate& own) -> Async {
            ssl::context context(ssl::context::tls_client);
            context.add_certificate_authority(boost::asio::buffer(target.ca_pem()));
            context.set_verify_mode(ssl::verify_peer);
            context.use_certificate_chain(boost::asio::buffer(own.chain_pem));
            context.use_private_key(boost::asio::buffer(own.key_pem), ssl::context::pem);
            const auto body = co_await session.get(target.url()).ssl(context).text();
            CHECK(body == "ok");
        },
        certificate);
    REQUIRE(server.request(0).tls);
    CHECK(server.request(0).tls->client_name == "someone");
}

TEST_CASE("a certificate for another name is rejected, unless server_hostname says so", "[K167]") {
    Server server(
        with_certificate(CertificateOptions().dns_names({"other.test"}).ip_addresses({})));
    server.route("/", Reply(200, "ok"));
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        const auto error =
            co_await failure<ClientConnectorCertificateError>(session.get(target.url()));
        CHECK(has(error.what(), "\"localhost\""));
        CHECK(has(error.what(), "hostname mismatch"));
        const auto body = co_await session.get(target.url()).server_hostname("other.test").text();
        CHECK(body == "ok");
    });
    REQUIRE(server.request_count() == 1);
    CHECK(server.request(0).tls->server_name == "other.test");
    CHECK(server.request(0).header("Host") == "localhost:" + std::to_string(server.port()));
}

TEST_CASE("an IP address is checked against the addresses of the certificate", "[K167]") {
    Server server(tls_server());
    server.route("/", Reply(200, "ok"));
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        const auto body = co_await session.get(ip_url(target)).text();
        CHECK(body == "ok");
    });
    CHECK(server.request(0).tls->server_name.empty());
    const auto reason =
        rejection(with_certificate(CertificateOptions().ip_addresses({})), "https://127.0.0.1:");
    CHECK(has(reason, "127.0.0.1"));
    CHECK(has(reason, "IP address mismatch"));
    // A DNS name that looks like the address is not the address.
    rejection(with_certificate(CertificateOptions().dns_names({"127.0.0.1"}).ip_addresses({})),
              "https://127.0.0.1:");
}

TEST_CASE("an IPv6 address with a zone is checked without the zone", "[K167]") {
    const auto listening = [](const CertificateOptions& options) {
        return with_certificate(options).address("::1");
    };
    const auto host = std::string("https://[::1%25lo]:");
    const auto reason =
        rejection(listening(CertificateOptions().dns_names({"localhost"}).ip_addresses({})), host);
    CHECK(has(reason, "IP address mismatch"));
    rejection(listening(CertificateOptions().dns_names({"::1%lo", "::1"}).ip_addresses({"::2"})),
              host);
    Server server(listening(CertificateOptions().dns_names({}).ip_addresses({"::1"})));
    server.route("/", Reply(200, "ok"));
    run_client_with(
        trusting(server), server,
        [](ClientSession& session, Server& target, const std::string& begin) -> Async {
            const auto body = co_await session.get(begin + std::to_string(target.port())).text();
            CHECK(body == "ok");
        },
        host);
    REQUIRE(server.request_count() == 1);
    CHECK(server.request(0).tls->server_name.empty());
}

TEST_CASE("a name that no certificate can be checked against ends the handshake", "[K167]") {
    Server server(tls_server());
    server.route("/", Reply(200, "ok"));
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        const auto unusable = co_await failure<ClientConnectorSSLError>(
            session.get(target.url()).server_hostname(std::string("local\0host", 10)));
        CHECK(has(unusable.what(), "no certificate can be checked against this name"));
        CHECK(unusable.phase() == Phase::tls);
    });
    CHECK(server.request_count() == 0);
}

TEST_CASE("the server gets the host's name in SNI", "[K167]") {
    Server server(tls_server());
    server.route("/", Reply(200, "ok"));
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url()).text();
    });
    REQUIRE(server.request(0).tls);
    CHECK(server.request(0).tls->server_name == "localhost");
    CHECK(server.request(0).tls->protocol == "TLSv1.3");
}

TEST_CASE("certificates out of their time or for another use are rejected", "[K167]") {
    CHECK(has(rejection(with_certificate(CertificateOptions().expired())), "expired"));
    CHECK(has(rejection(with_certificate(CertificateOptions().not_yet_valid())), "not yet valid"));
    CHECK(has(rejection(with_certificate(CertificateOptions().extended_key_usage("clientAuth"))),
              "unsuitable certificate purpose"));
    CHECK(has(rejection(with_certificate(CertificateOptions().common_name_only("localhost"))),
              "hostname mismatch"));
}

TEST_CASE("TLS 1.2 is spoken", "[K167]") {
    Server server(tls_server().max_tls_version(12));
    server.route("/", Reply(200, std::string(100'000, 'x')));
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        for (int i = 0; i < 2; ++i) {
            const auto body = co_await session.get(target.url()).text();
            CHECK(body.size() == 100'000);
        }
    });
    CHECK(server.request(0).tls->protocol == "TLSv1.2");
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("versions before TLS 1.2 are refused", "[K167]") {
    Server server;
    // A ServerHello that chooses TLS 1.1.
    std::string hello("\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02", 11);
    hello.append(32, 'r').append(std::string("\x00\x00\x2f\x00", 4));
    server.on_accept(Script().read(5).send(hello).stall());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error =
            co_await failure<ClientConnectorSSLError>(session.get(ip_url(target)).ssl(verify_none));
        CHECK(has(error.what(), "unsupported protocol"));
        CHECK(error.code() == aiohttp::errc::tls_failed);
    });
}

TEST_CASE("a server without TLS behind https is an error of TLS", "[K169]") {
    Server server;
    server.on_accept(Script().read(5).send("HTTP/1.1 400 Bad Request\r\n\r\n").close());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error = co_await failure<ClientConnectorSSLError>(session.get(ip_url(target)));
        CHECK(has(error.what(), "wrong version number"));
        CHECK(error.phase() == Phase::tls);
        CHECK(error.code() == aiohttp::condition::tls);
    });
}

TEST_CASE("a server that hangs up during the handshake is an error of TLS", "[K169]") {
    for (const auto& way : {Script().read(5).close(), Script().read(5).reset()}) {
        Server server;
        server.on_accept(way);
        run_client(server, [](ClientSession& session, Server& target) -> Async {
            const auto error =
                co_await failure<ClientConnectorSSLError>(session.get(ip_url(target)));
            CHECK(error.phase() == Phase::tls);
            CHECK(error.retryable());
        });
    }
}

TEST_CASE("a handshake that never ends meets the limits of connecting", "[D48]") {
    Server server;
    server.on_accept(Script().stall());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const ClientTimeout sock_connect{.sock_connect = 20ms};
        const auto first = co_await failure<ConnectionTimeoutError>(
            session.get(ip_url(target)).timeout(sock_connect));
        CHECK(first.phase() == Phase::tls);
        CHECK(has(first.what(), "sock_connect = 0.02 s"));
        const ClientTimeout tls{.tls = 20ms};
        const auto second =
            co_await failure<ConnectionTimeoutError>(session.get(ip_url(target)).timeout(tls));
        CHECK(second.phase() == Phase::tls);
        CHECK(has(second.what(), "tls = 0.02 s"));
        co_await failure<aiohttp::TotalTimeoutError>(session.get(ip_url(target)).timeout(20ms));
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("a body that the end of a TLS connection ends must end with close_notify", "[B30]") {
    Server server(tls_server());
    const std::string response = "HTTP/1.1 200 OK\r\n\r\nabc";
    server.route("/complete", Script().send(response).close());
    server.route("/truncated", Script().send(response).drop());
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        const auto body = co_await session.get(target.url("/complete")).text();
        CHECK(body == "abc");
        auto cut = co_await session.get(target.url("/truncated"));
        const auto error = co_await failure<ClientPayloadError>(cut.read());
        CHECK(error.code() == aiohttp::errc::payload_truncated);
    });
}

TEST_CASE("connections of different TLS policy or name are not shared", "[A17]") {
    Server server(with_certificate(CertificateOptions().dns_names({"localhost", "other.test"})));
    server.route("/", Reply(200, "ok"));
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        for (int i = 0; i < 2; ++i) {
            co_await session.get(target.url()).text();
            co_await session.get(target.url()).ssl(verify_none).text();
            co_await session.get(target.url()).server_hostname("other.test").text();
        }
        CHECK(session.connector().stats().idle == 3);
        // Equal options are the same policy.
        co_await session.get(target.url()).ssl(TlsOptions().ca_pem(target.ca_pem())).text();
    });
    CHECK(server.connections_accepted() == 3);
    CHECK(server.request_count() == 7);
}

TEST_CASE("TLS connections are kept, and replaced when the server closed them", "[A23]") {
    Server server(tls_server());
    server.route("/", Reply(200, "ok"));
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        for (int i = 0; i < 3; ++i) {
            co_await session.get(target.url()).text();
        }
        CHECK(target.connections_accepted() == 1);
        CHECK(target.close_idle_connections() == 1);
        co_await session.get(target.url()).text();
        CHECK(target.reset_idle_connections() == 1);
        co_await session.get(target.url()).text();
        CHECK(target.send_on_idle("HTTP/1.1 408 Late\r\n\r\n") == 1);
        auto response = co_await session.get(target.url());
        CHECK(response.status() == 200);
    });
    CHECK(server.connections_accepted() == 4);
}

TEST_CASE("large bodies go both ways over TLS", "[K167]") {
    Server server(tls_server());
    server.route("/", [](const ServerRequest& request) { return Reply(200, request.body); });
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        std::string large(5'000'000, 'x');
        for (std::size_t i = 0; i < large.size(); i += 997) {
            large[i] = static_cast<char>('a' + i % 26);
        }
        const auto body = co_await session.post(target.url()).data(large).text();
        CHECK((body == large));
    });
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("an answer during an upload over TLS is delivered", "[B32]") {
    Server server(tls_server());
    server.route_at_head("/", [](const ServerRequest&) { return Reply(413, "too large").close(); });
    run_client_with(trusting(server), server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.post(target.url()).data(std::string(10'000'000, 'x'));
        CHECK(response.status() == 413);
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("the body of an early answer over TLS comes though the upload is not read", "[B32]") {
    Server server(tls_server());
    Gate head_read;
    Gate body_read;
    Script early;
    early.send("HTTP/1.1 413 Too Large\r\nContent-Length: 9\r\n\r\n");
    early.wait_for(head_read).send("too large").wait_for(body_read).reset();
    server.route_at_head("/", [&early](const ServerRequest&) { return early; });
    run_client_with(
        trusting(server), server,
        [](ClientSession& session, Server& target, Gate& has_head, Gate& has_body) -> Async {
            ClientTimeout limits;
            limits.total = 10s;
            auto upload = session.post(target.url()).data(std::string(20'000'000, 'x'));
            auto response = co_await std::move(upload).timeout(limits);
            CHECK(response.status() == 413);
            has_head.open();
            const auto text = co_await response.text();
            has_body.open();
            CHECK(text == "too large");
        },
        head_read, body_read);
}

TEST_CASE("an interim response during an upload over TLS does not send anything twice", "[J146]") {
    std::string bytes;  // more of them than the sockets take while nobody reads
    for (unsigned i = 0; bytes.size() < 20'000'000; ++i) {
        bytes += std::to_string(i * 2'654'435'761U);
    }
    Server server(tls_server().body_limit(bytes.size()));
    Gate full;
    Script slow;
    slow.wait_for(full).send("HTTP/1.1 102 Processing\r\n\r\n").read_body();
    slow.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    server.route_at_head("/", [&slow](const ServerRequest&) { return slow; });
    run_client_with(
        trusting(server), server,
        [](ClientSession& session, Server& target, Gate& gate, std::string& body) -> Async {
            const aiohttp::Progress progress;
            const auto executor = co_await boost::asio::this_coro::executor;
            auto upload = session.post(target.url()).data(body).upload_progress(progress);
            auto task = aiohttp::create_task(executor, std::move(upload));
            // The upload stands still: a part of a record has been written.
            std::uint64_t last = 0;
            int still = 0;
            co_await aiohttp::testing::eventually([&] {
                const auto now = progress.bytes();
                still = now > 0 && now == last ? still + 1 : 0;
                last = now;
                return still == 50;
            });
            gate.open();
            auto response = co_await task.result();
            const auto text = co_await response.text();
            CHECK(text == "ok");
            CHECK(response.upload_complete());
        },
        full, bytes);
    CHECK((server.request(0).body == bytes));
}
