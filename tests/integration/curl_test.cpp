// Request::to_curl(): what a shell makes of it, and what curl does with it.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/auth.hpp>
#include <aiohttp/cookie_jar.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::Secrets;
using aiohttp::testing::Async;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;
using Words = std::vector<std::string>;

/// What a shell prints for the script.
std::string shell(const std::string& script) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("aiohttp-curl-" + std::to_string(::getpid()) + ".sh");
    std::ofstream(path) << script << '\n';
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
        ::popen(("sh " + path.string()).c_str(), "r"), ::pclose);
    if (!pipe) {
        throw std::runtime_error("no shell");
    }
    std::string out;
    std::array<char, 4096> piece{};
    while (const auto count = std::fread(piece.data(), 1, piece.size(), pipe.get())) {
        out.append(piece.data(), count);
    }
    std::filesystem::remove(path);
    return out;
}

/// The arguments that curl would get: a function of that name prints each, and a mark behind it.
Words arguments(const std::string& command) {
    static constexpr std::string_view mark = "\x01\n";
    auto out = shell("curl() { for word; do printf '%s\\001\\n' \"$word\"; done; }\n" + command);
    Words words;
    for (auto end = out.find(mark); end != std::string::npos; end = out.find(mark)) {
        words.push_back(out.substr(0, end));
        out.erase(0, end + mark.size());
    }
    CHECK(out.empty());
    return words;
}

}  // namespace

TEST_CASE("a plain GET is a plain command") {
    ClientSession session;
    CHECK(session.get("http://h.test/a?b=c").timeout(90s).to_curl() ==
          "curl --compressed -L --max-time 90 'http://h.test/a?b=c'");
    CHECK(session.get("http://h.test/")
              .timeout(aiohttp::ClientTimeout::none())
              .allow_redirects(false)
              .auto_decompress(false)
              .to_curl() == "curl http://h.test/");
}

TEST_CASE("a command has the method, the parameters, the fields and the limits of the request") {
    ClientSession session(ClientSessionOptions()
                              .base_url("http://h.test/v1/")
                              .header("X-Session", "s")
                              .header("X-Both", "session")
                              .timeout(2500ms));
    const auto words = arguments(session.put("things")
                                     .param("q", "a b&c")
                                     .header("X-Both", "request")
                                     .header("X-Empty", "")
                                     .cookie("c", "v")
                                     .data("text")
                                     .max_redirects(3)
                                     .to_curl(Secrets::shown));
    CHECK(words == Words{"-X",
                         "PUT",
                         "-H",
                         "X-Session: s",
                         "-H",
                         "X-Both: request",
                         "-H",
                         "X-Empty;",
                         "-H",
                         "Content-Type: text/plain; charset=utf-8",
                         "--compressed",
                         "-H",
                         "Cookie: c=v",
                         "--data-raw",
                         "text",
                         "-L",
                         "--max-redirs",
                         "2",
                         "--max-time",
                         "2.500",
                         "http://h.test/v1/things?q=a+b%26c"});
}

TEST_CASE("a command is made without changing the request") {
    Server server;
    server.route("*", Reply(200, "x"));
    run_client_with(ClientSessionOptions().base_url(server.url("/")), server,
                    [](ClientSession& session, Server& target) -> Async {
                        auto request = session.post("a").param("b", "c").data("text");
                        const auto command = request.to_curl();
                        CHECK(command == request.to_curl());
                        co_await std::move(request);
                        CHECK(target.request(0).target == "/a?b=c");
                        CHECK(target.request(0).body == "text");
                    });
}

TEST_CASE("whatever is in a request, the shell hands it on as it is") {
    ClientSession session;
    const std::string nasty =
        "it's \"$HOME\" `id` $(id) \\ \n new line; & | > < * ? ~ ! # % {a,b} [x]\t\xc3\xa9 -x";
    for (const auto& text : {nasty, std::string("@file"), std::string("'"), std::string("''"),
                             std::string("-d"), std::string("a'b'c"), std::string("\n")}) {
        CAPTURE(text);
        const auto words = arguments(session.post("http://h.test/").data(text).to_curl());
        const auto at = std::ranges::find(words, "--data-raw");
        REQUIRE(at != words.end());
        CHECK(*(at + 1) == text);
    }
    const std::string value = "'; rm -rf \"$HOME\" #`x`";
    const auto words =
        arguments(session.get("http://h.test/$(id)'x").header("X-Quote", value).to_curl());
    CHECK(std::ranges::count(words, "X-Quote: " + value) == 1);
    CHECK(words.back().starts_with("http://h.test/"));
}

