// FormData and MultipartWriter, as the server gets them.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/file_body.hpp>
#include <aiohttp/form_data.hpp>
#include <aiohttp/generator_body.hpp>
#include <aiohttp/multipart_writer.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/view_body.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::FormData;
using aiohttp::FormDataOptions;
using aiohttp::FormFieldOptions;
using aiohttp::MultipartWriter;
using aiohttp::Pairs;
using aiohttp::ValueError;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::Server;
using aiohttp::testing::TemporaryFile;

using Piece = std::optional<std::string>;

/// A server that answers everything, and sends some on with 307.
class AnyServer : public Server {
public:
    AnyServer() {
        route("*", Reply(200, "ok"));
        route("/moved", Reply(307).header("Location", "/here"));
    }
};

auto two_pieces() {
    return [n = 0]() mutable -> boost::asio::awaitable<Piece> {
        ++n;
        co_return n < 3 ? Piece("piece" + std::to_string(n)) : Piece();
    };
}

/// A part that announces one length and has another.
class WrongLength final : public aiohttp::BodySource {
public:
    explicit WrongLength(std::uint64_t announced) : announced_(announced) {}
    std::optional<std::uint64_t> size() const override { return announced_; }
    boost::asio::awaitable<Piece> next() override {
        co_return std::exchange(given_, true) ? Piece() : Piece("four");
    }

private:
    std::uint64_t announced_;
    bool given_ = false;
};

FormDataOptions bounded() {
    return FormDataOptions().boundary("B");
}

}  // namespace

TEST_CASE("a form of plain strings is urlencoded", "[I134]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        FormData form;
        form.add_field("a", "b c").add_field("d", std::string("\u00e9&"));
        CHECK_FALSE(form.is_multipart());
        co_await session.post(target.url()).data(std::move(form)).text();
        FormData latin(FormDataOptions().charset("iso-8859-1"));
        latin.add_field("a", "\xe9");
        co_await session.post(target.url()).data(std::move(latin)).text();
        const Pairs pairs{{"x", "1"}, {"x", "2"}};
        co_await session.post(target.url()).data(FormData(pairs)).text();
        co_await session.post(target.url()).data(FormData()).text();
    });
    CHECK(server.request(0).body == "a=b+c&d=%C3%A9%26");
    CHECK(server.request(0).header("Content-Type") == "application/x-www-form-urlencoded");
    CHECK(server.request(1).body == "a=%E9");
    CHECK(server.request(1).header("Content-Type") ==
          "application/x-www-form-urlencoded; charset=iso-8859-1");
    CHECK(server.request(2).body == "x=1&x=2");
    CHECK(server.request(3).header("Content-Length") == "0");
}

TEST_CASE("bytes, sources, types and file names make a form multipart", "[I134]") {
    const auto is_multipart = [](auto value, FormFieldOptions options) {
        FormData form;
        form.add_field("a", std::move(value), std::move(options));
        return form.is_multipart();
    };
    const std::string text = "x";
    CHECK_FALSE(is_multipart("x", {}));
    CHECK(is_multipart(std::as_bytes(std::span(text)), {}));
    CHECK(is_multipart(aiohttp::view_body(text), {}));
    CHECK(is_multipart("x", FormFieldOptions().filename("f")));
    CHECK(is_multipart("x", FormFieldOptions().content_type("a/b")));
    CHECK(is_multipart("x", FormFieldOptions().header("X-A", "b")));
    CHECK(FormData(FormDataOptions().default_to_multipart()).is_multipart());
}

TEST_CASE("a multipart form has its fields in order, and a length", "[I132]") {
    AnyServer server;
    const TemporaryFile file("file\r\n", ".png");
    run_client(
        server,
        [](ClientSession& session, Server& target, const TemporaryFile& sent) -> Async {
            FormData form(bounded());
            const std::string raw("\0\xff", 2);
            form.add_field("text", "v")
                .add_field("bytes", std::as_bytes(std::span(raw)))
                .add_field("file", aiohttp::file_body(sent.path()))
                .add_field(
                    "named", "n",
                    FormFieldOptions().filename("a.b").content_type("c/d").header("X-E", "f"));
            co_await session.post(target.url("/moved")).data(std::move(form)).text();
        },
        file);
    const std::string name = file.path().filename();
    const std::string expected =
        "--B\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Disposition: form-data; name=\"text\"\r\n\r\nv\r\n"
        "--B\r\nContent-Type: application/octet-stream\r\n"
        "Content-Disposition: form-data; name=\"bytes\"\r\n\r\n" +
        std::string("\0\xff", 2) +
        "\r\n--B\r\nContent-Type: image/png\r\n"
        "Content-Disposition: form-data; name=\"file\"; filename=\"" +
        name +
        "\"\r\n\r\nfile\r\n\r\n"
        "--B\r\nContent-Type: c/d\r\n"
        "Content-Disposition: form-data; name=\"named\"; filename=\"a.b\"\r\n"
        "X-E: f\r\n\r\nn\r\n--B--\r\n";
    REQUIRE(server.request_count() == 2);
    CHECK(server.request(0).body == expected);
    CHECK(server.request(0).header("Content-Type") == "multipart/form-data; boundary=B");
    CHECK(server.request(0).header("Content-Length") == std::to_string(expected.size()));
    CHECK(server.request(1).body == expected);
}

