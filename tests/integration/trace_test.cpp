// The signals of a TraceConfig, over real sockets.

#include <algorithm>
#include <any>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/error.hpp>
#include <aiohttp/middleware.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/task.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/trace.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/trace.hpp"

namespace {

using aiohttp::ClientRequest;
using aiohttp::ClientResponse;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::Next;
using aiohttp::TCPConnectorOptions;
using aiohttp::TraceConfig;
using aiohttp::testing::all_signals;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::Gate;
using aiohttp::testing::recording;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::Thrown;

using Log = std::vector<std::string>;

ClientSessionOptions traced(Log& log, const std::string& throws_at = {}) {
    return ClientSessionOptions().trace_config(recording(log, throws_at));
}

/// A URL whose host is a name, so that it is looked up.
std::string named(const Server& server, std::string_view path) {
    return "http://localhost:" + std::to_string(server.port()) + std::string(path);
}

/// /moved -> /there, over one connection.
class Redirecting : public Server {
public:
    Redirecting() {
        route("/moved", Reply(302, "").header("Location", "/there"));
        route("/there", Reply(200, "here"));
    }
};

/// What the log holds, without what the resolver tells of its cache.
Log without_cache(Log log) {
    std::erase_if(log, [](const std::string& name) { return name.starts_with("dns_cache"); });
    return log;
}

}  // namespace

TEST_CASE("a redirected POST tells its signals in the order of aiohttp", "[M192]") {
    Redirecting server;
    Log log;
    run_client_with(traced(log), server, [](ClientSession& session, Server& target) -> Async {
        const auto text = co_await session.post(named(target, "/moved")).data("body").text();
        CHECK(text == "here");
    });
    CHECK(without_cache(log) ==
          Log{"request_start", "connection_create_start", "dns_resolvehost_start",
              "dns_resolvehost_end", "connection_create_end", "request_headers_sent",
              "request_chunk_sent", "request_redirect", "connection_reuseconn",
              "request_headers_sent", "request_end", "response_chunk_received", "body_end"});
}

TEST_CASE("a connection that is reused is told as such, and nothing is created", "[M192]") {
    Redirecting server;
    Log log;
    run_client_with(
        traced(log), server,
        [](ClientSession& session, Server& target, Log& told) -> Async {
            co_await session.get(target.url("/there")).text();
            told.clear();
            co_await session.get(target.url("/there")).text();
        },
        log);
    CHECK(log == Log{"request_start", "connection_reuseconn", "request_headers_sent", "request_end",
                     "response_chunk_received", "body_end"});
}

TEST_CASE("the queue is told of only when a request waits in it", "[A8][M192]") {
    Server server;
    Gate gate;
    server.route("/slow", Reply(200, "slow").after(gate));
    server.route("/fast", Reply(200, "fast"));
    Log log;
    run_client_with(
        traced(log).connector(TCPConnectorOptions().limit(1)), server,
        [](ClientSession& session, Server& target, Log& told, const Gate& release) -> Async {
            auto first = co_await aiohttp::create_task(session.get(target.url("/slow")).text());
            co_await aiohttp::testing::eventually([&] { return target.request_count() == 1; });
            auto second = co_await aiohttp::create_task(session.get(target.url("/fast")).text());
            co_await aiohttp::testing::eventually(
                [&] { return session.connector().stats().waiting == 1; });
            Gate(release).open();
            const auto text = co_await second.result();
            CHECK(text == "fast");
            co_await first.result();
            CHECK(std::ranges::count(told, "connection_queued_start") == 1);
            CHECK(std::ranges::count(told, "connection_queued_end") == 1);
        },
        log, gate);
    const auto queued = std::ranges::find(log, "connection_queued_start");
    REQUIRE(queued != log.end());
    const auto served = std::ranges::find(queued, log.end(), "connection_queued_end");
    REQUIRE(served != log.end());
    CHECK(*(served + 1) == "connection_reuseconn");
}

TEST_CASE("a refused connection is told as an exception, and never as an end", "[M193]") {
    Server server;
    server.refuse_connections();
    Log log;
    run_client_with(traced(log), server, [](ClientSession& session, Server& target) -> Async {
        co_await failure<aiohttp::ClientConnectorError>(session.get(target.url()));
    });
    CHECK(log == Log{"request_start", "connection_create_start", "request_exception"});
}

