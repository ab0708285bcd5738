#pragma once

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/client/session_core.hpp>
#include <aiohttp/detail/connection/connection.hpp>
#include <aiohttp/detail/middleware/send.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

/// How far a request is.
struct RequestProgress {
    /// The step that was taken last. hop: all of the first hop, behind code of the caller's.
    enum class Step : unsigned char { none, opening, acquiring, reading, exchanging, hop, rest };

    Step step = Step::none;
    Error error;                  ///< what the step ended with
    Connection::SocketRead read;  ///< the next step, when it is a read
};

/// Takes the next step of a request: what it returns is to be awaited, when it is valid;
/// progress.read is to be made, when it has a socket; else there is none.
boost::asio::awaitable<Error> next_step(Exchange& exchange,
                                        const RequestSpec& spec,
                                        RequestProgress& progress);

}  // namespace aiohttp::detail
