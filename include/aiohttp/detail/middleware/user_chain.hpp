#pragma once

#include <exception>
#include <functional>
#include <memory>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/detail/middleware/send.hpp>
#include <aiohttp/detail/net/deadline.hpp>
#include <aiohttp/middleware.hpp>

namespace aiohttp::detail {

/// Ends code of the user's, whatever it is waiting for, when the deadline of the request says so: a
/// chain of middlewares, or the source of a body.
class ChainGuard final : public Abortable {
public:
    std::function<void()> cancel;  ///< cancels the coroutine that runs the chain
    Deadline* part = nullptr;      ///< of the send that is under way

    void abort() noexcept override;
};

/// The user's middlewares of one request.
struct UserChain {
    const Middlewares* middlewares;
    std::shared_ptr<ChainGuard> guard;
    std::shared_ptr<const void> owner;  ///< of what the exchange only refers to: the session
    std::exception_ptr thrown;          ///< what the error that run_chain() gave was thrown as
};

/// One hop as the user's middlewares see and change it. They may hold on to it (in a Next), so it
/// knows when it has ended.
struct UserHop {
    explicit UserHop(Exchange& of);
    UserHop(const UserHop&) = delete;
    UserHop& operator=(const UserHop&) = delete;
    ~UserHop() = default;

    /// After the chain: what the next hop begins with. A send that is still under way is ended,
    /// and keeps the body.
    void end() noexcept;

    std::shared_ptr<ChainGuard> guard;
    /// See UserChain: a send that is under way when the chain ends may outlive the request.
    std::shared_ptr<const void> owner;
    Exchange* exchange;  ///< of the whole request; null when the chain has ended
    ClientRequest request;
    aiohttp::ClientRequest view;
    std::unique_ptr<BodySource> callers_body;  ///< while another one is sent
    bool replaced = false;                     ///< whether it is
    bool body_used = false;                    ///< it has to be rewound before it is sent
    bool sending = false;
    std::weak_ptr<ResponseState> last;
};

/// Makes the session's fields the request's own, as whoever wants to change them sees them.
void take_session_fields(Exchange& exchange);

/// A hop through the user's middlewares. Afterwards exchange.response is what they returned, begun
/// already. Exceptions that are no Error are thrown.
boost::asio::awaitable<Error> run_chain(Exchange& exchange);

/// send_hop() with a body whose source may be cancelled while it is waited for: when the deadline
/// did that it is the deadline's error, whatever the source throws.
boost::asio::awaitable<Error> send_guarded(Exchange& exchange);

/// One hop, through the user's middlewares when there are some. A plain function, so that nobody
/// else pays for a coroutine.
inline boost::asio::awaitable<Error> run_hop(Exchange& exchange) {
    if (exchange.users != nullptr) {
        return run_chain(exchange);
    }
    return exchange.deadline->source_guard() != nullptr ? send_guarded(exchange)
                                                        : send_hop(exchange);
}

/// Whether an exception that run_chain() kept is one of the library's own, which may be told of
/// redirects, and of no class of the user's.
bool may_be_raised_anew(const std::exception_ptr& thrown);

}  // namespace aiohttp::detail
