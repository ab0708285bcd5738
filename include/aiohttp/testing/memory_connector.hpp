#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/error_code.hpp>

#include <aiohttp/clock.hpp>
#include <aiohttp/connector.hpp>
#include <aiohttp/tcp_connector.hpp>
#include <aiohttp/testing/detail/memory_step.hpp>

namespace aiohttp::detail {
class MemoryHub;
}

namespace aiohttp::testing {

/// What the far end of a connection does, step by step. A step begins when the one before it is
/// done; after the last one the far end keeps still. It takes whatever is written to it, unless
/// allow_writes() says otherwise.
class MemoryScript {
public:
    /// Waits until exactly these bytes are written next. Others fail the connection, see
    /// MemoryConnector::verify().
    MemoryScript& expect(std::string bytes);
    /// Waits for `count` bytes, whichever they are.
    MemoryScript& expect_bytes(std::size_t count);
    /// Waits for a whole request: head, and body by its Content-Length or chunks. The request must
    /// contain the text, e.g. "POST /orders ", else the connection fails, as for expect().
    MemoryScript& expect_request(std::string containing = {});
    /// Waits for a whole request and sends what the function makes of it.
    MemoryScript& answer(std::function<std::string(std::string_view request)> answer);

    /// Sends bytes that arrive as one piece: one read gives them all, room permitting, and never
    /// any of the next piece.
    MemoryScript& send(std::string bytes);
    /// Sends bytes in pieces of `piece_size`, at least 1: every read is short.
    MemoryScript& send_pieces(std::string_view bytes, std::size_t piece_size = 1);

    /// Waits on aiohttp::Clock, so also by a ManualClock.
    MemoryScript& delay(Duration pause);
    /// Never goes on: the client waits until it gives up.
    MemoryScript& wait();
    /// From now on takes `bytes` more bytes, then none: the client's writes block.
    MemoryScript& allow_writes(std::size_t bytes);
    /// Goes back to the first step at the end. ValueError when nothing in the script ever waits.
    MemoryScript& repeat();

    /// Closes in order: what was sent can be read, then comes the end of the stream.
    MemoryScript& close();
    /// Breaks the connection: what was sent can be read, then reads fail, and writes at once.
    MemoryScript& fail(boost::system::error_code error);
    /// Breaks it with asio::error::connection_reset.
    MemoryScript& reset();
    /// The connection breaks at the client's read or write number `index`, counted together from
    /// 0, which fails; what had arrived is lost.
    MemoryScript& fail_operation(std::size_t index, boost::system::error_code error);

    /// The connection is not made: asio::error::connection_refused, or another error.
    MemoryScript& refuse();
    MemoryScript& fail_connect(boost::system::error_code error);
    /// The host's name has no address.
    MemoryScript& fail_lookup();
    /// Looking the host up never comes to an end.
    MemoryScript& never_look_up();
    /// Connecting never comes to an end.
    MemoryScript& never_connect();
    /// Connecting takes so long, on aiohttp::Clock.
    MemoryScript& connect_after(Duration pause);

    /// What was set, for the connector.
    const aiohttp::detail::MemoryPlan& plan() const noexcept { return plan_; }

private:
    aiohttp::detail::MemoryStep& add(aiohttp::detail::MemoryStep::Kind kind);

    aiohttp::detail::MemoryPlan plan_;
};

/// What happened on one connection of a MemoryConnector.
struct MemoryConnection {
    std::string host;            ///< Which host was dialled ...
    std::uint16_t port = 0;      ///< ... at which port.
    bool connected = false;      ///< Whether dialling succeeded.
    bool open = false;           ///< Connected, and not closed by the client yet.
    std::string written;         ///< Every byte the client has written.
    std::size_t operations = 0;  ///< How many reads and writes the client has begun.
    bool finished = false;       ///< Whether the script came to its end, or back to its start.
    std::string problem;         ///< How the client departed from the script, or empty.
};

/// A connector without a network: every connection follows a MemoryScript. For the tests of this
/// library and of programs that use it; with a ManualClock no time passes either.
///
/// ```
/// auto memory = std::make_shared<aiohttp::testing::MemoryConnector>();
/// memory->otherwise(aiohttp::testing::MemoryScript()
///                       .expect_request("GET /price ")
///                       .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n42")
///                       .repeat());
/// aiohttp::ClientSession session(aiohttp::ClientSessionOptions().connector(memory));
/// auto price = co_await session.get("http://shop.test/price").text();  // "42"
/// assert(memory->requests().size() == 1);
/// memory->verify();
/// ```
/// For https the script must speak TLS, byte for byte.
class MemoryConnector : public BaseConnector {
public:
    explicit MemoryConnector(const TCPConnectorOptions& options = TCPConnectorOptions());

    /// The script of the next connection that has none yet; call it once for each.
    MemoryConnector& next(const MemoryScript& script);
    /// Chooses the script of a connection when next() has none left.
    MemoryConnector& on_dial(
        std::function<MemoryScript(const std::string& host, std::uint16_t port)> choose);
    /// The script of all other connections. Without one they are refused.
    MemoryConnector& otherwise(const MemoryScript& script);
    /// Adds steps to the script of a connection that exists, and goes on with it: what the far end
    /// does now. Nothing happens when the connection is gone.
    void then(std::size_t connection, const MemoryScript& more);

    /// Every connection that was ever dialled, in order; throws std::out_of_range beyond.
    const MemoryConnection& connection(std::size_t index) const;
    /// How many were dialled.
    std::size_t dialled() const noexcept;
    /// How many are open now: neither given up by the client nor still being dialled.
    std::size_t open_connections() const noexcept;
    /// The whole requests that expect_request() and answer() met, in order of arrival.
    const std::vector<std::string>& requests() const noexcept;

    /// Throws std::logic_error when the client departed from a script, did not come to its end, or
    /// when a script of next() was not used.
    void verify() const;

private:
    MemoryConnector(const TCPConnectorOptions& options,
                    std::shared_ptr<aiohttp::detail::MemoryHub> hub);

    std::shared_ptr<aiohttp::detail::MemoryHub> hub_;
};

}  // namespace aiohttp::testing
