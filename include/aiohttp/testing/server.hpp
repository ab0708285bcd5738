#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/script.hpp>

namespace aiohttp::testing {

/// What the TLS handshake of a connection came to, as the server saw it.
struct ServerTls {
    std::string protocol;     ///< For instance "TLSv1.3".
    std::string server_name;  ///< The name the client asked for (SNI), or empty.
    std::string client_name;  ///< The common name of the client's certificate, or empty.
    std::string alpn;         ///< The protocol agreed on by ALPN, or empty.
    bool resumed = false;     ///< Whether an earlier session was resumed.
};

/// A request as it came over the wire.
struct ServerRequest {
    std::string method;
    std::string target;  ///< As in the request line.
    std::string path;    ///< The target without the query and, in absolute form, without the host.
    std::string query;   ///< After the question mark, as it was sent.
    int version = 11;    ///< 10 or 11.
    std::vector<std::pair<std::string, std::string>> headers;   ///< Wire order and case.
    std::vector<std::pair<std::string, std::string>> trailers;  ///< After a chunked body.
    std::string body;             ///< Decoded from chunks, cut off at the option body_limit().
    std::uint64_t body_size = 0;  ///< How many bytes came, kept or not.
    bool complete = false;        ///< Whether all of the body came.
    std::size_t connection = 0;   ///< Which connection: 0 is the first one accepted.
    std::string raw_head;         ///< Request line and headers, byte for byte.
    std::shared_ptr<const ServerTls> tls;  ///< Null on a plain connection.

    /// The first value of a header, whatever the case of its name; empty if there is none. The
    /// view lives as long as this object.
    std::string_view header(std::string_view name) const;

    /// How often a header occurs.
    std::size_t header_count(std::string_view name) const;
};

/// Answers a request. It runs on the server's thread and must not block. If it throws, the
/// client gets status 500 with the exception's message.
using Handler = std::function<Answer(const ServerRequest&)>;

/// Chooses the script for a new connection; std::nullopt means HTTP as usual.
using AcceptHandler = std::function<std::optional<Script>(std::size_t connection)>;

/// How a Server is set up.
class ServerOptions {
public:
    /// The IP literal to listen on. Default: 127.0.0.1.
    ServerOptions& address(std::string address);

    /// The port to listen on. Default: 0, any free one.
    ServerOptions& port(std::uint16_t port);

    /// Listens on a Unix socket at this path, which is removed again with the server; with a
    /// leading NUL, in the abstract namespace. address() and port() have no effect then.
    ServerOptions& unix_path(std::string path);

    /// Speaks TLS, with a certificate of a new authority for localhost, 127.0.0.1, ::1 and the
    /// address, unless certificate() gives another. Default: false.
    ServerOptions& tls(bool on = true);

    /// Speaks TLS with this certificate; with tls(false) after it, only in Script::start_tls().
    ServerOptions& certificate(Certificate certificate);

    /// Asks for a client certificate signed by this authority (PEM), and fails the handshake
    /// without one. It implies nothing about tls().
    ServerOptions& client_authority(std::string pem);

    /// The newest TLS version spoken: 10, 11, 12 or 13. Default: 13.
    ServerOptions& max_tls_version(int version);

    /// The protocols accepted by ALPN, the preferred one first. Default: none, no ALPN.
    ServerOptions& alpn(std::vector<std::string> protocols);

    /// Chooses the first of alpn() even if the client does not offer it, which is wrong. Default:
    /// false.
    ServerOptions& impose_alpn(bool on = true);

    /// Whether clients can resume their TLS sessions. Default: true.
    ServerOptions& session_tickets(bool on);

    /// The host in url(). Default: the address, but "localhost" for TLS on 127.0.0.1.
    ServerOptions& host(std::string host);

    /// How many connections the kernel holds for accept(). Default: 1024.
    ServerOptions& backlog(int connections);

    /// With false, listens but never accepts: clients connect until the backlog is full, after
    /// which connecting hangs. Default: true.
    ServerOptions& accepting(bool on);

    /// Whether requests() remembers requests. They are counted anyway. Default: true.
    ServerOptions& record(bool on);

    /// How much of a request's body is kept. Default: 64 MiB.
    ServerOptions& body_limit(std::size_t bytes);

    /// The size of the sockets' send and receive buffers, small to provoke back-pressure.
    /// Default: 0, what the system gives.
    ServerOptions& socket_buffer(int bytes);

