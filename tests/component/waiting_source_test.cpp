// A request body whose source waits: the request's time and its session's end reach it.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/body.hpp>
#include <aiohttp/connector.hpp>
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
using aiohttp::ClientTimeout;
using aiohttp::Clock;
using aiohttp::create_task;
using aiohttp::Duration;
using aiohttp::PoolStats;

namespace {

constexpr const char* url = "http://h.test/";

/// "one", then a long wait, then "two"; with `rounds`, it waits only from that round on.
class WaitingSource final : public aiohttp::BodySource {
public:
    explicit WaitingSource(Duration pause, int patient_rounds = 0)
        : pause_(pause), patient_rounds_(patient_rounds) {}

    std::optional<std::uint64_t> size() const override { return 6; }
    asio::awaitable<std::optional<std::string>> next() override {
        if (++given_ > 2) {
            co_return std::nullopt;
        }
        if (given_ == 2 && round_ >= patient_rounds_) {
            co_await aiohttp::sleep(pause_);
        }
        co_return given_ == 1 ? "one" : "two";
    }
    bool rewind() override {
        given_ = 0;
        ++round_;
        return true;
    }

private:
    Duration pause_;
    int patient_rounds_;
    int round_ = 0;
    int given_ = 0;
};

/// One that does not let itself be disturbed.
class StubbornSource final : public aiohttp::BodySource {
public:
    std::optional<std::uint64_t> size() const override { return 3; }
    asio::awaitable<std::optional<std::string>> next() override {
        if (std::exchange(given_, true)) {
            co_return std::nullopt;
        }
        try {
            co_await aiohttp::sleep(1h);
        } catch (const std::exception&) {
        }
        co_return "abc";
    }

private:
    bool given_ = false;
};

/// One that answers a cancellation with an exception of its own.
class SpeakingSource final : public aiohttp::BodySource {
public:
    std::optional<std::uint64_t> size() const override { return 3; }
    asio::awaitable<std::optional<std::string>> next() override {
        try {
            co_await aiohttp::sleep(20s);
        } catch (const std::exception&) {
        }
        throw std::runtime_error("nothing to send");
    }
};

aiohttp::Request post(MemoryRig& rig, std::unique_ptr<aiohttp::BodySource> source) {
    return rig.session.post(url).data(std::move(source));
}

asio::awaitable<void> check_total() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request().send(ok("x"))).otherwise(serves("next"));
    const auto begin = Clock::now();
    auto request = post(rig, std::make_unique<WaitingSource>(1h)).timeout(100ms);
    auto outcome = co_await outcome_of(std::move(request));
    CHECK(outcome == "total_timeout in send");
    CHECK(Clock::now() - begin == 100ms);
    CHECK(rig.stats() == PoolStats());
    CHECK(rig.memory->open_connections() == 0);
    outcome = co_await outcome_of(rig.session.get(url));
    CHECK(outcome == "200 next");
}

asio::awaitable<void> check_in_time() {
    MemoryRig rig;
    rig.memory->otherwise(serves("x"));
    // Limits on what the server does do not run while the source is waited for.
    auto limits = ClientTimeout::none();
    limits.total = 10s;
    limits.sock_write = limits.sock_read = 10ms;
    auto request = post(rig, std::make_unique<WaitingSource>(9s)).timeout(limits);
    const auto outcome = co_await outcome_of(std::move(request));
    CHECK(outcome == "200 x");
    CHECK(rig.memory->requests().at(0).ends_with("\r\n\r\nonetwo"));
}

asio::awaitable<void> check_close(bool by_connector) {
    MemoryRig rig;
    rig.memory->otherwise(MemoryScript().expect_request());
    auto task = co_await create_task(outcome_of(post(rig, std::make_unique<WaitingSource>(1h))));
    co_await aiohttp::sleep(1s);
    const auto begin = Clock::now();
    if (by_connector) {
        co_await rig.memory->close();
    } else {
        co_await rig.session.close();
    }
    const auto outcome = co_await task.result();
    CHECK(outcome == "connection_closed in send");
    CHECK(Clock::now() == begin);
    CHECK(rig.memory->open_connections() == 0);
}

