#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/body.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/generator_body.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include "support/catch.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace aiohttp::testing;
using aiohttp::create_task;
using aiohttp::PoolStats;

namespace {

constexpr const char* url = "http://h.test/";
constexpr const char* head_of_4 = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";

/// The head, then the body half a second later.
MemoryScript late_body() {
    return MemoryScript().expect_request().send(head_of_4).delay(500ms).send("late");
}

asio::awaitable<void> check_unread() {
    MemoryRig rig;
    rig.memory->next(serves("here already")).next(late_body());
    {
        const auto response = co_await rig.session.get("http://a.test/");
        CHECK(response.closed());
    }
    CHECK(rig.stats() == PoolStats{1, 0, 1, 0});
    {
        const auto response = co_await rig.session.get(url);
        CHECK_FALSE(response.closed());
        CHECK(rig.stats() == PoolStats{2, 1, 1, 0});
    }
    CHECK(rig.stats() == PoolStats{1, 0, 1, 0});
    CHECK(rig.memory->connection(0).open);
    CHECK_FALSE(rig.memory->connection(1).open);
}

asio::awaitable<void> check_large_unread() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request().send(ok(std::string(1 << 20, 'x'))))
        .otherwise(serves("next"));
    {
        const auto response = co_await rig.session.get(url);
        CHECK(response.status() == 200);
    }
    CHECK(rig.memory->open_connections() == 0);
    const auto outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 next");
    CHECK(rig.memory->dialled() == 2);
}

asio::awaitable<void> check_read_after_release() {
    MemoryRig rig;
    rig.memory->next(late_body());
    auto response = co_await rig.session.get(url);
    auto content = response.content();
    response.release();
    CHECK(response.closed());
    CHECK(rig.memory->open_connections() == 0);
    auto outcome = co_await outcome_of(response.read());
    CHECK(outcome == "connection_closed in body");
    outcome = co_await outcome_of(content.read_any());
    CHECK(outcome == "connection_closed in body");
    response.release();
}

asio::awaitable<void> check_read_twice() {
    MemoryRig rig;
    rig.memory->next(late_body());
    auto response = co_await rig.session.get(url);
    const auto first = co_await response.read();
    const auto operations = rig.memory->connection(0).operations;
    const auto second = co_await response.read();
    const auto text = co_await response.text();
    CHECK(first == "late");
    CHECK(second == "late");
    CHECK(text == "late");
    CHECK(rig.memory->connection(0).operations == operations);
}

asio::awaitable<void> check_closed_at_end() {
    MemoryRig rig;
    rig.memory->next(MemoryScript()
                         .expect_request()
                         .send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nab")
                         .send("cd")
                         .send("efgh"));
    auto response = co_await rig.session.get(url);
    auto content = response.content();
    auto piece = co_await content.read(1);
    CHECK(piece == "a");
    piece = co_await content.read_any();
    CHECK(piece == "b");
    piece = co_await content.read_any();
    CHECK(piece == "cd");
    CHECK_FALSE(response.closed());
    // The last byte frees the connection, not the read that finds nothing more.
    piece = co_await content.read_any();
    CHECK(piece == "efgh");
    CHECK(response.closed());
    CHECK(rig.stats() == PoolStats{1, 0, 1, 0});
    CHECK(content.at_eof());
    CHECK(content.total_bytes() == 8);
}

asio::awaitable<void> throw_with_response(MemoryRig* rig) {
    const auto response = co_await rig->session.get(url);
    throw std::runtime_error("caller failed");
}

asio::awaitable<void> check_exception_of_caller() {
    MemoryRig rig;
    rig.memory->next(late_body());
    const auto outcome = co_await outcome_of(throw_with_response(&rig));
    CHECK(outcome == "caller failed");
    CHECK(rig.stats() == PoolStats());
    CHECK(rig.memory->open_connections() == 0);
}

asio::awaitable<void> check_short_body(MemoryScript script, std::string expected) {
    MemoryRig rig;
    rig.memory->next(script);
    auto response = co_await rig.session.get(url);
    auto outcome = co_await outcome_of(response.read());
    CHECK(outcome == expected);
    outcome = co_await outcome_of(response.read());
    CHECK(outcome == expected);
    CHECK(response.closed());
    CHECK(rig.stats() == PoolStats());
    CHECK(rig.memory->open_connections() == 0);
}

asio::awaitable<void> check_cancelled_read() {
    MemoryRig rig;
    rig.memory->next(late_body()).otherwise(serves("next"));
    auto response = co_await rig.session.get(url);
    auto read = co_await create_task(outcome_of(response.read()));
    co_await settle();
    read.cancel();
    auto outcome = co_await read.result();
    CHECK(outcome == "cancelled");
    response.release();
    CHECK(rig.memory->open_connections() == 0);
    outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 next");
}

