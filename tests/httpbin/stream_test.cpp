// Bodies that come in pieces or late, and many requests at once.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <aiohttp/aiohttp.hpp>
#include <aiohttp/json.hpp>
#include "httpbin.hpp"
#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ClientTimeout;
using aiohttp::testing::Async;
using aiohttp::testing::with_httpbin;
using nlohmann::json;

}  // namespace

TEST_CASE("a stream of JSON lines is read line by line") {
    with_httpbin([](ClientSession& session) -> Async {
        auto response = co_await session.get("stream/20");
        CHECK_FALSE(response.content_length().has_value());
        auto body = response.content();
        int lines = 0;
        while (!body.at_eof()) {
            const auto line = co_await body.readline();
            if (!line.empty()) {
                CHECK(json::parse(line).at("id") == lines++);
            }
        }
        CHECK(lines == 20);
        CHECK(response.closed());
        CHECK(session.connector().stats().idle == 1);
    });
}

TEST_CASE("chunks are told apart") {
    with_httpbin([](ClientSession& session) -> Async {
        auto response = co_await session.get("stream-bytes/100").param("chunk_size", 30);
        auto body = response.content();
        std::vector<std::size_t> sizes;
        std::size_t size = 0;
        for (auto chunk = co_await body.read_chunk(); !chunk.data.empty();
             chunk = co_await body.read_chunk()) {
            size += chunk.data.size();
            if (chunk.end_of_http_chunk) {
                sizes.push_back(std::exchange(size, 0));
            }
        }
        const std::vector<std::size_t> expected{30, 30, 30, 10};
        CHECK(sizes == expected);
    });
}

TEST_CASE("a long stream is pulled to its end") {
    with_httpbin([](ClientSession& session) -> Async {
        auto response = co_await session.get("stream-bytes/102400").param("chunk_size", 1000);
        auto body = response.content();
        std::size_t bytes = 0;
        while (auto piece = co_await body.next()) {
            bytes += piece->size();
        }
        CHECK(bytes == 102400);
        CHECK(body.total_bytes() == bytes);
    });
}

TEST_CASE("a dripping body is read as it drips") {
    with_httpbin([](ClientSession& session) -> Async {
        auto response = co_await session.get("drip")
                            .param("numbytes", 4)
                            .param("duration", 0.2)
                            .param("delay", 0);
        auto body = response.content();
        const auto first = co_await body.read_exactly(1);
        CHECK(first == "*");
        const auto rest = co_await body.read();
        CHECK(rest == "***");
    });
}

TEST_CASE("a response that is given up leaves the session usable") {
    with_httpbin([](ClientSession& session) -> Async {
        {
            auto response = co_await session.get("drip").param("numbytes", 10).param("duration", 1);
            CHECK(response.ok());
        }
        const auto text = co_await session.get("base64/b2s=").text();
        CHECK(text == "ok");
    });
}

TEST_CASE("a late response is waited for") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto start = aiohttp::Clock::now();
        const auto answer = co_await session.get("delay/0.2").timeout(10s).as<json>();
        CHECK(answer.contains("url"));
        CHECK(aiohttp::Clock::now() - start >= 200ms);
    });
}

TEST_CASE("a response that is too late is a timeout") {
    with_httpbin([](ClientSession& session) -> Async {
        auto total = co_await aiohttp::as_result(session.get("delay/5").timeout(50ms));
        REQUIRE_FALSE(total.has_value());
        CHECK(total.error().kind() == aiohttp::errc::total_timeout);
        CHECK(total.error().phase() == aiohttp::Phase::wait);
        auto silent = co_await aiohttp::as_result(
            session.get("delay/5").timeout(ClientTimeout{.total = 10s, .sock_read = 50ms}));
        REQUIRE_FALSE(silent.has_value());
        CHECK(silent.error().kind() == aiohttp::errc::socket_timeout);
    });
}

TEST_CASE("a body that drips too slowly is a timeout") {
    with_httpbin([](ClientSession& session) -> Async {
        auto response = co_await session.get("drip")
                            .param("numbytes", 3)
                            .param("duration", 6)
                            .param("delay", 0)
                            .timeout(ClientTimeout{.total = 20s, .sock_read = 1s});
        auto body = co_await aiohttp::as_result(response.read());
        REQUIRE_FALSE(body.has_value());
        CHECK(body.error().kind() == aiohttp::errc::socket_timeout);
        CHECK(body.error().phase() == aiohttp::Phase::body);
    });
}

TEST_CASE("a hundred requests at once are all answered") {
    with_httpbin([](ClientSession& session) -> Async {
        std::vector<int> numbers(100);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            numbers[i] = static_cast<int>(i);
        }
        const auto fetch = [&](int n) { return session.get("get").param("n", n).as<json>(); };
        const auto answers = co_await aiohttp::gather(numbers, fetch);
        REQUIRE(answers.size() == 100);
        for (const int n : numbers) {
            CHECK(answers[static_cast<std::size_t>(n)].at("args").at("n") == std::to_string(n));
        }
    });
}

TEST_CASE("a hundred requests pass through a pool of eight") {
    const auto test = [](ClientSession&) -> Async {
        ClientSession session(ClientSessionOptions()
                                  .base_url(aiohttp::testing::httpbin_url())
                                  .connector(aiohttp::TCPConnectorOptions().limit(8)));
        const std::vector<int> sizes(100, 64);
        const auto fetch = [&](int size) {
            return session.get("bytes/" + std::to_string(size)).read();
        };
        const auto bodies = co_await aiohttp::gather(sizes, fetch);
        CHECK(std::all_of(bodies.begin(), bodies.end(),
                          [](const std::string& body) { return body.size() == 64; }));
        CHECK(session.connector().stats().open <= 8);
    };
    with_httpbin(test);
}
