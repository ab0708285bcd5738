// Content codings and charsets of the parts of a multipart body, there and back.

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/multipart_reader.hpp>
#include <aiohttp/multipart_writer.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/coding.hpp"

namespace {

using aiohttp::ClientPayloadError;
using aiohttp::ClientSession;
using aiohttp::ContentCoding;
using aiohttp::DecodeErrors;
using aiohttp::MultipartLimits;
using aiohttp::MultipartReader;
using aiohttp::MultipartWriter;
using aiohttp::Pairs;
using aiohttp::UnicodeDecodeError;
using aiohttp::ValueError;
using aiohttp::testing::all_codings;
using aiohttp::testing::Async;
using aiohttp::testing::encoded;
using aiohttp::testing::encoded_zeros;
using aiohttp::testing::failure;
using aiohttp::testing::prose;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::Server;
using aiohttp::testing::ServerRequest;

constexpr const char* names[] = {"gzip", "deflate", "br", "zstd"};

Reply mixed(std::string body) {
    return Reply(200, std::move(body), "multipart/mixed; boundary=b");
}

/// A body of one part with these header lines.
Reply one_part(const std::string& lines, const std::string& content) {
    return mixed("--b\r\n" + lines + "\r\n" + content + "\r\n--b--");
}

Reply coded_part(const std::string& coding, const std::string& content) {
    return one_part("Content-Encoding: " + coding + "\r\n", content);
}

void serve_echo(Server& server) {
    server.route("/echo", [](const ServerRequest& request) {
        return Reply(200, request.body, std::string(request.header("Content-Type")));
    });
}

bool says(const std::exception& error, std::string_view words) {
    return std::string_view(error.what()).find(words) != std::string_view::npos;
}

}  // namespace

TEST_CASE("what a MultipartWriter writes, a MultipartReader reads", "[I141]") {
    Server server;
    serve_echo(server);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto text = prose(200'000);
        MultipartWriter inner("mixed", "in");
        inner.append(text, {{"Content-Encoding", "gzip"}, {"X-Number", "1"}});
        inner.append(text,
                     {{"Content-Encoding", "deflate"}, {"Content-Transfer-Encoding", "base64"}});
        MultipartWriter outer("related", "out");
        outer.append(std::move(inner));
        outer.append("caf\xc3\xa9 = 1", {{"Content-Transfer-Encoding", "quoted-printable"}});
        CHECK_FALSE(outer.size());
        auto response = co_await session.post(target.url("/echo")).data(std::move(outer));
        MultipartReader reader(response);
        auto nested = co_await reader.next();
        REQUIRE(nested);
        REQUIRE(nested->is_multipart());
        auto parts = nested->parts();
        for (int i = 0; i < 2; ++i) {
            auto part = co_await parts.next();
            REQUIRE(part);
            CHECK_FALSE(part->headers().contains("Content-Length"));
            const auto read = co_await part->text();
            CHECK(read == text);
            const auto again = co_await part->read(true);
            CHECK(again.empty());
        }
        const auto none = co_await parts.next();
        CHECK_FALSE(none);
        auto last = co_await reader.next();
        const auto read = co_await last->text();
        CHECK(read == "caf\xc3\xa9 = 1");
        co_await reader.release();
    });
    CHECK(server.request(0).header("Transfer-Encoding") == "chunked");
    CHECK(server.request(0).body.size() < 200'000);
}

TEST_CASE("a part may have any coding, several, none, and be multipart itself", "[I141]") {
    Server server;
    serve_echo(server);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto text = prose(5000);
        for (const auto* const coding : {"gzip", "x-GZIP", "deflate", "br", "zstd", "identity",
                                         "gzip, br", "br,,identity,gzip"}) {
            INFO(coding);
            MultipartWriter within("mixed", "within");
            within.append(text);
            MultipartWriter writer;
            writer.append(text, {{"Content-Encoding", coding}});
            writer.append("", {{"Content-Encoding", coding}});
            writer.append(std::move(within), {{"Content-Encoding", coding}});
            auto response = co_await session.post(target.url("/echo")).data(std::move(writer));
            MultipartReader reader(response);
            auto first = co_await reader.next();
            const auto whole = co_await first->read(true);
            CHECK(whole == text);
            auto second = co_await reader.next();
            const auto nothing = co_await second->read(true);
            CHECK(nothing.empty());
            auto third = co_await reader.next();
            auto parts = third->parts();
            auto inner = co_await parts.next();
            REQUIRE(inner);
            const auto nested = co_await inner->text();
            CHECK(nested == text);
            co_await parts.release();
            co_await reader.release();
        }
    });
    const auto sent = server.request(0).body;
    CHECK(sent.find(prose(5000)) == std::string::npos);
}

