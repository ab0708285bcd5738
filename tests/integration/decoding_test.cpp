// Response bodies with a Content-Encoding.

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/coding.hpp"
#include "support/memory_peak.hpp"

namespace {

using aiohttp::ClientPayloadError;
using aiohttp::ClientResponse;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ContentCoding;
using aiohttp::testing::all_codings;
using aiohttp::testing::Async;
using aiohttp::testing::clear_peak;
using aiohttp::testing::encoded;
using aiohttp::testing::encoded_zeros;
using aiohttp::testing::failure;
using aiohttp::testing::Gate;
using aiohttp::testing::peak_counts;
using aiohttp::testing::peak_memory;
using aiohttp::testing::prose;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

Reply coded(std::string coding, std::string body) {
    return Reply(200, std::move(body)).header("Content-Encoding", std::move(coding));
}

std::vector<std::string> cut(const std::string& bytes, std::size_t size) {
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
        pieces.push_back(bytes.substr(at, size));
    }
    return pieces;
}

/// The bytes in chunks of nine, and a trailer.
std::string in_chunks(const std::string& bytes) {
    std::string chunks;
    for (const auto& piece : cut(bytes, 9)) {
        chunks.append(std::to_string(piece.size())).append("\r\n").append(piece).append("\r\n");
    }
    return chunks + "0\r\nX-Check: yes\r\n\r\n";
}

constexpr const char* names[] = {"gzip", "deflate", "br", "zstd"};

}  // namespace

TEST_CASE("bodies are decoded, whole, in chunks and byte by byte", "[J152]") {
    Server server;
    const auto text = prose(5000);
    for (std::size_t i = 0; i < 4; ++i) {
        const auto data = encoded(all_codings[i], text);
        const std::string path = std::string("/") + names[i];
        server.route(path, coded(names[i], data));
        server.route(path + "/chunks",
                     Reply().header("Content-Encoding", names[i]).chunked(cut(data, 100)));
        server.route(path + "/bytes",
                     Script().send_slowly(
                         "HTTP/1.1 200 OK\r\nContent-Encoding: " + std::string(names[i]) +
                         "\r\nContent-Length: " + std::to_string(data.size()) + "\r\n\r\n" + data));
    }
    run_client(
        server,
        [](ClientSession& session, Server& target, const std::string& expected) -> Async {
            for (const auto* const name : names) {
                for (const auto* const way : {"", "/chunks", "/bytes"}) {
                    const auto path = std::string("/").append(name).append(way);
                    INFO(path);
                    auto response = co_await session.get(target.url(path));
                    CHECK(response.headers()["Content-Encoding"] == name);
                    const auto body = co_await response.read();
                    CHECK((body == expected));
                    CHECK(response.closed());
                    CHECK(response.content().total_bytes() == expected.size());
                    CHECK(response.content().total_raw_bytes() < expected.size());
                }
            }
            CHECK(target.connections_accepted() == 1);
            CHECK(target.request(0).header("Accept-Encoding") == "gzip, deflate, br, zstd");
        },
        text);
}

TEST_CASE("every way to read gives decoded bytes", "[J152]") {
    Server server;
    server.route("/json",
                 Reply(200, encoded(ContentCoding::gzip, R"({"a":[1,2]})"), "application/json")
                     .header("Content-Encoding", "gzip"));
    server.route("/lines", coded("br", encoded(ContentCoding::br, "one\ntwo\nthree")));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto json = co_await session.get(target.url("/json")).as_json();
        CHECK(json.at("a").at(1) == 2);
        const auto text = co_await session.get(target.url("/lines")).text();
        CHECK(text == "one\ntwo\nthree");
        auto response = co_await session.get(target.url("/lines"));
        auto content = response.content();
        const auto line = co_await content.readline();
        CHECK(line == "one\n");
        const auto some = co_await content.read_exactly(2);
        CHECK(some == "tw");
        CHECK_FALSE(content.at_eof());
        const auto until = co_await content.read_until("h");
        CHECK(until == "o\nth");
        const auto piece = co_await content.read(2);
        CHECK(piece == "re");
        const auto rest = co_await content.read();
        CHECK(rest == "e");
        CHECK(content.at_eof());
        CHECK(content.total_bytes() == 13);
    });
}

