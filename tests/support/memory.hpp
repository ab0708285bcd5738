#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <aiohttp/session.hpp>
#include <aiohttp/testing/memory_connector.hpp>

// What the tests share that run a session over a MemoryConnector.
namespace aiohttp::testing {

/// A well-formed response with a body of known length; `fields` are whole lines.
std::string ok(std::string_view body, std::string_view fields = {});

/// A script that answers every request with ok(body), for ever.
MemoryScript serves(std::string_view body);

/// A session and its connector.
struct MemoryRig {
    explicit MemoryRig(const TCPConnectorOptions& connector_options = TCPConnectorOptions(),
                       ClientSessionOptions options = ClientSessionOptions());
    PoolStats stats() const { return memory->stats(); }

    std::shared_ptr<MemoryConnector> memory;
    ClientSession session;
};

/// How an operation ended, as text: "200 body", "socket_timeout in body", "cancelled", or the
/// message of another exception. The body is read to its end.
boost::asio::awaitable<std::string> outcome_of(boost::asio::awaitable<ClientResponse> request);
/// The same for a read: its bytes, or the error.
boost::asio::awaitable<std::string> outcome_of(boost::asio::awaitable<std::string> read);
/// The same for something without a result: "done", or the error.
boost::asio::awaitable<std::string> outcome_of(boost::asio::awaitable<void> operation);

/// Waits until everything that is ready has run, without time passing.
boost::asio::awaitable<void> settle();

/// How one exchange went.
struct Exchange {
    std::string outcome;         ///< As outcome_of().
    bool cancelled = false;      ///< Whether it came to the cancellation before its end.
    std::size_t operations = 0;  ///< Reads and writes on the first connection.
    std::size_t dialled = 0;     ///< Connections made for it.
};

using MakeRequest = std::function<boost::asio::awaitable<std::string>(ClientSession&)>;
inline constexpr std::size_t never = static_cast<std::size_t>(-1);

/// Runs a request whose first connection follows `script`; others answer "next". After
/// `handlers` handlers have run it is cancelled. Checks that afterwards nothing is in use,
/// queued or left open but idle, and that the next request succeeds.
Exchange exchange_once(const MemoryScript& script,
                       const MakeRequest& request,
                       std::size_t handlers = never);

}  // namespace aiohttp::testing
