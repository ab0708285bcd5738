// Reading multipart responses part by part.

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

using aiohttp::BodyPart;
using aiohttp::ClientPayloadError;
using aiohttp::ClientResponse;
using aiohttp::ClientSession;
using aiohttp::ContentCoding;
using aiohttp::ContentTypeError;
using aiohttp::JSONDecodeError;
using aiohttp::MultipartLimits;
using aiohttp::MultipartReader;
using aiohttp::Pairs;
using aiohttp::RuntimeError;
using aiohttp::testing::Async;
using aiohttp::testing::encoded;
using aiohttp::testing::failure;
using aiohttp::testing::Gate;
using aiohttp::testing::prose;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::Script;
using aiohttp::testing::Server;

Reply mixed(std::string body) {
    return Reply(200, std::move(body), "multipart/mixed; boundary=b");
}

/// The text of all parts that are left, each in brackets.
boost::asio::awaitable<std::string> all_parts(MultipartReader reader) {
    std::string all;
    while (auto part = co_await reader.next()) {
        const auto text = co_await part->text();
        all += '[' + text + ']';
    }
    co_return all;
}

/// How many requests over how many connections.
using Counts = std::pair<std::size_t, std::size_t>;

}  // namespace

TEST_CASE("a multipart response is read part by part", "[I141]") {
    Server server;
    server.route("/",
                 Reply(200,
                       "--\"x\r\nContent-Type: text/html; charset=UTF-8\r\n"
                       "Content-Disposition: form-data; name=\"a\"; filename=\"f.html\"\r\n\r\n"
                       "<p>\r\n--\"x\r\n\r\ntwo\r\n--\"x--",
                       "Multipart/Form-Data; boundary=\"\\\"x\""));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        MultipartReader reader(response);
        CHECK(reader.boundary() == "\"x");
        auto first = co_await reader.next();
        REQUIRE(first);
        CHECK(first->headers()["content-type"] == "text/html; charset=UTF-8");
        CHECK(first->content_type() == "text/html");
        CHECK(first->charset() == "utf-8");
        CHECK(first->name() == "a");
        CHECK(first->filename() == "f.html");
        CHECK_FALSE(first->at_eof());
        const auto bytes = co_await first->read();
        CHECK(bytes == "<p>");
        CHECK(first->at_eof());
        const auto again = co_await first->read();
        CHECK(again.empty());
        auto second = co_await reader.next();
        REQUIRE(second);
        CHECK(second->content_type() == "text/plain");
        CHECK_FALSE(second->name());
        CHECK_FALSE(second->filename());
        const auto text = co_await second->text();
        CHECK(text == "two");
        CHECK_FALSE(reader.at_eof());
        const auto none = co_await reader.next();
        CHECK_FALSE(none);
        CHECK(reader.at_eof());
        const auto still_none = co_await reader.next();
        CHECK_FALSE(still_none);
        CHECK(response.closed());
    });
}

