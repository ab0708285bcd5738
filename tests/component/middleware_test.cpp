// The user's middlewares, where no network is needed: their order, what they may do, and that
// nothing is left behind however they end.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/body.hpp>
#include <aiohttp/cookie_jar.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/middleware.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/memory.hpp"
#include "support/middlewares.hpp"
#include "support/run_sync.hpp"
#include "support/text.hpp"

namespace asio = boost::asio;
using namespace aiohttp::testing;
using aiohttp::ClientRequest;
using aiohttp::ClientResponse;
using aiohttp::ClientSessionOptions;
using aiohttp::Middleware;
using aiohttp::Middlewares;
using aiohttp::Next;
using asio::awaitable;

namespace {

constexpr const char* url = "http://h.test/";

/// A body that cannot be read twice.
class Once final : public aiohttp::BodySource {
public:
    std::optional<std::uint64_t> size() const override { return 4; }
    awaitable<std::optional<std::string>> next() override {
        if (std::exchange(given_, true)) {
            co_return std::nullopt;
        }
        co_return "once";
    }

private:
    bool given_ = false;
};

}  // namespace

TEST_CASE("the first middleware is the outermost one", "[M189]") {
    run_sync([]() -> Async {
        std::string log;
        MemoryRig rig(
            {}, ClientSessionOptions().middleware(logs(&log, "1")).middleware(logs(&log, "2")));
        rig.memory->otherwise(serves("x"));
        const auto outcome = co_await outcome_of(rig.session.get(url));
        CHECK(outcome == "200 x");
        CHECK(log == "1-in 2-in 2-out 1-out ");
    }());
}

TEST_CASE("a request's middlewares replace the session's, and none switch them off", "[M189]") {
    run_sync([]() -> Async {
        std::string log;
        Middlewares of_session{logs(&log, "s")};
        MemoryRig rig({}, ClientSessionOptions().middlewares(std::move(of_session)));
        rig.memory->otherwise(serves("x"));
        Middlewares of_request{logs(&log, "r1"), logs(&log, "r2")};
        co_await rig.session.get(url).middlewares(std::move(of_request)).text();
        CHECK(log == "r1-in r2-in r2-out r1-out ");
        log.clear();
        co_await rig.session.get(url).middlewares().text();
        CHECK(log.empty());
        const auto first = logs(&log, "1");
        const auto second = logs(&log, "2");
        co_await rig.session.get(url).middlewares(first, second).text();
        CHECK(log == "1-in 2-in 2-out 1-out ");
        log.clear();
        co_await rig.session.get(url).text();
        CHECK(log == "s-in s-out ");
    }());
}

TEST_CASE("a null middleware is a ValueError at once", "[M189]") {
    CHECK_THROWS_AS(ClientSessionOptions().middleware(nullptr), aiohttp::ValueError);
    CHECK_THROWS_AS(ClientSessionOptions().middlewares({Middleware()}), aiohttp::ValueError);
    MemoryRig rig;
    auto request = rig.session.get(url);
    CHECK_THROWS_AS(request.middlewares({Middleware()}), aiohttp::ValueError);
}

TEST_CASE("functions, function objects and lambdas without coroutine are middlewares", "[M189]") {
    struct Counting {
        std::shared_ptr<int> count = std::make_shared<int>(0);
        awaitable<ClientResponse> operator()(ClientRequest& request, Next next) const {
            ++*count;
            auto response = co_await next(request);
            ++*count;
            co_return response;
        }
    };
    run_sync([]() -> Async {
        const Counting counting;
        ClientSessionOptions options;
        options.middleware(pass).middleware(counting).middleware(
            [](ClientRequest& request, Next next) { return next(request); });
        MemoryRig rig({}, std::move(options));
        rig.memory->otherwise(serves("x"));
        const auto outcome = co_await outcome_of(rig.session.get(url));
        CHECK(outcome == "200 x");
        CHECK(*counting.count == 2);
    }());
}

