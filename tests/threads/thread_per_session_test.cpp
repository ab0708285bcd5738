// A session a thread, each with an io_context of its own: nothing of the library is shared between
// them, so ThreadSanitizer has nothing to say.

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/body.hpp>
#include <aiohttp/content_coding.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/form_data.hpp>
#include <aiohttp/gather.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/run.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::testing::Reply;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::ServerRequest;

constexpr int threads = 4;
constexpr int rounds = 10;

struct Servers {
    Servers() {
        plain.route("/echo", [](const ServerRequest& request) { return Reply(200, request.body); });
        plain.route("/json", [](const ServerRequest& request) {
            return Reply(200, request.body, "application/json");
        });
        plain.route("/text", Reply(200, "\xf0\xd2\xc9\xd7\xc5\xd4", "text/plain; charset=koi8-r"));
        plain.route("/silent", Script().stall());
        plain.route("/cookie", Reply(302).header("Location", "/echo").header("Set-Cookie", "a=b"));
        plain.route("/broken", Reply(500, "broken"));
        plain.route("/cut", Script().send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na").reset());
        plain.route("/closes", Reply(200, "x").close());
        secure.route("/", Reply(200, "secret"));
    }
    Server plain{ServerOptions().record(false)};
    Server secure{ServerOptions().tls().record(false)};
};

/// A bit of everything that could have a state which threads share.
asio::awaitable<int> round_of(ClientSession* session, Servers* servers) {
    int right = 0;
    const auto url = [servers](std::string_view path) { return servers->plain.url(path); };
    nlohmann::json document;
    document["key"] = "value";
    const auto echoed = co_await session->post(url("/json")).json(document).as<nlohmann::json>();
    right += echoed == document ? 1 : 0;
    const auto text = co_await session->get(url("/text")).text();
    right += text.size() == 12 ? 1 : 0;
    const auto redirected = co_await session->get(url("/cookie")).text();
    right += redirected.empty() ? 1 : 0;
    const auto secret = co_await session->get(servers->secure.url()).text();
    right += secret == "secret" ? 1 : 0;
    aiohttp::FormData form;
    form.add_field("name", "value");
    form.add_field("file", std::string(1000, 'x'), aiohttp::FormFieldOptions().filename("a.txt"));
    auto sent = co_await session->post(url("/echo")).data(std::move(form)).text();
    right += sent.size() > 1000 ? 1 : 0;
    auto packed = co_await session->post(url("/echo"))
                      .data(std::string(5000, 'p'))
                      .compress(aiohttp::ContentCoding::gzip)
                      .read();
    right += packed.size() < 1000 ? 1 : 0;
    const auto port = std::to_string(servers->plain.port());
    const auto named = co_await session->get("http://localhost:" + port + "/closes").text();
    right += named == "x" ? 1 : 0;
    co_return right;
}

template <class Error>
asio::awaitable<int> fails_with(aiohttp::Request request) {
    try {
        co_await std::move(request).text();
    } catch (const Error&) {
        co_return 1;
    }
    co_return 0;
}

asio::awaitable<int> failures_of(ClientSession* session, Servers* servers) {
    const auto url = [servers](std::string_view path) { return servers->plain.url(path); };
    int right = 0;
    right +=
        co_await fails_with<aiohttp::TotalTimeoutError>(session->get(url("/silent")).timeout(2ms));
    right += co_await fails_with<aiohttp::ClientResponseError>(
        session->get(url("/broken")).raise_for_status(true));
    right += co_await fails_with<aiohttp::ClientPayloadError>(session->get(url("/cut")));
    right += co_await fails_with<aiohttp::ClientConnectionError>(
        session->get(servers->secure.url()).ssl(aiohttp::TlsOptions()));
    auto task = co_await aiohttp::create_task(session->get(url("/silent")).text());
    task.cancel();
    try {
        co_await task.result();
    } catch (const boost::system::system_error&) {
        ++right;
    }
    co_return right;
}

asio::awaitable<void> use_everything(Servers* servers, int* right) {
    ClientSession session{
        ClientSessionOptions().ssl(aiohttp::TlsOptions().ca_pem(servers->secure.ca_pem()))};
    std::vector<int> items(rounds);
    const auto make = [&](int) { return round_of(&session, servers); };
    const auto results = co_await aiohttp::gather(std::move(items), make, {.limit = 4});
    for (const int result : results) {
        *right += result;
    }
    *right += co_await failures_of(&session, servers);
    co_await session.close(1s);
}

}  // namespace

TEST_CASE("a session a thread shares nothing with the others", "[threads]") {
    Servers servers;
    std::vector<int> right(threads);
    std::vector<std::exception_ptr> errors(threads);
    std::vector<std::thread> running;
    for (std::size_t i = 0; i < threads; ++i) {
        running.emplace_back([&, i] {
            try {
                aiohttp::run(use_everything(&servers, &right[i]));
            } catch (...) {
                errors[i] = std::current_exception();
            }
        });
    }
    for (auto& thread : running) {
        thread.join();
    }
    for (std::size_t i = 0; i < threads; ++i) {
        if (errors[i]) {
            std::rethrow_exception(errors[i]);
        }
        CHECK(right[i] == rounds * 7 + 5);
    }
}

TEST_CASE("threads may make and drop sessions all the time", "[threads]") {
    Servers servers;
    std::vector<std::thread> running;
    std::vector<int> right(threads);
    for (std::size_t i = 0; i < threads; ++i) {
        running.emplace_back([&, i] {
            for (int round = 0; round < rounds; ++round) {
                const auto one = [](std::string url, int* count) -> asio::awaitable<void> {
                    ClientSession session;
                    const auto text = co_await session.post(url).data("x").text();
                    *count += text == "x" ? 1 : 0;
                };
                aiohttp::run(one(servers.plain.url("/echo"), &right[i]));
            }
        });
    }
    for (auto& thread : running) {
        thread.join();
    }
    CHECK(right == std::vector<int>(threads, rounds));
}