TEST_CASE("the exception that is told is the one that is thrown", "[M193]") {
    Server server;
    server.route("/", Reply(500, "no"));
    std::vector<std::exception_ptr> told;
    TraceConfig trace;
    trace.on_request_exception(
        [&told](std::any&, const aiohttp::TraceRequestExceptionParams& params) {
            CHECK(params.method == "GET");
            CHECK(params.url.path() == "/");
            CHECK(params.headers.contains("user-agent"));
            told.push_back(params.exception);
        });
    run_client_with(ClientSessionOptions().trace_config(trace).raise_for_status(true), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await failure<aiohttp::ClientResponseError>(session.get(target.url()));
                    });
    REQUIRE(told.size() == 1);
    CHECK_THROWS_AS(std::rethrow_exception(told[0]), aiohttp::ClientResponseError);
}

TEST_CASE("an invalid URL is no request: nothing is told", "[M193]") {
    Server server;
    Log log;
    run_client_with(traced(log), server, [](ClientSession& session, Server&) -> Async {
        co_await failure<aiohttp::NonHttpUrlClientError>(session.get("ftp://h/"));
    });
    CHECK(log.empty());
}

TEST_CASE("cancelling a request is told as an exception", "[M193]") {
    Server server;
    server.route("/", Script().stall());
    Log log;
    run_client_with(
        traced(log), server,
        [](ClientSession& session, Server& target, Log& told) -> Async {
            auto task = co_await aiohttp::create_task(session.get(target.url()));
            co_await aiohttp::testing::eventually([&] { return target.request_count() == 1; });
            task.cancel();
            co_await aiohttp::testing::expect_cancelled(task.result());
            CHECK(told.back() == "request_exception");
        },
        log);
}

TEST_CASE("the context of a request is made from its trace_request_ctx, and shared by all signals",
          "[M193]") {
    Redirecting server;
    std::vector<int> counts;
    TraceConfig trace([](const std::any& request_ctx) {
        const auto* const number = std::any_cast<int>(&request_ctx);
        return std::any(number == nullptr ? 0 : *number * 100);
    });
    const auto count = [](std::any& context, const auto&) { ++std::any_cast<int&>(context); };
    trace.on_request_start(count);
    trace.on_connection_create_start(count);
    trace.on_connection_reuseconn(count);
    trace.on_response_chunk_received(count);
    trace.on_body_end([&counts](std::any& context, const aiohttp::TraceBodyEndParams&) {
        counts.push_back(std::any_cast<int>(context));
    });
    // Without a factory it is a copy.
    std::string copied;
    TraceConfig other;
    other.on_request_end([&copied](std::any& context, const aiohttp::TraceRequestEndParams&) {
        copied += std::to_string(context.has_value() ? std::any_cast<int>(context) : -1) + ' ';
    });
    run_client_with(ClientSessionOptions().trace_config(trace).trace_config(other), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const auto url = target.url("/there");
                        co_await session.get(url).trace_request_ctx(7).text();
                        co_await session.get(url).trace_request_ctx(std::any(8)).text();
                        co_await session.get(url).text();
                    });
    CHECK(counts == std::vector<int>{703, 803, 3});
    CHECK(copied == "7 8 -1 ");
}

TEST_CASE("several traces, and several functions of one signal, are called in order", "[M193]") {
    Redirecting server;
    std::string order;
    const auto add = [&order](char name) {
        return
            [&order, name](std::any&, const aiohttp::TraceRequestStartParams&) { order += name; };
    };
    TraceConfig first;
    first.on_request_start(add('a')).on_request_start(add('b'));
    TraceConfig second = first;
    second.on_request_start(add('c'));
    run_client_with(ClientSessionOptions().trace_config(first).trace_config(second), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url("/there"));
                    });
    CHECK(order == "ababc");
}

TEST_CASE("null functions are a mistake of the caller", "[M193]") {
    TraceConfig trace;
    CHECK_THROWS_AS(trace.on_request_end(nullptr), aiohttp::ValueError);
    CHECK_THROWS_AS(TraceConfig(aiohttp::TraceContextFactory()), aiohttp::ValueError);
}

