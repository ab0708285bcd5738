// Upload progress, as another coroutine sees it.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/generator_body.hpp>
#include <aiohttp/progress.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include <aiohttp/view_body.hpp>
#include "support/catch.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace aiohttp::testing;
using aiohttp::create_task;
using aiohttp::Progress;

namespace {

constexpr const char* url = "http://h.test/";
using Counts = std::vector<std::uint64_t>;
using Piece = std::optional<std::string>;

/// Everything that next() gives until the end.
asio::awaitable<Counts> all_of(Progress progress) {
    Counts counts;
    while (const auto bytes = co_await progress.next()) {
        counts.push_back(*bytes);
    }
    CHECK(progress.finished());
    co_return counts;
}

/// "abcd" a millisecond, three times.
asio::awaitable<Piece> next_slow_piece(int number) {
    co_await aiohttp::sleep(1ms);
    co_return number <= 3 ? Piece("abcd") : Piece();
}
auto slow_pieces() {
    return [n = 0]() mutable { return next_slow_piece(++n); };
}

asio::awaitable<void> check_pieces(bool sized) {
    MemoryRig rig;
    rig.memory->next(serves("done"));
    Progress progress;
    auto options = aiohttp::GeneratorBodyOptions();
    if (sized) {
        options.length(12);
    }
    auto body = aiohttp::generator_body(slow_pieces(), options);
    auto upload = co_await create_task(
        outcome_of(rig.session.put(url).data(std::move(body)).upload_progress(progress)));
    const auto counts = co_await all_of(progress);
    CHECK((counts == Counts{4, 8, 12}));
    CHECK(progress.bytes() == 12);
    CHECK(progress.total() == (sized ? std::optional<std::uint64_t>(12) : std::nullopt));
    const auto outcome = co_await upload.result();
    CHECK(outcome == "200 done");
    const auto after = co_await progress.next();  // this copy has seen nothing yet
    CHECK(after == 12U);
    const auto end = co_await progress.next();
    CHECK_FALSE(end);
}

asio::awaitable<void> check_memory(std::size_t size, bool chunked, bool expect) {
    MemoryRig rig;
    rig.memory->next(MemoryScript().allow_writes(10'000'000).expect_request().send(ok("done")));
    Progress progress;
    const std::string text(size, 'x');
    auto observer = co_await create_task(all_of(progress));
    auto request = rig.session.put(url).data(aiohttp::view_body(text)).upload_progress(progress);
    request.chunked(chunked).expect100(expect);
    const auto outcome = co_await outcome_of(std::move(request));
    CHECK(outcome == "200 done");
    const auto counts = co_await observer.result();
    CHECK(counts.back() == size);
    CHECK(progress.total() == size);
}

asio::awaitable<void> check_failure() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().allow_writes(5000).delay(1ms).reset());
    Progress progress;
    auto observer = co_await create_task(all_of(progress));
    const auto outcome = co_await outcome_of(
        rig.session.put(url).data(std::string(100'000, 'x')).upload_progress(progress));
    CHECK(outcome == "connection_reset in send");
    const auto counts = co_await observer.result();
    CHECK(counts.back() < 5000);
    CHECK(counts.back() > 4500);
    CHECK(progress.total() == 100'000U);
}

asio::awaitable<void> check_redirect() {
    MemoryRig rig;
    rig.memory->next(MemoryScript()
                         .expect_request()
                         .delay(1ms)
                         .send("HTTP/1.1 307 Moved\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n")
                         .delay(1ms)
                         .expect_request()
                         .delay(1ms)
                         .send("HTTP/1.1 303 See\r\nLocation: /c\r\nContent-Length: 0\r\n\r\n")
                         .expect_request("GET")
                         .send(ok("done")));
    Progress progress;
    auto observer = co_await create_task(all_of(progress));
    const auto outcome =
        co_await outcome_of(rig.session.post(url).data("body").upload_progress(progress));
    CHECK(outcome == "200 done");
    const auto counts = co_await observer.result();
    CHECK(counts.front() == 4);
    CHECK(counts.back() == 4);
    CHECK(progress.bytes() == 4);
}

asio::awaitable<void> check_reuse() {
    MemoryRig rig;
    rig.memory->otherwise(serves("done"));
    Progress progress;
    {
        auto unsent = rig.session.put(url).data("abc").upload_progress(progress);
        auto second = rig.session.put(url).data("abc");
        CHECK_THROWS_AS(second.upload_progress(progress), aiohttp::ValueError);
        CHECK_FALSE(progress.finished());
    }
    CHECK(progress.finished());
    auto none = co_await progress.next();
    CHECK_FALSE(none);
    for (const char* const text : {"one", "three"}) {
        co_await outcome_of(rig.session.put(url).data(text).upload_progress(progress));
        const auto told = co_await progress.next();
        CHECK(told == std::string(text).size());
        none = co_await progress.next();
        CHECK_FALSE(none);
    }
    // Nothing to send, nothing to tell.
    co_await outcome_of(rig.session.get(url).upload_progress(progress));
    none = co_await progress.next();
    CHECK_FALSE(none);
}

asio::awaitable<void> check_coalesced() {
    MemoryRig rig;
    rig.memory->otherwise(serves("done"));
    Progress progress;
    auto body = aiohttp::generator_body(slow_pieces());
    auto upload = co_await create_task(
        outcome_of(rig.session.put(url).data(std::move(body)).upload_progress(progress)));
    co_await aiohttp::sleep(10ms);
    auto bytes = co_await progress.next();
    CHECK(bytes == 12U);
    bytes = co_await progress.next();
    CHECK_FALSE(bytes);
    co_await upload.result();
}

asio::awaitable<void> wait_for_next(Progress progress) {
    co_await progress.next();
}

asio::awaitable<void> check_cancelled() {
    auto task = co_await create_task(wait_for_next(Progress()));
    co_await settle();
    task.cancel();
    const auto outcome = co_await outcome_of(task.result());
    CHECK(outcome == "cancelled");
}

}  // namespace

TEST_CASE("progress counts the body's bytes as they leave", "[I140]") {
    run_virtual(check_pieces(false));
    run_virtual(check_pieces(true));
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{65'536}, std::size_t{65'537}, std::size_t{1'000'000}}) {
        for (const bool chunked : {false, true}) {
            run_virtual(check_memory(size, chunked, false));
            run_virtual(check_memory(size, chunked, true));
        }
    }
}

TEST_CASE("progress ends when the request fails", "[I140]") {
    run_virtual(check_failure());
}

TEST_CASE("progress begins anew when the body is sent again", "[I140]") {
    run_virtual(check_redirect());
}

TEST_CASE("progress is of one request at a time, and of any number in turn", "[I140]") {
    run_virtual(check_reuse());
}

TEST_CASE("who looks seldom sees the sum, and who is cancelled nothing", "[I140]") {
    run_virtual(check_coalesced());
    run_virtual(check_cancelled());
}
