// Redirects: what is sent on each hop, and what is told of them afterwards.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/auth.hpp>
#include <aiohttp/body.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/tls.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"

namespace {

using namespace std::chrono_literals;
using aiohttp::BasicAuth;
using aiohttp::ClientConnectionError;
using aiohttp::ClientPayloadError;
using aiohttp::ClientResponseError;
using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::InvalidUrlRedirectClientError;
using aiohttp::NonHttpUrlRedirectClientError;
using aiohttp::RedirectClientError;
using aiohttp::TooManyRedirects;
using aiohttp::testing::Async;
using aiohttp::testing::failure;
using aiohttp::testing::Reply;
using aiohttp::testing::run_client;
using aiohttp::testing::run_client_with;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::ServerRequest;

Reply redirect(int status, const std::string& location) {
    return Reply(status, "moved").header("Location", location);
}

/// A server whose /a redirects to `location`, and which says "here" everywhere else.
class RedirectingServer : public Server {
public:
    explicit RedirectingServer(int status = 302, const std::string& location = "/b") {
        route("*", Reply(200, "here"));
        route("/a", redirect(status, location));
    }
};

/// How a request with a body arrives after a redirect, e.g. "PUT body".
std::string arrival(const std::string& method, int status) {
    RedirectingServer server(status);
    run_client(
        server,
        [](ClientSession& session, Server& target, const std::string& verb) -> Async {
            auto response = co_await session.request(verb, target.url("/a")).data("body");
            CHECK(response.status() == 200);
            CHECK(response.method() == target.request(1).method);
        },
        method);
    const auto second = server.request(1);
    CHECK(server.request(0).body == "body");
    CHECK(second.header("Content-Length") == (second.body.empty() ? "" : "4"));
    CHECK(second.header_count("Content-Type") == (second.body.empty() ? 0 : 1));
    return second.method + ' ' + second.body;
}

/// A stream in two pieces that begins anew at `from`, as a file that was opened there.
class Stream final : public aiohttp::BodySource {
public:
    explicit Stream(bool rewinds, std::size_t from = 0)
        : rewinds_(rewinds), from_(from), at_(from) {}

    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (at_ == bytes_.size()) {
            co_return std::nullopt;
        }
        co_return bytes_.substr(at_++, 1);
    }
    bool rewind() override {
        at_ = rewinds_ ? from_ : at_;
        return rewinds_;
    }

private:
    std::string bytes_ = "abcdef";
    bool rewinds_;
    std::size_t from_;
    std::size_t at_;
};

}  // namespace

TEST_CASE("a redirect is followed, and the response tells where it came from", "[E58][E82]") {
    RedirectingServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/a"));
        CHECK(response.status() == 200);
        CHECK(response.method() == "GET");
        CHECK(response.url().str() == target.url("/b"));
        const auto text = co_await response.text();
        CHECK(text == "here");
        REQUIRE(response.history().size() == 1);
        const auto& first = response.history()[0];
        CHECK(first.status() == 302);
        CHECK(first.method() == "GET");
        CHECK(first.url().str() == target.url("/a"));
        CHECK(first.headers()["location"] == "/b");
        CHECK(first.remote_endpoint() == response.remote_endpoint());
        CHECK(first.closed());
        CHECK(first.history().empty());
    });
    CHECK(server.request_count() == 2);
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("the history has every hop in order, with its method", "[E82]") {
    Server server;
    server.route("/1", redirect(308, "/2"));
    server.route("/2", redirect(303, "/3"));
    server.route("/3", redirect(301, "/4"));
    server.route("/4", Reply(404, "nothing"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.put(target.url("/1")).data("x");
        std::string told;
        for (const auto& hop : response.history()) {
            told += hop.method() + ' ' + std::string(hop.url().path()) + ' ' +
                    std::to_string(hop.status()) + ", ";
        }
        CHECK(told == "PUT /1 308, PUT /2 303, GET /3 301, ");
        const auto error =
            co_await failure<ClientResponseError>(session.get(target.url("/3")).raise_for_status());
        CHECK(error.status() == 404);
        CHECK(error.url() == target.url("/4"));
        CHECK(error.history().size() == 1);
    });
}