TEST_CASE("a form with a part of unknown length is sent in chunks", "[I133]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        FormData form(bounded());
        form.add_field("q\"\u00e9", aiohttp::generator_body(two_pieces()),
                       FormFieldOptions().filename("\"\u4e2d\\.txt"));
        co_await session.post(target.url()).data(std::move(form)).text();
        FormData other(FormDataOptions().boundary("B").quote_fields(false));
        other.add_field("q\"", "v", FormFieldOptions().filename("a\\b"));
        co_await session.post(target.url()).data(std::move(other)).text();
    });
    CHECK(server.request(0).header("Transfer-Encoding") == "chunked");
    CHECK(server.request(0).body ==
          "--B\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; "
          "name=\"q%22\u00e9\"; filename=\"%22\u4e2d\\.txt\"\r\n\r\npiece1piece2\r\n--B--\r\n");
    CHECK(server.request(1).body ==
          "--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; "
          "name=\"q\\\"\"; filename=\"a\\\\b\"\r\n\r\nv\r\n--B--\r\n");
}

TEST_CASE("an empty piece does not end a part, nor the body", "[I133]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto pieces = [n = 0]() mutable -> boost::asio::awaitable<Piece> {
            ++n;
            co_return n == 1 ? Piece("one") : n < 4 ? Piece("") : n == 4 ? Piece("two") : Piece();
        };
        MultipartWriter writer("mixed", "B");
        writer.append(aiohttp::generator_body(std::move(pieces))).append("last");
        co_await session.post(target.url()).data(std::move(writer)).text();
    });
    REQUIRE(server.request_count() == 1);
    const auto& body = server.request(0).body;
    CHECK(body.find("\r\n\r\nonetwo\r\n--B\r\n") != std::string::npos);
    CHECK(body.ends_with("\r\n\r\nlast\r\n--B--\r\n"));
}

TEST_CASE("what would break a form's lines is refused", "[I134]") {
    for (const char bad : {'\r', '\n', '\0'}) {
        const std::string text = std::string("a") + bad + "b";
        FormData form;
        CHECK_THROWS_AS(form.add_field(text, "v"), ValueError);
        CHECK_THROWS_AS(FormFieldOptions().filename(text), ValueError);
        CHECK_THROWS_AS(FormFieldOptions().content_type(text), ValueError);
        CHECK_THROWS_AS(FormFieldOptions().header("X-A", text), ValueError);
        CHECK_THROWS_AS(FormDataOptions().boundary(text), ValueError);
        CHECK_THROWS_AS(FormDataOptions().charset(text), ValueError);
        CHECK_THROWS_AS(MultipartWriter("mixed", text), ValueError);
        CHECK_THROWS_AS(MultipartWriter(text), ValueError);
    }
    CHECK_THROWS_WITH(FormData().add_field("a\r\nb", "v"),
                      "field name \"a\\x0d\\x0ab\" holds CR, LF or NUL");
    CHECK_THROWS_AS(FormDataOptions().boundary(std::string(71, 'x')), ValueError);
    CHECK_THROWS_AS(FormDataOptions().boundary(""), ValueError);
    for (const char* const name : {"content-type", "Content-Disposition", "Content-Length",
                                   "Content-Encoding", "Content-Transfer-Encoding"}) {
        CHECK_THROWS_AS(FormFieldOptions().header(name, "x"), ValueError);
    }
}

TEST_CASE("boundaries are random", "[I132]") {
    const MultipartWriter one;
    const MultipartWriter other;
    CHECK(one.boundary().size() == 32);
    CHECK(one.boundary() != other.boundary());
}

TEST_CASE("large values of a form are sent whole", "[I132]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        FormData form(bounded());
        const std::string large(1'000'000, 'x');
        form.add_field("a", large, FormFieldOptions().content_type("a/b"))
            .add_field("b", aiohttp::view_body(large))
            .add_field("c", "end");
        co_await session.post(target.url()).data(std::move(form)).text();
    });
    const auto body = server.request(0).body;
    CHECK(server.request(0).header("Content-Length") == std::to_string(body.size()));
    CHECK(body.find("\r\n\r\n" + std::string(1'000'000, 'x') + "\r\n--B") != std::string::npos);
    CHECK(body.ends_with("end\r\n--B--\r\n"));
}

TEST_CASE("a part of another length than announced fails the request", "[I132]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const std::uint64_t announced : {3U, 5U}) {
            MultipartWriter writer;
            writer.append(std::make_unique<WrongLength>(announced))
                .append(aiohttp::generator_body(two_pieces()));
            co_await failure<aiohttp::ClientPayloadError>(
                session.post(target.url()).data(std::move(writer)));
        }
    });
    CHECK(server.request_count() == 0);
}

