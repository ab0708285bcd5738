#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/body.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include "support/catch.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace aiohttp::testing;
using aiohttp::ClientSession;

namespace {

constexpr const char* url = "http://h.test/";
constexpr std::string_view chunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nT: 1\r\n\r\n";

asio::awaitable<std::string> get(ClientSession& session) {
    auto response = co_await session.get(url);
    co_return co_await response.text();
}

asio::awaitable<std::string> get_https(ClientSession& session) {
    auto response = co_await session.get("https://h.test/");
    co_return co_await response.text();
}

asio::awaitable<std::string> stream(ClientSession& session) {
    auto response = co_await session.get(url);
    auto body = response.content();
    std::string all;
    while (true) {
        const auto piece = co_await body.read(2);
        if (piece.empty()) {
            co_return all;
        }
        all += piece;
    }
}

/// A body in pieces of unknown number.
class Pieces final : public aiohttp::BodySource {
public:
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    asio::awaitable<std::optional<std::string>> next() override {
        co_await settle();
        if (left_ == 0) {
            co_return std::nullopt;
        }
        --left_;
        co_return std::string(10, 'p');
    }

private:
    int left_ = 3;
};

asio::awaitable<std::string> upload(ClientSession& session) {
    auto body = std::make_unique<Pieces>();
    auto response = co_await session.post(url).data(std::move(body));
    co_return co_await response.text();
}

asio::awaitable<std::string> put(ClientSession& session) {
    auto response = co_await session.put(url).data("the body");
    co_return co_await response.text();
}

/// The second of two requests, over the connection of the first.
asio::awaitable<std::string> get_twice(ClientSession& session) {
    auto first = co_await session.get(url).text();
    auto second = co_await session.get(url).text();
    co_return first + second;
}

MemoryScript pieces() {
    return MemoryScript().expect_request().send_pieces(chunked, 7);
}

/// Cancels the request after every number of handlers that it may take; returns how often that
/// ended it. What has arrived when the cancellation comes may still be delivered.
std::size_t cancel_everywhere(const MemoryScript& script, const MakeRequest& request) {
    const auto whole = exchange_once(script, request).outcome;
    std::size_t ended = 0;
    for (std::size_t handlers = 0; handlers < 1000; ++handlers) {
        INFO("cancelled after " << handlers << " handlers");
        const auto exchange = exchange_once(script, request, handlers);
        if (!exchange.cancelled) {
            CHECK(exchange.outcome == whole);
            return ended;
        }
        if (exchange.outcome != whole) {
            CHECK(exchange.outcome == "cancelled");
            ++ended;
        }
    }
    FAIL("the request never ends");
    return 0;
}

/// The same for a request that never ends by itself: until more handlers change nothing.
void cancel_stuck(const MemoryScript& script, const MakeRequest& request) {
    for (std::size_t handlers = 0; handlers < 20; handlers += handlers < 8 ? 1 : 6) {
        INFO("cancelled after " << handlers << " handlers");
        const auto exchange = exchange_once(script, request, handlers);
        CHECK(exchange.cancelled);
        CHECK(exchange.outcome == "cancelled");
    }
}

}  // namespace

TEST_CASE("a request cancelled at any point leaves nothing behind", "[cancel][B31]") {
    CHECK(exchange_once(pieces(), get).outcome == "abcdefg");
    CHECK(cancel_everywhere(pieces(), get) > 10);
    CHECK(cancel_everywhere(pieces(), stream) > 10);
}

TEST_CASE("an upload cancelled at any point leaves nothing behind", "[cancel]") {
    const auto script = MemoryScript().expect_request().send(ok("done"));
    CHECK(exchange_once(script, upload).outcome == "done");
    CHECK(cancel_everywhere(script, upload) > 10);
    CHECK(cancel_everywhere(script, put) > 1);
}

TEST_CASE("a request on a pooled connection cancelled at any point leaves nothing behind",
          "[cancel]") {
    const auto kept = MemoryScript().expect_request().send(ok("a")).repeat();
    CHECK(exchange_once(kept, get_twice).outcome == "aa");
    CHECK(cancel_everywhere(kept, get_twice) > 3);
}

TEST_CASE("a replayed request cancelled at any point leaves nothing behind", "[cancel]") {
    const auto dropped = MemoryScript().expect_request().send(ok("a")).expect_request().close();
    const auto exchange = exchange_once(dropped, get_twice);
    CHECK(exchange.outcome == "anext");
    CHECK(exchange.dialled == 2);
    CHECK(cancel_everywhere(dropped, get_twice) > 4);
}

