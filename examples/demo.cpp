// What asynchronous requests are good for, in five short scenes. Without arguments the program
// talks to a server of its own; with a URL it makes five concurrent GETs there.
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/testing/server.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

struct Timing {
    int status = 0;
    std::size_t bytes = 0;
    Milliseconds time{};
};

Milliseconds since(aiohttp::Clock::time_point start) {
    return aiohttp::Clock::now() - start;
}

/// What must hold; otherwise the program ends with a message and exit code 1.
void expect(bool good, const std::string& what) {
    if (!good) {
        throw std::runtime_error("unexpected: " + what);
    }
}

asio::awaitable<Timing> timed_get(aiohttp::ClientSession& session, std::string url) {
    const auto start = aiohttp::Clock::now();
    auto response = co_await session.get(url);
    const auto body = co_await response.read();
    co_return Timing{response.status(), body.size(), since(start)};
}

void show_progress(std::size_t done, std::size_t total) {
    static const bool animated = isatty(STDOUT_FILENO) != 0;
    constexpr std::size_t width = 50;
    const auto filled = done * width / total;
    if (animated && (done == total || filled != (done - 1) * width / total)) {
        std::cout << "\r  [" << std::string(filled, '#') << std::string(width - filled, '.') << "] "
                  << done << '/' << total << (done == total ? "\n" : "") << std::flush;
    }
}

asio::awaitable<void> sequential_and_concurrent(aiohttp::ClientSession& session, std::string url) {
    constexpr int count = 10;
    std::cout << "10 requests, each answered after 100 ms\n";

    auto start = aiohttp::Clock::now();
    for (int i = 0; i < count; ++i) {
        co_await session.get(url).text();
    }
    const auto sequential = since(start);
    std::cout << "  one after the other  " << std::setw(7) << sequential.count() << " ms\n";

    start = aiohttp::Clock::now();
    const std::vector<std::string> urls(count, url);
    const auto fetch = [&](const std::string& same) { return session.get(same).text(); };
    const auto texts = co_await aiohttp::gather(urls, fetch);
    const auto concurrent = since(start);
    std::cout << "  all at once          " << std::setw(7) << concurrent.count() << " ms\n"
              << "  " << sequential / concurrent << " times as fast\n\n";

    expect(texts.size() == count, "not every request was answered");
    expect(sequential >= 2 * concurrent, "concurrent requests are not faster");
}

asio::awaitable<void> thousand_requests(const aiohttp::testing::Server& server) {
    constexpr std::size_t count = 1000;
    constexpr std::size_t limit = 100;
    std::cout << "1000 requests, each answered after 10 ms, over at most 100 connections\n";
    aiohttp::ClientSession session(
        aiohttp::ClientSessionOptions().connector(aiohttp::TCPConnectorOptions().limit(limit)));

    const auto start = aiohttp::Clock::now();
    const std::vector<std::string> urls(count, server.url("/short"));
    const auto fetch = [&](const std::string& url) { return timed_get(session, url); };
    auto completed = aiohttp::as_completed(urls, fetch, {.limit = limit});
    std::vector<Milliseconds> times;
    while (auto outcome = co_await completed.next()) {
        expect(outcome->value().status == 200, "a request failed");
        times.push_back(outcome->value().time);
        show_progress(times.size(), count);
    }
    const auto total = since(start);

    std::sort(times.begin(), times.end());
    const auto connections = session.connector().stats().open;
    std::cout << "  " << total.count() << " ms in all, " << connections << " connections\n"
              << "  latency in ms: min " << times.front().count() << ", p50 "
              << times[count / 2].count() << ", p99 " << times[count * 99 / 100].count() << ", max "
              << times.back().count() << "\n\n";
    expect(times.size() == count, "not every request was answered");
    expect(connections <= limit, "more connections than allowed");
}

asio::awaitable<void> json_echo(aiohttp::ClientSession& session, std::string url) {
    const nlohmann::json order{{"item", "tea"}, {"count", 3}};
    const auto echo = co_await session.post(url).json(order).as<nlohmann::json>();
    std::cout << "JSON there and back\n  " << echo.dump() << "\n\n";
    expect(echo == order, "the echo differs");
}

asio::awaitable<void> timeout_caught(aiohttp::ClientSession& session, std::string url) {
    std::cout << "A server that takes too long\n";
    auto result = co_await aiohttp::as_result(session.get(url).timeout(50ms));
    expect(!result && result.error().code() == aiohttp::condition::timeout, "no timeout");
    std::cout << "  " << result.error().message() << "\n\n";
}

asio::awaitable<void> not_found(aiohttp::ClientSession& session, std::string url) {
    std::cout << "A page that is not there\n";
    auto result = co_await aiohttp::as_result(session.get(url).raise_for_status());
    expect(!result && result.error().status() == 404, "no 404");
    std::cout << "  " << result.error().message() << '\n';
}

asio::awaitable<void> scenes(const aiohttp::testing::Server& server) {
    aiohttp::ClientSession session;
    co_await sequential_and_concurrent(session, server.url("/slow"));
    co_await thousand_requests(server);
    co_await json_echo(session, server.url("/echo"));
    co_await timeout_caught(session, server.url("/stalled"));
    co_await not_found(session, server.url("/missing"));
}

asio::awaitable<void> visit(std::string url) {
    aiohttp::ClientSession session;
    const std::vector<std::string> urls(5, url);
    const auto fetch = [&](const std::string& same) { return timed_get(session, same); };
    const auto timings = co_await aiohttp::gather(urls, fetch);
    for (const auto& [status, bytes, time] : timings) {
        std::cout << "GET " << url << "  " << status << "  " << time.count() << " ms  " << bytes
                  << " bytes\n";
        expect(status < 400, "status " + std::to_string(status));
    }
}

void serve(aiohttp::testing::Server& server) {
    using aiohttp::testing::Reply;
    server.route("/slow", Reply(200, "at last").delay(100ms));
    server.route("/short", Reply(200, "soon").delay(10ms));
    server.route("/stalled", aiohttp::testing::Script().stall());
    server.route("/echo", [](const aiohttp::testing::ServerRequest& request) {
        return Reply().json_text(request.body);
    });
}

}  // namespace

int main(int argc, char* argv[]) {
    std::cout << std::fixed << std::setprecision(1);
    try {
        if (argc > 1) {
            aiohttp::run(visit(argv[1]));
            return 0;
        }
        aiohttp::testing::Server server(aiohttp::testing::ServerOptions().record(false));
        serve(server);
        aiohttp::run(scenes(server));
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