TEST_CASE("fields that a signal changes at the start are so on the wire, at every hop", "[M192]") {
    Redirecting server;
    TraceConfig trace;
    trace.on_request_start([](std::any&, const aiohttp::TraceRequestStartParams& params) {
        CHECK(params.method == "GET");
        CHECK(params.headers["x-session"] == "s");
        CHECK(params.headers["x-request"] == "r");
        params.headers.set("X-Trace", "t");
        params.headers.erase("x-session");
        CHECK_THROWS_AS(params.headers.set("X-Bad", "a\r\nb"), aiohttp::ValueError);
    });
    run_client_with(ClientSessionOptions().header("X-Session", "s").trace_config(trace), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url("/moved")).header("X-Request", "r");
                    });
    const auto requests = server.requests();
    REQUIRE(requests.size() == 2);
    for (const auto& request : requests) {
        CHECK(request.header("x-trace") == "t");
        CHECK(request.header("x-request") == "r");
        CHECK(request.header_count("x-session") == 0);
        CHECK(request.header_count("x-bad") == 0);
    }
}

TEST_CASE("session fields keep their place and their origin when a trace is told", "[M192][E72]") {
    Server other;
    other.route("*", Reply(200, "x"));
    Server server;
    server.route("/", Reply(302, "").header("Location", named(other, "/")));
    Log log;
    run_client_with(traced(log).header("Authorization", "Bearer s").header("X-Key", "k"), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url());
                    });
    CHECK(server.request(0).header("authorization") == "Bearer s");
    CHECK(other.request(0).header_count("authorization") == 0);
    CHECK(other.request(0).header("x-key") == "k");
}

TEST_CASE("each redirect is told once, with the response that redirects", "[E82]") {
    Server server;
    server.route("/1", Reply(307, "").header("Location", "/2"));
    server.route("/2", Reply(303, "").header("Location", "/3"));
    server.route("/3", Reply(200, "end"));
    Log hops;
    TraceConfig trace;
    trace.on_request_redirect([&](std::any&, const aiohttp::TraceRequestRedirectParams& params) {
        hops.push_back(params.method + ' ' + std::string(params.url.path()) + ' ' +
                       std::to_string(params.response.status()) + ' ' +
                       std::string(params.headers["content-length"]));
        CHECK(params.response.method() == params.method);
        CHECK(params.response.url() == params.url);
    });
    run_client_with(ClientSessionOptions().trace_config(trace), server,
                    [](ClientSession& session, Server& target) -> Async {
                        auto response = co_await session.put(target.url("/1")).data("xy");
                        CHECK(response.method() == "GET");
                        const auto& history = response.history();
                        REQUIRE(history.size() == 2);
                        CHECK(history[0].status() == 307);
                        CHECK(history[0].method() == "PUT");
                        CHECK(history[0].url().path() == "/1");
                        CHECK(history[1].status() == 303);
                        CHECK(history[1].method() == "PUT");
                        CHECK(history[1].url().path() == "/2");
                    });
    CHECK(hops == Log{"PUT /1 307 2", "PUT /2 303 2"});
}

TEST_CASE("a redirect too many is told before it throws", "[E82]") {
    Redirecting server;
    Log log;
    run_client_with(traced(log), server, [](ClientSession& session, Server& target) -> Async {
        co_await failure<aiohttp::TooManyRedirects>(
            session.get(target.url("/moved")).max_redirects(1));
    });
    CHECK(log == Log{"request_start", "connection_create_start", "connection_create_end",
                     "request_headers_sent", "request_redirect", "request_exception"});
}

TEST_CASE("every try of a middleware is told", "[M190][M192]") {
    Server server;
    server.route("/", {Reply(503, "later"), Reply(200, "now")});
    Log log;
    run_client_with(traced(log), server, [](ClientSession& session, Server& target) -> Async {
        const auto again = [](ClientRequest& request,
                              Next next) -> boost::asio::awaitable<ClientResponse> {
            auto response = co_await next(request);
            if (response.status() == 503) {
                response = co_await next(request);
            }
            co_return response;
        };
        const auto text = co_await session.get(target.url()).middlewares(again).text();
        CHECK(text == "now");
    });
    CHECK(log == Log{"request_start", "connection_create_start", "connection_create_end",
                     "request_headers_sent", "connection_reuseconn", "request_headers_sent",
                     "request_end", "response_chunk_received", "body_end"});
}

