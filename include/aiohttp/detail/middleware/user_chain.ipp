#pragma once

#include <typeinfo>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/message/response_state.hpp>
#include <aiohttp/detail/middleware/redirect.hpp>
#include <aiohttp/detail/middleware/user_chain.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp::detail {

inline const Headers no_headers;

AIOHTTP_DECL void ChainGuard::abort() noexcept {
    if (part != nullptr) {
        part->check_now();  // it knows better what was being done when time was up
    }
    cancel();
}

AIOHTTP_DECL void take_session_fields(Exchange& exchange) {
    exchange.request.headers = fields_of(exchange.request, exchange.defaults);
    exchange.defaults.session_headers = &no_headers;
}

AIOHTTP_DECL UserHop::UserHop(Exchange& of)
    : guard(of.users->guard), owner(of.users->owner), exchange(&of), view(*this) {
    static_cast<RequestFields&>(request) = of.request;
    request.headers = fields_of(of.request, of.defaults);
    add_netrc_field(request, of.defaults, request.headers);
    request.body = std::move(of.request.body);
}

AIOHTTP_DECL void UserHop::end() noexcept {
    // A middleware may have asked another origin: a redirect from there is as one from here to
    // there.
    leave_origin(*exchange, request.url);
    if (sending) {
        exchange->request.url = request.url;
        if (guard->part != nullptr) {
            guard->part->interrupt(make_error(errc::connection_closed, Phase::none,
                                              "the middlewares of the request have ended"));
        }
    } else {
        exchange->request.url.swap(request.url);
        exchange->request.body = std::move(replaced ? callers_body : request.body);
        owner.reset();  // a Next that is kept keeps no session
    }
    exchange = nullptr;
}

/// Whatever happens, a hop ends when its chain does.
struct HopEnd {
    explicit HopEnd(UserHop& of) noexcept : hop(of) {}
    HopEnd(const HopEnd&) = delete;
    HopEnd& operator=(const HopEnd&) = delete;
    ~HopEnd() { hop.end(); }
    UserHop& hop;
};

/// Marks a hop that is being sent.
struct Sending {
    explicit Sending(UserHop& of) noexcept : hop(of) { hop.sending = true; }
    Sending(const Sending&) = delete;
    Sending& operator=(const Sending&) = delete;
    ~Sending() {
        hop.sending = false;
        if (hop.exchange == nullptr) {
            hop.owner.reset();
        }
    }
    UserHop& hop;
};

/// Says which send is under way, as long as it is.
struct PartUnderWay {
    PartUnderWay(std::shared_ptr<ChainGuard> of, Deadline* part) noexcept : guard(std::move(of)) {
        guard->part = part;
    }
    PartUnderWay(const PartUnderWay&) = delete;
    PartUnderWay& operator=(const PartUnderWay&) = delete;
    ~PartUnderWay() { guard->part = nullptr; }
    std::shared_ptr<ChainGuard> guard;
};

/// Whether a hop can be sent (again).
AIOHTTP_DECL Error prepare_send(UserHop& hop) {
    if (const auto last = hop.last.lock()) {
        last->release();
    }
    if (const auto& verdict = hop.exchange->deadline->verdict()) {
        return verdict;
    }
    if (hop.body_used && hop.request.body && !hop.request.body->rewind()) {
        return make_error(errc::body_not_resendable, Phase::none,
                          "a middleware sends the request body again, which cannot be rewound");
    }
    return {};
}

AIOHTTP_DECL boost::asio::awaitable<Error> send_guarded(Exchange& exchange) {
    Error error;
    try {
        error = co_await send_hop(exchange);
    } catch (...) {
        // Whatever the source makes of its cancellation.
        error = exchange.deadline->verdict();
        if (!error) {
            throw;
        }
    }
    co_return error;
}

/// send_hop() for the middlewares: within the time of the whole request, and when that is over an
/// error, though the coroutine is cancelled then.
AIOHTTP_DECL boost::asio::awaitable<Error> send_part(Exchange& exchange, UserHop& hop) {
    const PartUnderWay part(hop.guard, exchange.deadline.get());
    hop.body_used = true;
    const auto error = co_await send_guarded(exchange);
    hop.body_used = !error || error.phase() >= Phase::send;
    co_return error;
}

/// The end of the chain: sends the hop as the middlewares made it.
AIOHTTP_DECL boost::asio::awaitable<ClientResponse> send_user_hop(std::shared_ptr<UserHop> hop) {
    if (hop->exchange == nullptr) {
        throw RuntimeError("next() is awaited for a request whose middlewares have ended");
    }
    if (hop->sending) {
        throw RuntimeError("another next() of this request is under way");
    }
    const Sending sending(*hop);
    Exchange& whole = *hop->exchange;
    auto error = prepare_send(*hop);
    if (!error) {
        Exchange exchange(*whole.connector, hop->request, whole.defaults,
                          whole.connector->deadlines().start_part(*whole.deadline));
        exchange.defaults.session_headers = &no_headers;  // the hop has them already
        exchange.defaults.netrc = nullptr;
        exchange.trace = whole.trace;
        error = co_await send_part(exchange, *hop);
        if (!error) {
            auto method = hop->request.method;
            auto url = hop->request.url;
            begin_response(exchange);
            hop->request.method = std::move(method);
            hop->request.url = std::move(url);
            hop->last = exchange.response;
            co_return ClientResponse(std::move(exchange.response));
        }
    }
    with_request(error, hop->request.method, hop->request.url.display()).raise();
}

AIOHTTP_DECL boost::asio::awaitable<Error> run_chain(Exchange& exchange) {
    const auto hop = std::make_shared<UserHop>(exchange);
    const HopEnd end(*hop);
    UserChain& users = *exchange.users;
    exchange.deadline->watch(Phase::none, users.guard.get());
    Error error;
    try {
        ClientResponse response = co_await Next(hop, 0)(hop->view);
        exchange.response = std::move(response).take_state();
        if (hop->sending && hop->request.body) {
            throw RuntimeError("a middleware returned while next() was sending the body");
        }
    } catch (const ClientError& thrown) {
        error = thrown.error();
        users.thrown = std::current_exception();
    } catch (const TotalTimeoutError& thrown) {
        error = thrown.error();
        users.thrown = std::current_exception();
    } catch (...) {
        // Whatever the middlewares make of their cancellation; what they throw above is theirs.
        error = exchange.deadline->verdict();
        if (!error) {
            throw;
        }
    }
    if (!error && !exchange.response) {
        throw RuntimeError("a middleware returned an empty response");
    }
    if (users.thrown && !error) {
        std::rethrow_exception(users.thrown);
    }
    co_return error;
}

/// Whether it is what error.raise() would throw, and no class of the user's own.
template <class Exception>
bool is_own(const Exception& thrown) {
    try {
        thrown.error().raise();
    } catch (const Exception& raised) {
        return typeid(raised) == typeid(thrown);
    }
}

AIOHTTP_DECL bool may_be_raised_anew(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const ClientError& error) {
        return is_own(error);
    } catch (const TotalTimeoutError& error) {
        return is_own(error);
    }
}

}  // namespace aiohttp::detail
