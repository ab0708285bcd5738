// The scripted server, seen through plain blocking sockets: no part of the client is involved.

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <aiohttp/testing/server.hpp>

#include "support/catch.hpp"
#include "support/peer.hpp"
#include "support/text.hpp"

namespace {

namespace asio = boost::asio;
using aiohttp::testing::Answer;
using aiohttp::testing::end_of_time;
using aiohttp::testing::Gate;
using aiohttp::testing::get;
using aiohttp::testing::has;
using aiohttp::testing::Peer;
using aiohttp::testing::Reply;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::ServerRequest;
using asio::ip::tcp;
using namespace std::chrono_literals;
}  // namespace

TEST_CASE("the server answers routes on a kept connection and records what came") {
    Server server;
    server.route("/hello", Reply(200, "world").header("X-A", "1").header("X-A", "2"));
    server.route("/echo", [](const ServerRequest& request) {
        return Reply(201, request.method + ' ' + request.query).reason("Made up");
    });
    Peer peer(server);
    CHECK(peer.exchange(get("/hello", "x-Trace: a\r\nX-TRACE: b\r\n"), "world") ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-A: 1\r\nX-A: 2\r\n"
          "Content-Length: 5\r\n\r\nworld");
    const auto second = peer.exchange(get("/echo?a=%20b"), "GET a=%20b");
    CHECK(has(second, "HTTP/1.1 201 Made up\r\n"));
    CHECK(has(peer.exchange(get("/nowhere"), "/nowhere\n"), "HTTP/1.1 404 Not Found\r\n"));

    CHECK(server.wait_for_requests(3));
    const auto requests = server.requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].method == "GET");
    CHECK(requests[0].version == 11);
    CHECK(requests[0].complete);
    CHECK(requests[0].raw_head == get("/hello", "x-Trace: a\r\nX-TRACE: b\r\n"));
    CHECK(requests[0].headers[1] == std::pair<std::string, std::string>("x-Trace", "a"));
    CHECK(requests[0].header("X-trace") == "a");
    CHECK(requests[0].header_count("X-trace") == 2);
    CHECK(requests[0].header("none").empty());
    CHECK(requests[1].target == "/echo?a=%20b");
    CHECK(requests[1].path == "/echo");
    CHECK(requests[1].query == "a=%20b");
    CHECK(requests[2].connection == 0);
    CHECK(server.request(1).path == "/echo");
    CHECK_THROWS_AS(server.request(3), std::out_of_range);
    CHECK(server.connections_accepted() == 1);
    server.clear_requests();
    CHECK(server.request_count() == 0);
    CHECK(server.requests().empty());
}

TEST_CASE("small replies arrive in one piece, large ones whole") {
    Server server;
    const std::string large(3'000'000, 'x');
    server.route("/large", [&large](const ServerRequest&) { return Reply(200, large).close(); });
    server.route("/fixed", Reply(200, large));
    Peer peer(server);
    const auto fixed = peer.exchange(get("/fixed"), large);
    CHECK(fixed.ends_with("\r\n\r\n" + large));
    const auto text = peer.exchange(get("/large"), end_of_time);
    CHECK(has(text, "Content-Length: 3000000\r\nConnection: close\r\n"));
    CHECK(text.ends_with("\r\n\r\n" + large));
    CHECK(peer.error() == asio::error::eof);
}

