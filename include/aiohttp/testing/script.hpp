#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <aiohttp/testing/detail/script_step.hpp>

namespace aiohttp::testing {

/// A latch between a test and the server: shut at first, open for good after open(). It replaces
/// sleeps: a reply waits for a gate the test opens, or a test waits for a gate a script opens.
/// Copies share one state. Every member is thread-safe.
class Gate {
public:
    Gate();

    /// Lets everything that waits go on, now and later. Opening twice does nothing.
    void open();

    /// Whether open() has been called.
    bool is_open() const;

    /// Blocks the calling thread until the gate is open, at most for `timeout`. Returns is_open().
    /// Not for use inside a handler: it would stop the whole server.
    bool wait(std::chrono::nanoseconds timeout = std::chrono::seconds(10)) const;

private:
    friend class Script;
    friend class Reply;

    std::shared_ptr<aiohttp::detail::GateState> state_;
};

/// Steps executed in order on one connection, below HTTP: what a misbehaving server does. As an
/// answer it runs after the request has been read; with Server::on_accept, before anything else.
/// A script that does not end in a closing or stalling step goes on to serve HTTP from the
/// routes. On a TLS connection bytes are encrypted once the handshake is done; a script of
/// on_accept runs before the handshake, which then comes with start_tls(), read_request() or the
/// end of the script. If the client closes the connection the rest of the script is dropped.
class Script {
public:
    /// Sends bytes as they are, in one write.
    Script& send(std::string bytes);

    /// Sends bytes in writes of `piece_size` (at least 1) with a pause after each.
    Script& send_slowly(std::string_view bytes,
                        std::size_t piece_size = 1,
                        std::chrono::nanoseconds pause = std::chrono::nanoseconds(0));

    /// Waits, in real time even under a manual clock.
    Script& delay(std::chrono::nanoseconds pause);

    /// Waits until the gate is open.
    Script& wait_for(const Gate& gate);

    /// Opens the gate: tells the test that the script has come this far.
    Script& open(const Gate& gate);

    /// Waits for the next request on this connection. It is counted and recorded, not answered.
    Script& read_request();

    /// Reads the rest of the current request's body (see Server::route_at_head), which is then
    /// to be found in Server::requests().
    Script& read_body();

    /// Reads `count` bytes that are not HTTP, and drops them.
    Script& read(std::size_t count);

    /// Does the TLS handshake now, on a plain connection as well: with a CONNECT route,
    /// `Script().send("HTTP/1.1 200 OK\r\n\r\n").start_tls()` is a proxy and its own origin.
    Script& start_tls();

    /// Answers every arriving piece of raw input with what the function returns (nothing, if
    /// empty), until it returns std::nullopt, which closes, or the client closes. It runs on the
    /// server's thread. Pieces have any size from 1 byte.
    Script& talk(aiohttp::detail::ScriptConversation conversation);

    /// Connects to the port on `address` (an IP literal) and relays bytes both ways until either
    /// side closes: what a proxy does after CONNECT. If connecting fails the connection is closed.
    Script& tunnel_to(std::uint16_t port, std::string address = "127.0.0.1");

    /// Says nothing more. Input is read and dropped; ends when the client closes or the server
    /// stops.
    Script& stall();

    /// Says nothing more and reads nothing either, so that the client's writes block once the
    /// socket buffers are full. Ends when the server stops.
    Script& stop_reading();

    /// Closes in order: close_notify on TLS, then FIN.
    Script& close();

    /// Sends FIN without close_notify: on TLS a truncation; otherwise the same as close().
    Script& drop();

    /// Closes with RST (SO_LINGER 0); what has not been delivered yet is lost.
    Script& reset();

    /// The steps so far, for the server.
    const std::vector<aiohttp::detail::ScriptStep>& steps() const& { return steps_; }
    std::vector<aiohttp::detail::ScriptStep> steps() && { return std::move(steps_); }

private:
    Script& add(aiohttp::detail::ScriptStep::Kind kind,
                std::string bytes = {},
                std::chrono::nanoseconds pause = {},
                std::size_t count = 0);

    std::vector<aiohttp::detail::ScriptStep> steps_;
};

/// A well-formed response. Head and body leave in one write if they are small. Content-Type,
/// Content-Length, Transfer-Encoding and Connection are written by themselves and left out when
/// set with header(). HEAD, 1xx, 204 and 304 are sent without the body.
class Reply {
public:
    /// An empty content type leaves the header out.
    explicit Reply(int status = 200,
                   std::string body = {},
                   std::string content_type = "text/plain");

    /// Sets the status code; it need not be a known one.
    Reply& status(int status);

    /// Sets the reason phrase; the default is the standard one of the status.
    Reply& reason(std::string reason);

    /// Adds a header; call it twice for a repeated one.
    Reply& header(std::string name, std::string value);

    /// Sets the body.
    Reply& body(std::string body);

    /// Sets the body, and the content type to application/json.
    Reply& json_text(std::string json);

    /// Sends these pieces as one chunk each, then the trailers. Empty pieces are skipped. An
    /// HTTP/1.0 client gets the same bytes without chunks, ended by close.
    Reply& chunked(std::vector<std::string> pieces,
                   std::vector<std::pair<std::string, std::string>> trailers = {});

    /// Waits after the head and after every chunk, each sent in a write of its own.
    Reply& pause(std::chrono::nanoseconds pause);

    /// Waits before the head, in real time even under a manual clock.
    Reply& delay(std::chrono::nanoseconds delay);

    /// Waits before the head until the gate is open.
    Reply& after(const Gate& gate);

    /// Whether to keep the connection, if the request allows it. Default: true.
    Reply& keep_alive(bool keep);

    /// Closes after the reply, and says so with `Connection: close`.
    Reply& close() { return keep_alive(false); }

    /// Leaves Content-Length out: closing ends the body.
    Reply& no_content_length();

    /// 10 or 11 for HTTP/1.0 or HTTP/1.1. Default: the request's.
    Reply& version(int version);

    /// What has been set, for the server.
    const aiohttp::detail::ReplyData& data() const { return data_; }

private:
    aiohttp::detail::ReplyData data_;
};

/// What a handler returns: a Reply or a Script.
class Answer {
public:
    /// Answers with a well-formed response.
    Answer(Reply reply) : value_(std::move(reply)) {}

    /// Answers with raw steps.
    Answer(Script script) : value_(std::move(script)) {}

    /// The alternative held, for the server.
    std::variant<Reply, Script>& value() { return value_; }

private:
    std::variant<Reply, Script> value_;
};

}  // namespace aiohttp::testing
