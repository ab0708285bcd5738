// How chains of middlewares end: by errors, by time, and when they are cancelled.

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/middleware.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/tasks.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/memory.hpp"
#include "support/middlewares.hpp"
#include "support/run_sync.hpp"
#include "support/text.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace aiohttp::testing;
using aiohttp::ClientRequest;
using aiohttp::ClientResponse;
using aiohttp::Middlewares;
using aiohttp::Next;
using asio::awaitable;

namespace {

constexpr const char* url = "http://h.test/";

}  // namespace

TEST_CASE("an error leaves the chain as it is, and tells of redirects", "[M190]") {
    run_sync([]() -> Async {
        MemoryRig rig = rig_with(pass);
        rig.memory->next(MemoryScript().expect_request().send(found("http://b.test/")));
        rig.memory->next(MemoryScript().expect_request().close());
        const auto error = co_await failure<aiohttp::ServerDisconnectedError>(
            rig.session.post(url).data("x").header("X-A", "b"));
        CHECK(error.method() == "GET");
        CHECK(error.url() == "http://b.test/");
        CHECK(error.error().history().size() == 1);
        co_await expect_clean(&rig);
    }());
}

TEST_CASE("a class of the user's own keeps its type", "[M190]") {
    struct Mine : aiohttp::ClientError {
        using ClientError::ClientError;
    };
    run_sync([]() -> Async {
        MemoryRig rig =
            rig_with([](ClientRequest& request, Next next) -> awaitable<ClientResponse> {
                std::optional<aiohttp::Error> error;
                try {
                    co_return co_await next(request);
                } catch (const aiohttp::ClientError& thrown) {
                    error = thrown.error();
                }
                throw Mine(*error);
            });
        rig.memory->next(MemoryScript().expect_request().send(found("http://b.test/")));
        rig.memory->next(MemoryScript().refuse());
        co_await failure<Mine>(rig.session.get(url));
        rig.memory->next(MemoryScript().refuse());
        co_await failure<Mine>(rig.session.get("http://c.test/"));
        co_await expect_clean(&rig);
    }());
}