TEST_CASE("a coded body that has come whole frees its connection before it is read",
          "[J152][B28]") {
    Server server;
    server.route("/", coded("gzip", encoded(ContentCoding::gzip, prose(3000))));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        CHECK(response.closed());
        CHECK(session.connector().stats().idle == 1);
        const auto text = co_await response.text();
        CHECK((text == prose(3000)));
    });
}

TEST_CASE("the connection is free when exactly the decoded bytes have been read", "[J152][B28]") {
    Server server;
    Gate gate;
    const auto body = prose(3000);
    for (std::size_t i = 0; i < 4; ++i) {
        server.route(std::string("/") + names[i],
                     Script()
                         .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                               "Content-Encoding: " +
                               std::string(names[i]) + "\r\n\r\n")
                         .wait_for(gate)
                         .send(in_chunks(encoded(all_codings[i], body))));
    }
    run_client(
        server,
        [](ClientSession& session, Server& target, Gate& opened) -> Async {
            for (const auto* const name : names) {
                auto response = co_await session.get(target.url(std::string("/") + name));
                opened.open();
                const auto text = co_await response.content().read_exactly(3000);
                INFO(name);
                CHECK((text == prose(3000)));
                CHECK(response.closed());
                CHECK(response.trailers()["X-Check"] == "yes");
            }
            CHECK(session.connector().stats().idle == 1);
        },
        gate);
}

TEST_CASE("responses without a body may name a coding", "[J152]") {
    Server server;
    server.route("/", coded("gzip", encoded(ContentCoding::gzip, "text")));
    server.route("/204", Reply(204).header("Content-Encoding", "br"));
    server.route("/304", Reply(304).header("Content-Encoding", "zstd"));
    server.route("/empty", coded("deflate", ""));
    server.route("/chunked", Reply().header("Content-Encoding", "gzip").chunked({}));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto head = co_await session.head(target.url());
        const auto none = co_await head.read();
        CHECK(none.empty());
        for (const auto* const path : {"/204", "/304", "/empty", "/chunked"}) {
            INFO(path);
            auto response = co_await session.get(target.url(path));
            CHECK_FALSE(response.headers()["Content-Encoding"].empty());
            const auto text = co_await response.text();
            CHECK(text.empty());
            CHECK(response.content().at_eof());
        }
        CHECK(target.connections_accepted() == 1);
    });
}

TEST_CASE("corrupt and truncated data are errors that name the coding", "[J153]") {
    Server server;
    const auto data = encoded(ContentCoding::gzip, prose(1000));
    server.route("/corrupt", coded("gzip", data.substr(0, 40) + "????????" + data.substr(48)));
    server.route("/short", coded("gzip", data.substr(0, data.size() - 1)));
    server.route("/garbage", coded("gzip", data + "x"));
    server.route("/text", coded("br", "this was never Brotli"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const auto* const path : {"/corrupt", "/short", "/garbage", "/text"}) {
            INFO(path);
            auto response = co_await session.get(target.url(path));
            const auto error = co_await failure<ClientPayloadError>(response.text());
            const std::string coding = std::string_view(path) == "/text" ? "br" : "gzip";
            CHECK(std::string(error.what()).find(coding + " data") != std::string::npos);
            CHECK(error.code() == (std::string_view(path) == "/short"
                                       ? aiohttp::errc::payload_truncated
                                       : aiohttp::errc::payload_malformed));
            CHECK(error.url() == target.url(path));
            // The same error for every later read.
            co_await failure<ClientPayloadError>(response.content().next());
            CHECK_FALSE(response.content().at_eof());
        }
        auto partial = co_await session.get(target.url("/short"));
        const auto begin = co_await partial.content().read_exactly(500);
        CHECK((begin == prose(500)));
    });
}

