// HAR 1.2: what a recorder writes, held against the specification.

#include <algorithm>
#include <any>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <nlohmann/json.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/har.hpp>
#include <aiohttp/middleware.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/trace.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/coding.hpp"

namespace {

using aiohttp::ClientResponse;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::HarOptions;
using aiohttp::HarRecorder;
using aiohttp::Secrets;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using nlohmann::json;

/// Objects of the specification: the members that each must have, and those that it may have, with
/// a letter for the type: s string, i integer, n number, b boolean, o object, a array, t time.
struct Shape {
    std::string required;
    std::string optional;
};

void check_type(const std::string& where, const json& value, char type) {
    CAPTURE(where, value.dump());
    static const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))");
    switch (type) {
        case 's':
            CHECK(value.is_string());
            break;
        case 'i':
            CHECK(value.is_number_integer());
            break;
        case 'n':
            CHECK(value.is_number());
            break;
        case 'b':
            CHECK(value.is_boolean());
            break;
        case 'o':
            CHECK(value.is_object());
            break;
        case 'a':
            CHECK(value.is_array());
            break;
        default:
            REQUIRE(value.is_string());
            CHECK(std::regex_match(value.get<std::string>(), time));
    }
}

/// `shape`: "name:s value:s".
void check_members(const std::string& where, const json& object, const Shape& shape) {
    REQUIRE(object.is_object());
    std::set<std::string> known;
    const auto each = [&](const std::string& list, bool required) {
        std::istringstream words(list);
        for (std::string word; words >> word;) {
            const auto name = word.substr(0, word.size() - 2);
            known.insert(name);
            CAPTURE(where, name);
            CHECK((object.contains(name) || !required));
            if (object.contains(name)) {
                check_type(where + '.' + name, object[name], word.back());
            }
        }
    };
    each(shape.required, true);
    each(shape.optional, false);
    for (const auto& [name, value] : object.items()) {
        CAPTURE(where, name);
        CHECK((known.contains(name) || name.starts_with('_')));
    }
}

void check_all(const std::string& where, const json& list, const Shape& shape) {
    for (const auto& each : list) {
        check_members(where, each, shape);
    }
}

const Shape pair{"name:s value:s", "comment:s"};
const Shape cookie{"name:s value:s", "path:s domain:s expires:t httpOnly:b secure:b comment:s"};

void check_entry(const json& entry) {
    check_members("entry", entry,
                  {"startedDateTime:t time:n request:o response:o cache:o timings:o",
                   "pageref:s serverIPAddress:s connection:s comment:s"});
    const auto& request = entry["request"];
    check_members("request", request,
                  {"method:s url:s httpVersion:s cookies:a headers:a queryString:a headersSize:i "
                   "bodySize:i",
                   "postData:o comment:s"});
    check_all("request.cookies", request["cookies"], cookie);
    check_all("request.headers", request["headers"], pair);
    check_all("request.queryString", request["queryString"], pair);
    if (request.contains("postData")) {
        check_members("postData", request["postData"], {"mimeType:s text:s", "params:a comment:s"});
    }
    const auto& response = entry["response"];
    check_members("response", response,
                  {"status:i statusText:s httpVersion:s cookies:a headers:a content:o "
                   "redirectURL:s headersSize:i bodySize:i",
                   "comment:s"});
    check_all("response.cookies", response["cookies"], cookie);
    check_all("response.headers", response["headers"], pair);
    check_members("content", response["content"],
                  {"size:i mimeType:s", "compression:i text:s encoding:s comment:s"});
    const auto& timings = entry["timings"];
    check_members("timings", timings,
                  {"send:n wait:n receive:n", "blocked:n dns:n connect:n ssl:n comment:s"});
    double total = 0;
    for (const auto& [name, value] : timings.items()) {
        CAPTURE(name);
        CHECK((value.get<double>() >= 0 || value.get<double>() == -1));
        if (name != "ssl" && value.get<double>() >= 0) {
            total += value.get<double>();
        }
    }
    for (const auto* const name : {"send", "wait", "receive"}) {
        CHECK(timings[name].get<double>() >= 0);
    }
    CHECK(timings["ssl"].get<double>() <= timings["connect"].get<double>());
    CHECK(std::abs(entry["time"].get<double>() - total) < 0.001);
}