TEST_CASE("a response that is not redirected has no history", "[E58]") {
    RedirectingServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/b"));
        CHECK(response.history().empty());
    });
}

TEST_CASE("methods and bodies after a redirect", "[E59][E60]") {
    CHECK(arrival("POST", 301) == "GET ");
    CHECK(arrival("POST", 302) == "GET ");
    CHECK(arrival("POST", 303) == "GET ");
    CHECK(arrival("POST", 307) == "POST body");
    CHECK(arrival("POST", 308) == "POST body");
    CHECK(arrival("PUT", 302) == "PUT body");
    CHECK(arrival("PUT", 303) == "GET ");
    CHECK(arrival("DELETE", 301) == "DELETE body");
}

TEST_CASE("a GET stays without a body", "[E58]") {
    RedirectingServer server(307);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/a")).text();
    });
    CHECK(server.request(1).header_count("Content-Length") == 0);
    CHECK(server.request(1).header_count("Content-Type") == 0);
}

TEST_CASE("HEAD is only followed when it is not asked for by its verb", "[E60][E63]") {
    RedirectingServer server(303);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto head = co_await session.head(target.url("/a"));
        CHECK(head.status() == 303);
        CHECK(head.history().empty());
        auto request = co_await session.request("HEAD", target.url("/a"));
        CHECK(request.status() == 200);
        CHECK(request.method() == "HEAD");
        co_await session.head(target.url("/a")).allow_redirects().text();
    });
    CHECK(server.request_count() == 5);
    CHECK(server.request(2).method == "HEAD");
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("a body that can begin anew is sent again from where it began", "[E61]") {
    RedirectingServer server(307);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.post(target.url("/a")).data(std::make_unique<Stream>(true)).text();
        co_await session.post(target.url("/a")).data(std::make_unique<Stream>(true, 3)).text();
    });
    CHECK(server.request(0).body == "abcdef");
    CHECK(server.request(1).body == "abcdef");
    CHECK(server.request(1).header("Transfer-Encoding") == "chunked");
    CHECK(server.request(2).body == "def");
    CHECK(server.request(3).body == "def");
}

TEST_CASE("a body that cannot begin anew fails before the second request", "[E62]") {
    RedirectingServer server(307);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto body = std::make_unique<Stream>(false);
        const auto error = co_await failure<ClientPayloadError>(
            session.post(target.url("/a")).data(std::move(body)));
        CHECK(error.kind() == aiohttp::errc::body_not_resendable);
        CHECK(error.error().history().size() == 1);
        CHECK_FALSE(error.retryable());
    });
    CHECK(server.request_count() == 1);
}

TEST_CASE("a body that is not wanted again need not begin anew", "[E59]") {
    RedirectingServer server(303);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto body = std::make_unique<Stream>(false);
        co_await session.post(target.url("/a")).data(std::move(body)).text();
    });
    CHECK(server.request(1).method == "GET");
}

TEST_CASE("a redirect that is not to be followed is a response like any other", "[E63]") {
    RedirectingServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/a")).allow_redirects(false);
        CHECK(response.status() == 302);
        CHECK(response.history().empty());
        const auto text = co_await response.text();
        CHECK(text == "moved");
    });
    CHECK(server.request_count() == 1);
}

TEST_CASE("an endless loop ends after ten requests", "[E64]") {
    RedirectingServer server(302, "/a");
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error = co_await failure<TooManyRedirects>(session.get(target.url("/a")));
        CHECK(error.history().size() == 10);
        CHECK(error.history().back().status() == 302);
        CHECK(error.status() == 0);
        CHECK(error.url() == target.url("/a"));
        CHECK(error.method() == "GET");
        CHECK(error.code() == aiohttp::condition::response);
    });
    CHECK(server.request_count() == 10);
}