TEST_CASE("a corrupt body on its connection closes it", "[J153]") {
    Server server;
    server.route("/", Script()
                          .send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
                                "Content-Length: 1000000\r\n\r\nno gzip")
                          .stall());
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        co_await failure<ClientPayloadError>(response.read());
        CHECK(response.closed());
        CHECK(session.connector().stats().open == 0);
    });
}

TEST_CASE("coding names in any case, several codings, and unknown ones", "[J153]") {
    Server server;
    const auto once = encoded(ContentCoding::gzip, "text");
    const auto twice = encoded(ContentCoding::br, once);
    server.route("/upper", coded("GZIP", once));
    server.route("/x", coded("x-gzip", once));
    server.route("/list", coded("gzip, br", twice));
    server.route("/lines", coded("gzip", twice).header("Content-Encoding", "br"));
    server.route("/unknown", coded("gzip, lzma", "as it is"));
    server.route("/identity", coded("identity", "text"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const auto* const path : {"/upper", "/x", "/list", "/lines", "/identity"}) {
            INFO(path);
            const auto text = co_await session.get(target.url(path)).text();
            CHECK(text == "text");
        }
        const auto unknown = co_await session.get(target.url("/unknown")).text();
        CHECK(unknown == "as it is");
    });
}

TEST_CASE("auto_decompress(false) leaves bodies as they are", "[J154]") {
    Server server;
    const auto data = encoded(ContentCoding::gzip, "text");
    server.route("/", coded("gzip", data));
    const auto main = [](ClientSession& session, Server& target, const std::string& raw,
                         const bool& on) -> Async {
        const auto body = co_await session.get(target.url()).read();
        CHECK((body == (on ? "text" : raw)));
        const auto other = co_await session.get(target.url()).auto_decompress(!on).read();
        CHECK((other == (on ? raw : "text")));
        CHECK(target.request(0).header("Accept-Encoding") == "gzip, deflate, br, zstd");
    };
    const bool on = true;
    const bool off = false;
    run_client_with(ClientSessionOptions(), server, main, data, on);
    server.clear_requests();
    run_client_with(ClientSessionOptions().auto_decompress(false), server, main, data, off);
}

TEST_CASE("a bomb streams in little memory", "[J154]") {
    static constexpr std::size_t size = std::size_t{96} << 20U;
    Server server;
    for (std::size_t i = 0; i < 4; ++i) {
        server.route(std::string("/") + names[i],
                     coded(names[i], encoded_zeros(all_codings[i], size)));
    }
    server.route("/nested", coded("gzip, gzip", encoded(ContentCoding::gzip,
                                                        encoded_zeros(ContentCoding::gzip, size))));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const auto* const path : {"/gzip", "/deflate", "/br", "/zstd", "/nested"}) {
            INFO(path);
            clear_peak();
            const auto before = peak_memory();
            auto response = co_await session.get(target.url(path));
            auto content = response.content();
            std::size_t total = 0;
            while (const auto piece = co_await content.next()) {
                total += piece->size();
                if (piece->size() > 65536) {
                    FAIL("a piece of " << piece->size());
                }
            }
            CHECK(total == size);
            CHECK(content.total_raw_bytes() < size / 100);
            CHECK((!peak_counts || peak_memory() - before < std::size_t{32} << 20U));
        }
    });
}

