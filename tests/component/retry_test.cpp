#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>

#include <aiohttp/body.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include "support/catch.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace aiohttp::testing;

namespace {

constexpr const char* url = "http://h.test/";

/// Serves one request, and does `then` when it has read the second one.
MemoryScript dies_on_second(MemoryScript then = MemoryScript().close()) {
    auto script = MemoryScript().expect_request().send(ok("warm")).expect_request();
    for (const auto& step : then.plan().steps) {
        if (step.kind == aiohttp::detail::MemoryStep::Kind::close) {
            script.close();
        } else if (step.kind == aiohttp::detail::MemoryStep::Kind::fail) {
            script.fail(step.error);
        } else {
            script.send(step.bytes);
        }
    }
    return script;
}

/// Makes the pooled connection that is going to die.
asio::awaitable<void> warm_up(MemoryRig* rig) {
    const auto outcome = co_await outcome_of(rig->session.get(url));
    CHECK(outcome == "200 warm");
    CHECK(rig->stats().idle == 1);
}

/// How the request ends, and how often it was seen.
asio::awaitable<void> check_replay(std::string method,
                                   MemoryScript then,
                                   std::string expected,
                                   std::size_t seen) {
    INFO(method);
    MemoryRig rig;
    rig.memory->next(dies_on_second(std::move(then))).otherwise(serves(""));
    co_await warm_up(&rig);
    const auto outcome = co_await outcome_of(rig.session.request(method, url));
    CHECK(outcome == expected);
    CHECK(rig.memory->requests().size() == 1 + seen);
    CHECK(rig.stats().in_use == 0);
    CHECK_FALSE(rig.memory->connection(0).open);
}

/// A body in two pieces that counts how often it was started.
class Upload final : public aiohttp::BodySource {
public:
    Upload(bool rewinds, int* rewound) : rewinds_(rewinds), rewound_(rewound) {}

    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    asio::awaitable<std::optional<std::string>> next() override {
        static const std::vector<std::string> pieces{"first ", "second"};
        if (position_ == pieces.size()) {
            co_return std::nullopt;
        }
        co_return pieces[position_++];
    }
    bool rewind() override {
        ++*rewound_;
        position_ = rewinds_ ? 0 : position_;
        return rewinds_;
    }

private:
    bool rewinds_;
    int* rewound_;
    std::size_t position_ = 0;
};

std::string body_of(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
}

asio::awaitable<void> check_body_in_memory() {
    MemoryRig rig;
    rig.memory->next(dies_on_second()).otherwise(serves("stored"));
    co_await warm_up(&rig);
    const auto outcome = co_await outcome_of(rig.session.put(url).data("the body"));
    CHECK(outcome == "200 stored");
    const auto& requests = rig.memory->requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[1] == requests[2]);
    CHECK(body_of(requests[2]) == "the body");
}

asio::awaitable<void> check_stream(bool rewinds) {
    MemoryRig rig;
    rig.memory->next(dies_on_second()).otherwise(serves("stored"));
    co_await warm_up(&rig);
    int rewound = 0;
    auto upload = std::make_unique<Upload>(rewinds, &rewound);
    const auto outcome = co_await outcome_of(rig.session.put(url).data(std::move(upload)));
    CHECK(rewound == 1);
    const auto& requests = rig.memory->requests();
    if (!rewinds) {
        CHECK(outcome.starts_with("server_disconnected in "));
        CHECK(requests.size() == 2);
        co_return;
    }
    CHECK(outcome == "200 stored");
    REQUIRE(requests.size() == 3);
    CHECK(requests[1] == requests[2]);
    CHECK(body_of(requests[2]) == "6\r\nfirst \r\n6\r\nsecond\r\n0\r\n\r\n");
}

asio::awaitable<void> check_twice() {
    MemoryRig rig;
    rig.memory->next(dies_on_second())
        .next(MemoryScript().expect_request().close())
        .otherwise(serves("too late"));
    co_await warm_up(&rig);
    const auto outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "server_disconnected in wait");
    CHECK(rig.memory->requests().size() == 3);
    CHECK(rig.memory->dialled() == 2);
}

asio::awaitable<void> check_reconnect_fails() {
    MemoryRig rig;
    rig.memory->next(dies_on_second()).next(MemoryScript().refuse());
    co_await warm_up(&rig);
    const auto outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "connect_failed in connect");
    CHECK(rig.stats() == aiohttp::PoolStats());
}