TEST_CASE("a stale connection that is replaced is told in full", "[M192]") {
    Server server;
    server.route(
        "/", {Script().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").read_request().close(),
              Reply(200, "")});
    Log log;
    run_client_with(
        traced(log), server,
        [](ClientSession& session, Server& target, Log& told) -> Async {
            co_await session.get(target.url());
            told.clear();
            co_await session.get(target.url());
        },
        log);
    CHECK(log == Log{"request_start", "connection_reuseconn", "request_headers_sent",
                     "connection_create_start", "connection_create_end", "request_headers_sent",
                     "request_end", "body_end"});
}

TEST_CASE("a TLS handshake is told with its name", "[M192]") {
    Server server(ServerOptions().tls());
    Log log;
    std::string name;
    TraceConfig trace;
    trace.on_tls_start([&name](std::any&, const aiohttp::TraceTlsStartParams& params) {
        name = params.server_hostname;
    });
    run_client_with(traced(log).trace_config(trace).connector(
                        TCPConnectorOptions().ssl(aiohttp::TlsOptions().ca_pem(server.ca_pem()))),
                    server, [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url());
                    });
    CHECK(name == "localhost");
    const auto begin = std::ranges::find(log, "tls_start");
    REQUIRE(begin != log.end());
    CHECK(*(begin + 1) == "tls_end");
    CHECK(*(begin + 2) == "connection_create_end");
}

namespace {

/// Does something that tells every signal but those of proxies and of the DNS cache.
Async tell_all(ClientSession& session, Server& server, Server& secure, Gate& late) {
    auto first = co_await aiohttp::create_task(session.get(server.url("/late")).text());
    co_await aiohttp::testing::eventually(
        [&] { return server.request_count() == 1 || first.done(); });
    auto queued =
        co_await aiohttp::create_task(session.post(named(server, "/moved")).data("body").text());
    co_await aiohttp::testing::eventually(
        [&] { return session.connector().stats().waiting == 1 || queued.done(); });
    late.open();
    std::exception_ptr thrown;
    for (auto* const task : {&first, &queued}) {
        try {
            co_await task->result();
        } catch (...) {
            thrown = std::current_exception();
        }
    }
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    co_await session.get(secure.url()).text();
    try {
        co_await session.get(server.url("/reset"));
    } catch (const aiohttp::ClientError&) {
        co_return;
    }
    throw std::runtime_error("the request should have failed");
}

}  // namespace

TEST_CASE("what a signal throws ends the request, reaches the caller and leaks nothing", "[M192]") {
    const auto signal = GENERATE(from_range(all_signals()));
    CAPTURE(signal);
    if (signal.starts_with("proxy") || signal.starts_with("dns_cache")) {
        return;  // what tells these has tests of its own
    }
    Redirecting server;
    Gate late;
    server.route("/late", Reply(200, "late").after(late));
    server.route("/reset", Script().reset());
    Server secure(ServerOptions().tls());
    secure.route("/", Reply(200, "secure"));
    Log log;
    run_client_with(
        traced(log, signal)
            .connector(
                TCPConnectorOptions().limit(1).ssl(aiohttp::TlsOptions().ca_pem(secure.ca_pem()))),
        server,
        [](ClientSession& session, Server& target, Server& tls, Gate& release,
           const std::string& at) -> Async {
            std::string thrown;
            try {
                co_await tell_all(session, target, tls, release);
            } catch (const Thrown& error) {
                thrown = error.signal;
            }
            CHECK(thrown == at);
            CHECK(session.connector().stats().in_use == 0);
            CHECK(session.connector().stats().waiting == 0);
        },
        secure, late, signal);
    // A request that was told as over is not told as failed as well.
    if (signal == "response_chunk_received" || signal == "body_end") {
        CHECK(std::ranges::count(log, "request_exception") == 0);
    } else if (signal != "request_start") {
        CHECK(std::ranges::count(log, "request_exception") >= 1);
    }
}

TEST_CASE("what a signal throws reaches the caller through middlewares", "[M189][M192]") {
    const std::string signal = GENERATE("request_headers_sent", "connection_create_end",
                                        "request_redirect", "request_end");
    Redirecting server;
    Log log;
    run_client_with(
        traced(log, signal), server,
        [](ClientSession& session, Server& target, const std::string& at) -> Async {
            const auto pass = [](ClientRequest& request,
                                 Next next) -> boost::asio::awaitable<ClientResponse> {
                return next(request);
            };
            std::string thrown;
            try {
                co_await session.get(target.url("/moved")).middlewares(pass);
            } catch (const Thrown& error) {
                thrown = error.signal;
            }
            CHECK(thrown == at);
        },
        signal);
}

