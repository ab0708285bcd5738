// Through proxies. In aiohttp:
//
//     async with aiohttp.ClientSession(proxy="http://me:secret@proxy:3128") as session:
//         async with session.get(url) as response: ...
//     async with session.get(url, proxy=None) as response: ...
//
// With arguments: proxy URL PROXY, where PROXY is like http://proxy:3128 or socks5h://proxy:1080
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <iostream>
#include <string>

boost::asio::awaitable<void> amain(std::string url, std::string proxy) {
    // For a whole session; `trust_env(true)` would ask $http_proxy and its like.
    aiohttp::ClientSession session(aiohttp::ClientSessionOptions().proxy(proxy));
    std::cout << co_await session.get(url).text() << '\n';

    // For one request: with credentials, and without any proxy.
    const aiohttp::BasicAuth me("me", "secret");
    std::cout << co_await session.get(url).proxy(proxy).proxy_auth(me).text() << '\n'
              << co_await session.get(url).proxy(aiohttp::no_proxy).text() << '\n';

    // https goes through a tunnel, which the proxy may refuse.
    try {
        co_await session.get("https://localhost:1/");
    } catch (const aiohttp::ClientHttpProxyError& error) {
        std::cout << error.status() << ": " << error.what() << '\n';
    } catch (const aiohttp::ClientConnectorError& error) {
        std::cout << error.what() << '\n';  // also ClientProxyConnectionError
    }
}

int main(int argc, char* argv[]) {
    using namespace aiohttp::testing;
    Server server;
    server.route("/", Reply(200, "straight to the server"));
    Server proxy;  // answers by itself; a real one asks the server
    proxy.route("*", [](const ServerRequest& request) {
        const auto who = request.header("Proxy-Authorization");
        return Reply(200, request.target + " for " + (who.empty() ? "anybody" : std::string(who)));
    });
    proxy.route("CONNECT *", Reply(403, "no tunnels here"));
    const bool own = argc < 3;
    aiohttp::run(amain(own ? server.url() : argv[1], own ? proxy.url("") : argv[2]));
    return own && (proxy.request_count() != 3 || server.request_count() != 1) ? 1 : 0;
}
