// What the signals of a TraceConfig tell of bodies: their chunks, and how they ended.

#include <any>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/body.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/middleware.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/trace.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/coding.hpp"
#include "support/trace.hpp"

namespace {

using aiohttp::ClientRequest;
using aiohttp::ClientResponse;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::Next;
using aiohttp::TraceConfig;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::recording;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

/// What the chunk signals said.
struct Chunks {
    std::string sent;
    std::string received;
    std::vector<std::string> sent_pieces;
    std::string ends;
};

ClientSessionOptions counting(Chunks& chunks) {
    TraceConfig trace;
    trace.on_request_chunk_sent(
        [&chunks](std::any&, const aiohttp::TraceRequestChunkSentParams& params) {
            chunks.sent.append(params.chunk);
            chunks.sent_pieces.emplace_back(params.chunk);
        });
    trace.on_response_chunk_received(
        [&chunks](std::any&, const aiohttp::TraceResponseChunkReceivedParams& params) {
            CHECK(!params.chunk.empty());
            chunks.received.append(params.chunk);
        });
    trace.on_body_end([&chunks](std::any&, const aiohttp::TraceBodyEndParams& params) {
        chunks.ends += std::to_string(params.timings.body_bytes) +
                       (params.complete ? " whole" : " given up") +
                       (params.error ? ", " + params.error.message().substr(0, 9) : "");
    });
    return ClientSessionOptions().trace_config(trace);
}

/// Three pieces of unknown length.
class ThreePieces final : public aiohttp::BodySource {
public:
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        std::optional<std::string> piece;
        if (given_ < 3) {
            piece = std::string(1000, static_cast<char>('a' + given_++));
        }
        co_return piece;
    }
    bool rewind() override {
        given_ = 0;
        return true;
    }

private:
    int given_ = 0;
};

}  // namespace

TEST_CASE("the chunks of an upload sum to the body, before framing and compression", "[M194]") {
    Server server;
    server.route("*", Reply(200, ""));
    Chunks chunks;
    const std::string small = "small body";
    const std::string large(300'000, 'l');
    std::string wanted;
    SECTION("in memory, with the head") {
        wanted = small;
        run_client_with(
            counting(chunks), server,
            [](ClientSession& session, Server& target, const std::string& body) -> Async {
                co_await session.post(target.url()).data(body);
            },
            small);
    }
    SECTION("in memory, after the head") {
        wanted = large;
        run_client_with(
            counting(chunks), server,
            [](ClientSession& session, Server& target, const std::string& body) -> Async {
                co_await session.post(target.url()).data(body);
            },
            large);
    }
    SECTION("in memory and in chunks") {
        wanted = small;
        run_client_with(
            counting(chunks), server,
            [](ClientSession& session, Server& target, const std::string& body) -> Async {
                co_await session.post(target.url()).data(body).chunked();
            },
            small);
    }
    SECTION("in memory and compressed") {
        wanted = large;
        run_client_with(
            counting(chunks), server,
            [](ClientSession& session, Server& target, const std::string& body) -> Async {
                co_await session.post(target.url()).data(body).compress("gzip");
            },
            large);
    }
    SECTION("behind 100 Continue") {
        wanted = small;
        run_client_with(
            counting(chunks), server,
            [](ClientSession& session, Server& target, const std::string& body) -> Async {
                co_await session.post(target.url()).data(body).expect100();
            },
            small);
    }
    SECTION("in pieces") {
        wanted = std::string(1000, 'a') + std::string(1000, 'b') + std::string(1000, 'c');
        run_client_with(
            counting(chunks), server, [](ClientSession& session, Server& target) -> Async {
                co_await session.post(target.url()).data(std::make_unique<ThreePieces>());
            });
        CHECK(chunks.sent_pieces.size() == 3);
    }
    SECTION("in pieces and compressed") {
        wanted = std::string(1000, 'a') + std::string(1000, 'b') + std::string(1000, 'c');
        run_client_with(counting(chunks), server,
                        [](ClientSession& session, Server& target) -> Async {
                            co_await session.post(target.url())
                                .data(std::make_unique<ThreePieces>())
                                .compress("gzip");
                        });
    }
    SECTION("another one, of a middleware, instead of a compressed one") {
        wanted = "other";
        run_client_with(
            counting(chunks), server, [](ClientSession& session, Server& target) -> Async {
                const auto swap = [](ClientRequest& request,
                                     Next next) -> boost::asio::awaitable<ClientResponse> {
                    request.update_body("other");
                    co_return co_await next(request);
                };
                co_await session.post(target.url()).data("own").compress("gzip").middlewares(swap);
            });
    }
    CHECK(chunks.sent == wanted);
    CHECK(server.request(0).complete);
}

TEST_CASE("no body, no chunks", "[M194]") {
    Server server;
    server.route("*", Reply(200, ""));
    Chunks chunks;
    run_client_with(counting(chunks), server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url());
        co_await session.post(target.url()).data("");
        co_await session.post(target.url());
    });
    CHECK(chunks.sent_pieces.empty());
    CHECK(chunks.ends == "0 whole0 whole0 whole");
}