TEST_CASE("a body cannot be read on after a signal threw, and its connection is closed", "[M194]") {
    Server server;
    server.route("/", Reply(200, std::string(1'000'000, 'x')));
    Log log;
    run_client_with(traced(log, "response_chunk_received"), server,
                    [](ClientSession& session, Server& target) -> Async {
                        auto response = co_await session.get(target.url());
                        auto body = response.content();
                        bool threw = false;
                        try {
                            co_await body.read(10);
                        } catch (const Thrown&) {
                            threw = true;
                        }
                        CHECK(threw);
                        CHECK(response.closed());
                        co_await failure<aiohttp::ClientConnectionError>(body.read(10));
                    });
}

TEST_CASE("sessions that share a connector are told of their own requests only", "[M192]") {
    Server server;
    server.route("/large", Reply(200, std::string(1'000'000, 'x')));
    server.route("/small", Reply(200, "small"));
    Log log;
    const auto shared = std::make_shared<aiohttp::TCPConnector>();
    run_client_with(
        traced(log).connector(shared), server,
        [](ClientSession& session, Server& target, Log& told,
           const std::shared_ptr<aiohttp::TCPConnector>& connector) -> Async {
            aiohttp::ClientSessionOptions options;
            options.connector(connector).connector_owner(false);
            ClientSession other(std::move(options));
            for (const auto* const path : {"/large", "/small"}) {
                co_await session.get(target.url(path)).text();
                told.clear();
                const auto text = co_await other.get(target.url(path)).text();
                CHECK(!text.empty());
                CHECK(told.empty());
            }
        },
        log, shared);
}

TEST_CASE("an exception is told with the hop that it ended", "[M193]") {
    Server gone;
    const auto elsewhere = gone.url("/there");
    gone.refuse_connections();
    Server server;
    server.route("/moved", Reply(302, "").header("Location", elsewhere));
    Log told;
    TraceConfig trace;
    trace.on_request_exception(
        [&told](std::any&, const aiohttp::TraceRequestExceptionParams& params) {
            told.push_back(params.method + ' ' + params.url.str() + ' ' +
                           std::string(params.headers["content-type"]) +
                           std::string(params.headers["x-own"]));
        });
    run_client_with(
        ClientSessionOptions().trace_config(trace), server,
        [](ClientSession& session, Server& target) -> Async {
            co_await failure<aiohttp::ClientConnectorError>(
                session.post(target.url("/moved")).header("X-Own", "o").data("body"));
            co_await failure<aiohttp::TooManyRedirects>(
                session.get(target.url("/moved")).header("X-Own", "o").max_redirects(1));
        });
    CHECK(told == Log{"GET " + elsewhere + " o", "GET " + server.url("/moved") + " o"});
}

TEST_CASE("a redirect that drops the body drops its session fields, traced or not", "[E81][M192]") {
    const bool told = GENERATE(false, true);
    const bool through = GENERATE(false, true);
    CAPTURE(told, through);
    Redirecting server;
    Log log;
    auto options = ClientSessionOptions()
                       .header("Content-Type", "a/b")
                       .header("Content-Encoding", "x-none")
                       .header("Transfer-Encoding", "chunked")
                       .header("X-Key", "k");
    if (told) {
        options.trace_config(recording(log));
    }
    run_client_with(
        std::move(options), server,
        [](ClientSession& session, Server& target, const bool& wraps) -> Async {
            const auto pass = [](ClientRequest& request,
                                 Next next) -> boost::asio::awaitable<ClientResponse> {
                return next(request);
            };
            auto request = session.post(target.url("/moved")).data("body");
            if (wraps) {
                request.middlewares(pass);
            }
            co_await std::move(request);
        },
        through);
    const auto requests = server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].header("content-type") == "a/b");
    CHECK(requests[0].header("content-encoding") == "x-none");
    CHECK(requests[1].method == "GET");
    for (const std::string_view name : {"content-type", "content-encoding", "transfer-encoding"}) {
        CAPTURE(name);
        CHECK(requests[1].header_count(name) == 0);
    }
    CHECK(requests[1].header("x-key") == "k");
}