/// A body that goes on for ever.
class Endless final : public aiohttp::BodySource {
public:
    explicit Endless(int* pieces) : pieces_(pieces) {}
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    asio::awaitable<std::optional<std::string>> next() override {
        ++*pieces_;
        co_await aiohttp::sleep(1ms);
        co_return std::string(1000, 'u');
    }

private:
    int* pieces_;
};

asio::awaitable<void> check_early_answer(bool blocked) {
    MemoryRig rig;
    auto script = MemoryScript().expect_bytes(5000);
    if (blocked) {
        script.allow_writes(100).delay(10ms);
    }
    rig.memory->next(script.send(ok("enough"))).otherwise(serves("next"));
    int pieces = 0;
    auto body = std::make_unique<Endless>(&pieces);
    auto outcome = co_await outcome_of(rig.session.post(url).data(std::move(body)));
    CHECK(outcome == "200 enough");
    CHECK(pieces < 10);
    CHECK(rig.memory->open_connections() == 0);
    CHECK(rig.stats() == PoolStats());
    outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 next");
}

asio::awaitable<void> check_closed_session() {
    MemoryRig rig;
    rig.memory->otherwise(serves("x"));
    co_await outcome_of(rig.session.get(url));
    CHECK_FALSE(rig.session.closed());
    co_await rig.session.close();
    co_await rig.session.close();
    CHECK(rig.session.closed());
    CHECK(rig.memory->closed());
    CHECK(rig.memory->open_connections() == 0);
    bool refused = false;
    try {
        co_await rig.session.get(url);
    } catch (const aiohttp::RuntimeError&) {
        refused = true;
    }
    CHECK(refused);
    CHECK(rig.memory->dialled() == 1);
}

asio::awaitable<void> check_close_with_response(bool reading) {
    MemoryRig rig;
    rig.memory->next(late_body());
    auto response = co_await rig.session.get(url);
    auto reader = outcome_of(response.read());
    auto read = co_await create_task(std::move(reader));
    if (reading) {
        co_await settle();
    }
    co_await rig.session.close();
    CHECK(rig.memory->open_connections() == 0);
    auto outcome = co_await read.result();
    CHECK(outcome == "connection_closed in body");
    outcome = co_await outcome_of(response.read());
    CHECK(outcome == "connection_closed in body");
    CHECK(rig.stats() == PoolStats());
}

asio::awaitable<void> check_response_survives() {
    std::optional<aiohttp::ClientResponse> response;
    std::weak_ptr<MemoryConnector> connector;
    {
        MemoryRig rig;
        connector = rig.memory;
        rig.memory->next(late_body());
        response.emplace(co_await rig.session.get(url));
    }
    CHECK(connector.expired());
    const auto outcome = co_await outcome_of(response->read());
    CHECK(outcome == "late");
    CHECK(response->closed());
}

asio::awaitable<void> check_session_dies(MemoryScript script, std::string expected) {
    std::optional<MemoryRig> rig;
    rig.emplace();
    rig->memory->next(script);
    auto request = co_await create_task(outcome_of(rig->session.get(url)));
    co_await settle();
    rig.reset();
    const auto outcome = co_await request.result();
    CHECK(outcome == expected);
}

asio::awaitable<void> check_release_under_read(bool destroy) {
    MemoryRig rig;
    rig.memory->next(late_body());
    std::optional<aiohttp::ClientResponse> response;
    response.emplace(co_await rig.session.get(url));
    auto read = co_await create_task(outcome_of(response->read()));
    co_await settle();
    if (destroy) {
        response.reset();
        // The read keeps the body alive: that is how handles of the stream outlive a response.
        const auto outcome = co_await read.result();
        CHECK(outcome == "late");
    } else {
        response->release();
        const auto outcome = co_await read.result();
        CHECK(outcome == "connection_closed in body");
        CHECK(response->closed());
    }
    CHECK(rig.stats().in_use == 0);
    CHECK(rig.memory->open_connections() == rig.stats().idle);
}

asio::awaitable<void> check_two_reads() {
    MemoryRig rig;
    rig.memory->next(late_body());
    auto response = co_await rig.session.get(url);
    auto first = co_await create_task(outcome_of(response.read()));
    co_await settle();
    auto outcome = co_await outcome_of(response.content().read_any());
    CHECK(outcome == "another read of this response body is under way");
    outcome = co_await first.result();
    CHECK(outcome == "late");
}

