// What the head of a request looks like on the wire.

#include <string>
#include <utility>
#include <vector>

#include <aiohttp/error.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/request.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/url.hpp>
#include <aiohttp/version.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::ValueError;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Server;

std::string host_of(const Server& server) {
    return "127.0.0.1:" + std::to_string(server.port());
}

/// A server that answers everything.
class AnyServer : public Server {
public:
    AnyServer() { route("*", Reply(200, "ok")); }
};

}  // namespace

TEST_CASE("parameters are appended to the query, in order and with repeats", "[H113]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/p?z=0")).param("a", "1").param("b", "x y").text();
        const aiohttp::Pairs pairs = {{"k", "1"}, {"k", "2"}, {"a", ""}};
        co_await session.get(target.url("/p")).params(pairs).text();
        co_await session.get(target.url("/p")).params(aiohttp::Pairs()).text();
    });
    CHECK(server.request(0).target == "/p?z=0&a=1&b=x+y");
    CHECK(server.request(1).target == "/p?k=1&k=2&a=");
    CHECK(server.request(2).target == "/p");
}

TEST_CASE("parameters are escaped, numbers are written in decimal", "[H114]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url()).param("q", "a&b=c+d#e").text();
        co_await session.get(target.url()).param("n", 42).param("m", -7LL).text();
        co_await session.get(target.url()).param("\xc3\xa9", "\xe2\x82\xac").text();
    });
    CHECK(server.request(0).query == "q=a%26b%3Dc%2Bd%23e");
    CHECK(server.request(1).query == "n=42&m=-7");
    CHECK(server.request(2).query == "%C3%A9=%E2%82%AC");
}

TEST_CASE("the path is made legal, and what is legal is left alone", "[H115][H116][H118]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/a b/\xc3\xa9?q=\xc3\xa9")).text();
        co_await session.get(target.url("/a%2Fb/%7E?sig=a%2Bb%2f#fragment")).text();
        co_await session.get(target.url("/x/../y/./z")).text();
        co_await session.get("http://" + host_of(target)).text();
    });
    CHECK(server.request(0).target == "/a%20b/%C3%A9?q=%C3%A9");
    CHECK(server.request(1).target == "/a%2Fb/%7E?sig=a%2Bb%2f");
    CHECK(server.request(2).target == "/y/z");
    CHECK(server.request(3).target == "/");
}

TEST_CASE("an encoded URL is sent byte for byte", "[H116]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const std::string signed_target = "/a%7eb/../%2f?sig=a%2Bb+c%20|d&%zz";
        co_await session.get(aiohttp::Url::encoded(target.url(signed_target))).text();
        CHECK(target.request(0).target == signed_target);
    });
}

TEST_CASE("a flag is no parameter", "[H114]") {
    constexpr auto takes = []<class T>(const T& value) {
        return requires(aiohttp::Request& request) { request.param("a", value); };
    };
    static_assert(!takes(true));
    static_assert(takes(1));
    static_assert(takes("text"));
    CHECK_FALSE(takes(true));
}

TEST_CASE("URLs that cannot be asked for fail before any connection", "[H119]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server&) -> Async {
        co_await failure<aiohttp::NonHttpUrlClientError>(session.get("ftp://h/"));
        co_await failure<aiohttp::InvalidUrlClientError>(session.get("http://"));
        co_await failure<aiohttp::InvalidUrlClientError>(session.get("http://h:99999/"));
        co_await failure<aiohttp::InvalidUrlClientError>(session.get("/relative"));
    });
    CHECK(server.connections_accepted() == 0);
}

TEST_CASE("URLs are relative to base_url", "[H120]") {
    AnyServer server;
    const auto base = server.url("/api/");
    run_client_with(ClientSessionOptions().base_url(base), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get("x").text();
                        co_await session.get("/x").text();
                        co_await session.get("?q=1").text();
                        co_await session.get(target.url("/absolute")).text();
                    });
    CHECK(server.request(0).target == "/api/x");
    CHECK(server.request(1).target == "/x");
    CHECK(server.request(2).target == "/api/?q=1");
    CHECK(server.request(3).target == "/absolute");
    CHECK_THROWS_AS(ClientSessionOptions().base_url("http://h/api"), ValueError);
    CHECK_THROWS_AS(ClientSessionOptions().base_url("/api/"), ValueError);
    CHECK_THROWS_AS(ClientSessionOptions().base_url("ftp://h/api/"), ValueError);
}

TEST_CASE("a plain GET carries these fields and no others", "[H121][I129]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/x")).text();
    });
    CHECK(server.request(0).raw_head == "GET /x HTTP/1.1\r\nHost: " + host_of(server) +
                                            "\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate, "
                                            "br, zstd\r\nUser-Agent: aiohttp-cpp/" +
                                            aiohttp::version + "\r\n\r\n");
    CHECK(server.request(0).body_size == 0);
}

TEST_CASE("the caller's fields replace the automatic ones", "[H121]") {
    AnyServer server;
    run_client_with(ClientSessionOptions().header("user-agent", "session/1"), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url())
                            .header("accept", "a/b")
                            .header("Accept-Encoding", "br")
                            .header("host", "example.com")
                            .text();
                    });
    CHECK(server.request(0).raw_head ==
          "GET / HTTP/1.1\r\nHost: example.com\r\nuser-agent: session/1\r\naccept: a/b\r\n"
          "Accept-Encoding: br\r\n\r\n");
}