TEST_CASE("nothing leaks when a middleware throws after its response came", "[M190]") {
    run_sync([]() -> Async {
        MemoryRig rig =
            rig_with([](ClientRequest& request, Next next) -> awaitable<ClientResponse> {
                const auto response = co_await next(request);
                throw std::runtime_error("no " + std::to_string(response.status()));
            });
        rig.memory->next(MemoryScript().expect_request().send(
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart"));
        const auto error = co_await failure<std::runtime_error>(rig.session.get(url));
        CHECK(std::string(error.what()) == "no 200");
        co_await expect_clean(&rig);
        const auto before = co_await failure<std::runtime_error>(rig.session.get(url).middlewares(
            Middlewares(1, [](ClientRequest&, Next) -> awaitable<ClientResponse> {
                throw std::runtime_error("at once");
            })));
        CHECK(std::string(before.what()) == "at once");
        co_await expect_clean(&rig);
    }());
}

TEST_CASE("an awaitable of next that is never awaited sends nothing", "[M190]") {
    run_sync([]() -> Async {
        MemoryRig rig = rig_with([](ClientRequest& request, Next next) {
            const auto unused = next(request);
            return canned(request, next);
        });
        const auto outcome = co_await outcome_of(rig.session.get(url));
        CHECK(outcome == "203 canned");
        CHECK(rig.memory->dialled() == 0);
    }());
}

TEST_CASE("a response that a middleware keeps can be read later", "[M190]") {
    run_sync([]() -> Async {
        std::optional<ClientResponse> kept;
        MemoryRig rig =
            rig_with([&kept](ClientRequest& request, Next next) -> awaitable<ClientResponse> {
                kept = co_await next(request);
                co_return aiohttp::make_response(request, 200, "other");
            });
        rig.memory->next(MemoryScript()
                             .expect_request()
                             .send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nlate")
                             .delay(1ms)
                             .send("rest"));
        const auto outcome = co_await outcome_of(rig.session.get(url));
        CHECK(outcome == "200 other");
        CHECK(rig.stats().in_use == 1);
        const auto text = co_await kept->text();
        CHECK(text == "laterest");
        kept.reset();
        co_await expect_clean(&rig);
    }());
}

TEST_CASE("next is of no use when the chain has ended", "[M190]") {
    run_sync([]() -> Async {
        std::optional<Next> kept;
        ClientRequest* seen = nullptr;
        MemoryRig rig = rig_with([&](ClientRequest& request, Next next) {
            kept = next;
            seen = &request;
            return next(request);
        });
        rig.memory->otherwise(serves("x"));
        co_await rig.session.get(url).text();
        CHECK_THROWS_AS((*kept)(*seen), aiohttp::RuntimeError);
    }());
}

TEST_CASE("empty responses and awaitables of a middleware are RuntimeErrors", "[M190]") {
    run_sync([]() -> Async {
        MemoryRig rig = rig_with(
            [](ClientRequest&, Next) -> awaitable<ClientResponse> { co_return ClientResponse(); });
        const auto response = co_await failure<aiohttp::RuntimeError>(rig.session.get(url));
        CHECK(has(response.what(), "empty response"));
        const auto awaitable =
            co_await failure<aiohttp::RuntimeError>(rig.session.get(url).middlewares(Middlewares(
                1, [](ClientRequest&, Next) { return boost::asio::awaitable<ClientResponse>(); })));
        CHECK(has(awaitable.what(), "empty awaitable"));
        co_await expect_clean(&rig);
    }());
}

TEST_CASE("two calls of next at a time are refused", "[M190]") {
    run_sync([]() -> Async {
        using namespace asio::experimental::awaitable_operators;
        MemoryRig rig =
            rig_with([](ClientRequest& request, Next next) -> awaitable<ClientResponse> {
                auto both = co_await (next(request) && next(request));
                co_return std::move(std::get<0>(both));
            });
        rig.memory->otherwise(serves("x"));
        const auto error = co_await failure<aiohttp::RuntimeError>(rig.session.get(url));
        CHECK(has(error.what(), "under way"));
        co_await expect_clean(&rig);
    }());
}

TEST_CASE("the total timeout ends a middleware that sleeps", "[M190]") {
    run_virtual([]() -> Async {
        const auto start = aiohttp::Clock::now();
        MemoryRig rig =
            rig_with([](ClientRequest& request, Next next) -> awaitable<ClientResponse> {
                auto response = co_await next(request);  // kept, its body unread
                co_await aiohttp::sleep(1h);
                co_return response;
            });
        rig.memory->next(MemoryScript().expect_request().send(
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart"));
        const auto error =
            co_await failure<aiohttp::TotalTimeoutError>(rig.session.get(url).timeout(50ms));
        CHECK(aiohttp::Clock::now() - start == 50ms);
        CHECK(error.error().url() == url);
        CHECK(error.error().method() == "GET");
        co_await expect_clean(&rig);
    }());
}

TEST_CASE("what a middleware throws when time is up does not hide why", "[M190]") {
    run_virtual([]() -> Async {
        MemoryRig rig = rig_with([](ClientRequest&, Next) -> awaitable<ClientResponse> {
            try {
                co_await aiohttp::sleep(20s);
            } catch (const std::exception&) {
            }
            throw std::runtime_error("gave up");
        });
        const auto error =
            co_await failure<aiohttp::TotalTimeoutError>(rig.session.get(url).timeout(50ms));
        CHECK(error.error().url() == url);
        co_await failure<std::runtime_error>(rig.session.get(url).timeout(60s));
        co_await expect_clean(&rig);
    }());
}

TEST_CASE("the total timeout inside next is told as without middlewares", "[M190]") {
    run_virtual([]() -> Async {
        bool caught = false;
        MemoryRig rig =
            rig_with([&caught](ClientRequest& request, Next next) -> awaitable<ClientResponse> {
                try {
                    co_return co_await next(request);
                } catch (const aiohttp::TimeoutError& error) {
                    caught = error.error().phase() == aiohttp::Phase::wait;
                }
                co_return co_await next(request);
            });
        rig.memory->otherwise(MemoryScript().expect_request().wait());
        const auto with =
            co_await failure<aiohttp::TotalTimeoutError>(rig.session.get(url).timeout(50ms));
        const auto without = co_await failure<aiohttp::TotalTimeoutError>(
            rig.session.get(url).timeout(50ms).middlewares());
        CHECK(caught);
        CHECK(has(without.what(), "phase wait"));
        CHECK(rig.memory->requests().size() == 2);
        const auto plain = co_await failure<aiohttp::TotalTimeoutError>(
            rig.session.get(url).timeout(50ms).middlewares(pass));
        CHECK(std::string(plain.what()) == without.what());
        co_await expect_clean(&rig);
    }());
}

TEST_CASE("the total time covers all tries and the body", "[M190]") {
    run_virtual([]() -> Async {
        const auto start = aiohttp::Clock::now();
        MemoryRig rig = rig_with(retry_503);
        rig.memory->next(MemoryScript()
                             .expect_request()
                             .delay(60ms)
                             .send(answer(503))
                             .expect_request()
                             .delay(60ms)
                             .send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart"));
        auto response = co_await rig.session.get(url).timeout(150ms);
        CHECK(aiohttp::Clock::now() - start == 120ms);
        const auto outcome = co_await outcome_of(response.text());
        CHECK(outcome == "total_timeout in body");
        CHECK(aiohttp::Clock::now() - start == 150ms);
        co_await expect_clean(&rig);
    }());
}

TEST_CASE("sock_read counts anew for each try", "[M190]") {
    run_virtual([]() -> Async {
        MemoryRig rig = rig_with(retry_503);
        rig.memory->next(MemoryScript()
                             .expect_request()
                             .delay(60ms)
                             .send(answer(503))
                             .expect_request()
                             .delay(60ms)
                             .send(ok("done")));
        const auto outcome = co_await outcome_of(
            rig.session.get(url).timeout(aiohttp::ClientTimeout{.sock_read = 100ms}));
        CHECK(outcome == "200 done");
    }());
}

TEST_CASE("a status check behind middlewares is told of the total time, too", "[M190][J160]") {
    run_virtual([]() -> Async {
        MemoryRig rig = rig_with(pass);
        rig.memory->next(MemoryScript().expect_request().send(
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart"));
        const auto reads = [](ClientResponse& response) -> Async {
            co_await aiohttp::sleep(60ms);
            co_await response.text();
        };
        const auto error = co_await failure<aiohttp::TotalTimeoutError>(
            rig.session.get(url).timeout(50ms).raise_for_status(reads));
        CHECK(error.error().url() == url);
        co_await expect_clean(&rig);
    }());
}

TEST_CASE("closing the session ends a middleware that sleeps", "[M190]") {
    run_virtual([]() -> Async {
        MemoryRig rig = rig_with([](ClientRequest& request, Next) -> awaitable<ClientResponse> {
            co_await aiohttp::sleep(1h);
            co_return aiohttp::make_response(request, 200);
        });
        auto task = co_await aiohttp::create_task(outcome_of(rig.session.get(url)));
        co_await settle();
        co_await rig.session.close();
        const auto outcome = co_await task.result();
        CHECK(outcome == "connection_closed in none");
        co_await failure<aiohttp::RuntimeError>(rig.session.get(url));
    }());
}

TEST_CASE("cancelling a request cancels its middlewares, wherever it is", "[M190]") {
    std::string log;
    const MakeRequest request = [&log](aiohttp::ClientSession& session) {
        Middlewares list;
        list.push_back(logs(&log, "1"));
        list.push_back([](ClientRequest& hop, Next next) -> awaitable<ClientResponse> {
            co_await aiohttp::sleep(0s);
            auto response = co_await next(hop);
            if (response.status() == 503) {
                hop.headers().set("X-Try", "2");
                response = co_await next(hop);
            }
            co_return response;
        });
        return session.get(url).middlewares(std::move(list)).text();
    };
    const auto script = MemoryScript()
                            .answer([](std::string_view sent) {
                                if (has(sent, "other.test")) {
                                    return ok("next");
                                }
                                if (has(sent, " /b ")) {
                                    return ok("end");
                                }
                                return has(sent, "X-Try") ? found("/b") : answer(503, "busy");
                            })
                            .repeat();
    std::size_t ended = 0;
    for (std::size_t handlers = 0;; ++handlers) {
        INFO(handlers);
        const auto exchange = exchange_once(script, request, handlers);
        if (!exchange.cancelled) {
            CHECK(exchange.outcome == "end");
            break;
        }
        // What has arrived when the cancellation comes may still be delivered.
        if (exchange.outcome != "end") {
            CHECK(exchange.outcome == "cancelled");
            ++ended;
        }
    }
    CHECK(ended > 7);
}

TEST_CASE("a next that is still under way ends with the chain", "[M190]") {
    run_sync([]() -> Async {
        std::optional<aiohttp::Task<ClientResponse>> revalidation;
        const auto executor = co_await boost::asio::this_coro::executor;
        MemoryRig rig = rig_with([&](ClientRequest& request, Next next) {
            revalidation = aiohttp::create_task(executor, next(request));
            return [](ClientRequest& of) -> awaitable<ClientResponse> {
                co_return aiohttp::make_response(of, 200, "stale");
            }(request);
        });
        rig.memory->otherwise(MemoryScript().expect_request().wait());
        const auto text = co_await rig.session.get(url).text();
        CHECK(text == "stale");
        const auto error =
            co_await failure<aiohttp::ClientConnectionError>(std::move(*revalidation).result());
        CHECK(has(error.what(), "have ended"));
        co_await failure<aiohttp::RuntimeError>(rig.session.post(url).data("body"));
        revalidation.reset();
        co_await settle();
        CHECK(rig.stats().in_use == 0);
    }());
}

TEST_CASE("an awaitable of next is of no use when the chain has ended", "[M190]") {
    run_sync([]() -> Async {
        std::optional<awaitable<ClientResponse>> kept;
        MemoryRig rig = rig_with([&](ClientRequest& request, Next next) {
            kept.emplace(next(request));
            return [](ClientRequest& of) -> awaitable<ClientResponse> {
                co_return aiohttp::make_response(of, 200);
            }(request);
        });
        co_await rig.session.get(url).text();
        co_await failure<aiohttp::RuntimeError>(std::move(*kept));
    }());
}