asio::awaitable<void> check_failing_source() {
    class Failing final : public aiohttp::BodySource {
    public:
        std::optional<std::uint64_t> size() const override { return std::nullopt; }
        asio::awaitable<std::optional<std::string>> next() override {
            if (std::exchange(begun_, true)) {
                throw std::runtime_error("the source failed");
            }
            co_return "piece";
        }

    private:
        bool begun_ = false;
    };
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request()).otherwise(serves("next"));
    auto body = std::make_unique<Failing>();
    auto outcome = co_await outcome_of(rig.session.post(url).data(std::move(body)));
    CHECK(outcome == "the source failed");
    CHECK(rig.memory->open_connections() == 0);
    CHECK(rig.stats() == PoolStats());
    outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 next");
}

}  // namespace

TEST_CASE("a body that came with the head frees its connection unread, another one closes it",
          "[lifetime][B24]") {
    run_virtual(check_unread());
}

TEST_CASE("giving up a large body closes its connection", "[lifetime][B25]") {
    run_virtual(check_large_unread());
}

TEST_CASE("reading a released response throws", "[lifetime][B26]") {
    run_virtual(check_read_after_release());
}

TEST_CASE("reading a body twice gives the same bytes without I/O", "[lifetime][B27]") {
    run_virtual(check_read_twice());
}

TEST_CASE("the last byte of a body gives the connection back", "[lifetime][B28]") {
    run_virtual(check_closed_at_end());
}

TEST_CASE("an exception of the caller gives the slot back", "[lifetime][B29]") {
    run_virtual(check_exception_of_caller());
}

TEST_CASE("a body that ends early throws, again too, and its connection closes",
          "[lifetime][B30]") {
    const auto request = MemoryScript().expect_request();
    run_virtual(check_short_body(MemoryScript(request).send(head_of_4).send("la").close(),
                                 "payload_truncated in body"));
    run_virtual(check_short_body(MemoryScript(request).send(head_of_4).send("la").reset(),
                                 "payload_truncated in body"));
    run_virtual(check_short_body(MemoryScript(request)
                                     .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                                     .send("2\r\nla\r\nx\r\n"),
                                 "payload_malformed in body"));
}

TEST_CASE("a cancelled read closes its connection", "[lifetime][B31]") {
    run_virtual(check_cancelled_read());
}

TEST_CASE("an answer in the middle of an upload ends it and the connection", "[lifetime][B32]") {
    run_virtual(check_early_answer(false));
    run_virtual(check_early_answer(true));
}

TEST_CASE("a closed session refuses requests and can be closed again", "[lifetime][B33]") {
    run_virtual(check_closed_session());
}

TEST_CASE("closing the session ends the reads of its responses", "[lifetime][A19]") {
    run_virtual(check_close_with_response(false));
    run_virtual(check_close_with_response(true));
}

TEST_CASE("a response can be read when session and connector are gone", "[lifetime]") {
    run_virtual(check_response_survives());
}

TEST_CASE("a session that is destroyed ends its requests wherever they are", "[lifetime]") {
    run_virtual(check_session_dies(MemoryScript().never_connect(), "connection_closed in connect"));
    run_virtual(check_session_dies(MemoryScript().allow_writes(3), "connection_closed in send"));
    run_virtual(check_session_dies(MemoryScript(), "connection_closed in wait"));
    // What was handed out already can still be read.
    run_virtual(check_session_dies(late_body(), "200 late"));
}

TEST_CASE("releasing a response ends the read of its body", "[lifetime]") {
    run_virtual(check_release_under_read(false));
}

TEST_CASE("a read outlives the response it came from", "[lifetime]") {
    run_virtual(check_release_under_read(true));
}

TEST_CASE("two reads of one body at a time are refused", "[lifetime][J158]") {
    run_virtual(check_two_reads());
}

TEST_CASE("an exception of the body's source closes the connection", "[lifetime][I130]") {
    run_virtual(check_failing_source());
}

TEST_CASE("each piece of a body of unknown length is a chunk, and a terminator follows", "[I130]") {
    run_sync([]() -> asio::awaitable<void> {
        MemoryRig rig;
        rig.memory->next(serves("ok"));
        const auto pieces = [n = 0]() mutable -> asio::awaitable<std::optional<std::string>> {
            ++n;
            co_return n < 4 ? std::optional(std::string(static_cast<std::size_t>(n), 'x'))
                            : std::nullopt;
        };
        auto body = aiohttp::generator_body(pieces);
        co_await rig.session.post("http://h.test/").data(std::move(body)).text();
        const auto& written = rig.memory->connection(0).written;
        CHECK(written.substr(written.find("\r\n\r\n") + 4) ==
              "1\r\nx\r\n2\r\nxx\r\n3\r\nxxx\r\n0\r\n\r\n");
    }());
}