TEST_CASE("automatic fields can be left out, by session and request together", "[H122]") {
    AnyServer server;
    run_client_with(ClientSessionOptions().skip_auto_header("User-Agent"), server,
                    [](ClientSession& session, Server& target) -> Async {
                        co_await session.post(target.url())
                            .data("x")
                            .skip_auto_header("accept")
                            .skip_auto_header("content-type")
                            .text();
                        co_await session.get(target.url()).text();
                    });
    CHECK(server.request(0).header_count("User-Agent") == 0);
    CHECK(server.request(0).header_count("Accept") == 0);
    CHECK(server.request(0).header_count("Content-Type") == 0);
    CHECK(server.request(0).header("Content-Length") == "1");
    CHECK(server.request(1).header_count("User-Agent") == 0);
    CHECK(server.request(1).header_count("Accept") == 1);
}

TEST_CASE("a request's fields replace the session's of that name, and may repeat", "[H123]") {
    AnyServer server;
    run_client_with(
        ClientSessionOptions().header("X-A", "session").header("X-B", "session"), server,
        [](ClientSession& session, Server& target) -> Async {
            co_await session.get(target.url()).header("x-a", "1").header("x-a", "2").text();
            session.headers().set("X-B", "changed");
            const aiohttp::Headers more{{"X-C", "c"}, {"X-D", "d"}};
            co_await session.get(target.url()).headers(more).text();
        });
    const auto first = server.request(0);
    CHECK(first.header_count("X-A") == 2);
    CHECK(first.header("X-A") == "1");
    CHECK(first.header("X-B") == "session");
    const auto second = server.request(1);
    CHECK(second.header("X-A") == "session");
    CHECK(second.header("X-B") == "changed");
    CHECK(second.header("X-C") == "c");
    CHECK(second.header("X-D") == "d");
}

TEST_CASE("fields that could break the head are refused, empty ones are sent", "[H124]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto request = session.get(target.url());
        CHECK_THROWS_AS(request.header("X-A", "a\r\nX-B: b"), ValueError);
        CHECK_THROWS_AS(request.header("X-A", std::string_view("a\0b", 3)), ValueError);
        CHECK_THROWS_AS(request.header("X-A", "a\nb"), ValueError);
        CHECK_THROWS_AS(request.header("X A", "a"), ValueError);
        CHECK_THROWS_AS(request.header("", "a"), ValueError);
        CHECK_THROWS_AS(ClientSessionOptions().header("X-A\r\n", "a"), ValueError);
        CHECK(target.connections_accepted() == 0);
        request.header("X-Empty", "").header("X-Tab", "a\tb").header("X-Utf8", "\xc3\xa9");
        co_await std::move(request);
    });
    CHECK(server.request(0).header_count("X-Empty") == 1);
    CHECK(server.request(0).header("X-Empty").empty());
    CHECK(server.request(0).header("X-Tab") == "a\tb");
    CHECK(server.request(0).header("X-Utf8") == "\xc3\xa9");
}

TEST_CASE("methods are upper-cased tokens of any kind", "[H125]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.request("get", target.url()).text();
        co_await session.request("propfind", target.url()).text();
        co_await session.options(target.url()).text();
        co_await session.delete_(target.url()).text();
        co_await session.patch(target.url()).text();
        CHECK_THROWS_AS(session.request("GE T", target.url()), ValueError);
        CHECK_THROWS_AS(session.request("", target.url()), ValueError);
        CHECK_THROWS_AS(session.request("GET\r\n", target.url()), ValueError);
    });
    CHECK(server.request(0).method == "GET");
    CHECK(server.request(1).method == "PROPFIND");
    CHECK(server.request(2).method == "OPTIONS");
    CHECK(server.request(3).method == "DELETE");
    CHECK(server.request(4).method == "PATCH");
}

TEST_CASE("a request has one body", "[H126]") {
    ClientSession session;
    CHECK_THROWS_AS(session.post("http://h/").data("x").json_text("{}"), ValueError);
    CHECK_THROWS_AS(session.post("http://h/").json_text("{}").data("x"), ValueError);
    const aiohttp::Pairs fields = {{"a", "b"}};
    CHECK_THROWS_AS(session.post("http://h/").form(fields).data("x"), ValueError);
}

TEST_CASE("HTTP/1.0 is sent when it is asked for, with keep-alive", "[H121]") {
    AnyServer server;
    run_client_with(ClientSessionOptions().version(aiohttp::HttpVersion{1, 0}), server,
                    [](ClientSession& session, Server& target) -> Async {
                        auto response = co_await session.get(target.url());
                        CHECK(response.version() == aiohttp::HttpVersion{1, 0});
                        const aiohttp::HttpVersion newer{1, 1};
                        co_await session.get(target.url()).version(newer).text();
                    });
    CHECK(server.request(0).version == 10);
    CHECK(server.request(0).header("Connection") == "keep-alive");
    CHECK(server.request(1).version == 11);
    CHECK(server.connections_accepted() == 1);
    CHECK_THROWS_AS(ClientSessionOptions().version(aiohttp::HttpVersion{2, 0}), ValueError);
}

TEST_CASE("credentials of the URL are not part of the request line or the Host", "[H118]") {
    AnyServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get("http://user:secret@" + host_of(target) + "/x#frag");
        CHECK(response.url().str() == "http://" + host_of(target) + "/x");
    });
    CHECK(server.request(0).target == "/x");
    CHECK(server.request(0).header("Host") == host_of(server));
}

TEST_CASE("framing fields may be given once", "[I135]") {
    Server server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await failure<aiohttp::ValueError>(session.post(target.url())
                                                  .data("12345")
                                                  .header("Content-Length", "5")
                                                  .header("Content-Length", "7"));
        co_await failure<aiohttp::ValueError>(session.post(target.url())
                                                  .data("12345")
                                                  .header("Transfer-Encoding", "chunked")
                                                  .header("Transfer-Encoding", "gzip"));
    });
    CHECK(server.requests().empty());
}
