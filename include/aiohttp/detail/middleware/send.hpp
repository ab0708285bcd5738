#pragma once

#include <memory>
#include <string>
#include <utility>

#include <aiohttp/detail/connection/connector_core.hpp>
#include <aiohttp/detail/message/response_state.hpp>
#include <aiohttp/detail/middleware/defaults.hpp>

namespace aiohttp::detail {

struct UserChain;
class RequestTrace;

/// A request under way: what its hops (the request itself, and one for each redirect) share, and
/// the current one. While it waits for its answer it has no response, which is ten times as large
/// as what is known of it until then.
struct Exchange {
    // A constructor, because a braced list makes GCC zero all of it before.
    Exchange(ConnectorCore& of,
             ClientRequest& what,
             const RequestDefaults& besides,
             DeadlinePool::Handle within) noexcept
        : connector(&of), request(what), defaults(besides), deadline(std::move(within)) {}

    ConnectorCore* connector;
    ClientRequest& request;
    RequestDefaults defaults;
    DeadlinePool::Handle deadline;
    const std::shared_ptr<ResponseBuffers>* spare = nullptr;  ///< the session's, until used
    Lease lease;                              ///< the connection that has the rest of the response
    std::unique_ptr<Transport> transport;     ///< of a connection that is being made
    ResponseHead head;                        ///< until it is complete
    ExchangeTimes times;                      ///< until there is a response
    std::shared_ptr<ResponseState> response;  ///< once the hop's head has come
    History history;                          ///< once there were redirects
    std::shared_ptr<UserChain> users;         ///< around every hop, if there are any
    std::shared_ptr<RequestTrace> trace;      ///< who is told of it, if anybody is
};

/// One hop: makes the header block for the wire, sends the request on a connection of the pool,
/// replacing once a connection that turns out to be stale, and receives the response's head.
/// Throws ValueError when the caller's fields do not fit.
boost::asio::awaitable<Error> send_hop(Exchange& exchange);

// The steps of send_hop(), for those who take them in a frame of their own.

/// Makes the header block and takes a connection, if one is free at once.
bool begin_hop(Exchange& exchange);
/// All of it, for a hop that is sent again.
boost::asio::awaitable<Error> resend_hop(Exchange& exchange);
/// After waiting for a connection when none was free; the error again, as the hop's.
Error end_acquire(Exchange& exchange, const Error& error);
/// After an exchange that failed: once more, on another connection, when that does no harm.
boost::asio::awaitable<Error> replay_hop(Exchange& exchange, Error error);
/// After an exchange that went well.
void accept_head(Exchange& exchange);

/// Makes the last hop's response the one that is handed out: with its body, which takes the
/// connection and the deadline along.
void begin_response(Exchange& exchange);

/// Says which request the response answers.
void identify(ResponseState& response, std::string&& method, Url&& url);

/// Ends a hop that another one follows: its response is as released, the next one's is still
/// empty. The connection goes back to the pool when the body has arrived whole, else it closes.
std::shared_ptr<ResponseState> end_hop(Exchange& exchange);

}  // namespace aiohttp::detail
