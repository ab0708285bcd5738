#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <aiohttp/testing/detail/script_step.hpp>
#include <aiohttp/testing/detail/server_input.hpp>
#include <aiohttp/testing/detail/server_request_reader.hpp>
#include <aiohttp/testing/server.hpp>

namespace boost::asio::ssl {
template <typename Stream>
class stream;  // NOLINT(readability-identifier-naming): not our name
}

namespace aiohttp::detail {

class ServerCore;

/// One accepted connection: HTTP/1, or the steps of a script. It lives on the server's thread;
/// the core owns it while it is open, and pending operations until they have completed.
class ServerConnection : public std::enable_shared_from_this<ServerConnection> {
public:
    using Socket = boost::asio::generic::stream_protocol::socket;
    enum class Idleness : std::uint8_t { busy, soon, idle };

    ServerConnection(std::shared_ptr<ServerCore> core, Socket socket, std::size_t id);
    ServerConnection(const ServerConnection&) = delete;
    ServerConnection& operator=(const ServerConnection&) = delete;
    ~ServerConnection();

    void start(std::optional<testing::Script> script);

    /// Closes without further ado.
    void finish();

    /// Whether it is between two requests, or will be when the bytes of its reply have left.
    Idleness idleness() const;

    /// Ends the connection with close_notify (if `notify`, on TLS) and FIN.
    void close(bool notify);
    void reset();

    /// Sends bytes on an idle connection.
    void send_unasked(std::string bytes);

private:
    enum class State : std::uint8_t {
        starting,       // before a handshake, until the plain read under way is cancelled
        handshaking,    // input belongs to TLS
        reading,        // of a request
        waiting,        // for a timer or a gate; input is kept
        writing,        // input is kept
        reading_bytes,  // of a script
        talking,
        tunnelling,
        stalled,    // input is dropped
        deaf,       // input is not read
        lingering,  // FIN sent, input is dropped until the client closes
        closed,
    };
    enum class Wanted : std::uint8_t { answer, request, body };
    enum class Progress : std::uint8_t { done, pending };
    using Continuation = void (ServerConnection::*)();
    using TlsStream = boost::asio::ssl::stream<Socket&>;

    // Reading and HTTP: server_connection.ipp
    void serve();
    void serve_http();
    void ensure_reading();
    void on_read(boost::system::error_code error, std::size_t size);
    void schedule_input();
    void process_input();
    bool on_head();
    bool on_complete();
    void on_malformed();
    void answer();
    void choose_answer();
    void send_reply(const ReplyData& reply);
    void send_last(std::string_view first, std::string_view second);
    void end_exchange();
    void finish_exchange();

    // Writing and closing: server_connection_io.ipp
    Progress write(std::string_view first, std::string_view second, Continuation next);
    template <typename Stream>
    void write_rest(Stream& stream,
                    std::array<boost::asio::const_buffer, 2> buffers,
                    Continuation next);
    void handshake(Continuation next);
    void run_handshake();
    void on_handshake(bool failed, std::size_t used);
    void linger_or_finish(bool reading);
    void linger();
    void describe_tls();

    // Scripts: server_script.ipp
    void run_steps();
    Progress run_step(const ScriptStep& step);
    Progress send_step(const ScriptStep& step);
    Progress read_bytes(const ScriptStep& step);
    Progress start_tls();
    void read_request_step();
    void read_next_request();
    void step_done();
    std::uint64_t begin_wait();
    void end_wait(std::uint64_t wait);
    void wait_for_timer(std::chrono::nanoseconds pause);
    void wait_for_gate(GateState& gate);
    void talk();
    void resume_talk();
    void begin_tunnel(const ScriptStep& step);
    void relay_to_far_end();
    void relay_from_far_end();

    const std::shared_ptr<ServerCore> core_;
    const std::size_t id_;
    Socket socket_;
    std::unique_ptr<TlsStream> tls_;
    std::shared_ptr<const testing::ServerTls> tls_info_;
    Continuation after_handshake_ = nullptr;

    State state_ = State::starting;
    ServerInput input_;
    bool read_pending_ = false;
    bool read_failed_ = false;

    ServerRequestReader reader_;
    Wanted wanted_ = Wanted::answer;
    bool early_ = false;        // The request under way is answered at its head.
    bool exchanging_ = false;   // It counts as concurrent.
    bool last_write_ = false;   // What is being written ends the exchange.
    bool close_after_ = false;  // The exchange ends the connection.

    std::string output_;
    std::shared_ptr<const ServerRoute> route_;
    std::optional<testing::Reply> reply_;

    std::vector<ScriptStep> steps_;
    std::size_t step_ = 0;
    boost::asio::steady_timer timer_;  // real time: see ServerCore
    std::uint64_t wait_ = 0;

    std::unique_ptr<Socket> far_end_;
    bool far_end_ready_ = false;
    bool relaying_ = false;
    std::vector<char> relayed_;
};

}  // namespace aiohttp::detail