TEST_CASE("limits of the body's size and density", "[J154]") {
    Server server;
    server.route("/plain", Reply(200, std::string(1000, 'x')));
    server.route("/chunks", Reply().chunked({std::string(600, 'x'), std::string(400, 'x')}));
    server.route("/bomb", coded("gzip", encoded_zeros(ContentCoding::gzip, 10'000'000)));
    server.route("/prose", coded("gzip", encoded(ContentCoding::gzip, prose(1'000'000))));
    const auto main = [](ClientSession& session, Server& target) -> Async {
        for (const auto* const path : {"/plain", "/chunks", "/bomb"}) {
            INFO(path);
            const auto error =
                co_await failure<ClientPayloadError>(session.get(target.url(path)).read());
            CHECK(error.code() == aiohttp::errc::payload_too_large);
            CHECK(std::string(error.what()).find("max_body_size 999") != std::string::npos);
            auto exact = co_await session.get(target.url(path)).max_body_size(1000);
            auto content = exact.content();
            const auto begin = co_await content.read_exactly(1000);
            CHECK(begin.size() == 1000);
            if (std::string_view(path) == "/bomb") {
                co_await failure<ClientPayloadError>(content.next());
            } else {
                CHECK(content.at_eof());
            }
        }
        auto dense = session.get(target.url("/bomb"));
        dense.max_body_size(100'000'000).max_decompression_ratio(100);
        const auto error = co_await failure<ClientPayloadError>(std::move(dense).read());
        CHECK(error.code() == aiohttp::errc::payload_too_large);
        CHECK(std::string(error.what()).find("max_decompression_ratio 100") != std::string::npos);
        auto fine = session.get(target.url("/prose"));
        fine.max_body_size(1'000'000).max_decompression_ratio(100);
        const auto text = co_await std::move(fine).read();
        CHECK(text.size() == 1'000'000);
    };
    run_client_with(ClientSessionOptions().max_body_size(999), server, main);
    CHECK_THROWS_AS(ClientSessionOptions().max_decompression_ratio(0), aiohttp::ValueError);
    CHECK_THROWS_AS(ClientSessionOptions().read_bufsize(0), aiohttp::ValueError);
}

TEST_CASE("chunk ends are told of decoded bodies, too", "[J158]") {
    Server server;
    const auto one = encoded(ContentCoding::gzip, "one");
    const auto two = encoded(ContentCoding::gzip, prose(200'000));
    server.route("/", Reply().header("Content-Encoding", "gzip").chunked({one, two}));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        auto content = response.content();
        std::vector<std::size_t> sizes(1);
        for (auto piece = co_await content.read_chunk(); !piece.data.empty();
             piece = co_await content.read_chunk()) {
            sizes.back() += piece.data.size();
            if (piece.end_of_http_chunk) {
                sizes.push_back(0);
            }
        }
        CHECK(sizes == std::vector<std::size_t>{3, 200'000, 0});
    });
}

TEST_CASE("redirects and their history work with coded bodies", "[J152]") {
    Server server;
    server.route(
        "/from",
        coded("gzip", encoded(ContentCoding::gzip, "moved")).status(302).header("Location", "/to"));
    server.route("/to", coded("br", encoded(ContentCoding::br, "here")));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/from"));
        const auto text = co_await response.text();
        CHECK(text == "here");
        REQUIRE(response.history().size() == 1);
        auto moved = response.history()[0].content();
        const auto body = co_await moved.read();
        CHECK(body == "moved");
        CHECK(target.connections_accepted() == 1);
    });
}

TEST_CASE("the excerpt of an error's body is decoded", "[J160]") {
    Server server;
    server.route("/", coded("gzip", encoded(ContentCoding::gzip, "no such user")).status(404));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error = co_await failure<aiohttp::ClientResponseError>(
            session.get(target.url()).raise_for_status());
        CHECK(error.body() == "no such user");
    });
}

TEST_CASE("an idle reader makes the server wait, and later gets everything", "[J159]") {
    Server server;
    Gate sent;
    const std::string large(std::size_t{24} << 20U, 'x');
    server.route(
        "/",
        Script()
            .send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large.size()) + "\r\n\r\n")
            .send(large)
            .open(sent));
    const auto main = [](ClientSession& session, Server& target, Gate& told) -> Async {
        clear_peak();
        auto response = co_await session.get(target.url());
        const auto before = peak_memory();
        CHECK_FALSE(told.wait(std::chrono::milliseconds(100)));
        CHECK((!peak_counts || peak_memory() - before < std::size_t{2} << 20U));
        auto content = response.content();
        const auto piece = co_await content.read_any();
        std::size_t total = piece.size();
        std::size_t largest = 0;
        while (const auto next = co_await content.next()) {
            total += next->size();
            largest = std::max(largest, next->size());
        }
        CHECK(total == std::size_t{24} << 20U);
        CHECK(largest <= 16384);
        CHECK(told.wait());
    };
    run_client_with(ClientSessionOptions().read_bufsize(8192), server, main, sent);
}
