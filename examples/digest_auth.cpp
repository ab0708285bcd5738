// Digest authentication (RFC 7616). In aiohttp:
//
//     digest = aiohttp.DigestAuthMiddleware("Mufasa", "Circle of Life")
//     async with aiohttp.ClientSession(middlewares=(digest,)) as session:
//         async with session.get(url) as response: ...
//
// With arguments: digest_auth URL LOGIN PASSWORD
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <iostream>
#include <string>

boost::asio::awaitable<void> amain(std::string url, std::string login, std::string password) {
    const aiohttp::DigestAuthMiddleware digest(login, password);
    aiohttp::ClientSession session(aiohttp::ClientSessionOptions().middleware(digest));
    for (int i = 0; i < 2; ++i) {
        // The first request is asked who it is, and sent again; the second one says so at once.
        auto response = co_await session.get(url).raise_for_status();
        std::cout << response.status() << ' ' << co_await response.text() << '\n';
    }
}

// Lets in whoever tries to answer; a real server checks the answer.
aiohttp::testing::Reply guarded(const aiohttp::testing::ServerRequest& request) {
    const auto answer = request.header("Authorization");
    std::cout << "    " << (answer.empty() ? "no credentials" : answer) << '\n';
    if (answer.find("username=\"Mufasa\"") == std::string_view::npos) {
        return aiohttp::testing::Reply(401).header(
            "WWW-Authenticate",
            R"(Digest realm="lions", nonce="7ypf", qop="auth", algorithm=SHA-256)");
    }
    return aiohttp::testing::Reply(200, "welcome");
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    server.route("/", guarded);
    const bool own = argc < 4;
    aiohttp::run(amain(own ? server.url() : argv[1], own ? "Mufasa" : argv[2],
                       own ? "Circle of Life" : argv[3]));
    return own && server.request_count() != 3 ? 1 : 0;
}