TEST_CASE("parts that nobody reads are skipped, and the connection serves again", "[I141]") {
    Server server;
    server.route("/", mixed("--b\r\n\r\n" + std::string(300'000, 'x') +
                            "\r\n--b\r\n\r\ntwo\r\n--b--" + std::string(300'000, 'y')));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        MultipartReader reader(response);
        auto first = co_await reader.next();
        auto second = co_await reader.next();
        const auto error = co_await failure<RuntimeError>(first->read());
        CHECK(std::string(error.what()).find("part 1") != std::string::npos);
        CHECK(first->at_eof());
        co_await reader.release();
        CHECK(reader.at_eof());
        auto next = co_await session.get(target.url());
        const auto all = co_await all_parts(MultipartReader(next));
        CHECK(all == '[' + std::string(300'000, 'x') + "][two]");
    });
    CHECK(Counts(server.requests().size(), server.connections_accepted()) == Counts(2, 1));
}

TEST_CASE("a part arrives while the next one is not there yet", "[I141]") {
    Server server;
    Gate gate;
    server.route("/", Script()
                          .send("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; "
                                "boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n")
                          .wait_for(gate)
                          .send("\r\ntwo\r\n--b--")
                          .close());
    run_client(
        server,
        [](ClientSession& session, Server& target, Gate& next) -> Async {
            auto response = co_await session.get(target.url());
            MultipartReader reader(response);
            auto part = co_await reader.next();
            const auto one = co_await part->text();
            CHECK(one == "one");
            next.open();
            const auto rest = co_await all_parts(reader);
            CHECK(rest == "[two]");
        },
        gate);
}

TEST_CASE("a part within a part is read by a reader of its own", "[I141]") {
    Server server;
    server.route("/", mixed("--b\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n"
                            "--bb\r\n\r\none\r\n--bb\r\n\r\ntwo\r\n--bb--\r\n--b\r\n\r\n"
                            "three\r\n--b--"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        MultipartReader reader(response);
        auto outer = co_await reader.next();
        CHECK(outer->is_multipart());
        const auto inner = co_await all_parts(outer->parts());
        CHECK(inner == "[one][two]");
        auto last = co_await reader.next();
        CHECK_FALSE(last->is_multipart());
        const auto text = co_await last->text();
        CHECK(text == "three");
        co_await failure<ContentTypeError>([](BodyPart part) -> Async {
            part.parts();
            co_return;
        }(*last));
    });
}

TEST_CASE("the transfer encoding of a part is undone on request", "[I141]") {
    Server server;
    server.route("/", mixed("--b\r\nContent-Transfer-Encoding: BASE64\r\n\r\nb25l\r\n"
                            "--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nt=77o\r\n"
                            "--b\r\nContent-Transfer-Encoding: binary\r\n\r\nb25l\r\n"
                            "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nb25l\r\n--b--"));
    server.route("/odd", mixed("--b\r\nContent-Transfer-Encoding: rot13\r\n\r\nx\r\n--b--"));
    server.route("/bad", mixed("--b\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--b--"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        MultipartReader reader(response);
        for (const std::string wanted : {"one", "two", "b25l"}) {
            auto part = co_await reader.next();
            const auto text = co_await part->read(true);
            CHECK(text == wanted);
        }
        auto raw = co_await reader.next();
        const auto bytes = co_await raw->read();
        CHECK(bytes == "b25l");
        for (const std::string path : {"/odd", "/bad"}) {
            auto other = co_await session.get(target.url(path));
            const auto error =
                co_await failure<ClientPayloadError>(all_parts(MultipartReader(other)));
            CHECK(std::string(error.what()).find(path == "/odd" ? "\"rot13\"" : "base64") !=
                  std::string::npos);
        }
    });
}

TEST_CASE("what the writer nests, compresses and encodes comes back from the reader", "[I141]") {
    Server server;
    server.route("/", [](const aiohttp::testing::ServerRequest& request) {
        return Reply(200, request.body, std::string(request.header("Content-Type")));
    });
    const std::string bytes = prose(200'000) + std::string("\0\xff\r\n--", 6);
    run_client(
        server,
        [](ClientSession& session, Server& target, const std::string& content) -> Async {
            aiohttp::MultipartWriter inner("alternative");
            inner.append(content, {{"Content-Encoding", "gzip"}});
            inner.append(content, {{"Content-Transfer-Encoding", "base64"}});
            inner.append(content, {{"Content-Transfer-Encoding", "quoted-printable"}});
            for (const std::string coding : {"deflate", "br", "zstd", "x-gzip"}) {
                const aiohttp::Headers both{{"Content-Encoding", coding},
                                            {"Content-Transfer-Encoding", "base64"}};
                inner.append(content, both);
            }
            CHECK_FALSE(inner.size());
            aiohttp::MultipartWriter outer;
            outer.append("first").append(std::move(inner)).append("last");
            auto response = co_await session.post(target.url()).data(std::move(outer));
            MultipartReader reader(response);
            auto first = co_await reader.next();
            const auto before = co_await first->text();
            CHECK(before == "first");
            auto nested = co_await reader.next();
            auto parts = nested->parts();
            int count = 0;
            while (auto part = co_await parts.next()) {
                INFO(++count);
                const auto whole = co_await part->read(true);
                CHECK((whole == content));
            }
            CHECK(count == 7);
            auto last = co_await reader.next();
            const auto after = co_await last->text();
            CHECK(after == "last");
            const auto end = co_await reader.next();
            CHECK_FALSE(end);
            CHECK(session.connector().stats().idle == 1);
        },
        bytes);
}

TEST_CASE("a part whose Content-Encoding does not fit its bytes is an error", "[I141]") {
    Server server;
    const auto data = encoded(ContentCoding::gzip, prose(1000));
    const auto part = [](const std::string& coding, const std::string& bytes) {
        return mixed("--b\r\nContent-Encoding: " + coding + "\r\n\r\n" + bytes + "\r\n--b--");
    };
    server.route("/corrupt", part("gzip", "no gzip"));
    server.route("/short", part("gzip", data.substr(0, data.size() - 1)));
    server.route("/behind", part("gzip", data + "x"));
    server.route("/unknown", part("lzma", "as it is"));
    server.route("/empty", part("gzip", ""));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const std::string path : {"/corrupt", "/short", "/behind"}) {
            INFO(path);
            auto response = co_await session.get(target.url(path));
            const auto error =
                co_await failure<ClientPayloadError>(all_parts(MultipartReader(response)));
            CHECK(std::string(error.what()).find("part 1") != std::string::npos);
            CHECK(error.code() == (path == "/short" ? aiohttp::errc::payload_truncated
                                                    : aiohttp::errc::payload_malformed));
        }
        auto unknown = co_await session.get(target.url("/unknown"));
        const auto same = co_await all_parts(MultipartReader(unknown));
        CHECK(same == "[as it is]");
        auto empty = co_await session.get(target.url("/empty"));
        const auto nothing = co_await all_parts(MultipartReader(empty));
        CHECK(nothing == "[]");
    });
}

TEST_CASE("the text of a part is decoded from its charset", "[I141]") {
    Server server;
    const std::string body =
        "--b\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n\xf0\xd2\xc9\r\n"
        "--b\r\nContent-Type: text/plain; charset=bogus\r\n\r\n\xc3\xbc\r\n"
        "--b\r\n\r\nab\xff\r\n"
        "--b\r\n\r\nab\xff\r\n"
        "--b\r\n\r\n\xfc\r\n"
        "--b\r\nContent-Type: application/json; charset=latin-1\r\n\r\n[\"\xfc\"]\r\n--b--";
    server.route("/", mixed(body));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        MultipartReader reader(response);
        for (const std::string wanted : {"При", "ü"}) {
            auto part = co_await reader.next();
            const auto text = co_await part->text();
            CHECK(text == wanted);
        }
        auto bad = co_await reader.next();
        const auto error = co_await failure<aiohttp::UnicodeDecodeError>(bad->text());
        CHECK(std::string(error.what()) ==
              "GET " + target.url() + ": part 3 is not utf-8 text, at byte 2 of 3");
        auto lenient = co_await reader.next();
        const auto ignored = co_await lenient->text("", aiohttp::DecodeErrors::ignore);
        CHECK(ignored == "ab");
        auto latin = co_await reader.next();
        CHECK_THROWS_AS(latin->text("bogus"), aiohttp::ValueError);
        const auto text = co_await latin->text("latin-1");
        CHECK(text == "ü");
        auto json = co_await reader.next();
        const auto document = co_await json->json();
        CHECK(document.at(0) == "ü");
    });
}