TEST_CASE("secrets are masked unless they are asked for") {
    const auto jar = std::make_shared<aiohttp::CookieJar>();
    jar->update_cookies({{"jar", "jar-secret"}});
    ClientSession session(ClientSessionOptions().cookie_jar(jar).header("X-Api-Key", "key-secret"));
    const auto make = [&](Secrets secrets) {
        return session.post("http://user:url-secret@h.test/?access_token=param-secret&page=2")
            .header("Proxy-Authorization", "Basic proxy-secret")
            .cookie("own", "own-secret")
            .form({{"name", "ada"}, {"password", "form-secret"}})
            .to_curl(secrets);
    };
    const auto masked = make(Secrets::masked);
    CAPTURE(masked);
    CHECK(masked.find("-secret") == std::string::npos);
    CHECK(masked.find("dXNlcjp1cmwtc2VjcmV0") == std::string::npos);
    CHECK(masked.find("Authorization: Basic ***") != std::string::npos);
    CHECK(masked.find("page=2") != std::string::npos);
    CHECK(masked.find("name=ada&password=***") != std::string::npos);
    const auto shown = make(Secrets::shown);
    CAPTURE(shown);
    for (const std::string_view secret :
         {"jar-secret", "key-secret", "param-secret", "proxy-secret", "own-secret", "form-secret",
          "dXNlcjp1cmwtc2VjcmV0"}) {
        CHECK(shown.find(secret) != std::string::npos);
    }
    const auto json = session.post("http://h.test/").json_text(R"({"token":"t-secret"})").to_curl();
    CHECK(json.find("-secret") == std::string::npos);
}

TEST_CASE("a body that is no text comes from standard input, and a comment says so") {
    ClientSession session;
    const std::string bytes("\0\xff", 2);
    CHECK(session.post("http://h.test/")
              .data(std::as_bytes(std::span(bytes)))
              .timeout(aiohttp::ClientTimeout::none())
              .to_curl() ==
          "curl -H 'Content-Type: application/octet-stream' --compressed --data-binary @- -L "
          "http://h.test/  # the body, 2 bytes, comes from standard input");
    const auto words =
        arguments(session.post("http://h.test/").data("x").compress("gzip").to_curl());
    CHECK(words.back() == "http://h.test/");
}

TEST_CASE("other options have theirs") {
    ClientSession session;
    const auto has = [](const std::string& command, std::string_view option) {
        return std::ranges::count(arguments(command), option) == 1;
    };
    CHECK(has(session.head("http://h.test/").to_curl(), "--head"));
    CHECK(has(session.get("https://h.test/").ssl(aiohttp::verify_none).to_curl(), "-k"));
    CHECK(!has(session.get("http://h.test/").ssl(aiohttp::verify_none).to_curl(), "-k"));
    CHECK(has(session.get("http://h.test/").version({1, 0}).to_curl(), "--http1.0"));
    CHECK(has(session.get("http://[::1]/").to_curl(), "--globoff"));
    CHECK(has(session.get("http://h.test/").max_redirects(0).to_curl(), "-1"));
    CHECK(has(session.post("http://h.test/").data("x").chunked().to_curl(),
              "Transfer-Encoding: chunked"));
    CHECK(has(session.post("http://h.test/").data("x").expect100().to_curl(),
              "Expect: 100-continue"));
}

TEST_CASE("what cannot be awaited has no command") {
    ClientSession session;
    CHECK_THROWS_AS(session.get("ftp://h/").to_curl(), aiohttp::NonHttpUrlClientError);
    CHECK_THROWS_AS(session.get("/relative").to_curl(), aiohttp::InvalidUrlClientError);
    CHECK_THROWS_AS(session.get("http://u:p@h/").auth(aiohttp::BearerAuth("t")).to_curl(),
                    aiohttp::ValueError);
}

TEST_CASE("curl sends with the command what the session sends") {
    Server server;
    server.route("/moved", Reply(307, "").header("Location", "/there"));
    server.route("*", Reply(200, "x"));
    run_client_with(ClientSessionOptions().header("X-Session", "it's"), server,
                    [](ClientSession& session, Server& target) -> Async {
                        const std::string body = "@line one\n'line' $two\r\n\xc3\xa9";
                        auto request = session.post(target.url("/moved"))
                                           .param("q", "a b")
                                           .header("X-Empty", "")
                                           .cookie("c", "d")
                                           .auth(aiohttp::BasicAuth("user", "pass"))
                                           .data(body);
                        const auto command = request.to_curl(Secrets::shown);
                        co_await std::move(request);
                        CHECK(shell(command + " -s") == "x");
                        const auto requests = target.requests();
                        REQUIRE(requests.size() == 4);
                        for (std::size_t i = 0; i < 2; ++i) {
                            const auto& own = requests[i];
                            const auto& curls = requests[i + 2];
                            CHECK(curls.method == own.method);
                            CHECK(curls.target == own.target);
                            CHECK(curls.body == own.body);
                            for (const std::string_view name : {"x-session", "x-empty", "cookie",
                                                                "authorization", "content-type"}) {
                                CAPTURE(name);
                                CHECK(curls.header_count(name) == own.header_count(name));
                                CHECK(curls.header(name) == own.header(name));
                            }
                        }
                    });
}

TEST_CASE("a Cookie field of the caller's is in the command together with other cookies") {
    ClientSession session(ClientSessionOptions().header("Cookie", "session=s1"));
    const auto own = session.get("http://h.test/")
                         .header("Cookie", "own=o1; more=o2")
                         .cookie("c", "v")
                         .to_curl(Secrets::shown);
    CAPTURE(own);
    CHECK(own.find("Cookie: own=o1; more=o2; c=v'") != std::string::npos);
    const auto sessions = session.get("http://h.test/").cookie("c", "v").to_curl(Secrets::shown);
    CAPTURE(sessions);
    CHECK(sessions.find("Cookie: session=s1; c=v'") != std::string::npos);
}
