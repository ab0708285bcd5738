// A device with a certificate that nobody signed: its fingerprint is known, and that is enough. In
// aiohttp:
//
//     fingerprint = aiohttp.Fingerprint(bytes.fromhex("4f3c..."))
//     async with session.get(url, ssl=fingerprint) as response: ...
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <iostream>
#include <stdexcept>
#include <string>

boost::asio::awaitable<void> amain(std::string url, std::string fingerprint) {
    aiohttp::ClientSession session;
    if (fingerprint.empty()) {
        // Once, in a network that is trusted: what is it? The key stays when the certificate does
        // not.
        auto first = co_await session.get(url).ssl(aiohttp::verify_none);
        std::cout << "certificate " << first.peer_certificate()->sha256 << '\n';
        fingerprint = first.peer_certificate()->public_key_sha256;
    }

    // From then on. Without pin_instead_of_verifying() pins come on top of the usual checks.
    auto pinned = aiohttp::TlsOptions().pin_public_key(fingerprint).pin_instead_of_verifying();
    std::cout << co_await session.get(url).ssl(pinned).text() << '\n';

    // Somebody else.
    auto other = aiohttp::TlsOptions().pin_certificate(std::string(64, '0'));
    other.pin_instead_of_verifying();
    try {
        co_await session.get(url).ssl(other);
    } catch (const aiohttp::ServerFingerprintMismatch& error) {
        std::cout << error.host() << " has " << error.got()[0] << '\n';
        co_return;
    }
    throw std::runtime_error("any certificate would do");
}

int main(int argc, char* argv[]) {
    const auto certificate = aiohttp::testing::self_signed();
    aiohttp::testing::Server server(aiohttp::testing::ServerOptions().certificate(certificate));
    server.route("/", aiohttp::testing::Reply(200, "Hello from the device"));
    aiohttp::run(amain(argc > 1 ? argv[1] : server.url("/"), argc > 2 ? argv[2] : ""));
}