TEST_CASE("a part may be JSON or a form", "[I141]") {
    Server server;
    server.route("/",
                 mixed("--b\r\n\r\n{\"a\":1}\r\n--b\r\n\r\na=1&b=x+y\r\n--b\r\n\r\n{\r\n--b--"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        MultipartReader reader(response);
        auto first = co_await reader.next();
        const auto json = co_await first->json();
        CHECK(json.at("a") == 1);
        auto second = co_await reader.next();
        const auto form = co_await second->form();
        CHECK(form == Pairs{{"a", "1"}, {"b", "x y"}});
        auto third = co_await reader.next();
        const auto error = co_await failure<JSONDecodeError>(third->json());
        CHECK(std::string(error.what()).find(target.url()) != std::string::npos);
    });
}

TEST_CASE("a form names the charset of its fields in its first one", "[I141]") {
    Server server;
    const std::string field = "Content-Disposition: form-data; name=";
    server.route("/", mixed("--b\r\n" + field + "_charset_\r\n\r\nkoi8-r\r\n--b\r\n" + field +
                            "a\r\n\r\n1\r\n--b--"));
    server.route("/long", mixed("--b\r\n" + field + "_charset_\r\n\r\n" + std::string(32, 'x') +
                                "\r\n--b--"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        MultipartReader reader(response);
        auto part = co_await reader.next();
        CHECK(part->name() == "a");
        CHECK(part->charset() == "koi8-r");
        auto other = co_await session.get(target.url("/long"));
        const auto error = co_await failure<ClientPayloadError>(MultipartReader(other).next());
        CHECK(std::string(error.what()).find("_charset_") != std::string::npos);
    });
}