TEST_CASE("request bodies are read by length and in chunks, with trailers") {
    Server server(ServerOptions().body_limit(8));
    server.route("*", Reply(200, "ok"));
    Peer peer(server);
    peer.exchange("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", "ok");
    peer.send("PUT /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    peer.exchange("7;ext=1\r\ndefghij\r\n0\r\nX-Sum: 9\r\n\r\n", "ok");
    REQUIRE(server.wait_for_requests(2));
    CHECK(server.request(0).body == "abc");
    CHECK(server.request(1).body == "abcdefgh");
    CHECK(server.request(1).body_size == 10);
    CHECK(server.request(1).trailers ==
          std::vector<std::pair<std::string, std::string>>{{"X-Sum", "9"}});
}

TEST_CASE("a reply in chunks carries its trailers, and none of that in HTTP/1.0") {
    Server server;
    server.route("/c", Reply().chunked({"abc", "", "defghijklmnop"}, {{"X-Sum", "1"}}));
    server.route("/slow", Reply().chunked({"abc", "de"}).pause(1ms));
    Peer peer(server);
    CHECK(peer.exchange(get("/c"), "X-Sum: 1\r\n\r\n")
              .ends_with("Transfer-Encoding: chunked\r\n\r\n"
                         "3\r\nabc\r\nd\r\ndefghijklmnop\r\n0\r\nX-Sum: 1\r\n\r\n"));
    CHECK(peer.exchange(get("/slow"), "0\r\n\r\n")
              .ends_with("\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
    const auto old =
        peer.exchange("GET /c HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", end_of_time);
    CHECK(old ==
          "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
          "abcdefghijklmnop");
}

TEST_CASE("HEAD and statuses without a body send headers alone") {
    Server server;
    server.route("/r", Reply(200, "body"));
    server.route("/204", Reply(204, {}, {}));
    server.route("/304", Reply(304, "body", {}));
    Peer peer(server);
    const auto head = peer.exchange("HEAD /r HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\n");
    CHECK(head.ends_with("Content-Length: 4\r\n\r\n"));
    CHECK(peer.exchange(get("/204"), "\r\n\r\n") == "HTTP/1.1 204 No Content\r\n\r\n");
    CHECK(peer.exchange(get("/304"), "\r\n\r\n") ==
          "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n");
    CHECK(peer.exchange(get("/r"), "body").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("connections close when either side says so, and HTTP/1.0 keeps them only if asked") {
    Server server;
    server.route("/", Reply(200, "r"));
    server.route("/close", Reply(200, "r").close());
    server.route("/header", Reply(200, "r").header("connection", "close"));
    server.route("/until", Reply(200, "until").no_content_length());
    server.route("/old", Reply(200, "r").version(10));
    const auto whole = [&server](const std::string& request) {
        return Peer(server).exchange(request, end_of_time);
    };
    CHECK(has(whole(get("/", "Connection: close\r\n")), "\r\nConnection: close\r\n"));
    CHECK(has(whole(get("/close")), "\r\nConnection: close\r\n"));
    CHECK(has(whole(get("/header")), "\r\nconnection: close\r\n"));
    CHECK_FALSE(has(whole(get("/header")), "Connection: close"));
    CHECK(whole(get("/until")).ends_with("Connection: close\r\n\r\nuntil"));
    CHECK_FALSE(has(whole(get("/until")), "Content-Length"));
    CHECK(has(whole("GET / HTTP/1.0\r\n\r\n"), "HTTP/1.0 200 OK\r\n"));

    Peer peer(server);
    const std::string kept =
        "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n"
        "Connection: keep-alive\r\n\r\nr";
    CHECK(peer.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "\r\n\r\nr") == kept);
    CHECK(peer.exchange(get("/old"), "\r\n\r\nr") == kept);
    CHECK(server.wait_for_connections_open(1));
}

TEST_CASE("headers set by hand replace the automatic ones") {
    Server server;
    server.route(
        "/", Reply(200, "abc", "a/b").header("content-TYPE", "c/d").header("Content-Length", "2"));
    CHECK(Peer(server).exchange(get("/", "Connection: close\r\n"), end_of_time) ==
          "HTTP/1.1 200 OK\r\ncontent-TYPE: c/d\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
          "abc");
}

TEST_CASE("Expect: 100-continue is answered, but not for scripts and early routes") {
    const std::string head =
        " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    Server server;
    server.route("/reply", Reply(200, "done"));
    server.route("/script", Script().send("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"));
    server.route_at_head("/early", [](const ServerRequest&) {
        return Script()
            .send("HTTP/1.1 100 Continue\r\n\r\n")
            .read_body()
            .send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    Peer peer(server);
    CHECK(peer.exchange("POST /reply" + head, "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(peer.exchange("abc", "done").starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(has(peer.exchange("POST /script" + head, "\r\n\r\n"), "417 No"));
    CHECK_FALSE(server.request(1).complete);
    peer.send("xyz");
    CHECK(has(peer.exchange("POST /early" + head, "\r\n\r\n"), "100 Continue"));
    CHECK(has(peer.exchange("abc", "\r\n\r\n"), "200 OK"));
    REQUIRE(server.request_count() == 3);
    CHECK(server.request(1).complete);
    CHECK(server.request(1).body == "xyz");
    CHECK(server.request(2).body == "abc");
}

TEST_CASE("an early reply reaches a client that is still uploading") {
    Server server;
    server.route_at_head("/", [](const ServerRequest&) { return Reply(413, "too large").close(); });
    Peer peer(server);
    peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    const std::string half(500'000, 'x');
    peer.send(half);
    CHECK(peer.exchange(half, end_of_time).ends_with("too large"));
    CHECK(peer.error() == asio::error::eof);
    peer.socket().close();
    CHECK(server.wait_for_connections_open(0));
    CHECK_FALSE(server.request(0).complete);
}

TEST_CASE("pipelined requests are answered in order") {
    Server server;
    server.route("*", [](const ServerRequest& request) { return Reply(200, request.path); });
    std::string requests = "\r\n";
    for (int i = 0; i < 2000; ++i) {
        requests += get("/" + std::to_string(i));
    }
    Peer peer(server);
    std::jthread writer([&] { peer.send(requests + get("/end", "Connection: close\r\n")); });
    const auto text = peer.read_to_end();
    CHECK(text.ends_with("/end"));
    CHECK(text.find("\r\n\r\n/7HTTP") < text.find("\r\n\r\n/1999HTTP"));
    CHECK(server.request_count() == 2001);
}

TEST_CASE("requests that cannot be parsed get 400 and are counted") {
    Server server;
    for (const std::string_view bad :
         {"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n", "nonsense\r\n\r\n",
          "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc"}) {
        CHECK(Peer(server).exchange(bad, end_of_time).starts_with("HTTP/1.1 400 Bad Request\r\n"));
    }
    CHECK(server.malformed_requests() == 3);
    CHECK(server.request_count() == 0);
}

TEST_CASE("a route may be for one method, and goes before those for all") {
    Server server;
    server.route("*", Reply(200, "all")).route("/x", Reply(200, "any"));
    server.route("POST /x", Reply(200, "post")).route("PUT /f/*", Reply(200, "put"));
    server.route("DELETE *", Reply(200, "delete"));
    Peer peer(server);
    const auto ask = [&](const std::string& method, const std::string& path,
                         const std::string& answer) {
        return has(
            peer.exchange(method + ' ' + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
                          answer),
            "200 OK");
    };
    CHECK(ask("POST", "/x?q=1", "\r\n\r\npost"));
    CHECK(ask("GET", "/x", "\r\n\r\nany"));
    CHECK(ask("PUT", "/f/a/b", "\r\n\r\nput"));
    CHECK(ask("POST", "/f/a/b", "\r\n\r\nall"));
    CHECK(ask("DELETE", "/x", "\r\n\r\ndelete"));
}

TEST_CASE("routes match exactly, then by the longest prefix, and answers may form a sequence") {
    Server server;
    server.route("*", Reply(200, "all")).route("/f/*", Reply(200, "f")).route("/f/g*", Reply());
    server.route("/f/x", std::vector<Answer>{Reply(503, "first"), Reply(200, "second")});
    server.route("/throws",
                 [](const ServerRequest&) -> Answer { throw std::runtime_error("on purpose"); });
    Peer peer(server);
    CHECK(has(peer.exchange(get("/"), "all"), "200 OK"));
    CHECK(has(peer.exchange(get("/f/a"), "\r\n\r\nf"), "200 OK"));
    CHECK(has(peer.exchange(get("/f/g/h"), "\r\n\r\n"), "Content-Length: 0"));
    CHECK(has(peer.exchange(get("/f/x"), "first"), "503"));
    CHECK(has(peer.exchange(get("/f/x"), "second"), "200"));
    CHECK(has(peer.exchange(get("/f/x?q"), "second"), "200"));
    CHECK(has(peer.exchange(get("http://other:1/f/x?q"), "second"), "200"));
    CHECK(has(peer.exchange(get("/throws"), "purpose\n"), "500 Internal Server Error"));
    server.route("/f/x", Reply(200, "new"));
    CHECK(has(peer.exchange(get("/f/x"), "new"), "200"));
    CHECK(has(peer.exchange("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n", "all"), "200"));
    CHECK(server.request(6).target == "http://other:1/f/x?q");
    CHECK(server.request(6).path == "/f/x");
    CHECK(server.request(9).path == "h:1");
    CHECK_THROWS_AS(server.route("/none", std::vector<Answer>{}), std::invalid_argument);
}

TEST_CASE("a delayed reply comes later, one behind a gate when the test opens it") {
    Server server;
    Gate gate;
    server.route("/delay", Reply(200, "delayed").delay(5ms));
    server.route("/gate", Reply(200, "gated").after(gate));
    Peer peer(server);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(has(peer.exchange(get("/delay"), "delayed"), "200"));
    CHECK(std::chrono::steady_clock::now() - begin >= 5ms);

    peer.send(get("/gate"));
    CHECK(server.wait_for_requests(2));
    CHECK_FALSE(gate.is_open());
    boost::system::error_code error;
    CHECK(peer.socket().available(error) == 0);
    gate.open();
    CHECK(has(peer.read_until("gated"), "200"));
    CHECK(has(peer.exchange(get("/gate"), "gated"), "200"));
}

TEST_CASE("a client that leaves during a wait is noticed at once") {
    Server server;
    Gate gate;
    server.route("/", Reply().after(gate));
    {
        Peer peer(server);
        peer.send(get("/"));
        CHECK(server.wait_for_requests(1));
        CHECK(server.connections_open() == 1);
    }
    CHECK(server.wait_for_connections_open(0));
    gate.open();
}

TEST_CASE("a gate may outlive the server, and opens once for all") {
    Gate gate;
    const Gate copy = gate;
    {
        Server server;
        server.route("/", Script().wait_for(gate).send("never"));
        Peer peer(server);
        peer.send(get("/"));
        CHECK(server.wait_for_requests(1));
    }
    CHECK_FALSE(copy.wait(0ms));
    gate.open();
    gate.open();
    CHECK(copy.wait(0ms));
}

TEST_CASE("concurrency counters see what is open and what is being answered") {
    Server server;
    Gate gate;
    server.route("/gate", Reply(200, "r").after(gate));
    server.route("/", Reply(200, "r"));
    std::array<std::unique_ptr<Peer>, 3> peers;
    for (auto& peer : peers) {
        peer = std::make_unique<Peer>(server);
    }
    CHECK(server.wait_for_connections_accepted(3));
    CHECK(server.max_concurrent_requests() == 0);
    peers[0]->send(get("/gate"));
    peers[1]->send(get("/gate"));
    CHECK(server.wait_for_requests(2));
    gate.open();
    peers[0]->read_until("\r\n\r\nr");
    peers[1]->read_until("\r\n\r\nr");
    peers[2]->exchange(get("/"), "\r\n\r\nr");
    CHECK(server.max_concurrent_requests() == 2);
    CHECK(server.connections_open() == 3);
    peers[0].reset();
    CHECK(server.wait_for_connections_open(2));
    CHECK_FALSE(server.wait_for_connections_open(3, 0ms));
    CHECK(server.max_connections_open() == 3);
    CHECK(server.request(1).connection != server.request(0).connection);
}

TEST_CASE("a script sends raw bytes, slowly, and then goes on to HTTP") {
    Server server;
    Gate reached;
    server.route("/s", Script()
                           .send_slowly("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 7, 100us)
                           .open(reached));
    server.route("/two", Script().read_request().send("HTTP/1.1 299 Two\r\n\r\n").close());
    Peer peer(server);
    CHECK(peer.exchange(get("/s"), "ok") == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    CHECK(reached.wait());
    CHECK(peer.exchange(get("/two") + get("/other"), end_of_time) == "HTTP/1.1 299 Two\r\n\r\n");
    CHECK(peer.error() == asio::error::eof);
    CHECK(server.request(2).path == "/other");
    CHECK_THROWS_AS(Script().send_slowly("x", 0), std::invalid_argument);
}

TEST_CASE("a reset is seen as a reset, a close as the end") {
    Server server;
    server.route("/reset", Script().reset());
    server.route("/close", Script().close());
    server.route("/drop", Script().send("x").drop());
    Peer reset(server);
    CHECK(reset.exchange(get("/reset"), end_of_time).empty());
    CHECK(reset.error() == asio::error::connection_reset);
    Peer closed(server);
    CHECK(closed.exchange(get("/close"), end_of_time).empty());
    CHECK(closed.error() == asio::error::eof);
    Peer dropped(server);
    CHECK(dropped.exchange(get("/drop"), end_of_time) == "x");
    CHECK(dropped.error() == asio::error::eof);
}

TEST_CASE("a stalled connection ends with the client or with the server") {
    auto server = std::make_unique<Server>();
    server->route("/", Script().stall()).route("/deaf", Script().stop_reading());
    {
        Peer leaving(*server);
        leaving.send(get("/") + "whatever");
        CHECK(server->wait_for_requests(1));
    }
    CHECK(server->wait_for_connections_open(0));
    Peer stalled(*server);
    Peer deaf(*server);
    stalled.send(get("/"));
    deaf.send(get("/deaf"));
    CHECK(server->wait_for_requests(3));
    const auto begin = std::chrono::steady_clock::now();
    server.reset();
    CHECK(std::chrono::steady_clock::now() - begin < 1s);
    CHECK(stalled.read_some().empty());
}

TEST_CASE("a server that stops reading blocks the client's writes") {
    Server server(ServerOptions().socket_buffer(4096));
    server.route_at_head("/", [](const ServerRequest&) { return Script().stop_reading(); });
    Peer peer(server);
    peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n");
    CHECK(server.wait_for_requests(1));
    peer.socket().set_option(asio::socket_base::send_buffer_size(4096));
    peer.socket().non_blocking(true);
    const std::string piece(65'536, 'x');
    boost::system::error_code error;
    std::size_t sent = 0;
    while (!error && sent < 100'000'000) {
        sent += peer.socket().write_some(asio::buffer(piece), error);
    }
    CHECK(error == asio::error::would_block);
    CHECK(sent < 10'000'000);
}

TEST_CASE("a conversation answers raw input until it ends it") {
    Server server;
    server.on_accept(
        Script().read(3).send("hi").talk([](std::string_view input) -> std::optional<std::string> {
            if (input == "bye") {
                return std::nullopt;
            }
            return '<' + std::string(input) + '>';
        }));
    Peer peer(server);
    peer.send("ab");
    CHECK(peer.exchange("c", "hi") == "hi");
    CHECK(peer.exchange("one", ">") == "<one>");
    CHECK(peer.exchange("two", ">") == "<two>");
    CHECK(peer.exchange("bye", end_of_time).empty());
    CHECK(peer.error() == asio::error::eof);
}

TEST_CASE("an accept script runs before HTTP, chosen for each connection") {
    Server server;
    server.route("/", Reply(200, "http"));
    server.on_accept([](std::size_t connection) -> std::optional<Script> {
        switch (connection) {
            case 0:
                return Script().close();
            case 1:
                return Script().send("banner");
            case 2:
                throw std::runtime_error("no script");
            default:
                return std::nullopt;
        }
    });
    CHECK(Peer(server).read_to_end().empty());
    Peer banner(server);
    CHECK(banner.read_until("banner") == "banner");
    CHECK(has(banner.exchange(get("/"), "http"), "200"));
    Peer thrown(server);
    CHECK(thrown.read_some().empty());
    CHECK(thrown.error() == asio::error::connection_reset);
    CHECK(has(Peer(server).exchange(get("/"), "http"), "200"));
}

TEST_CASE("idle connections are closed, reset or spoken to, and busy ones are left alone") {
    Server server;
    Gate gate;
    server.route("/", Reply(200, "r"));
    server.route("/gate", Reply(200, "gated").after(gate));
    Peer idle(server);
    Peer busy(server);
    idle.exchange(get("/"), "\r\n\r\nr");
    busy.send(get("/gate"));
    CHECK(server.wait_for_requests(2));
    CHECK(server.send_on_idle("surprise") == 1);
    CHECK(idle.read_until("surprise") == "surprise");
    CHECK(has(idle.exchange(get("/"), "\r\n\r\nr"), "200"));
    CHECK(server.close_idle_connections() == 1);
    CHECK(server.connections_open() == 1);
    CHECK(idle.read_some().empty());
    CHECK(idle.error() == asio::error::eof);
    gate.open();
    CHECK(has(busy.read_until("gated"), "200"));
    CHECK(server.reset_idle_connections() == 1);
    CHECK(busy.read_some().empty());
    CHECK(busy.error() == asio::error::connection_reset);
    CHECK(server.close_idle_connections() == 0);
}

TEST_CASE("idle connections can be closed from a handler") {
    Server server;
    server.route("/", Reply(200, "r"));
    server.route("/close-others", [&server](const ServerRequest&) {
        return Reply(200, std::to_string(server.close_idle_connections()));
    });
    Peer idle(server);
    idle.exchange(get("/"), "\r\n\r\nr");
    CHECK(Peer(server).exchange(get("/close-others"), "\r\n\r\n1").ends_with("\r\n\r\n1"));
    CHECK(idle.read_some().empty());
}

TEST_CASE("a tunnel relays both ways until one side closes") {
    Server origin;
    origin.route("/", Reply(200, "from afar").close());
    Server proxy;
    proxy.route("origin:80", Script().send("HTTP/1.1 200 OK\r\n\r\n").tunnel_to(origin.port()));
    proxy.route("nowhere:80", Script().tunnel_to(origin.port(), "nonsense"));
    Peer peer(proxy);
    const std::string tail = " HTTP/1.1\r\nHost: x\r\n\r\n";
    CHECK(peer.exchange("CONNECT origin:80" + tail, "\r\n\r\n") == "HTTP/1.1 200 OK\r\n\r\n");
    CHECK(peer.exchange(get("/"), end_of_time).ends_with("from afar"));
    CHECK(Peer(proxy).exchange("CONNECT nowhere:80" + tail, end_of_time).empty());
    CHECK(origin.request_count() == 1);
}

TEST_CASE("the server listens on other addresses, and says so in its URL") {
    Server second(ServerOptions().address("127.0.0.2"));
    second.route("/", Reply(200, "r"));
    CHECK(second.url("/x") == "http://127.0.0.2:" + std::to_string(second.port()) + "/x");
    CHECK(has(Peer(second, "127.0.0.2").exchange(get("/"), "\r\n\r\nr"), "200"));
    CHECK(Server(ServerOptions().host("h.test")).host() == "h.test");
    try {
        Server sixth(ServerOptions().address("::1"));
        CHECK(sixth.url().starts_with("http://[::1]:"));
    } catch (const std::system_error&) {
        WARN("this machine has no IPv6 loopback");
    }
    CHECK_THROWS_WITH(Server(ServerOptions().address("127.0.0.2").port(second.port())),
                      Catch::Contains("bind 127.0.0.2 port " + std::to_string(second.port())));
    CHECK_THROWS_AS(Server(ServerOptions().address("nonsense")), std::system_error);
}

TEST_CASE("new connections are refused on demand, and open ones go on") {
    Server server;
    server.route("/", Reply(200, "r"));
    Peer peer(server);
    CHECK(server.wait_for_connections_accepted(1));
    server.refuse_connections();
    CHECK_THROWS_AS(Peer(server), boost::system::system_error);
    CHECK(has(peer.exchange(get("/"), "\r\n\r\nr"), "200"));
}

TEST_CASE("a server that does not accept leaves clients connected and unanswered") {
    Server server(ServerOptions().accepting(false).backlog(4));
    Peer peer(server);
    peer.send(get("/"));
    CHECK(server.connections_accepted() == 0);
}

TEST_CASE("without records requests are counted all the same") {
    Server server(ServerOptions().record(false));
    server.route("/", Reply(200, "r"));
    server.route("/echo", [](const ServerRequest& request) {
        return Reply(200, std::string(request.header("x-a")) + request.body + ';');
    });
    Peer peer(server);
    CHECK(has(peer.exchange(get("/", "Expect: 100-continue\r\n"), "\r\n\r\nr"), "200"));
    CHECK(has(peer.exchange(get("/echo", "X-A: 1\r\nContent-Length: 1\r\n") + "b", ";"), "1b;"));
    CHECK(has(peer.exchange(get("/echo"), ";"), "\r\n\r\n;"));
    CHECK(server.request_count() == 3);
    CHECK(server.requests().empty());
}
