// Request bodies in a content coding.

#include <optional>
#include <string>
#include <utility>

#include <aiohttp/body.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/coding.hpp"

namespace {

using aiohttp::BodySource;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ContentCoding;
using aiohttp::ValueError;
using aiohttp::testing::all_codings;
using aiohttp::testing::Async;
using aiohttp::testing::decoded;
using aiohttp::testing::failure;
using aiohttp::testing::prose;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerRequest;

/// Text in pieces, of a length that is not told.
class Pieces final : public BodySource {
public:
    Pieces(std::string text, std::size_t piece, bool rewinds)
        : text_(std::move(text)), piece_(piece), rewinds_(rewinds) {}
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (at_ == text_.size()) {
            co_return std::nullopt;
        }
        auto piece = text_.substr(at_, piece_);
        at_ += piece.size();
        co_return piece;
    }
    bool rewind() override {
        at_ = rewinds_ ? 0 : at_;
        return rewinds_;
    }
    std::string content_type() const override { return "text/x-pieces"; }

private:
    std::string text_;
    std::size_t piece_;
    bool rewinds_;
    std::size_t at_ = 0;
};

}  // namespace

TEST_CASE("a compressed body decodes to what was given", "[I137]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const auto coding : all_codings) {
            for (const std::size_t size : {1U, 1000U, 300'000U}) {
                target.clear_requests();
                co_await session.post(target.url()).data(prose(size)).compress(coding).read();
                auto source = std::make_unique<Pieces>(prose(size), 997, false);
                co_await session.put(target.url()).compress(coding).data(std::move(source)).read();
                for (const auto& request : target.requests()) {
                    const auto name = std::string(request.header("Content-Encoding"));
                    INFO(name << ' ' << size);
                    CHECK(request.header("Transfer-Encoding") == "chunked");
                    CHECK(request.header_count("Content-Length") == 0);
                    CHECK((decoded(name, request.body) == prose(size)));
                    CHECK((size < 1000 || request.body.size() < size / 2));
                }
                CHECK(target.request(0).header("Content-Type") == "text/plain; charset=utf-8");
                CHECK(target.request(1).header("Content-Type") == "text/x-pieces");
            }
        }
        CHECK(target.connections_accepted() == 1);
    });
}

TEST_CASE("codings may be given by name", "[I137]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const std::string name : {"gzip", "deflate", "br", "zstd"}) {
            target.clear_requests();
            co_await session.post(target.url()).json_text("[1]").compress(name).read();
            const auto request = target.request(0);
            CHECK(request.header("Content-Encoding") == name);
            CHECK(request.header("Content-Type") == "application/json");
            CHECK(decoded(name, request.body) == "[1]");
        }
        try {
            auto request = session.post(target.url()).compress("lzma");
            FAIL("lzma was accepted");
        } catch (const ValueError& error) {
            CHECK(std::string(error.what()) ==
                  "content coding \"lzma\" is not gzip, deflate, br or zstd");
        }
    });
}

TEST_CASE("an empty body is not compressed", "[I137]") {
    Server server;
    server.route("/", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.post(target.url()).data("").compress("gzip").read();
        co_await session.post(target.url()).compress("gzip").read();
        co_await session.get(target.url()).compress("gzip").read();
        for (const auto& request : target.requests()) {
            CHECK(request.header_count("Content-Encoding") == 0);
            CHECK(request.header_count("Transfer-Encoding") == 0);
            CHECK(request.body.empty());
        }
    });
}

TEST_CASE("compress() does not fit own framing fields or HTTP/1.0", "[I137]") {
    Server server;
    const auto main = [](ClientSession& session, Server& target) -> Async {
        auto coded = session.post(target.url()).data("x").compress("gzip");
        coded.header("Content-Encoding", "br");
        const auto twice = co_await failure<ValueError>(std::move(coded));
        CHECK(std::string(twice.what()) == "compress(gzip) together with Content-Encoding");
        auto sized = session.post(target.url()).data("x").compress("br");
        sized.header("Content-Length", "1");
        const auto length = co_await failure<ValueError>(std::move(sized));
        CHECK(std::string(length.what()) == "compress(br) together with Content-Length");
        auto old = session.post(target.url()).data("x").compress("br");
        old.version({1, 0});
        co_await failure<ValueError>(std::move(old));
        CHECK(target.connections_accepted() == 0);
    };
    run_client(server, main);
    run_client_with(
        ClientSessionOptions().header("Content-Encoding", "zstd"), server,
        [](ClientSession& session, Server& target) -> Async {
            co_await failure<ValueError>(session.post(target.url()).data("x").compress("gzip"));
        });
}

TEST_CASE("a redirect sends a compressed body again, or drops it", "[I137]") {
    Server server;
    server.route("/307", Reply(307).header("Location", "/to"));
    server.route("/303", Reply(303).header("Location", "/to"));
    server.route("/to", Reply(200, "ok"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const auto coding : all_codings) {
            target.clear_requests();
            co_await session.post(target.url("/307")).data(prose(100'000)).compress(coding).read();
            auto source = std::make_unique<Pieces>(prose(100'000), 4096, true);
            co_await session.post(target.url("/307"))
                .data(std::move(source))
                .compress(coding)
                .read();
            CHECK(target.request_count() == 4);
            for (const auto& request : target.requests()) {
                const auto name = std::string(request.header("Content-Encoding"));
                CHECK((decoded(name, request.body) == prose(100'000)));
            }
        }
        auto once = std::make_unique<Pieces>(prose(100), 10, false);
        const auto error = co_await failure<aiohttp::ClientPayloadError>(
            session.post(target.url("/307")).data(std::move(once)).compress("gzip"));
        CHECK(error.code() == aiohttp::errc::body_not_resendable);
        target.clear_requests();
        co_await session.post(target.url("/303")).data("text").compress("gzip").read();
        CHECK(target.request(1).method == "GET");
        CHECK(target.request(1).header_count("Content-Encoding") == 0);
        CHECK(target.request(1).body.empty());
    });
}

TEST_CASE("a compressed body is sent again over a new connection when the old one was stale",
          "[I137]") {
    Server server;
    server.route("/", {Reply(200, "first"), Script().reset(), Reply(200, "ok")});
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url()).read();
        const auto text =
            co_await session.put(target.url()).data(prose(50'000)).compress("br").text();
        CHECK(text == "ok");
        REQUIRE(target.request_count() == 3);
        CHECK((decoded("br", target.request(1).body) == prose(50'000)));
        CHECK((decoded("br", target.request(2).body) == prose(50'000)));
    });
}

TEST_CASE("a large body is compressed in little memory", "[I137]") {
    Server server;
    server.route("/", [](const ServerRequest& request) {
        return Reply(200, std::to_string(request.body_size));
    });
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        // A source that never ends its text in one piece: 64 MiB of the same KiB.
        class Zeros final : public BodySource {
        public:
            std::optional<std::uint64_t> size() const override { return std::nullopt; }
            boost::asio::awaitable<std::optional<std::string>> next() override {
                if (left_ == 0) {
                    co_return std::nullopt;
                }
                --left_;
                co_return std::string(65536, '\0');
            }

        private:
            int left_ = 1024;
        };
        auto zeros = std::make_unique<Zeros>();
        const auto size =
            co_await session.post(target.url()).data(std::move(zeros)).compress("zstd").text();
        CHECK(std::stoul(size) < 100'000);
        CHECK(decoded("zstd", target.request(0).body).size() == std::size_t{64} << 20U);
    });
}