TEST_CASE("a request that hangs can be cancelled wherever it hangs", "[cancel][A14]") {
    cancel_stuck(MemoryScript().never_connect(), get);
    cancel_stuck(MemoryScript(), get_https);
    cancel_stuck(MemoryScript().allow_writes(10), put);
    cancel_stuck(MemoryScript().allow_writes(10), upload);
    cancel_stuck(MemoryScript().expect_request().send(std::string(chunked.substr(0, 20))), get);
    cancel_stuck(MemoryScript().expect_request().send(std::string(chunked.substr(0, 60))), stream);
}

TEST_CASE("an exchange that breaks at any read or write ends in a typed error", "[fault][B30]") {
    for (const auto& error : {boost::system::error_code(asio::error::connection_reset),
                              boost::system::error_code(asio::error::broken_pipe),
                              boost::system::error_code(asio::error::timed_out),
                              boost::system::error_code(asio::error::eof)}) {
        for (const auto& request : {MakeRequest(get), MakeRequest(stream), MakeRequest(upload)}) {
            std::size_t operation = 0;
            for (;; ++operation) {
                INFO(error.message() << " at operation " << operation);
                const auto exchange =
                    exchange_once(pieces().fail_operation(operation, error), request);
                if (exchange.operations <= operation) {
                    CHECK(exchange.outcome == "abcdefg");
                    break;
                }
                CHECK_FALSE(exchange.cancelled);
                CHECK(exchange.dialled == 1);
                const bool typed = exchange.outcome.starts_with("connection_reset in ") ||
                                   exchange.outcome.starts_with("server_disconnected in ") ||
                                   exchange.outcome.starts_with("io_failed in ") ||
                                   exchange.outcome == "payload_truncated in body";
                INFO(exchange.outcome);
                CHECK(typed);
            }
            CHECK(operation > 8);
        }
    }
}

TEST_CASE("a response means the same wherever it is cut in two", "[fault]") {
    for (std::size_t at = 1; at < chunked.size(); ++at) {
        INFO("cut at " << at);
        const auto script = MemoryScript()
                                .expect_request()
                                .send(std::string(chunked.substr(0, at)))
                                .send(std::string(chunked.substr(at)));
        const auto exchange = exchange_once(script, get);
        CHECK(exchange.outcome == "abcdefg");
        CHECK(exchange.dialled == 1);
    }
    CHECK(exchange_once(MemoryScript().expect_request().send_pieces(chunked), get).outcome ==
          "abcdefg");
}

TEST_CASE("a response that ends at any byte is an error, and its connection is gone",
          "[fault][B30][J151]") {
    const auto head = chunked.find("\r\n\r\n") + 4;
    for (std::size_t size = 0; size < chunked.size(); ++size) {
        for (const bool in_order : {true, false}) {
            INFO("ends after " << size << (in_order ? ", close" : ", reset"));
            auto script =
                MemoryScript().expect_request().send(std::string(chunked.substr(0, size)));
            const auto exchange = exchange_once(in_order ? script.close() : script.reset(), get);
            CHECK(exchange.outcome == (size >= head ? "payload_truncated in body"
                                       : in_order   ? "server_disconnected in wait"
                                                    : "connection_reset in wait"));
            CHECK(exchange.dialled == 1);
        }
    }
}

TEST_CASE("a request that is cut off at any byte is an error", "[fault]") {
    std::size_t size = 0;
    for (;; ++size) {
        INFO("after " << size << " bytes");
        auto script = MemoryScript().allow_writes(size).expect_bytes(size).reset();
        const auto exchange = exchange_once(script, put);
        CHECK(exchange.dialled == 1);
        if (exchange.outcome == "connection_reset in wait") {
            break;
        }
        CHECK(exchange.outcome == "connection_reset in send");
        REQUIRE(size < 1000);
    }
    CHECK(size > 100);
}

TEST_CASE("an answer before the request was taken whole is still the answer", "[fault][B32]") {
    const auto answer = ok("early");
    for (const std::size_t size : {0U, 1U, 50U}) {
        const auto script =
            MemoryScript().allow_writes(size).expect_bytes(size).send(answer).reset();
        const auto exchange = exchange_once(script, put);
        CHECK(exchange.outcome == "early");
        CHECK(exchange.dialled == 1);
    }
}