TEST_CASE("max_redirects counts responses, and 0 is no limit", "[E65]") {
    Server server;
    server.route("/a*", [](const ServerRequest& request) -> aiohttp::testing::Answer {
        return request.path.size() < 15 ? redirect(302, request.path + 'a') : Reply(200, "end");
    });
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto error =
            co_await failure<TooManyRedirects>(session.get(target.url("/a")).max_redirects(1));
        CHECK(error.history().size() == 1);
        CHECK(target.request_count() == 1);
        auto response = co_await session.get(target.url("/a")).max_redirects(0);
        CHECK(response.status() == 200);
        CHECK(response.history().size() == 13);
        co_await failure<TooManyRedirects>(session.get(target.url("/a")).max_redirects(13));
        auto enough = co_await session.get(target.url("/a")).max_redirects(14);
        CHECK(enough.status() == 200);
    });
}

TEST_CASE("a 302 that does not say where to go is returned", "[E66]") {
    Server server;
    server.route("/none", Reply(302, "nowhere"));
    server.route("/empty", redirect(302, ""));
    server.route("/uri", Reply(302).header("URI", "/none"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const auto* path : {"/none", "/empty"}) {
            auto response = co_await session.get(target.url(path)).max_redirects(1);
            CHECK(response.status() == 302);
            CHECK(response.history().empty());
        }
        auto response = co_await session.get(target.url("/uri"));
        CHECK(response.url().path() == "/none");
        const auto text = co_await response.text();
        CHECK(text == "nowhere");
        CHECK(response.history().size() == 1);
    });
}

TEST_CASE("targets that cannot be asked for have errors of their own", "[E67]") {
    Server server;
    server.route("/ftp", redirect(302, "ftp://x/"));
    server.route("/ws", redirect(302, "ws://u:secret@x/"));
    server.route("/no-host", redirect(302, "http://"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto ftp =
            co_await failure<NonHttpUrlRedirectClientError>(session.get(target.url("/ftp")));
        CHECK(ftp.url() == "ftp://x/");
        CHECK(ftp.code() == aiohttp::condition::url);
        CHECK(std::string(ftp.what()).find(target.url("/ftp")) != std::string::npos);
        const auto ws =
            co_await failure<NonHttpUrlRedirectClientError>(session.get(target.url("/ws")));
        CHECK(ws.url() == "ws://x/");
        const auto no_host =
            co_await failure<InvalidUrlRedirectClientError>(session.get(target.url("/no-host")));
        CHECK(no_host.url() == "http://");
        std::string caught;
        try {
            co_await session.get(target.url("/ftp"));
        } catch (const RedirectClientError& error) {
            caught = error.error().url();
        }
        CHECK(caught == "ftp://x/");
    });
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("targets are relative to where they come from", "[E68]") {
    Server server;
    server.route("*", Reply(200, "here"));
    server.route(
        "/d/e/a",
        std::vector<aiohttp::testing::Answer>{
            redirect(302, "?q=1"), Reply(200, "query"), redirect(302, "../x"), redirect(302, "/x"),
            redirect(302, "//localhost:" + std::to_string(server.port()) + "/p")});
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const auto* expected : {"/d/e/a?q=1", "/d/x", "/x", "/p"}) {
            auto response = co_await session.get(target.url("/d/e/a"));
            CHECK(response.url().target() == expected);
        }
    });
    CHECK(server.requests().back().header("Host") == "localhost:" + std::to_string(server.port()));
}

TEST_CASE("credentials do not go to another origin, other fields do", "[E69][E70]") {
    RedirectingServer other;
    RedirectingServer server(302, other.url("/b"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/a"))
            .header("Authorization", "Bearer 1")
            .header("authorization", "Bearer 2")
            .header("Cookie", "a=b")
            .header("Proxy-Authorization", "Basic x")
            .header("X-Api-Key", "k")
            .header("Referer", "r")
            .text();
    });
    CHECK(server.request(0).header_count("Authorization") == 2);
    const auto second = other.request(0);
    CHECK(second.header_count("Authorization") == 0);
    CHECK(second.header_count("Cookie") == 0);
    CHECK(second.header_count("Proxy-Authorization") == 0);
    CHECK(second.header("X-Api-Key") == "k");
    CHECK(second.header("Referer") == "r");
    CHECK(second.header("Host") == "127.0.0.1:" + std::to_string(other.port()));
}

