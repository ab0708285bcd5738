// The scripted server over TLS, seen through plain blocking sockets.

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/peer.hpp"
#include "support/text.hpp"

namespace {

namespace asio = boost::asio;
using aiohttp::testing::CertificateAuthority;
using aiohttp::testing::CertificateOptions;
using aiohttp::testing::end_of_time;
using aiohttp::testing::Gate;
using aiohttp::testing::get;
using aiohttp::testing::has;
using aiohttp::testing::Peer;
using aiohttp::testing::Reply;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using asio::ip::tcp;
using namespace std::string_view_literals;

/// A blocking connection over TLS. It verifies the server for `host` against `authority`.
class TlsPeer {
public:
    TlsPeer(const Server& server,
            const std::string& authority,
            const std::string& host = "localhost",
            const aiohttp::testing::Certificate* own = nullptr)
        : context_(asio::ssl::context::tls_client) {
        context_.add_certificate_authority(asio::buffer(authority));
        context_.set_verify_mode(asio::ssl::verify_peer);
        if (own != nullptr) {
            context_.use_certificate_chain(asio::buffer(own->chain_pem));
            context_.use_private_key(asio::buffer(own->key_pem), asio::ssl::context::pem);
        }
        stream_.emplace(io_, context_);
        stream_->set_verify_callback(asio::ssl::host_name_verification(host));
        SSL_set_tlsext_host_name(stream_->native_handle(), host.c_str());
        stream_->next_layer().connect({asio::ip::make_address("127.0.0.1"), server.port()});
    }

    boost::system::error_code handshake() {
        boost::system::error_code error;
        stream_->handshake(asio::ssl::stream_base::client, error);
        return error;
    }

    long verify_result() { return SSL_get_verify_result(stream_->native_handle()); }

    std::string exchange(std::string_view request, std::string_view end) {
        asio::write(*stream_, asio::buffer(request));
        std::string text;
        std::array<char, 4096> bytes;
        while (text.find(end) == std::string::npos) {
            const auto size = stream_->read_some(asio::buffer(bytes), error_);
            if (size == 0) {
                break;
            }
            text.append(bytes.data(), size);
        }
        return text;
    }

    tcp::socket& socket() { return stream_->next_layer(); }
    boost::system::error_code error() const { return error_; }

private:
    asio::io_context io_;
    asio::ssl::context context_;
    std::optional<asio::ssl::stream<tcp::socket>> stream_;
    boost::system::error_code error_;
};

}  // namespace

