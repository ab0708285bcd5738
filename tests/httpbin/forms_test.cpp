// Forms and files, as httpbin's parser (Werkzeug's) takes them apart.
#include <span>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <aiohttp/aiohttp.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/testing/certificate.hpp>
#include "httpbin.hpp"
#include "support/catch.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::FormData;
using aiohttp::FormFieldOptions;
using aiohttp::testing::Async;
using aiohttp::testing::TemporaryFile;
using aiohttp::testing::with_httpbin;
using nlohmann::json;

}  // namespace

TEST_CASE("a multipart form arrives with its fields and files", "[I132]") {
    with_httpbin([](ClientSession& session) -> Async {
        const TemporaryFile file("a,b\r\n--x\r\n", ".csv");
        const std::string raw("\0\x01\xff", 3);
        FormData form;
        form.add_field("text", "two\r\nlines \u00e9")
            .add_field("twice", "1")
            .add_field("twice", "2")
            .add_field("empty", "")
            .add_field("table", aiohttp::file_body(file.path()))
            .add_field("raw", std::as_bytes(std::span(raw)), FormFieldOptions().filename("r.bin"));
        const auto answer = co_await session.post("post").data(std::move(form)).as<json>();
        const json fields{{"text", "two\r\nlines \u00e9"}, {"twice", {"1", "2"}}, {"empty", ""}};
        CHECK(answer.at("form") == fields);
        const json files{{"table", "a,b\r\n--x\r\n"},
                         {"raw", "data:application/octet-stream;base64,AAH/"}};
        CHECK(answer.at("files") == files);
    });
}

TEST_CASE("names with what is not ASCII arrive as they are", "[I133]") {
    with_httpbin([](ClientSession& session) -> Async {
        FormData form;
        form.add_field("n\u00e9\u4e2d", "v", FormFieldOptions().content_type("text/plain"));
        form.add_field("d\u00e9", "content", FormFieldOptions().filename("\u4e2d.txt"));
        const auto answer = co_await session.post("post").data(std::move(form)).as<json>();
        CHECK(answer.at("form") == json{{"n\u00e9\u4e2d", "v"}});
        CHECK(answer.at("files") == json{{"d\u00e9", "content"}});
    });
}

TEST_CASE("a multipart form of unknown length arrives in chunks", "[I133]") {
    with_httpbin([](ClientSession& session) -> Async {
        const auto lines = [n = 0]() mutable -> boost::asio::awaitable<std::optional<std::string>> {
            ++n;
            co_return n <= 3 ? std::optional(std::to_string(n) + '\n') : std::nullopt;
        };
        FormData form;
        form.add_field("lines", aiohttp::generator_body(lines), FormFieldOptions().filename("l"));
        form.add_field("last", "yes");
        const auto answer = co_await session.post("post").data(std::move(form)).as<json>();
        CHECK(answer.at("files") == json{{"lines", "1\n2\n3\n"}});
        CHECK(answer.at("form") == json{{"last", "yes"}});
        CHECK(answer.at("headers").at("Transfer-Encoding") == "chunked");
    });
}

TEST_CASE("an urlencoded FormData arrives as a form", "[I134]") {
    with_httpbin([](ClientSession& session) -> Async {
        FormData form;
        form.add_field("a", "b & c").add_field("d", "\u00e9");
        const auto answer = co_await session.post("post").data(std::move(form)).as<json>();
        CHECK(answer.at("form") == json{{"a", "b & c"}, {"d", "\u00e9"}});
    });
}

TEST_CASE("a file arrives whole, or from its offset", "[I131]") {
    with_httpbin([](ClientSession& session) -> Async {
        const TemporaryFile file("0123456789", ".txt");
        const auto whole =
            co_await session.put("put").data(aiohttp::file_body(file.path())).as<json>();
        CHECK(whole.at("data") == "0123456789");
        CHECK(whole.at("headers").at("Content-Type") == "text/plain");
        auto rest = aiohttp::file_body(file.path(), aiohttp::FileBodyOptions().offset(7));
        const auto part = co_await session.put("put").data(std::move(rest)).as<json>();
        CHECK(part.at("data") == "789");
    });
}
