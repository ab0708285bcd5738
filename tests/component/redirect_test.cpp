// Redirects where no network is needed: origins by name, and time.

#include <chrono>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include <aiohttp/timeout.hpp>
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"
#include "support/text.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace aiohttp::testing;
using aiohttp::ClientConnectorError;
using aiohttp::ClientTimeout;

namespace {

std::string found(const std::string& location) {
    return "HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n";
}

/// What the second request looks like, when the first one, with credentials, goes to `from` and
/// is redirected to `to`.
asio::awaitable<std::string> second_request(std::string from, std::string to) {
    MemoryRig rig;
    rig.memory->on_dial([to](const std::string&, std::uint16_t) {
        return MemoryScript()
            .answer([to](std::string_view request) {
                return has(request, " /from ") ? found(to) : ok("end");
            })
            .repeat();
    });
    const auto text = co_await rig.session.get(from).header("Authorization", "Bearer 1").text();
    CHECK(text == "end");
    CHECK(rig.memory->requests().size() == 2);
    co_return rig.memory->requests().back();
}

/// Two hops that take 60 ms each.
asio::awaitable<void> check_total(aiohttp::Duration total, std::string expected) {
    MemoryRig rig;
    rig.memory->next(MemoryScript()
                         .expect_request("GET /from ")
                         .delay(60ms)
                         .send(found("/to"))
                         .expect_request("GET /to ")
                         .delay(60ms)
                         .send(ok("end")));
    const auto start = aiohttp::Clock::now();
    const auto outcome = co_await outcome_of(rig.session.get("http://h.test/from").timeout(total));
    CHECK(outcome == expected);
    CHECK(aiohttp::Clock::now() - start == std::min<aiohttp::Duration>(total, 120ms));
    CHECK(rig.stats().in_use == 0);
}

/// Whether a failure to connect on the second hop may be answered by trying everything again.
asio::awaitable<bool> retryable_after_redirect(std::string method) {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request().send(found("http://other.test/")));
    const auto error = co_await failure<ClientConnectorError>(
        rig.session.request(method, "http://h.test/from").data("x"));
    CHECK(error.url() == "http://other.test/");
    CHECK(error.error().history().size() == 1);
    co_return error.retryable();
}

asio::awaitable<void> check_stale_on_second_hop() {
    MemoryRig rig;
    rig.memory->next(MemoryScript().expect_request().send(found("/to")).expect_request().close())
        .next(MemoryScript().expect_request("GET /to ").send(ok("end")));
    auto response = co_await rig.session.get("http://h.test/from");
    CHECK(response.status() == 200);
    CHECK(response.history().size() == 1);
    CHECK(rig.memory->dialled() == 2);
}

asio::awaitable<std::string> hang_on_second_hop(MemoryRig* rig) {
    rig->memory->next(MemoryScript().expect_request().send(found("http://other.test/")))
        .next(MemoryScript().never_connect());
    return outcome_of(rig->session.get("http://h.test/from"));
}

}  // namespace

TEST_CASE("an explicit default port is no other origin", "[E75]") {
    const auto kept = run_sync(second_request("http://h.test/from", "http://h.test:80/to"));
    CHECK(has(kept, "\r\nAuthorization: Bearer 1\r\n"));
    const auto back = run_sync(second_request("http://h.test:80/from", "http://H.test/to"));
    CHECK(has(back, "\r\nAuthorization: Bearer 1\r\n"));
    const auto port = run_sync(second_request("http://h.test/from", "http://h.test:81/to"));
    CHECK_FALSE(has(port, "Authorization"));
    const auto host = run_sync(second_request("http://h.test/from", "http://www.h.test/to"));
    CHECK_FALSE(has(host, "Authorization"));
}

TEST_CASE("the total timeout covers all hops", "[D44]") {
    run_virtual(check_total(100ms, "total_timeout in wait"));
    run_virtual(check_total(200ms, "200 end"));
}

TEST_CASE("an error after a redirect counts what the first hop did", "[E59]") {
    CHECK(run_sync(retryable_after_redirect("PUT")));
    CHECK_FALSE(run_sync(retryable_after_redirect("POST")));
}

TEST_CASE("a stale connection on the second hop is replaced", "[C34]") {
    run_sync(check_stale_on_second_hop());
}

TEST_CASE("a time limit in the second hop ends it", "[E58]") {
    run_virtual([]() -> asio::awaitable<void> {
        MemoryRig rig;
        const auto outcome = co_await hang_on_second_hop(&rig);
        CHECK(outcome == "connection_timeout in connect");
        CHECK(rig.stats().in_use == 0);
    }());
}
