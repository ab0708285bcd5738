// Where the time of a request goes. aiohttp has TraceConfig for that; here it is one call.
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <utility>

boost::asio::awaitable<void> amain(std::string url, std::string ca_pem) {
    aiohttp::ClientSessionOptions options;
    options.ssl(aiohttp::TlsOptions().ca_pem(std::move(ca_pem)));
    aiohttp::ClientSession session(std::move(options));

    // The first request makes a connection, the second one uses it again.
    for (const std::string name : {"first", "again"}) {
        auto response = co_await session.get(url);
        co_await response.read();
        const auto timings = response.timings();
        std::cout << name << ": " << response.url() << ", " << timings.body_bytes << " bytes"
                  << (timings.reused ? ", reused connection " : ", new connection ")
                  << timings.connection << '\n'
                  << aiohttp::waterfall(timings) << '\n';
    }

    // For a log: a line. Redirects count as `before`; each hop has timings of its own.
    const auto response = co_await session.get(url).param("redirect", 1);
    std::cout << aiohttp::to_string(response.timings()) << '\n';
    for (const auto& hop : response.history()) {
        std::cout << "  after " << hop.status() << ": " << aiohttp::to_string(hop.timings())
                  << '\n';
    }
}

int main(int argc, char* argv[]) {
    using namespace aiohttp::testing;
    using namespace std::chrono_literals;
    Server server(ServerOptions().tls());
    server.route("/slow", [](const ServerRequest& request) -> Answer {
        if (!request.query.empty()) {
            return Reply(302, "").header("Location", "/slow").delay(10ms);
        }
        return Reply().chunked({"first part, ", "and the rest"}).delay(20ms).pause(10ms);
    });
    aiohttp::run(amain(argc > 1 ? argv[1] : server.url("/slow"), server.ca_pem()));
}
