// A service with an authority of its own, which wants to know who calls (mutual TLS). In aiohttp:
//
//     context = ssl.create_default_context(cafile="ca.pem")
//     context.load_cert_chain("me.pem", "me.key", password="secret")
//     async with session.get(url, ssl=context) as response: ...
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <iostream>
#include <stdexcept>
#include <string>

boost::asio::awaitable<void> amain(std::string url, aiohttp::TlsOptions tls) {
    aiohttp::ClientSession session(
        aiohttp::ClientSessionOptions().connector(aiohttp::TCPConnectorOptions().ssl(tls)));
    auto response = co_await session.get(url);
    std::cout << response.tls()->version << ", " << response.peer_certificate()->subject << ": "
              << co_await response.text() << '\n';

    // Without the certificate the server refuses, and the message says why.
    try {
        co_await session.get(url).ssl(aiohttp::verify_none);
    } catch (const aiohttp::ClientConnectorSSLError& error) {
        std::cout << error.what() << '\n';
        co_return;
    }
    throw std::runtime_error("the server lets anybody in");
}

int main(int argc, char* argv[]) {
    if (argc > 5) {  // URL, CA file, certificate, key, passphrase
        aiohttp::run(amain(argv[1], aiohttp::TlsOptions().ca_file(argv[2]).client_certificate(
                                        argv[3], argv[4], argv[5])));
        return 0;
    }
    const aiohttp::testing::CertificateAuthority staff("staff");
    const auto me = staff.issue(
        aiohttp::testing::CertificateOptions().common_name("Ada").extended_key_usage("clientAuth"));
    const auto certificate = aiohttp::testing::write_pem(me.chain_pem);
    const auto key =
        aiohttp::testing::write_pem(aiohttp::testing::encrypted_key(me.key_pem, "secret"));
    aiohttp::testing::Server server(
        aiohttp::testing::ServerOptions().tls().client_authority(staff.pem()));
    server.route("/", [](const aiohttp::testing::ServerRequest& request) {
        return aiohttp::testing::Reply(200, "hello " + request.tls->client_name);
    });
    const auto tls =
        aiohttp::TlsOptions()
            .ca_pem(server.ca_pem())
            .client_certificate(certificate.path().string(), key.path().string(), "secret");
    aiohttp::run(amain(server.url("/"), tls));
}