asio::awaitable<void> check_fresh(std::string method) {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request().close()).otherwise(serves("no"));
    const auto outcome = co_await outcome_of(rig.session.request(method, url));
    CHECK(outcome == "server_disconnected in wait");
    CHECK(rig.memory->dialled() == 1);
    CHECK(rig.memory->requests().size() == 1);
}

asio::awaitable<void> check_timeout_on_reused() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request().send(ok("warm")).expect_request().wait())
        .otherwise(serves("no"));
    co_await warm_up(&rig);
    const auto timeout = aiohttp::ClientTimeout{.sock_read = 10ms};
    const auto outcome = co_await outcome_of(rig.session.get(url).timeout(timeout));
    CHECK(outcome == "socket_timeout in wait");
    CHECK(rig.memory->dialled() == 1);
}

asio::awaitable<void> check_lookup() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().fail_lookup()).otherwise(serves("no"));
    const auto outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "dns_failed in dns");
    CHECK(rig.memory->dialled() == 1);
}

// The write of the second request fails before any byte is taken: it was not sent at all.
asio::awaitable<void> check_nothing_sent() {
    MemoryRig rig;
    rig.memory
        ->next(MemoryScript()
                   .expect_request()
                   .send(ok("warm"))
                   .fail_operation(2, asio::error::broken_pipe))
        .otherwise(serves("done"));
    co_await warm_up(&rig);
    const auto outcome = co_await outcome_of(rig.session.post(url).data("once"));
    CHECK(outcome == "200 done");
    CHECK(rig.memory->requests().size() == 2);
}

asio::awaitable<void> check_partly_sent() {
    MemoryRig rig;
    rig.memory
        ->next(MemoryScript()
                   .expect_request()
                   .send(ok("warm"))
                   .allow_writes(5)
                   .expect_bytes(5)
                   .reset())
        .otherwise(serves("done"));
    co_await warm_up(&rig);
    const auto outcome = co_await outcome_of(rig.session.post(url).data("once"));
    CHECK(outcome == "connection_reset in send");
    CHECK(rig.memory->requests().size() == 1);
    CHECK(rig.memory->dialled() == 1);
}

}  // namespace

TEST_CASE("a GET on a pooled connection that the server drops is sent again", "[retry][C34]") {
    run_virtual(check_replay("GET", MemoryScript().close(), "200 ", 2));
    run_virtual(check_replay("GET", MemoryScript().reset(), "200 ", 2));
}

TEST_CASE("a POST on a pooled connection that the server drops is not sent again", "[retry][C35]") {
    run_virtual(check_replay("POST", MemoryScript().close(), "server_disconnected in wait", 1));
    run_virtual(check_replay("POST", MemoryScript().reset(), "connection_reset in wait", 1));
}

TEST_CASE("a replay carries the same body", "[retry][C36]") {
    run_virtual(check_body_in_memory());
    run_virtual(check_stream(true));
}

TEST_CASE("a body that cannot be rewound is not sent again", "[retry][C37]") {
    run_virtual(check_stream(false));
}

TEST_CASE("a request is sent again once, not twice", "[retry][C38]") {
    run_virtual(check_twice());
    run_virtual(check_reconnect_fails());
}

TEST_CASE("a request on a new connection is never sent again", "[retry][C39]") {
    run_virtual(check_fresh("GET"));
    run_virtual(check_fresh("POST"));
}

TEST_CASE("timeouts and failed look-ups are never retried", "[retry][C40]") {
    run_virtual(check_timeout_on_reused());
    run_virtual(check_lookup());
}

TEST_CASE("idempotent methods are sent again, PATCH is not", "[retry][C41]") {
    for (const auto* method : {"DELETE", "OPTIONS", "HEAD", "TRACE", "PUT"}) {
        run_virtual(check_replay(method, MemoryScript().close(), "200 ", 2));
    }
    run_virtual(check_replay("PATCH", MemoryScript().close(), "server_disconnected in wait", 1));
    run_virtual(check_replay("PURGE", MemoryScript().close(), "server_disconnected in wait", 1));
}

TEST_CASE("a request whose answer has begun is not sent again", "[retry]") {
    const auto partly = MemoryScript().send("HTTP/1.1 2").close();
    run_virtual(check_replay("GET", partly, "server_disconnected in wait", 1));
    const auto interim = MemoryScript().send("HTTP/1.1 103 Early Hints\r\n\r\n").close();
    run_virtual(check_replay("GET", interim, "server_disconnected in wait", 1));
}

TEST_CASE("a POST of which nothing was sent may go over another connection", "[retry]") {
    run_virtual(check_nothing_sent());
    run_virtual(check_partly_sent());
}