TEST_CASE("credentials stay with their origin", "[E71]") {
    RedirectingServer server;
    run_client_with(
        ClientSessionOptions().header("Cookie", "a=b"), server,
        [](ClientSession& session, Server& target) -> Async {
            co_await session.get(target.url("/a")).auth(BasicAuth("user", "pass")).text();
        });
    CHECK(server.request(1).header("Authorization") == "Basic dXNlcjpwYXNz");
    CHECK(server.request(1).header("Cookie") == "a=b");
}

TEST_CASE("the session's credentials do not go there either, and do not come back", "[E72]") {
    Server server;
    RedirectingServer other(302, server.url("/back"));
    server.route("/a", redirect(302, other.url("/a")));
    server.route("/back", redirect(302, "/end"));
    server.route("/end", Reply(200, "end"));
    run_client_with(ClientSessionOptions()
                        .header("Authorization", "Bearer session")
                        .header("Cookie", "a=b")
                        .header("X-A", "stays"),
                    server, [](ClientSession& session, Server& target) -> Async {
                        co_await session.get(target.url("/a")).text();
                        co_await session.get(target.url("/end")).text();
                    });
    CHECK(server.request(0).header("Authorization") == "Bearer session");
    for (const auto& request : {other.request(0), server.request(1), server.request(2)}) {
        CHECK(request.header_count("Authorization") == 0);
        CHECK(request.header_count("Cookie") == 0);
        CHECK(request.header("X-A") == "stays");
    }
    CHECK(server.request(3).header("Authorization") == "Bearer session");
}

TEST_CASE("user info of a target is used for it, and shown nowhere", "[E73]") {
    Server other;
    other.route("/b", redirect(302, "/c"));
    other.route("/c", Reply(200, "end"));
    const auto authority = "127.0.0.1:" + std::to_string(other.port());
    RedirectingServer server(302, "http://user:p%61ss@" + authority + "/b");
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/a")).header("Authorization", "Bearer 1");
        CHECK_FALSE(response.url().has_user_info());
        CHECK_FALSE(response.real_url().has_user_info());
        CHECK_FALSE(response.history().back().url().has_user_info());
    });
    CHECK(other.request(0).header("Authorization") == "Basic dXNlcjpwYXNz");
    CHECK(other.request(0).header_count("Authorization") == 1);
    CHECK(other.request(1).header("Authorization") == "Basic dXNlcjpwYXNz");
}

TEST_CASE("https is another origin than http on the same host", "[E74]") {
    Server secure(ServerOptions().tls().host("127.0.0.1"));
    secure.route("/b", Reply(200, "end"));
    RedirectingServer server(302, secure.url("/b"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/a"))
            .header("Authorization", "Bearer 1")
            .server_hostname("127.0.0.1")
            .ssl(aiohttp::verify_none)
            .text();
    });
    CHECK(secure.request(0).header_count("Authorization") == 0);
}

TEST_CASE("parameters are for the first hop only", "[E77]") {
    RedirectingServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.get(target.url("/a")).param("x", 1).text();
    });
    CHECK(server.request(0).target == "/a?x=1");
    CHECK(server.request(1).target == "/b");
}

TEST_CASE("fragments are for real_url, not for the wire", "[E77]") {
    RedirectingServer server(302, "/b#there");
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/a#here"));
        CHECK(response.url().str() == target.url("/b"));
        CHECK(response.real_url().str() == target.url("/b#there"));
        CHECK(response.history()[0].url().str() == target.url("/a"));
        CHECK(response.history()[0].real_url().str() == target.url("/a#here"));
        auto plain = co_await session.get(target.url("/b"));
        CHECK(plain.real_url() == plain.url());
    });
    CHECK(server.request(0).target == "/a");
    CHECK(server.request(1).target == "/b");
}