/// The entries of an archive that is as the specification wants it.
json entries_of(const HarRecorder& recorder) {
    const auto archive = json::parse(recorder.to_string());
    check_members("archive", archive, {"log:o", ""});
    const auto& log = archive["log"];
    // Firefox reads pages without asking whether they are there.
    check_members("log", log, {"version:s creator:o pages:a entries:a", "browser:o comment:s"});
    CHECK(log["version"] == "1.2");
    check_members("creator", log["creator"], {"name:s version:s", "comment:s"});
    for (const auto& entry : log["entries"]) {
        check_entry(entry);
    }
    return log["entries"];
}

/// The value of the first pair of that name.
std::string value_of(const json& pairs, std::string_view name) {
    for (const auto& each : pairs) {
        if (each["name"] == name) {
            return each["value"];
        }
    }
    return "none";
}

ClientSessionOptions recorded(const HarRecorder& recorder) {
    return ClientSessionOptions().trace_config(recorder.trace_config());
}

}  // namespace

TEST_CASE("an exchange becomes an entry with all of its parts") {
    Server server;
    server.route("/things", Reply(201, R"({"made":true})", "application/json")
                                .reason("Made")
                                .header("Set-Cookie",
                                        "a=b; Path=/; HttpOnly; "
                                        "Expires=Wed, 09 Jun 2032 10:18:14 GMT"));
    const HarRecorder recorder(HarOptions().secrets(Secrets::shown));
    run_client_with(recorded(recorder), server,
                    [](ClientSession& session, Server& target) -> Async {
                        auto response = co_await session.post(target.url("/things"))
                                            .param("q", "a b")
                                            .param("q", "c")
                                            .cookie("own", "1")
                                            .json_text(R"({"x":1})");
                        co_await response.text();
                    });
    const auto entries = entries_of(recorder);
    REQUIRE(entries.size() == 1);
    const auto& entry = entries[0];
    CHECK(entry["serverIPAddress"] == "127.0.0.1");
    CHECK(entry["connection"] == "1");
    CHECK(!entry.contains("_error"));
    const auto& request = entry["request"];
    CHECK(request["method"] == "POST");
    CHECK(request["url"] == server.url("/things?q=a+b&q=c"));
    CHECK(request["httpVersion"] == "HTTP/1.1");
    CHECK(request["queryString"].size() == 2);
    CHECK(value_of(request["queryString"], "q") == "a b");
    CHECK(value_of(request["cookies"], "own") == "1");
    CHECK(value_of(request["headers"], "Content-Type") == "application/json");
    CHECK(request["postData"]["mimeType"] == "application/json");
    CHECK(request["postData"]["text"] == R"({"x":1})");
    CHECK(request["headersSize"] == server.request(0).raw_head.size());
    CHECK(request["bodySize"] == 7);
    const auto& response = entry["response"];
    CHECK(response["status"] == 201);
    CHECK(response["statusText"] == "Made");
    CHECK(response["redirectURL"] == "");
    CHECK(response["bodySize"] == 13);
    CHECK(response["headersSize"] > 50);
    CHECK(response["content"]["size"] == 13);
    CHECK(response["content"]["mimeType"] == "application/json");
    CHECK(response["content"]["text"] == R"({"made":true})");
    const auto& set = response["cookies"].at(0);
    CHECK(set["name"] == "a");
    CHECK(set["value"] == "b");
    CHECK(set["httpOnly"] == true);
    CHECK(set["expires"] == "2032-06-09T10:18:14.000Z");
    CHECK(entry["timings"]["connect"] >= 0);
    CHECK(entry["timings"]["ssl"] == -1);
    CHECK(entry["timings"]["blocked"] == -1);
}