TEST_CASE("the library's stages stand where they should around the user's", "[M189][M191]") {
    run_sync([]() -> Async {
        // Outside: URL, params and auth are complete. Inside: cookies, defaults and the body's
        // fields are not there yet, and cookies of the response are stored already.
        const auto jar = std::make_shared<aiohttp::CookieJar>();
        bool stored = false;
        Middleware looks = [&](ClientRequest& request, Next next) -> awaitable<ClientResponse> {
            CHECK(request.method() == "POST");
            CHECK(request.url().str() == "http://h.test/?a=1");
            CHECK(request.version() == aiohttp::HttpVersion{1, 1});
            CHECK(request.headers()["authorization"] == "Basic dTpw");
            CHECK(request.headers()["x-session"] == "s");
            CHECK(request.headers()["x-both"] == "request");
            CHECK(request.headers().count("x-both") == 1);
            for (const auto* name : {"host", "cookie", "accept", "user-agent", "content-length"}) {
                CHECK_FALSE(request.headers().contains(name));
            }
            CHECK(request.body()->in_memory() == "text");
            request.headers().erase("x-session");
            request.headers().set("User-Agent", "mine");
            auto response = co_await next(request);
            stored = !jar->filter_cookies(request.url()).empty();
            co_return response;
        };
        MemoryRig rig({}, ClientSessionOptions()
                              .cookie_jar(jar)
                              .header("X-Session", "s")
                              .header("X-Both", "session")
                              .middleware(looks));
        rig.memory->otherwise(
            MemoryScript().expect_request().send(ok("x", "Set-Cookie: a=b\r\n")).repeat());
        co_await rig.session.post("http://u:p@h.test/")
            .param("a", 1)
            .header("X-Both", "request")
            .cookie("c", "d")
            .data("text")
            .text();
        CHECK(stored);
        const auto sent = rig.memory->requests().at(0);
        CHECK(has(sent, "X-Both: request\r\n"));
        CHECK(has(sent, "User-Agent: mine\r\n"));
        CHECK(has(sent, "Cookie: c=d\r\n"));
        CHECK(has(sent, "Content-Length: 4\r\n"));
        CHECK_FALSE(has(sent, "X-Session"));
        CHECK_FALSE(has(sent, "session"));
    }());
}

TEST_CASE("a canned response needs no name and no connection", "[M190]") {
    run_sync([]() -> Async {
        MemoryRig rig = rig_with(canned);
        auto response = co_await rig.session.get("http://nowhere.test/a#f");
        CHECK(response.status() == 203);
        CHECK(response.headers()["x-from"] == "cache");
        CHECK(response.method() == "GET");
        CHECK(response.url().str() == "http://nowhere.test/a");
        CHECK(response.real_url().str() == "http://nowhere.test/a#f");
        CHECK(response.remote_endpoint().empty());
        CHECK(response.closed());
        const auto text = co_await response.text();
        CHECK(text == "canned");
        CHECK(rig.memory->dialled() == 0);
    }());
}

TEST_CASE("a canned response goes through raise_for_status and redirects", "[M190][J160]") {
    run_sync([]() -> Async {
        MemoryRig rig =
            rig_with([](ClientRequest& request, Next next) -> awaitable<ClientResponse> {
                if (request.url().path() != "/from") {
                    co_return co_await next(request);
                }
                aiohttp::Headers fields;
                fields.set("Location", "/to");
                co_return aiohttp::make_response(request, 307, "", std::move(fields));
            });
        rig.memory->otherwise(MemoryScript().expect_request("PUT /to ").send(answer(404)).repeat());
        const auto error = co_await failure<aiohttp::ClientResponseError>(
            rig.session.put("http://h.test/from").data("body").raise_for_status());
        CHECK(error.status() == 404);
        CHECK(error.history().size() == 1);
        CHECK(has(rig.memory->requests().at(0), "\r\n\r\nbody"));
    }());
}

TEST_CASE("calling next again sends the request again, body included", "[M190][M191]") {
    run_sync([]() -> Async {
        // One connection in all: the second try needs what the first one holds.
        MemoryRig rig(aiohttp::TCPConnectorOptions().limit(1),
                      ClientSessionOptions().middleware(retry_503));
        rig.memory->next(MemoryScript()
                             .expect_request()
                             .send(answer(503, "busy"))
                             .expect_request()
                             .send(answer(503) + "")
                             .expect_request()
                             .send(ok("done")));
        const auto outcome = co_await outcome_of(rig.session.post(url).data("body"));
        CHECK(outcome == "200 done");
        CHECK(rig.memory->requests().size() == 3);
        for (const auto& sent : rig.memory->requests()) {
            CHECK(has(sent, "\r\n\r\nbody"));
        }
        CHECK(rig.stats().in_use == 0);
    }());
}

TEST_CASE("the response of the try before is released though the middleware has it", "[M190]") {
    run_sync([]() -> Async {
        MemoryRig rig(aiohttp::TCPConnectorOptions().limit(1),
                      ClientSessionOptions().middleware(
                          [](ClientRequest& request, Next next) -> awaitable<ClientResponse> {
                              const auto first = co_await next(request);
                              CHECK_FALSE(first.closed());
                              auto second = co_await next(request);
                              CHECK(first.closed());
                              co_return second;
                          }));
        rig.memory->next(MemoryScript().expect_request().send(
            "HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\npart"));
        rig.memory->otherwise(serves("done"));
        const auto outcome = co_await outcome_of(rig.session.get(url));
        CHECK(outcome == "200 done");
        CHECK(rig.stats().in_use == 0);
    }());
}