    /// What has been set, for the server.
    struct Fields {
        std::string address = "127.0.0.1";
        std::string unix_path;
        std::string host;
        std::string client_authority;
        std::optional<Certificate> certificate;
        std::vector<std::string> alpn;
        std::size_t body_limit = std::size_t{64} << 20U;
        int backlog = 1024;
        int socket_buffer = 0;
        int max_tls_version = 13;
        std::uint16_t port = 0;
        bool tls = false;
        bool accepting = true;
        bool record = true;
        bool impose_alpn = false;
        bool session_tickets = true;
    };
    const Fields& fields() const { return fields_; }

private:
    Fields fields_;
};

/// An HTTP/1 server for tests, in the process of the test but on a thread of its own, so that it
/// answers while the client's event loop runs or is blocked. It speaks keep-alive, reads bodies
/// by length and in chunks, answers `Expect: 100-continue`, HEAD and HTTP/1.0, and does anything
/// else a Script tells it to. All members are thread-safe.
///
///     testing::Server server;
///     server.route("/hello", testing::Reply(200, "world"));
///     server.route("/gone", testing::Script().reset());
///     server.route("/echo", [](const testing::ServerRequest& request) {
///         return testing::Reply(200, request.body);
///     });
///     // ... use server.url("/hello") ...
///     CHECK(server.requests().at(0).header("accept") == "*/*");
class Server {
public:
    /// Listens and serves when this returns. Throws std::system_error if the address cannot be
    /// bound, std::runtime_error if a certificate cannot be made or used.
    explicit Server(const ServerOptions& options = ServerOptions());
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Closes everything and joins the thread; replies and scripts under way are dropped.
    ~Server();

    /// The port listened on; 0 for a Unix socket.
    std::uint16_t port() const;

    /// The host as in url(), without the brackets of an IPv6 literal.
    std::string host() const;

    /// "http://host:port" or "https://host:port", then the path. For a Unix socket without port,
    /// and the host is "localhost" unless ServerOptions::host() says otherwise.
    std::string url(std::string_view path = "/") const;

    /// PEM of the authority to trust for TLS. A plain server has one too, for Script::start_tls().
    std::string ca_pem() const;

    /// Answers requests of any method for a path: an exact one, a prefix that ends in '*'
    /// ("/files/*"; the longest that fits), or "*" for all the rest. With a method before it, as in
    /// "POST /files/*", only requests of that one; such a route goes before those without. The path
    /// of CONNECT is its target. Setting a route again replaces it. Without a route the answer is
    /// 404.
    Server& route(std::string path, Handler handler);

    /// Gives the same reply every time. The fastest kind of route: nothing is copied.
    Server& route(std::string path, Reply reply);

    /// Runs the same script every time. It gets no automatic `100 Continue`: a request that asks
    /// for one runs the script at its head, as with route_at_head().
    Server& route(std::string path, Script script);

    /// Gives the answers one after the other, and the last one from then on. Throws
    /// std::invalid_argument if there are none.
    Server& route(std::string path, std::vector<Answer> answers);

    /// Like route(), but answers as soon as the head has come: before the body, and without
    /// `100 Continue`. A script may send that itself and read_body(). What is left of the body
    /// after the answer is read and dropped.
    Server& route_at_head(std::string path, Handler handler);

    /// Runs this script on every new connection, before TLS and HTTP. A default-made Script
    /// does nothing.
    Server& on_accept(Script script);

    /// Asks for every new connection which script to run.
    Server& on_accept(AcceptHandler handler);

    /// Copies of the requests so far, in the order in which they were complete (their heads, for
    /// route_at_head). Empty with record(false).
    std::vector<ServerRequest> requests() const;

    /// A copy of one recorded request. Throws std::out_of_range.
    ServerRequest request(std::size_t index) const;

    /// Forgets the recorded requests and sets their count to zero.
    void clear_requests();

    /// How many requests have come.
    std::size_t request_count() const;

    /// How many requests could not be parsed; each got 400 and was closed.
    std::size_t malformed_requests() const;

    /// How many TLS handshakes have failed.
    std::size_t handshake_failures() const;

    /// How many connections have been accepted.
    std::size_t connections_accepted() const;

    /// How many connections are open now.
    std::size_t connections_open() const;

    /// How many connections were open at once, at most.
    std::size_t max_connections_open() const;

    /// How many requests were being answered at once, at most.
    std::size_t max_concurrent_requests() const;

    /// Blocks the calling thread until at least `count` requests have come. False on timeout.
    bool wait_for_requests(std::size_t count,
                           std::chrono::nanoseconds timeout = std::chrono::seconds(10)) const;

    /// Blocks the calling thread until at least `count` connections have been accepted. False on
    /// timeout.
    bool wait_for_connections_accepted(
        std::size_t count, std::chrono::nanoseconds timeout = std::chrono::seconds(10)) const;

    /// Blocks the calling thread until exactly `count` connections are open. False on timeout.
    bool wait_for_connections_open(
        std::size_t count, std::chrono::nanoseconds timeout = std::chrono::seconds(10)) const;

    /// Closes every connection that is between two requests (with close_notify and FIN) and
    /// returns when that is done, with their number. A connection counts as soon as its reply
    /// has left; one whose reply is stuck is waited for up to a second.
    std::size_t close_idle_connections();

    /// Resets (RST) every connection that is between two requests; returns as above.
    std::size_t reset_idle_connections();

    /// Sends bytes nobody asked for on every connection that is between two requests; returns as
    /// above, when the bytes are with the kernel.
    std::size_t send_on_idle(std::string bytes);

    /// Stops listening: from now on connecting is refused. Open connections go on.
    void refuse_connections();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace aiohttp::testing