TEST_CASE("a part in a coding is JSON, a form, or bytes as they were sent", "[I141]") {
    Server server;
    const auto document = encoded(ContentCoding::gzip, R"({"a":"x"})");
    const auto form = encoded(ContentCoding::br, "a=1&b=x+y");
    const auto line = std::string("\r\n--b\r\nContent-Encoding: ");
    server.route("/",
                 mixed(line + "gzip\r\n\r\n" + document + line + "br\r\n\r\n" + form + line +
                       "gzip\r\n\r\n" + document + line + "gzip\r\n\r\n" + document + "\r\n--b--"));
    run_client(
        server,
        [](ClientSession& session, Server& target, const std::string& raw) -> Async {
            auto response = co_await session.get(target.url());
            MultipartReader reader(response);
            auto first = co_await reader.next();
            const auto json = co_await first->json();
            CHECK(json.dump() == R"({"a":"x"})");
            auto second = co_await reader.next();
            const auto fields = co_await second->form();
            CHECK(fields == Pairs{{"a", "1"}, {"b", "x y"}});
            auto third = co_await reader.next();
            const auto bytes = co_await third->read();
            CHECK(bytes == raw);
            auto fourth = co_await reader.next();
            const auto piece = co_await fourth->next();
            CHECK(raw.starts_with(piece.value_or("none")));
        },
        document);
}

TEST_CASE("corrupt, truncated and unknown codings of a part are errors that name both", "[I141]") {
    Server server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (std::size_t i = 0; i < 4; ++i) {
            const std::string name = names[i];
            const auto data = encoded(all_codings[i], prose(3000));
            for (std::size_t size = 1; size < data.size(); size += 97) {
                target.route("/", coded_part(name, data.substr(0, size)));
                auto response = co_await session.get(target.url());
                MultipartReader reader(response);
                auto part = co_await reader.next();
                const auto error = co_await failure<ClientPayloadError>(part->read(true));
                CHECK(says(error, "part 1 of the multipart body truncated: its " + name));
                const auto again = co_await failure<ClientPayloadError>(part->text());
                CHECK(std::string(again.what()) == error.what());
                const auto end = co_await reader.next();
                CHECK_FALSE(end);
            }
            target.route("/", coded_part(name, "\x7f no " + name + " at all"));
            auto response = co_await session.get(target.url());
            MultipartReader reader(response);
            auto part = co_await reader.next();
            const auto error = co_await failure<ClientPayloadError>(part->text());
            CHECK(says(error, "part 1 of the multipart body malformed: corrupt " + name));
            CHECK(says(error, target.url()));
            co_await reader.release();
        }
        for (const auto* const coding : {"compress", "gzip, x", "gzip,gzip,gzip,gzip,gzip,gzip"}) {
            target.route("/", coded_part(coding, "x"));
            auto response = co_await session.get(target.url());
            MultipartReader reader(response);
            auto part = co_await reader.next();
            const auto error = co_await failure<ClientPayloadError>(part->json());
            CHECK(says(error, "part 1 of the multipart body has a Content-Encoding that is not"));
            CHECK(says(error, coding));
            const auto raw = co_await part->read();
            CHECK(raw == "x");
            co_await reader.release();
        }
    });
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("max_part_size ends a bomb early", "[I141]") {
    Server server;
    const auto bomb = encoded_zeros(ContentCoding::gzip, 50'000'000);
    server.route("/bomb", coded_part("gzip", bomb));
    server.route("/twice", coded_part("gzip, gzip", encoded(ContentCoding::gzip, bomb)));
    server.route("/plain", one_part("A: 1\r\n", std::string(1001, 'x')));
    server.route("/base64",
                 one_part("Content-Transfer-Encoding: base64\r\n", std::string(1'000'000, 'A')));
    server.route("/soft", one_part("Content-Transfer-Encoding: quoted-printable\r\n",
                                   std::string(1'000'000, 'x')));
    server.route("/fits", one_part("Content-Transfer-Encoding: quoted-printable\r\n",
                                   std::string(1000, 'x')));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const MultipartLimits limits{.max_part_size = 1000};
        for (const auto* const path : {"/bomb", "/twice", "/plain", "/base64", "/soft"}) {
            INFO(path);
            auto response = co_await session.get(target.url(path));
            MultipartReader reader(response, limits);
            auto part = co_await reader.next();
            const auto error = co_await failure<ClientPayloadError>(part->read(true));
            CHECK(says(error,
                       "part 1 of the multipart body decodes to more than max_part_size "
                       "1000"));
        }
        auto fits = co_await session.get(target.url("/fits"));
        MultipartReader reader(fits, limits);
        auto part = co_await reader.next();
        const auto all = co_await part->read(true);
        CHECK(all.size() == 1000);
        auto plain = co_await session.get(target.url("/plain"));
        MultipartReader raw(plain, limits);
        part = co_await raw.next();
        const auto sent = co_await part->read();
        CHECK(sent.size() == 1001);
    });
}