TEST_CASE("the TLS server serves clients that trust its authority") {
    Server server(ServerOptions().tls().alpn({"http/1.1"}));
    const std::string large(300'000, 'x');
    server.route("/", Reply(200, "secret")).route("/large", Reply(200, large).close());
    CHECK(server.url() == "https://localhost:" + std::to_string(server.port()) + "/");
    TlsPeer peer(server, server.ca_pem());
    REQUIRE_FALSE(peer.handshake());
    CHECK(has(peer.exchange(get("/"), "secret"), "200 OK"));
    CHECK(peer.exchange(get("/large"), end_of_time).ends_with("\r\n\r\n" + large));
    CHECK(peer.error() == asio::error::eof);  // with close_notify
    const auto request = server.request(0);
    REQUIRE(request.tls != nullptr);
    CHECK(request.tls->protocol == "TLSv1.3");
    CHECK(request.tls->server_name == "localhost");
    CHECK(request.tls->alpn.empty());
    CHECK_FALSE(request.tls->resumed);
    CHECK(server.handshake_failures() == 0);
}

TEST_CASE("idle TLS connections are closed even right after their reply") {
    Server server(ServerOptions().tls().max_tls_version(12));
    server.route("/", Reply(200, "r"));
    for (int i = 0; i < 8; ++i) {
        TlsPeer peer(server, server.ca_pem());
        REQUIRE_FALSE(peer.handshake());
        peer.exchange(get("/"), "\r\n\r\nr");
        CHECK(server.close_idle_connections() == 1);
    }
    CHECK(server.request(0).tls->protocol == "TLSv1.2");
}

TEST_CASE("a dropped TLS connection is a truncation") {
    Server server(ServerOptions().tls());
    server.route("/", Script().send("HTTP/1.1 200 OK\r\n\r\npart").drop());
    TlsPeer peer(server, server.ca_pem());
    REQUIRE_FALSE(peer.handshake());
    CHECK(peer.exchange(get("/"), end_of_time).ends_with("part"));
    CHECK(peer.error() == asio::ssl::error::stream_truncated);
}

TEST_CASE("TLS may be held up, never begun, or begun in the middle") {
    Server server(ServerOptions().tls());
    Gate gate;
    server.route("/", Reply(200, "r"));
    server.on_accept([&](std::size_t connection) -> std::optional<Script> {
        return connection == 0 ? Script().wait_for(gate) : Script().stall();
    });
    TlsPeer held(server, server.ca_pem());
    std::jthread opener([&] {
        server.wait_for_connections_accepted(1);
        gate.open();
    });
    REQUIRE_FALSE(held.handshake());
    CHECK(has(held.exchange(get("/"), "\r\n\r\nr"), "200"));
    {
        Peer never(server);
        CHECK(server.wait_for_connections_open(2));
    }
    CHECK(server.wait_for_connections_open(1));

    Server proxy;
    proxy.route("/", Reply(200, "inside"));
    proxy.on_accept(Script().read_request().send("HTTP/1.1 200 OK\r\n\r\n").start_tls());
    TlsPeer through(proxy, proxy.ca_pem());
    asio::write(through.socket(), asio::buffer("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n"sv));
    std::array<char, 19> reply;
    asio::read(through.socket(), asio::buffer(reply));
    REQUIRE_FALSE(through.handshake());
    CHECK(has(through.exchange(get("/"), "inside"), "200"));
    CHECK(proxy.request(0).tls == nullptr);
    CHECK(proxy.request(1).tls != nullptr);
}

TEST_CASE("certificates can be wrong in one way each") {
    const CertificateAuthority authority;
    const auto verify = [&authority](const CertificateOptions& options) {
        Server server(ServerOptions().certificate(authority.issue(options)));
        CHECK(server.ca_pem() == authority.pem());
        TlsPeer peer(server, authority.pem());
        const bool failed = peer.handshake().failed();
        if (failed) {
            peer.socket().close();
            CHECK(server.wait_for_connections_open(0));
            CHECK(server.handshake_failures() == 1);
        }
        return failed ? peer.verify_result() : X509_V_OK;
    };
    CHECK(verify(CertificateOptions()) == X509_V_OK);
    CHECK(verify(CertificateOptions().expired()) == X509_V_ERR_CERT_HAS_EXPIRED);
    CHECK(verify(CertificateOptions().not_yet_valid()) == X509_V_ERR_CERT_NOT_YET_VALID);
    CHECK(verify(CertificateOptions().extended_key_usage("clientAuth")) ==
          X509_V_ERR_INVALID_PURPOSE);
    CHECK(verify(CertificateOptions().dns_names({"other.test"})) == X509_V_ERR_UNSPECIFIED);
    CHECK(authority.issue(CertificateOptions().common_name_only("localhost")).chain_pem.size() >
          authority.pem().size());
    CHECK_THROWS_WITH(authority.issue(CertificateOptions().ip_addresses({"nonsense"})),
                      Catch::Contains("subjectAltName") && Catch::Contains("nonsense"));
}

TEST_CASE("a self-signed certificate is trusted by itself alone") {
    const auto certificate = aiohttp::testing::self_signed();
    CHECK(certificate.authority_pem == certificate.certificate_pem);
    CHECK(certificate.chain_pem == certificate.certificate_pem);
    Server server(ServerOptions().certificate(certificate));
    CHECK_FALSE(TlsPeer(server, server.ca_pem()).handshake());
    TlsPeer stranger(server, CertificateAuthority().pem());
    CHECK(stranger.handshake());
    CHECK_THROWS_WITH(Server(ServerOptions().certificate({"x", "y", "z", ""})),
                      Catch::Contains("certificate"));
}

TEST_CASE("a server may ask for the client's certificate") {
    const CertificateAuthority authority;
    Server server(ServerOptions().tls().client_authority(authority.pem()));
    server.route("/", Reply(200, "r"));
    const auto own =
        authority.issue(CertificateOptions().common_name("alice").extended_key_usage("clientAuth"));
    TlsPeer known(server, server.ca_pem(), "localhost", &own);
    REQUIRE_FALSE(known.handshake());
    known.exchange(get("/"), "\r\n\r\nr");
    CHECK(server.request(0).tls->client_name == "alice");
    TlsPeer unknown(server, server.ca_pem());
    unknown.handshake();  // with TLS 1.3 the client hears of the failure only later
    CHECK(server.wait_for_connections_accepted(2));
    CHECK(server.wait_for_connections_open(1));
    CHECK(server.handshake_failures() == 1);
}

TEST_CASE("a temporary file holds PEM as long as it lives, and no longer") {
    const CertificateAuthority authority;
    std::filesystem::path path;
    {
        auto file = aiohttp::testing::write_pem(authority.pem());
        path = file.path();
        const auto moved = std::move(file);
        std::ostringstream text;
        text << std::ifstream(moved.path()).rdbuf();
        CHECK(text.str() == authority.pem());
        CHECK(path.extension() == ".pem");
        CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
              (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    }
    CHECK_FALSE(std::filesystem::exists(path));
}