TEST_CASE("targets are quoted anew, or kept as they are on request", "[E78]") {
    for (const bool requote : {true, false}) {
        Server server;
        server.route("*", Reply(200, "here"));
        server.route("/1", redirect(302, "/a%2Fb c"));
        server.route("/2", redirect(302, "/100%?x=|"));
        run_client_with(ClientSessionOptions().requote_redirect_url(requote), server,
                        [](ClientSession& session, Server& target) -> Async {
                            co_await session.get(target.url("/1")).text();
                            co_await session.get(target.url("/2")).text();
                        });
        CHECK(server.request(1).target == "/a%2Fb%20c");
        CHECK(server.request(3).target == (requote ? "/100%25?x=%7C" : "/100%?x=|"));
    }
}

TEST_CASE("300 and 304 are not redirects", "[E79]") {
    Server server;
    for (const int status : {300, 304, 305, 306}) {
        server.route('/' + std::to_string(status), redirect(status, "/b"));
    }
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        for (const int status : {300, 304, 305, 306}) {
            auto response = co_await session.get(target.url('/' + std::to_string(status)));
            CHECK(response.status() == status);
            CHECK(response.history().empty());
        }
    });
}

TEST_CASE("an explicit Host stays at its origin", "[E80]") {
    RedirectingServer other;
    Server server;
    server.route("/a", redirect(302, "/near"));
    server.route("/near", redirect(302, other.url("/b")));
    run_client_with(
        ClientSessionOptions().header("Host", "session.test"), server,
        [](ClientSession& session, Server& target) -> Async {
            co_await session.get(target.url("/a")).header("Host", "request.test").text();
            co_await session.get(target.url("/a")).text();
        });
    CHECK(server.request(0).header("Host") == "request.test");
    CHECK(server.request(1).header("Host") == "request.test");
    CHECK(server.request(3).header("Host") == "session.test");
    for (const auto& request : other.requests()) {
        CHECK(request.header("Host") == "127.0.0.1:" + std::to_string(other.port()));
        CHECK(request.header_count("Host") == 1);
    }
}

TEST_CASE("a dropped body leaves no field of it behind", "[E81]") {
    RedirectingServer server(303);
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        co_await session.post(target.url("/a"))
            .data("x")
            .header("Content-Type", "a/b")
            .header("Content-Encoding", "x-none")
            .header("Transfer-Encoding", "chunked")
            .header("X-A", "stays")
            .text();
    });
    CHECK(server.request(0).header("Content-Encoding") == "x-none");
    const auto second = server.request(1);
    CHECK(second.header_count("Content-Type") == 0);
    CHECK(second.header_count("Content-Encoding") == 0);
    CHECK(second.header_count("Transfer-Encoding") == 0);
    CHECK(second.header_count("Content-Length") == 0);
    CHECK(second.header("X-A") == "stays");
}

TEST_CASE("a redirect whose body has arrived can be read, and its connection goes on", "[E82]") {
    RedirectingServer server;
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/a"));
        aiohttp::ClientResponse final = std::move(response);
        aiohttp::StreamReader first = final.history()[0].content();
        const auto text = co_await first.read();
        CHECK(text == "moved");
    });
    CHECK(server.connections_accepted() == 1);
}

TEST_CASE("a redirect whose body has not arrived is not waited for", "[E82]") {
    Server server;
    server.route("/a",
                 Script()
                     .send("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 9\r\n\r\nabc")
                     .stall());
    server.route("/b", Reply(200, "end"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        auto response = co_await session.get(target.url("/a"));
        CHECK(response.status() == 200);
        aiohttp::StreamReader first = response.history()[0].content();
        co_await failure<ClientConnectionError>(first.read());
        CHECK(session.connector().stats().open == 1);
    });
    CHECK(server.connections_accepted() == 2);
}

TEST_CASE("an answer that comes before the upload is done still redirects", "[E60]") {
    Server server;
    server.route_at_head("/a", [](const ServerRequest&) { return redirect(307, "/b"); });
    server.route("/b", Reply(200, "end"));
    run_client(server, [](ClientSession& session, Server& target) -> Async {
        const auto text =
            co_await session.put(target.url("/a")).data(std::string(1 << 20, 'x')).text();
        CHECK(text == "end");
    });
    CHECK(server.requests().back().body_size == 1 << 20);
}