TEST_CASE("a body that cannot be rewound is not sent twice", "[M190]") {
    run_sync([]() -> Async {
        MemoryRig rig = rig_with(retry_503);
        rig.memory->otherwise(MemoryScript().expect_request().send(answer(503)).repeat());
        const auto error = co_await failure<aiohttp::ClientPayloadError>(
            rig.session.post(url).data(std::make_unique<Once>()));
        CHECK(error.kind() == aiohttp::errc::body_not_resendable);
        CHECK(error.method() == "POST");
        CHECK(error.url() == url);
        CHECK(rig.memory->requests().size() == 1);
        co_await expect_clean(&rig);
    }());
}

TEST_CASE("a body that was never read may be sent after a failure to connect", "[M190]") {
    run_sync([]() -> Async {
        MemoryRig rig =
            rig_with([](ClientRequest& request, Next next) -> awaitable<ClientResponse> {
                std::optional<ClientResponse> response;
                try {
                    response = co_await next(request);
                } catch (const aiohttp::ClientConnectorError& error) {
                    CHECK(error.method() == "POST");
                    CHECK(error.url() == url);
                    CHECK(error.retryable());
                }
                if (response) {
                    co_return std::move(*response);
                }
                co_return co_await next(request);
            });
        rig.memory->next(MemoryScript().refuse());
        rig.memory->otherwise(serves("done"));
        const auto outcome =
            co_await outcome_of(rig.session.post(url).data(std::make_unique<Once>()));
        CHECK(outcome == "200 done");
        CHECK(has(rig.memory->requests().at(0), "\r\n\r\nonce"));
    }());
}

TEST_CASE("a middleware may swap method, URL and body, for its hop only", "[M191]") {
    run_sync([]() -> Async {
        int hops = 0;
        MemoryRig rig =
            rig_with([&hops](ClientRequest& request, Next next) -> awaitable<ClientResponse> {
                if (hops++ == 0) {
                    CHECK(request.method() == "PUT");
                    request.set_method("PATCH");
                    request.set_url(aiohttp::Url("http://a:b@mirror.test/x"));
                    request.update_body("{}", "application/json");
                } else {
                    CHECK(request.method() == "PUT");
                    CHECK(request.url().str() == "http://mirror.test/y");
                    CHECK_FALSE(request.headers().contains("authorization"));
                    CHECK(request.body()->in_memory() == "caller's");
                }
                auto response = co_await next(request);
                co_return response;
            });
        rig.memory->next(MemoryScript()
                             .expect_request("PATCH /x ")
                             .send(answer(307, "", "Location: /y\r\n"))
                             .expect_request("PUT /y ")
                             .send(ok("end")));
        const auto outcome = co_await outcome_of(
            rig.session.put(url).header("Content-Length", "8").data("caller's"));
        CHECK(outcome == "200 end");
        CHECK(rig.memory->connection(0).host == "mirror.test");
        const auto first = rig.memory->requests().at(0);
        CHECK(has(first, "Host: mirror.test\r\n"));
        CHECK(has(first, "Authorization: Basic YTpi\r\n"));
        CHECK(has(first, "Content-Type: application/json\r\n"));
        CHECK(has(first, "Content-Length: 2\r\n"));
        CHECK(has(first, "\r\n\r\n{}"));
        CHECK(has(rig.memory->requests().at(1), "Content-Length: 8\r\n"));
    }());
}

TEST_CASE("a middleware's mistakes are ValueErrors", "[M191]") {
    run_sync([]() -> Async {
        MemoryRig rig = rig_with([](ClientRequest& request, Next) -> awaitable<ClientResponse> {
            CHECK_THROWS_AS(request.set_method("G T"), aiohttp::ValueError);
            CHECK_THROWS_AS(request.set_url(aiohttp::Url("/relative")), aiohttp::ValueError);
            CHECK_THROWS_AS(request.set_url(aiohttp::Url("ftp://h/")), aiohttp::ValueError);
            CHECK_THROWS_AS(request.headers().set("X", "a\r\nb"), aiohttp::ValueError);
            co_return aiohttp::make_response(request, 200);
        });
        const auto outcome = co_await outcome_of(rig.session.get(url));
        CHECK(outcome == "200 ");
    }());
}

