// A session's next request uses the memory of the last one: nothing of that must be seen.

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <aiohttp/auth.hpp>
#include <aiohttp/request.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/coding.hpp"
#include "support/memory_peak.hpp"

using aiohttp::BearerAuth;
using aiohttp::ClientResponse;
using aiohttp::ClientSession;
using aiohttp::Request;
using aiohttp::testing::Async;
using aiohttp::testing::clear_peak;
using aiohttp::testing::encoded;
using aiohttp::testing::peak_counts;
using aiohttp::testing::peak_memory;
using aiohttp::testing::prose;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::Server;

namespace {

std::string body_of(std::size_t size) {
    return std::string(size, static_cast<char>('a' + size % 26));
}

// Around the sizes from which on memory is not kept.
const std::deque<std::size_t> sizes = {0, 1, 15, 16, 4095, 0, 4096, 4097, 3, 100'000, 2, 5000, 1};

// Makes a request for one of two names of the server.
using Make = Request (*)(ClientSession&, const std::string&, const std::string&);

/// Sends one request after the other; `head` becomes that of the last one.
Async ask(ClientSession& session, Server& server, const std::vector<Make>& all, std::string& head) {
    const auto url = server.url("/");
    const auto other = "http://localhost:" + std::to_string(server.port()) + "/";
    for (const auto make : all) {
        co_await make(session, url, other);
    }
    head = server.requests().back().raw_head;
}

}  // namespace

TEST_CASE("requests one after another see nothing of each other") {
    Server server;
    for (const auto size : sizes) {
        server.route("/" + std::to_string(size),
                     Reply(200, body_of(size))
                         .header("X-" + std::to_string(size), body_of(std::min(size, 6000UL))));
    }
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const auto size : sizes) {
            const auto name = "X-" + std::to_string(size);
            auto response =
                co_await session.get(target.url("/" + std::to_string(size))).header(name, name);
            const auto text = co_await response.text();
            const auto again = co_await response.read();
            CHECK(text == body_of(size));
            CHECK(again == body_of(size));
            CHECK(response.headers()[name] == body_of(std::min(size, 6000UL)));
            CHECK(response.request_info().headers[name] == name);
            for (const auto other : sizes) {
                const auto field = "X-" + std::to_string(other);
                CHECK(response.headers().count(field) == (other == size ? 1 : 0));
                CHECK(response.request_info().headers.count(field) == (other == size ? 1 : 0));
            }
        }
    });
}

TEST_CASE("responses that are kept stay as they were when others come and go") {
    Server server;
    for (const auto size : sizes) {
        server.route("/" + std::to_string(size), Reply(200, body_of(size)).header("X-Own", "yes"));
    }
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        std::deque<std::pair<std::size_t, ClientResponse>> kept;
        for (const auto size : sizes) {
            auto response = co_await session.get(target.url("/" + std::to_string(size)));
            kept.emplace_back(size, std::move(response));
            if (kept.size() > 3) {
                kept.pop_front();
            }
            for (auto& [expected, other] : kept) {
                const auto bytes = co_await other.read();
                CHECK(bytes == body_of(expected));
                CHECK(other.headers()["x-own"] == "yes");
                CHECK(other.url().path() == "/" + std::to_string(expected));
            }
        }
    });
}

TEST_CASE("a request sends the same whatever request came before it") {
    Server server;
    server.route("/", Reply(200, "ok"));
    const std::vector<Make> all = {
        [](auto& session, auto& url, auto&) { return session.get(url); },
        [](auto& session, auto&, auto& other) { return session.get(other); },
        [](auto& session, auto& url, auto&) { return session.get(url).header("X-Id", "7"); },
        [](auto& session, auto& url, auto&) {
            return session.get(url).header("Host", "elsewhere");
        },
        [](auto& session, auto& url, auto&) { return session.get(url).cookie("a", "b"); },
        [](auto& session, auto& url, auto&) { return session.get(url).auth(BearerAuth("t")); },
        [](auto& session, auto& url, auto&) { return session.get(url).skip_auto_header("Accept"); },
        [](auto& session, auto& url, auto&) { return session.get(url).version({1, 0}); },
        [](auto& session, auto& url, auto&) { return session.head(url); },
        [](auto& session, auto& url, auto&) { return session.post(url); },
        [](auto& session, auto& url, auto&) { return session.post(url).data("text"); },
        [](auto& session, auto& url, auto&) { return session.put(url).json_text("{}"); },
    };
    std::vector<std::string> alone;
    for (const auto make : all) {
        const std::vector<Make> one{make};
        run_client(server, ask, one, alone.emplace_back());
    }
    for (std::size_t first = 0; first < all.size(); ++first) {
        for (std::size_t second = 0; second < all.size(); ++second) {
            CAPTURE(first, second);
            std::string head;
            const std::vector<Make> both{all[first], all[second]};
            run_client(server, ask, both, head);
            CHECK(head == alone[second]);
        }
    }
}

TEST_CASE("a response that was read whole holds no more memory than its body") {
    static const auto small = body_of(6000);
    static const auto large = prose(100'000);
    Server server;
    server.route("/small", Reply(200, small));
    server.route("/large", Reply(200, encoded(aiohttp::ContentCoding::gzip, large))
                               .header("Content-Encoding", "gzip"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        static constexpr std::size_t count = 100;
        std::vector<ClientResponse> kept;
        clear_peak();
        auto before = peak_memory();
        // Each small body is read into what the large one before it has left.
        for (std::size_t i = 0; i < count; ++i) {
            const auto text = co_await session.get(target.url("/large")).text();
            auto response = co_await session.get(target.url("/small"));
            const auto bytes = co_await response.read();
            CHECK(text == large);
            CHECK(bytes == small);
            kept.push_back(std::move(response));
        }
        CHECK((!peak_counts || peak_memory() - before < count * 30'000));
        clear_peak();
        before = peak_memory();
        for (std::size_t i = 0; i < count; ++i) {
            auto response = co_await session.get(target.url("/large"));
            const auto bytes = co_await response.read();
            CHECK(bytes == large);
            kept.push_back(std::move(response));
        }
        // The body, which may have room for twice as much, and no decoder.
        CHECK((!peak_counts || peak_memory() - before < count * 160'000));
    });
}