TEST_CASE("each hop of a redirect is an entry, and a reused connection has no connect") {
    Server server;
    server.route("/moved", Reply(302, "").header("Location", "/there?token=t-secret"));
    server.route("/there", Reply(200, "here"));
    const HarRecorder recorder;
    run_client_with(recorded(recorder), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.post(target.url("/moved")).data("body").text();
                    });
    const auto entries = entries_of(recorder);
    REQUIRE(entries.size() == 2);
    CHECK(entries[0]["request"]["method"] == "POST");
    CHECK(entries[0]["response"]["status"] == 302);
    CHECK(entries[0]["response"]["redirectURL"] == "/there?token=***");
    CHECK(entries[1]["request"]["method"] == "GET");
    CHECK(!entries[1]["request"].contains("postData"));
    CHECK(entries[1]["timings"]["connect"] == -1);
    CHECK(entries[1]["response"]["content"]["text"] == "here");
    CHECK(entries[0]["connection"] == entries[1]["connection"]);
    CHECK(recorder.to_string().find("-secret") == std::string::npos);
}

TEST_CASE("secrets are masked everywhere, unless they are asked for") {
    Server server;
    server.route("*", Reply(200, R"({"access_token":"answer-secret","page":1})", "application/json")
                          .header("Set-Cookie", "sid=cookie-secret; Path=/")
                          .header("X-Auth-Token", "field-secret"));
    const auto record = [&server](Secrets secrets) {
        HarRecorder recorder(HarOptions().secrets(secrets));
        run_client_with(
            recorded(recorder), server, [](ClientSession& session, Server& target) -> Async {
                const aiohttp::Pairs fields{{"user", "ada"}, {"password", "form-secret"}};
                for (int i = 0; i < 2; ++i) {
                    co_await session.post(target.url("/?api_key=param-secret"))
                        .header("X-Api-Key", "key-secret")
                        .auth(aiohttp::BearerAuth("bearer-secret"))
                        .form(fields)
                        .text();
                }
            });
        entries_of(recorder);
        return recorder.to_string();
    };
    const auto masked = record(Secrets::masked);
    CHECK(masked.find("-secret") == std::string::npos);
    CHECK(masked.find("user=ada&password=***") != std::string::npos);
    const auto shown = record(Secrets::shown);
    for (const std::string_view secret :
         {"answer", "cookie", "field", "param", "key", "bearer", "form"}) {
        CAPTURE(secret);
        CHECK(shown.find(std::string(secret) + "-secret") != std::string::npos);
    }
}