namespace {

/// Reads the body in one of the ways there are.
Async read_body(ClientResponse& response, int way) {
    auto body = response.content();
    switch (way) {
        case 0:
            co_await response.text();
            co_await response.text();
            break;
        case 1:
            co_await body.read();
            break;
        case 2:
            while (const auto piece = co_await body.next(7)) {
            }
            break;
        case 3:
            while (const auto line = co_await body.next_line()) {
            }
            break;
        case 4:
            co_await body.read_exactly(100);
            body.read_nowait(10);
            co_await body.read();
            break;
        default:
            while (!body.at_eof()) {
                co_await body.read_chunk();
            }
    }
}

}  // namespace

TEST_CASE("the chunks of a response sum to its decoded body, however it is read", "[M194]") {
    const int way = GENERATE(range(0, 6));
    const std::string_view path = GENERATE("/small", "/large", "/chunked", "/gzip", "/gzip-small");
    std::string body;
    for (int i = 0; body.size() < 200'000; ++i) {
        body += "line " + std::to_string(i * 7919 % 10'007) + "\n";
    }
    const auto small = body.substr(0, 500);
    Server server;
    server.route("/small", Reply(200, small));
    server.route("/large", Reply(200, body));
    server.route("/chunked", Reply().chunked({body.substr(0, 1000), body.substr(1000)}));
    const auto gzipped = [](const std::string& text) {
        return Reply(200, aiohttp::testing::encoded(aiohttp::ContentCoding::gzip, text))
            .header("Content-Encoding", "gzip");
    };
    server.route("/gzip", gzipped(body));
    server.route("/gzip-small", gzipped(small));
    Chunks chunks;
    run_client_with(
        counting(chunks), server,
        [](ClientSession& session, Server& target, const std::string_view& at,
           const int& how) -> Async {
            auto response = co_await session.get(target.url(at));
            co_await read_body(response, how);
        },
        path, way);
    const auto& wanted = path.ends_with("small") ? small : body;
    CHECK(chunks.received == wanted);
    CHECK(chunks.ends == std::to_string(wanted.size()) + " whole");
}

TEST_CASE("a body that is given up ends, too", "[M194]") {
    Server server;
    server.route("/large", Reply(200, std::string(10'000'000, 'x')));
    server.route("/cut",
                 Script().send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n12345").close());
    Chunks chunks;
    SECTION("released") {
        run_client_with(counting(chunks), server,
                        [](ClientSession& session, Server& target) -> Async {
                            auto response = co_await session.get(target.url("/large"));
                            co_await response.content().read_exactly(10);
                            response.release();
                        });
        CHECK(chunks.ends == "10 given up");
    }
    SECTION("destroyed") {
        run_client_with(counting(chunks), server,
                        [](ClientSession& session, Server& target) -> Async {
                            co_await session.get(target.url("/large"));
                        });
        CHECK(chunks.ends == "0 given up");
    }
    SECTION("truncated") {
        run_client_with(counting(chunks), server,
                        [](ClientSession& session, Server& target) -> Async {
                            co_await failure<aiohttp::ClientPayloadError>(
                                session.get(target.url("/cut")).text());
                        });
        CHECK(chunks.received == "12345");
        CHECK(chunks.ends.starts_with("5 given up, "));
    }
}

TEST_CASE("a response may outlive its session and still be told of", "[M194]") {
    Server server;
    server.route("/", Reply(200, std::string(1'000'000, 'x')));
    Chunks chunks;
    run_client_with(
        ClientSessionOptions(), server,
        [](ClientSession&, Server& target, Chunks& told) -> Async {
            ClientResponse response;
            {
                ClientSession session(counting(told));
                response = co_await session.get(target.url());
            }
            co_await response.text();
        },
        chunks);
    CHECK(chunks.received.size() == 1'000'000);
    CHECK(chunks.ends == "1000000 whole");
}

TEST_CASE("a response that a middleware made is told as any other", "[M190][M194]") {
    Server server;
    Chunks chunks;
    std::vector<std::string> log;
    run_client_with(counting(chunks).trace_config(recording(log)), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const auto canned = [](ClientRequest& request,
                                               Next) -> boost::asio::awaitable<ClientResponse> {
                            co_return aiohttp::make_response(request, 200, "canned");
                        };
                        co_await session.get(target.url()).middlewares(canned).text();
                    });
    CHECK(log == std::vector<std::string>{"request_start", "request_end", "response_chunk_received",
                                          "body_end"});
    CHECK(chunks.received == "canned");
    CHECK(chunks.ends == "6 whole");
}