TEST_CASE("what is not multipart, or has no boundary, is an error at once", "[I141]") {
    Server server;
    server.route("/plain", Reply(200, "x"));
    server.route("/none", Reply(200, "x", "multipart/mixed"));
    server.route("/empty", Reply(200, "x", "multipart/mixed; boundary=\"\""));
    server.route("/long", Reply(200, "x", "multipart/mixed; boundary=" + std::string(71, 'b')));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto plain = co_await session.get(target.url("/plain"));
        CHECK_THROWS_AS(MultipartReader(plain), ContentTypeError);
        for (const std::string path : {"/none", "/empty", "/long"}) {
            auto response = co_await session.get(target.url(path));
            CHECK_THROWS_AS(MultipartReader(response), ClientPayloadError);
        }
    });
}

TEST_CASE("a malformed, limited or truncated multipart body is an error", "[I141]") {
    Server server;
    server.route("/malformed", mixed("--b\r\nno colon\r\n\r\nx\r\n--b--"));
    server.route("/truncated", mixed("--b\r\n\r\none\r\n--b"));
    server.route("/nothing", mixed(""));
    server.route("/limit", mixed("--b\r\nA: 1\r\nB: 2\r\n\r\nx\r\n--b--"));
    server.route("/within", mixed("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
                                  "--c\r\n\r\none\r\n--b--"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const std::vector<std::pair<std::string, std::string>> cases{
            {"/malformed", "no colon"}, {"/truncated", "ends in part 1"}, {"/nothing", "no part"}};
        for (const auto& [path, words] : cases) {
            auto response = co_await session.get(target.url(path));
            const auto error =
                co_await failure<ClientPayloadError>(all_parts(MultipartReader(response)));
            CHECK(std::string(error.what()).find(words) != std::string::npos);
            CHECK(std::string(error.what()).find(target.url(path)) != std::string::npos);
        }
        auto limited = co_await session.get(target.url("/limit"));
        MultipartReader reader(limited, MultipartLimits{.max_headers = 1});
        const auto error = co_await failure<ClientPayloadError>(reader.next());
        CHECK(std::string(error.what()).find("\"B\"") != std::string::npos);
        auto within = co_await session.get(target.url("/within"));
        MultipartReader outer(within);
        auto part = co_await outer.next();
        const auto cut = co_await failure<ClientPayloadError>(all_parts(part->parts()));
        CHECK(std::string(cut.what()).find("ends in part 1") != std::string::npos);
        const auto end = co_await outer.next();
        CHECK_FALSE(end);
    });
}
