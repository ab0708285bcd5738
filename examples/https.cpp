// HTTPS with a certificate authority of your own. In aiohttp:
//
//     context = ssl.create_default_context(cafile="ca.pem")
//     connector = aiohttp.TCPConnector(ssl=context)
//     async with aiohttp.ClientSession(connector=connector) as session: ...
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <iostream>
#include <string>

boost::asio::awaitable<void> amain(std::string url, aiohttp::TlsOptions tls) {
    // For a whole session. Without the option the system's authorities are trusted.
    aiohttp::ClientSession session(
        aiohttp::ClientSessionOptions().connector(aiohttp::TCPConnectorOptions().ssl(tls)));
    std::cout << co_await session.get(url).text() << '\n';

    // For one request: here with the system's authorities, which may not know the server.
    try {
        co_await session.get(url).ssl(aiohttp::TlsOptions());
        std::cout << "the system trusts it, too\n";
    } catch (const aiohttp::ClientConnectorCertificateError& error) {
        std::cout << error.what() << '\n';
    }

    // aiohttp's ssl=False: nothing is checked. For tests only.
    auto response = co_await session.get(url).ssl(aiohttp::verify_none);
    std::cout << response.status() << " from somebody\n";
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server(aiohttp::testing::ServerOptions().tls());
    server.route("/", aiohttp::testing::Reply(200, "Hello over TLS"));
    if (argc > 1) {
        const aiohttp::TlsOptions system;
        aiohttp::run(amain(argv[1], argc > 2 ? aiohttp::TlsOptions().ca_file(argv[2]) : system));
    } else {
        aiohttp::run(amain(server.url("/"), aiohttp::TlsOptions().ca_pem(server.ca_pem())));
    }
}