TEST_CASE("bodies are text, base64 or cut off") {
    Server server;
    const std::string binary("\0\xff\xfe", 3);
    server.route("/binary", Reply(200, binary, "application/octet-stream"));
    server.route("/latin", Reply(200, "caf\xe9", "text/plain; charset=iso-8859-1"));
    server.route("/long", Reply(200, "a\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", "text/plain"));
    const auto text = aiohttp::testing::prose(20'000);
    server.route("/gzip", Reply(200, aiohttp::testing::encoded(aiohttp::ContentCoding::gzip, text))
                              .header("Content-Encoding", "gzip"));
    const HarRecorder recorder(HarOptions().max_body_size(4));
    run_client_with(recorded(recorder), server,
                    [](ClientSession& session, Server& target) -> Async {
                        for (const auto* const path : {"/binary", "/latin", "/long", "/gzip"}) {
                            co_await session.post(target.url(path)).data("12345").read();
                        }
                    });
    const auto entries = entries_of(recorder);
    REQUIRE(entries.size() == 4);
    const auto content = [&](std::size_t index) { return entries[index]["response"]["content"]; };
    CHECK(content(0)["encoding"] == "base64");
    CHECK(content(0)["text"] == "AP/+");
    CHECK(content(0)["size"] == 3);
    CHECK(content(1)["encoding"] == "base64");
    CHECK(content(2)["text"] == "a\xc3\xa9");
    CHECK(content(2)["size"] == 9);
    CHECK(content(2)["comment"] == "the first 4 of 9 bytes");
    CHECK(content(3)["size"] == 20'000);
    CHECK(content(3)["compression"].get<int>() + entries[3]["response"]["bodySize"].get<int>() ==
          20'000);
    CHECK(entries[0]["request"]["postData"]["text"] == "1234");
    CHECK(entries[0]["request"]["postData"]["comment"] == "the first 4 of 5 bytes");
}

TEST_CASE("a request that fails is an entry that says why") {
    Server server;
    server.route("/reset", Script().reset());
    server.route("/500", Reply(500, "sorry"));
    server.route("/cut",
                 Script().send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n12345").close());
    server.route("/left", Reply(200, std::string(10'000'000, 'x')));
    const HarRecorder recorder;
    run_client_with(
        recorded(recorder), server, [](ClientSession& session, Server& target) -> Async {
            co_await failure<aiohttp::ClientConnectionResetError>(
                session.get(target.url("/reset")));
            co_await failure<aiohttp::ClientResponseError>(
                session.get(target.url("/500")).raise_for_status());
            co_await failure<aiohttp::ClientPayloadError>(session.get(target.url("/cut")).text());
            co_await session.get(target.url("/left"));
            target.refuse_connections();
            co_await failure<aiohttp::ClientConnectorError>(session.get(target.url("/")));
        });
    const auto entries = entries_of(recorder);
    REQUIRE(entries.size() == 5);
    CHECK(entries[0]["response"]["status"] == 0);
    CHECK(entries[0]["_error"].get<std::string>().find("reset") != std::string::npos);
    CHECK(value_of(entries[0]["request"]["headers"], "Accept") == "*/*");
    CHECK(entries[1]["response"]["status"] == 500);
    CHECK(entries[1]["response"]["content"]["text"] == "sorry");
    CHECK(entries[1].contains("_error"));
    CHECK(entries[2]["response"]["status"] == 200);
    CHECK(entries[2]["response"]["content"]["text"] == "12345");
    CHECK(entries[2].contains("_error"));
    CHECK(entries[3]["response"]["status"] == 200);
    CHECK(!entries[3].contains("_error"));
    CHECK(entries[4]["response"]["status"] == 0);
    CHECK(entries[4]["timings"]["connect"] > 0);
}

TEST_CASE("TLS has a time of its own within connect") {
    Server server(ServerOptions().tls());
    server.route("*", Reply(204));
    const HarRecorder recorder;
    run_client_with(recorded(recorder).connector(aiohttp::TCPConnectorOptions().ssl(
                        aiohttp::TlsOptions().ca_pem(server.ca_pem()))),
                    server, [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url());
                    });
    const auto entries = entries_of(recorder);
    REQUIRE(entries.size() == 1);
    CHECK(entries[0]["timings"]["ssl"] > 0);
    CHECK(entries[0]["timings"]["dns"] >= 0);
    CHECK(entries[0]["response"]["bodySize"] == 0);
}

TEST_CASE("a recorder keeps no more than it may") {
    Server server;
    server.route("/1", Reply(200, "one"));
    server.route("/2", Reply(200, "two"));
    server.route("/3", Reply(200, std::string(100'000, 'x')));
    const auto paths_of = [](const HarRecorder& recorder) {
        std::string paths;
        for (const auto& entry : entries_of(recorder)) {
            const auto url = entry["request"]["url"].get<std::string>();
            paths += url.back();
        }
        return paths;
    };
    const auto get = [](ClientSession& session, Server& target) -> Async {
        for (const auto* const path : {"/1", "/2", "/3"}) {
            co_await session.get(target.url(path)).text();
        }
    };
    HarRecorder few(HarOptions().max_entries(2));
    run_client_with(recorded(few), server, get);
    CHECK(paths_of(few) == "23");
    CHECK(few.size() == 2);
    CHECK(few.dropped() == 1);
    few.clear();
    CHECK(few.size() == 0);
    CHECK(entries_of(few).empty());

    const HarRecorder small(HarOptions().max_total_size(50'000));
    run_client_with(recorded(small), server, get);
    CHECK(small.size() == 0);
    CHECK(small.dropped() == 3);

    const HarRecorder bodiless(HarOptions().max_body_size(0));
    run_client_with(recorded(bodiless), server, get);
    CHECK(paths_of(bodiless) == "123");
    CHECK(bodiless.to_string().size() < 20'000);
}

TEST_CASE("a recorder serves several sessions, and writes a file") {
    Server server;
    server.route("*", Reply(200, "x"));
    const HarRecorder recorder;
    const HarRecorder copy = recorder;
    for (int i = 0; i < 2; ++i) {
        run_client_with(recorded(recorder), server,
                        [](ClientSession& session, Server& target) -> Async {
                            co_await session.get(target.url()).text();
                        });
    }
    CHECK(copy.size() == 2);
    const auto path = std::filesystem::temp_directory_path() /
                      ("aiohttp-har-" + std::to_string(server.port()) + ".har");
    recorder.save(path.string());
    recorder.save(path.string());
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    CHECK(text == recorder.to_string());
    std::filesystem::remove(path);
    CHECK_THROWS_AS(recorder.save("/nowhere/at/all.har"), std::filesystem::filesystem_error);
}

TEST_CASE("why a request failed is told without the secrets of its URL") {
    Server server;
    server.route("/reset", Script().reset());
    server.route("/500", Reply(500, "sorry"));
    server.route("/moved", Reply(302, "").header("Location", "/reset?token=hop-secret"));
    server.route("/ftp", Reply(302, "").header("Location", "ftp://u:p-secret@h/?token=to-secret"));
    server.route("/cut",
                 Script().send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n12345").close());
    const auto record = [&server](Secrets secrets) {
        HarRecorder recorder(HarOptions().secrets(secrets));
        run_client_with(
            recorded(recorder), server, [](ClientSession& session, Server& target) -> Async {
                co_await failure<aiohttp::ClientConnectionResetError>(
                    session.get(target.url("/reset?token=reset-secret")));
                co_await failure<aiohttp::ClientResponseError>(
                    session.get(target.url("/500?token=status-secret")).raise_for_status());
                co_await failure<aiohttp::ClientConnectionResetError>(
                    session.get(target.url("/moved?token=first-secret")));
                co_await failure<aiohttp::NonHttpUrlRedirectClientError>(
                    session.get(target.url("/ftp?token=from-secret")));
                co_await failure<aiohttp::ClientPayloadError>(
                    session.get(target.url("/cut?token=cut-secret")).text());
                const auto throws = [](aiohttp::ClientRequest& request,
                                       aiohttp::Next) -> boost::asio::awaitable<ClientResponse> {
                    throw std::runtime_error("not " + request.url().str());
                    co_return ClientResponse();
                };
                co_await failure<std::runtime_error>(
                    session.get(target.url("/?token=own-secret&a=b")).middlewares(throws));
            });
        entries_of(recorder);
        return recorder.to_string();
    };
    const auto masked = record(Secrets::masked);
    CAPTURE(masked);
    CHECK(masked.find("-secret") == std::string::npos);
    CHECK(masked.find("_error\": \"not " + server.url("/?token=***&a=b")) != std::string::npos);
    const auto shown = record(Secrets::shown);
    CHECK(shown.find("_error\": \"not " + server.url("/?token=own-secret")) != std::string::npos);
}

TEST_CASE("a hop that fails before it is sent is an entry of its own") {
    Server gone;
    const auto elsewhere = gone.url("/there?a=b");
    gone.refuse_connections();
    Server server;
    server.route("/moved", Reply(302, "").header("Location", elsewhere));
    const HarRecorder recorder;
    run_client_with(recorded(recorder), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await failure<aiohttp::ClientConnectorError>(
                            session.post(target.url("/moved")).data("body"));
                    });
    const auto entries = entries_of(recorder);
    REQUIRE(entries.size() == 2);
    CHECK(!entries[0].contains("_error"));
    CHECK(entries[1]["request"]["method"] == "GET");
    CHECK(entries[1]["request"]["url"] == elsewhere);
    CHECK(!entries[1]["request"].contains("postData"));
    CHECK(entries[1]["response"]["status"] == 0);
    CHECK(entries[1]["time"] > 0);
    CHECK(entries[1].contains("_error"));
}

TEST_CASE("a redirect that is not followed makes no entry of another hop") {
    Server server;
    server.route("/self", Reply(302, "").header("Location", "/self"));
    server.route("/ftp", Reply(302, "").header("Location", "ftp://h/"));
    const HarRecorder recorder;
    run_client_with(recorded(recorder), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await failure<aiohttp::TooManyRedirects>(
                            session.get(target.url("/self")).max_redirects(2));
                        co_await failure<aiohttp::NonHttpUrlRedirectClientError>(
                            session.get(target.url("/ftp")));
                    });
    const auto entries = entries_of(recorder);
    REQUIRE(entries.size() == 3);
    for (const auto& entry : entries) {
        CHECK(entry["response"]["status"] == 302);
        CHECK(entry["request"]["method"] == "GET");
    }
}

TEST_CASE("what another trace throws at the end of a body makes no second entry") {
    Server server;
    server.route("*", Reply(204));
    const HarRecorder recorder;
    aiohttp::TraceConfig throws;
    throws.on_body_end(
        [](std::any&, const aiohttp::TraceBodyEndParams&) { throw std::runtime_error("no"); });
    run_client_with(recorded(recorder).trace_config(throws), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await failure<std::runtime_error>(session.get(target.url("/x")));
                    });
    const auto entries = entries_of(recorder);
    REQUIRE(entries.size() == 1);
    CHECK(entries[0]["request"]["url"] == server.url("/x"));
    CHECK(entries[0]["response"]["status"] == 204);
}

TEST_CASE("the body of an error is told once, and only as much of it as is known") {
    Server server;
    const std::string large(20'000, 'x');
    server.route("/read", Reply(500, "sorry"));
    server.route("/small", Reply(500, "sorry"));
    server.route("/large", Reply(500, large));
    server.route("/chunked", Reply(500).chunked({large, large}));
    server.route("/head", Reply(500, "sorry"));
    const HarRecorder recorder;
    run_client_with(recorded(recorder), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const auto reads = [](ClientResponse& response) -> Async {
                            co_await response.text();
                            response.raise_for_status();
                        };
                        co_await failure<aiohttp::ClientResponseError>(
                            session.get(target.url("/read")).raise_for_status(reads));
                        for (const auto* const path : {"/small", "/large", "/chunked"}) {
                            co_await failure<aiohttp::ClientResponseError>(
                                session.get(target.url(path)).raise_for_status());
                        }
                        co_await failure<aiohttp::ClientResponseError>(
                            session.head(target.url("/head")).raise_for_status());
                    });
    const auto entries = entries_of(recorder);
    REQUIRE(entries.size() == 5);
    const auto content = [&](std::size_t index) { return entries[index]["response"]["content"]; };
    for (const std::size_t index : {0U, 1U}) {
        CAPTURE(index);
        CHECK(content(index)["size"] == 5);
        CHECK(content(index)["text"] == "sorry");
        CHECK(!content(index).contains("comment"));
    }
    CHECK(content(2)["size"] == 20'000);
    CHECK(content(2)["text"].get<std::string>().size() <= 4096);
    CHECK(content(2)["comment"].get<std::string>().ends_with(" of 20000 bytes"));
    CHECK(content(3)["size"] == -1);
    CHECK(content(3)["comment"].get<std::string>().ends_with(" bytes, of how many is not known"));
    CHECK(content(4)["size"] == 0);
    for (const auto& entry : entries) {
        CHECK(entry["time"] > 0);
        CHECK(entry["response"]["status"] == 500);
    }
}

TEST_CASE("a response that a middleware has from another recorded session is told to both") {
    Server server;
    server.route("*", Reply(200, std::string(1'000'000, 'x')));
    const HarRecorder inner;
    const HarRecorder outer;
    run_client_with(
        recorded(outer), server,
        [](ClientSession& session, Server& target, const HarRecorder& other) -> Async {
            auto options = recorded(other);
            ClientSession asked(std::move(options));
            const auto ask = [&asked, &target](aiohttp::ClientRequest&, aiohttp::Next) {
                return boost::asio::awaitable<ClientResponse>(asked.get(target.url("/inner")));
            };
            const auto text = co_await session.get(target.url("/outer")).middlewares(ask).text();
            CHECK(text.size() == 1'000'000);
        },
        inner);
    for (const auto* const recorder : {&inner, &outer}) {
        const auto entries = entries_of(*recorder);
        REQUIRE(entries.size() == 1);
        CHECK(entries[0]["response"]["status"] == 200);
        CHECK(entries[0]["response"]["content"]["size"] == 1'000'000);
        CHECK(!entries[0].contains("_error"));
    }
}
