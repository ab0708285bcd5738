// text() and json() decode from the charset of the body.

#include <string>

#include <nlohmann/json.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using aiohttp::ClientResponse;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::DecodeErrors;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;

}  // namespace

TEST_CASE("text() decodes from the charset of Content-Type", "[J155]") {
    Server server;
    const std::string privet = "\xf0\xd2\xc9\xd7\xc5\xd4";
    server.route("/koi8", Reply(200, privet, "text/plain; charset=\"KOI8-R\""));
    server.route("/utf8", Reply(200, "Grüß", "text/html; charset=utf-8"));
    server.route("/none", Reply(200, "Grüß", ""));
    server.route("/bogus", Reply(200, "Grüß", "text/plain; charset=bogus"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto koi8 = co_await session.get(target.url("/koi8"));
        CHECK(koi8.get_encoding() == "koi8-r");
        const auto text = co_await koi8.text();
        CHECK(text == "Привет");
        const auto raw = co_await koi8.read();
        CHECK(raw == "\xf0\xd2\xc9\xd7\xc5\xd4");
        const auto other = co_await koi8.text("cp1251");
        CHECK(other == "рТЙЧЕФ");
        const auto shortcut = co_await session.get(target.url("/koi8")).text();
        CHECK(shortcut == "Привет");
        const auto bytes = co_await session.get(target.url("/koi8")).read();
        CHECK(bytes == raw);
        for (const auto* const path : {"/utf8", "/none", "/bogus"}) {
            auto response = co_await session.get(target.url(path));
            CHECK(response.get_encoding() == "utf-8");
            const auto same = co_await response.text();
            CHECK(same == "Grüß");
        }
    });
}

TEST_CASE("bytes that are no text are an error, unless told otherwise", "[J155]") {
    Server server;
    server.route("/", Reply(200,
                            "ab\xff"
                            "cd",
                            "text/plain; charset=utf-8"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url());
        const auto error = co_await failure<aiohttp::UnicodeDecodeError>(response.text());
        CHECK(error.code() == aiohttp::errc::text_invalid);
        CHECK(error.code() == aiohttp::condition::payload);
        CHECK(std::string(error.what()) ==
              "GET " + target.url() + ": response body is not utf-8 text, at byte 2 of 5");
        const auto ignored = co_await response.text("", DecodeErrors::ignore);
        CHECK(ignored == "abcd");
        const auto replaced = co_await response.text("", DecodeErrors::replace);
        CHECK(replaced ==
              "ab\xef\xbf\xbd"
              "cd");
        const auto latin = co_await response.text("latin-1");
        CHECK(latin == "abÿcd");
        const auto bytes = co_await response.read();
        CHECK(bytes.size() == 5);
        const auto unknown = co_await failure<aiohttp::ValueError>(response.text("bogus"));
        CHECK(std::string(unknown.what()) == "charset \"bogus\" is not known");
    });
}

TEST_CASE("json() decodes by the same rule", "[J155]") {
    Server server;
    server.route("/utf8", Reply(200, "{\"a\":\"ü\"}", "application/json"));
    server.route("/latin", Reply(200, "{\"a\":\"\xfc\"}", "application/json; charset=iso-8859-1"));
    server.route("/utf16", Reply(200, std::string("\xff\xfe{\0}\0", 6),
                                 "application/problem+json; charset=utf-16"));
    server.route("/bad", Reply(200, "{\"a\":\"\xfc\"}", "application/json"));
    const auto main = [](ClientSession& session, Server& target) -> Async {
        const auto utf8 = co_await session.get(target.url("/utf8")).as_json();
        CHECK(utf8.at("a") == "ü");
        const auto latin = co_await session.get(target.url("/latin")).as_json();
        CHECK(latin.at("a") == "ü");
        const auto utf16 = co_await session.get(target.url("/utf16")).as_json();
        CHECK(utf16.empty());
        co_await failure<aiohttp::JSONDecodeError>(session.get(target.url("/bad")).as_json());
    };
    const auto resolve = [](const ClientResponse&, std::string_view) {
        return std::string("cp1251");
    };
    run_client_with(ClientSessionOptions().fallback_charset_resolver(resolve), server, main);
}

TEST_CASE("a resolver names the charset where the head does not", "[J155]") {
    Server server;
    server.route("/none", Reply(200, "\xfc", "text/plain"));
    server.route("/bogus", Reply(200, "\xfc", "text/plain; charset=bogus"));
    server.route("/known", Reply(200, "ü", "text/plain; charset=utf-8"));
    const auto resolve = [](const ClientResponse& response, std::string_view body) {
        return std::string(body.size() == 1 && response.status() == 200 ? "iso-8859-1" : "no-such");
    };
    run_client_with(ClientSessionOptions().fallback_charset_resolver(resolve), server,
                    [](ClientSession& session, Server& target) -> Async {
                        for (const auto* const path : {"/none", "/bogus", "/known"}) {
                            const auto text = co_await session.get(target.url(path)).text();
                            CHECK(text == "ü");
                        }
                        auto response = co_await session.get(target.url("/none"));
                        CHECK_THROWS_AS(response.get_encoding(), aiohttp::RuntimeError);
                        co_await response.read();
                        CHECK(response.get_encoding() == "iso-8859-1");
                    });
    const auto wrong = [](const ClientResponse&, std::string_view) {
        return std::string("no-such");
    };
    run_client_with(
        ClientSessionOptions().fallback_charset_resolver(wrong), server,
        [](ClientSession& session, Server& target) -> Async {
            co_await failure<aiohttp::ValueError>(session.get(target.url("/none")).text());
        });
}