TEST_CASE("the text of a part is converted from its charset", "[I141]") {
    Server server;
    const std::string koi8 = "\xf0\xf2\xe9";
    const std::string capitals = "\u041f\u0420\u0418";
    server.route("/koi8", one_part("Content-Type: text/plain; charset=KOI8-R\r\n", koi8));
    server.route("/json", one_part("Content-Type: a/json; charset=koi8-r\r\n", '"' + koi8 + '"'));
    server.route("/unknown", one_part("Content-Type: text/plain; charset=x-none\r\n", capitals));
    server.route("/none", one_part("A: 1\r\n", koi8));
    const std::string field = "Content-Disposition: form-data; name=";
    server.route("/form", mixed("--b\r\n" + field + "_charset_\r\n\r\nkoi8-r\r\n--b\r\n" + field +
                                "a\r\n\r\n" + koi8 +
                                "\r\n--b\r\nContent-Type: text/plain; "
                                "charset=utf-8\r\n\r\n" +
                                capitals + "\r\n--b--"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const std::string wanted = "\u041f\u0420\u0418";
        for (const auto* const path : {"/koi8", "/unknown", "/form"}) {
            INFO(path);
            auto response = co_await session.get(target.url(path));
            MultipartReader reader(response);
            while (auto part = co_await reader.next()) {
                const auto text = co_await part->text();
                CHECK(text == wanted);
            }
        }
        auto document = co_await session.get(target.url("/json"));
        MultipartReader documents(document);
        auto part = co_await documents.next();
        const auto json = co_await part->json();
        CHECK(json.get<std::string>() == wanted);

        const std::vector<std::pair<DecodeErrors, std::string>> cases{
            {DecodeErrors::replace, "\ufffd\ufffd\ufffd"}, {DecodeErrors::ignore, ""}};
        for (const auto& [errors, expected] : cases) {
            auto response = co_await session.get(target.url("/none"));
            MultipartReader reader(response);
            part = co_await reader.next();
            const auto text = co_await part->text("", errors);
            CHECK(text == expected);
        }
        auto response = co_await session.get(target.url("/none"));
        MultipartReader reader(response);
        part = co_await reader.next();
        co_await failure<ValueError>(part->text("x-none"));
        const auto error = co_await failure<UnicodeDecodeError>(part->text());
        CHECK(says(error, "part 1 of the multipart body is not utf-8 text, at byte 0 of 3"));
        auto again = co_await session.get(target.url("/none"));
        MultipartReader other(again);
        part = co_await other.next();
        const auto text = co_await part->text("koi8-r");
        CHECK(text == wanted);
    });
}