TEST_CASE("the chain runs anew for each hop, and nothing of it leaks to the next one", "[M191]") {
    run_sync([]() -> Async {
        std::vector<std::string> seen;
        MemoryRig rig =
            rig_with([&seen](ClientRequest& request, Next next) -> awaitable<ClientResponse> {
                seen.push_back(std::string(request.headers()["authorization"]));
                if (request.url().host() == "h.test") {
                    request.headers().set("Authorization", "Bearer of-h");
                    request.headers().set("X-Hop", "h");
                }
                auto response = co_await next(request);
                co_return response;
            });
        rig.memory->next(MemoryScript()
                             .expect_request()
                             .send(found("/second"))
                             .expect_request()
                             .send(found("http://other.test/")));
        rig.memory->otherwise(serves("end"));
        auto response = co_await rig.session.get(url);
        CHECK(response.history().size() == 2);
        CHECK(response.history()[0].url().str() == url);
        CHECK(response.url().str() == "http://other.test/");
        const auto text = co_await response.text();
        CHECK(text == "end");
        CHECK(seen == std::vector<std::string>(3));
        CHECK(has(rig.memory->requests().at(0), "Authorization: Bearer of-h\r\n"));
        CHECK(has(rig.memory->requests().at(1), "Authorization: Bearer of-h\r\n"));
        CHECK_FALSE(has(rig.memory->requests().at(2), "of-h"));
        CHECK_FALSE(has(rig.memory->requests().at(2), "X-Hop"));
    }());
}

TEST_CASE("the session's credentials do not reach a middleware after a foreign redirect",
          "[M191]") {
    run_sync([]() -> Async {
        std::vector<std::string> seen;
        MemoryRig rig({}, ClientSessionOptions()
                              .header("Authorization", "Bearer s")
                              .header("X-Key", "k")
                              .middleware([&seen](ClientRequest& request, Next next) {
                                  seen.push_back(std::string(request.headers()["authorization"]) +
                                                 std::string(request.headers()["x-key"]));
                                  return next(request);
                              }));
        rig.memory->next(MemoryScript().expect_request().send(found("http://other.test/")));
        rig.memory->otherwise(serves("end"));
        co_await rig.session.get(url).text();
        CHECK(seen == std::vector<std::string>{"Bearer sk", "k"});
        CHECK_FALSE(has(rig.memory->requests().at(1), "Bearer"));
        CHECK(has(rig.memory->requests().at(1), "X-Key: k"));
    }());
}

TEST_CASE("the replay after a stale connection is behind the middlewares", "[M191]") {
    run_sync([]() -> Async {
        std::string log;
        MemoryRig rig = rig_with(logs(&log, "1"));
        rig.memory->next(MemoryScript().expect_request().send(ok("x")).expect_request().close());
        rig.memory->otherwise(serves("y"));
        co_await rig.session.get(url).text();
        const auto outcome = co_await outcome_of(rig.session.get(url));
        CHECK(outcome == "200 y");
        CHECK(rig.memory->requests().size() == 3);
        CHECK(log == "1-in 1-out 1-in 1-out ");
    }());
}

TEST_CASE("credentials do not follow a middleware to another origin and on from there", "[M191]") {
    run_sync([]() -> Async {
        MemoryRig rig = rig_with([](ClientRequest& request, Next next) {
            if (request.url().path() == "/a") {
                request.set_url(aiohttp::Url("http://elsewhere/b"));
                request.headers().erase("Authorization");
                request.headers().erase("X-Key");
            }
            return next(request);
        });
        rig.memory->next(MemoryScript()
                             .expect_request()
                             .send("HTTP/1.1 302 F\r\nLocation: /c\r\nContent-Length: 0\r\n\r\n")
                             .expect_request()
                             .send(ok("x")));
        rig.session.headers().set("Authorization", "Bearer session");
        co_await rig.session.get("http://here/a").cookie("key", "value").text();
        REQUIRE(rig.memory->requests().size() == 2);
        CHECK(has(rig.memory->requests()[1], "GET /c"));
        CHECK_FALSE(has(rig.memory->requests()[1], "Authorization"));
        CHECK_FALSE(has(rig.memory->requests()[1], "Cookie"));
    }());
}

TEST_CASE("another body has no coding of the first one", "[M191]") {
    run_sync([]() -> Async {
        MemoryRig rig = rig_with([](ClientRequest& request, Next next) {
            request.update_body("plain", "text/plain");
            return next(request);
        });
        rig.memory->otherwise(serves("x"));
        co_await rig.session.post(url).data(std::string(100, 'x')).compress("gzip").text();
        CHECK_FALSE(has(rig.memory->requests()[0], "Content-Encoding"));
        CHECK(has(rig.memory->requests()[0], "plain"));
    }());
}