TEST_CASE("a multipart body has its parts in order, nested ones too", "[I132][I141]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        MultipartWriter inner("alternative", "in ner");
        inner.append("plain").append("<p>", {{"Content-Type", "text/html"}, {"X-A", "b"}});
        MultipartWriter outer("related", "outer");
        const nlohmann::json document{{"a", 1}};
        const Pairs fields{{"a", "b c"}};
        outer.append(std::move(inner)).append_json(document).append_form(fields);
        CHECK(outer.count() == 3);
        CHECK(outer.size());
        co_await session.post(target.url("/moved")).data(std::move(outer)).text();
    });
    const std::string inner =
        "--in ner\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nplain\r\n"
        "--in ner\r\nContent-Type: text/html\r\nX-A: b\r\nContent-Length: 3\r\n\r\n<p>\r\n"
        "--in ner--\r\n";
    const std::string expected =
        "--outer\r\nContent-Type: multipart/alternative; boundary=\"in ner\"\r\nContent-Length: " +
        std::to_string(inner.size()) + "\r\n\r\n" + inner +
        "\r\n--outer\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}\r\n"
        "--outer\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5\r\n\r\n"
        "a=b+c\r\n--outer--\r\n";
    REQUIRE(server.request_count() == 2);
    CHECK(server.request(1).body == expected);
    CHECK(server.request(1).header("Content-Type") == "multipart/related; boundary=outer");
    CHECK(server.request(1).header("Content-Length") == std::to_string(expected.size()));
}

TEST_CASE("Content-Transfer-Encoding of a part is applied", "[I141]") {
    AnyServer server;
    const TemporaryFile file("foobar", ".bin");
    run_client(
        server,
        [](ClientSession& session, Server& target, const TemporaryFile& sent) -> Async {
            MultipartWriter writer("mixed", "B");
            writer.append("foobar", {{"Content-Transfer-Encoding", "BASE64"}})
                .append("a=b", {{"Content-Transfer-Encoding", "quoted-printable"}})
                .append("c", {{"Content-Transfer-Encoding", "binary"}, {"Content-Length", "9"}})
                .append(aiohttp::file_body(sent.path()), {{"Content-Transfer-Encoding", "base64"},
                                                          {"Content-Disposition", "inline"}});
            CHECK(writer.size());
            co_await session.post(target.url("/moved")).data(std::move(writer)).text();
        },
        file);
    CHECK(server.request(1).body ==
          "--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: BASE64\r\n"
          "Content-Length: 8\r\n\r\nZm9vYmFy\r\n"
          "--B\r\nContent-Type: text/plain; charset=utf-8\r\n"
          "Content-Transfer-Encoding: quoted-printable\r\nContent-Length: 5\r\n\r\na=3Db\r\n"
          "--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: binary\r\n"
          "Content-Length: 1\r\n\r\nc\r\n"
          "--B\r\nContent-Type: application/octet-stream\r\n"
          "Content-Transfer-Encoding: base64\r\nContent-Disposition: inline\r\n"
          "Content-Length: 8\r\n\r\nZm9vYmFy\r\n--B--\r\n");
}

TEST_CASE("a file in a multipart body is an attachment of unchanged name", "[I132]") {
    const TemporaryFile file("x", ".txt");
    MultipartWriter writer("mixed", "B");
    writer.append(aiohttp::file_body(file.path()));
    const std::string expected =
        "--B\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=\"" +
        file.path().filename().string() + "\"\r\nContent-Length: 1\r\n\r\nx\r\n--B--\r\n";
    CHECK(writer.size() == expected.size());
}

TEST_CASE("encodings that a part cannot have are refused", "[I141]") {
    const auto refuses = [](MultipartWriter writer, const char* name, const char* value) {
        CHECK_THROWS_AS(writer.append("x", {{name, value}}), ValueError);
    };
    refuses(MultipartWriter(), "Content-Transfer-Encoding", "uuencode");
    refuses(MultipartWriter(), "Content-Encoding", "compress");
    refuses(MultipartWriter(), "Content-Encoding", "gzip, x");
    refuses(MultipartWriter("form-data"), "Content-Transfer-Encoding", "base64");
    refuses(MultipartWriter("form-data"), "Content-Encoding", "gzip");
    MultipartWriter writer;
    CHECK_THROWS_AS(writer.append(MultipartWriter(), {{"Content-Transfer-Encoding", "base64"}}),
                    ValueError);
    CHECK_THROWS_AS(writer.append(MultipartWriter("mixed", writer.boundary())), ValueError);
    writer.append("x", {{"Content-Encoding", "identity"}});
    CHECK(writer.count() == 1);
}

TEST_CASE("a Content-Type without the body's boundary is a mistake of the caller", "[I132]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        MultipartWriter writer("mixed", "bo und");
        writer.append("x");
        auto right = session.post(target.url()).data(std::move(writer));
        right.header("Content-Type", "multipart/x-own; boundary=\"bo und\"");
        co_await std::move(right).text();
        FormData form(FormDataOptions().default_to_multipart());
        co_await failure<ValueError>(session.post(target.url())
                                         .data(std::move(form))
                                         .header("Content-Type", "multipart/form-data"));
    });
    REQUIRE(server.request_count() == 1);
    CHECK(server.request(0).header("Content-Type") == "multipart/x-own; boundary=\"bo und\"");
}