asio::awaitable<void> check_cancel() {
    MemoryRig rig;
    rig.memory->otherwise(MemoryScript().expect_request());
    auto task = co_await create_task(outcome_of(post(rig, std::make_unique<WaitingSource>(1h))));
    co_await aiohttp::sleep(1s);
    task.cancel();
    const auto outcome = co_await task.result();
    CHECK(outcome == "cancelled");
    CHECK(rig.stats() == PoolStats());
}

asio::awaitable<void> check_after_redirect() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request().send(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"));
    rig.memory->otherwise(serves("x"));
    auto request = post(rig, std::make_unique<WaitingSource>(1h, 1)).timeout(1s);
    const auto begin = Clock::now();
    const auto outcome = co_await outcome_of(std::move(request));
    CHECK(outcome == "total_timeout in send");
    CHECK(Clock::now() - begin == 1s);
}

asio::awaitable<void> check_stubborn() {
    MemoryRig rig;
    rig.memory->otherwise(serves("x"));
    auto request = post(rig, std::make_unique<StubbornSource>()).timeout(1s);
    const auto outcome = co_await outcome_of(std::move(request));
    CHECK(outcome == "total_timeout in send");
    CHECK(rig.stats() == PoolStats());
    // Nothing of the piece was sent.
    CHECK_FALSE(rig.memory->connection(0).written.ends_with("abc"));
}

asio::awaitable<void> check_speaking() {
    MemoryRig rig;
    rig.memory->otherwise(serves("x"));
    const auto send = [&](Duration total) {
        return outcome_of(post(rig, std::make_unique<SpeakingSource>()).timeout(total));
    };
    auto outcome = co_await send(1s);
    CHECK(outcome == "total_timeout in send");
    outcome = co_await send(60s);  // nobody but itself ended it
    CHECK(outcome == "nothing to send");
    auto task = co_await create_task(send(60s));
    co_await aiohttp::sleep(1s);
    co_await rig.session.close();
    outcome = co_await task.result();
    CHECK(outcome == "connection_closed in send");
    CHECK(rig.stats() == PoolStats());
}

asio::awaitable<void> check_other_phases() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().never_connect());
    auto request = post(rig, std::make_unique<WaitingSource>(1ms)).timeout(1s);
    auto outcome = co_await outcome_of(std::move(request));
    CHECK(outcome == "total_timeout in connect");
    rig.memory->next(MemoryScript().expect_request().wait());
    request = post(rig, std::make_unique<WaitingSource>(1ms)).timeout(1s);
    outcome = co_await outcome_of(std::move(request));
    CHECK(outcome == "total_timeout in wait");
    rig.memory->next(MemoryScript()
                         .expect_request()
                         .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
                         .wait());
    request = post(rig, std::make_unique<WaitingSource>(1ms)).timeout(1s);
    outcome = co_await outcome_of(std::move(request));
    CHECK(outcome == "total_timeout in body");
}

}  // namespace

TEST_CASE("total ends a request whose body source waits", "[timeout][D42]") {
    run_virtual(check_total());
    run_virtual(check_after_redirect());
}

TEST_CASE("a body source may take the time that total leaves it", "[timeout][D50]") {
    run_virtual(check_in_time());
}

TEST_CASE("closing ends a request whose body source waits", "[A19]") {
    run_virtual(check_close(false));
    run_virtual(check_close(true));
}

TEST_CASE("a request whose body source waits can be cancelled", "[A13]") {
    run_virtual(check_cancel());
}

TEST_CASE("a body source that ignores the cancellation sends nothing after it", "[timeout][D42]") {
    run_virtual(check_stubborn());
}

TEST_CASE("what a body source throws when time is up does not hide why", "[timeout][D42]") {
    run_virtual(check_speaking());
}

TEST_CASE("time limits of a streamed request hold in every other phase", "[timeout][D43]") {
    run_virtual(check_other_phases());
}
