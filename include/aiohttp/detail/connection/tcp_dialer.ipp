#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/dial_error.hpp>
#include <aiohttp/detail/connection/tcp_dialer.hpp>
#include <aiohttp/detail/core/happy_eyeballs.hpp>
#include <aiohttp/detail/net/cancelled.hpp>
#include <aiohttp/detail/net/connect_race.hpp>
#include <aiohttp/detail/net/socket_transport.hpp>

namespace aiohttp::detail {

/// Asks a guard; `reason` is what it threw, if it did.
AIOHTTP_DECL bool is_allowed(const AddressGuard& guard,
                             const ResolvedHost& candidate,
                             std::string& reason) {
    try {
        return guard(candidate);
    } catch (const std::exception& error) {
        reason = error.what();
    } catch (...) {
        reason = "an unknown exception";
    }
    return false;
}

AIOHTTP_DECL Error look_up_failed(const Resolution& resolution,
                                  const std::string& host,
                                  std::uint16_t port) {
    std::string text = "look-up of " + host + " failed";
    if (!resolution.problem.empty()) {
        text.append(": ").append(resolution.problem);
    }
    return make_error(
        dial_failure(errc::dns_failed, std::move(text), host, port, resolution.error));
}

AIOHTTP_DECL std::string connect_failed(const std::string& host, std::uint16_t port) {
    return "connect to " + host + ':' + std::to_string(port) + " failed";
}

AIOHTTP_DECL TcpDialer::TcpDialer(std::shared_ptr<NameLookup> names, DialPolicy policy)
    : names_(std::move(names)), policy_(std::move(policy)) {}

/// Leaves the addresses that the guard lets pass.
AIOHTTP_DECL Error TcpDialer::refuse_guarded(const std::string& host,
                                             std::uint16_t port,
                                             Endpoints& endpoints) const {
    if (!policy_.guard) {
        return Error();
    }
    std::string refused;  // the first one
    std::string reason;
    std::erase_if(endpoints, [&](const auto& endpoint) {
        std::string thrown;
        if (is_allowed(policy_.guard, resolved_host(host, endpoint), thrown)) {
            return false;
        }
        if (refused.empty()) {
            refused = endpoint.address().to_string();
            reason = std::move(thrown);
        }
        return true;
    });
    if (endpoints.empty()) {
        auto text = connect_failed(host, port) + ": address_guard refuses " + refused;
        if (!reason.empty()) {
            text.append(": ").append(reason);
        }
        auto details = dial_failure(errc::address_refused, std::move(text), host, port, {});
        details.address = refused;
        details.retryable = false;
        return make_error(std::move(details));
    }
    return Error();
}

/// Leaves the addresses that may be used, in the order in which they are tried.
AIOHTTP_DECL Error TcpDialer::choose(const std::string& host,
                                     std::uint16_t port,
                                     Endpoints& endpoints) const {
    std::erase_if(endpoints, [&](const auto& endpoint) {
        const bool is_v6 = endpoint.address().is_v6();
        return (policy_.family != AddressFamily::any &&
                is_v6 != (policy_.family == AddressFamily::ipv6)) ||
               (policy_.socket.local && is_v6 != policy_.socket.local->address().is_v6());
    });
    if (endpoints.empty()) {
        return make_error(dial_failure(
            errc::connect_failed,
            connect_failed(host, port) + ": it has no address of the family that the connector's " +
                (policy_.family != AddressFamily::any ? "family" : "local_addr") + " asks for",
            host, port, asio::error::address_family_not_supported));
    }
    if (auto refused = refuse_guarded(host, port, endpoints)) {
        return refused;
    }
    endpoints = interleave(std::move(endpoints), policy_.interleave,
                           [](const auto& endpoint) { return endpoint.address().is_v6(); });
    return Error();
}

/// Connections to one server follow each other, and share its name.
AIOHTTP_DECL std::shared_ptr<const std::string> TcpDialer::name_of(
    const asio::ip::tcp::endpoint& peer) {
    if (last_name_ == nullptr || last_peer_ != peer) {
        last_name_ = std::make_shared<const std::string>(to_string(peer));
        last_peer_ = peer;
    }
    return last_name_;
}

/// A socket that has connected, ready for use; null and `error` when it is not.
AIOHTTP_DECL std::unique_ptr<Transport> TcpDialer::transport_of(asio::ip::tcp::socket socket,
                                                                const asio::ip::tcp::endpoint& peer,
                                                                error_code& error) {
    auto connected = std::make_unique<SocketTransport>(std::move(socket), name_of(peer));
    error = connected->use();
    if (error) {
        return nullptr;
    }
    return connected;
}

/// What dial() is about, and how far it has come. Not part of the coroutines that do it, so that
/// each of them has it from the one before.
struct TcpDialer::Attempt final : Abortable {
    Attempt(TcpDialer& by,
            std::string of,
            std::uint16_t at,
            Deadline& within,
            std::unique_ptr<Transport>& into)
        : dialer(by), host(std::move(of)), port(at), deadline(within), transport(into) {}
    void abort() noexcept override {
        error_code ignored;
        socket->close(ignored);
    }
    void connected(error_code error) {
        last.error = error;
        if (!last && !socket->is_open()) {
            last.error = asio::error::operation_aborted;  // after the kernel had connected
        }
    }
    Error error() const;

    TcpDialer& dialer;
    std::string host;
    std::uint16_t port;
    Deadline& deadline;
    std::unique_ptr<Transport>& transport;
    Endpoints endpoints;
    std::optional<asio::ip::tcp::socket> socket;  // of those that are tried in turn
    ConnectOutcome last;                          // of what has been tried so far
};

/// What it came to.
AIOHTTP_DECL Error TcpDialer::Attempt::error() const {
    if (deadline.verdict() || !last) {
        return deadline.verdict();
    }
    throw_if_cancelled(last.error);
    auto text = connect_failed(host, port);
    if (endpoints.size() > 1) {
        text.append(" (").append(std::to_string(endpoints.size())).append(" addresses tried)");
    }
    if (!last.text.empty()) {
        text.append(": ").append(last.text);
    }
    return make_error(dial_failure(errc::connect_failed, std::move(text), host, port, last.error));
}

AIOHTTP_DECL asio::awaitable<Error> TcpDialer::connect_in_turn(std::unique_ptr<Attempt> attempt) {
    attempt->socket.emplace(co_await asio::this_coro::executor);
    TcpDialer& dialer = attempt->dialer;
    auto& last = attempt->last;
    for (const auto& endpoint : attempt->endpoints) {
        last = open_socket(*attempt->socket, endpoint, attempt->host, dialer.policy_.socket);
        if (!last) {
            attempt->deadline.watch(Phase::connect, attempt.get());
            const auto result =
                co_await attempt->socket->async_connect(endpoint, asio::as_tuple(asio::deferred));
            attempt->deadline.watch(Phase::connect, nullptr);
            attempt->connected(std::get<0>(result));
        }
        if (!last) {
            attempt->transport =
                dialer.transport_of(std::move(*attempt->socket), endpoint, last.error);
        }
        if (!last || attempt->deadline.verdict() || last.error == asio::error::operation_aborted) {
            break;
        }
        attempt->abort();
    }
    co_return attempt->error();
}

AIOHTTP_DECL asio::awaitable<Error> TcpDialer::connect_racing(std::unique_ptr<Attempt> attempt) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const DialPolicy& policy = attempt->dialer.policy_;
    const auto race = std::make_shared<ConnectRace>(executor, attempt->endpoints, attempt->host,
                                                    *policy.happy_eyeballs_delay, policy.socket);
    const ConnectRace::Guard guard{race};
    attempt->deadline.watch(Phase::connect, race.get());
    attempt->last = co_await race->run();
    attempt->deadline.watch(Phase::connect, nullptr);
    if (!attempt->last) {
        attempt->transport =
            attempt->dialer.transport_of(race->take_socket(), race->winner(), attempt->last.error);
    }
    co_return attempt->error();
}

/// The endpoint of a host that is an address, or none.
AIOHTTP_DECL std::vector<asio::ip::tcp::endpoint> literal_endpoint(const std::string& host,
                                                                   std::uint16_t port) {
    std::vector<asio::ip::tcp::endpoint> endpoints;
    error_code not_an_address;
    asio::ip::address address;
    if (host.find(':') == std::string::npos) {
        address = asio::ip::make_address_v4(host, not_an_address);
    } else {
        address = asio::ip::make_address_v6(host, not_an_address);
    }
    if (!not_an_address) {
        endpoints.emplace_back(address, port);
    }
    return endpoints;
}

AIOHTTP_DECL asio::awaitable<Error> TcpDialer::look_up(std::string host,
                                                       std::uint16_t port,
                                                       Deadline& deadline,
                                                       Endpoints& endpoints) {
    endpoints = literal_endpoint(host, port);
    if (!endpoints.empty()) {
        co_return Error();
    }
    const auto names = names_;
    auto resolution = co_await names->resolve(host, port, deadline);
    if (deadline.verdict()) {
        co_return deadline.verdict();
    }
    if (resolution.endpoints.empty()) {
        co_return look_up_failed(resolution, host, port);
    }
    endpoints = std::move(resolution.endpoints);
    co_return Error();
}

AIOHTTP_DECL asio::awaitable<Error> TcpDialer::resolve(std::string host,
                                                       std::uint16_t port,
                                                       Deadline& deadline,
                                                       std::vector<std::string>& addresses) {
    Endpoints endpoints;
    auto error = co_await look_up(host, port, deadline, endpoints);
    if (!error) {
        error = refuse_guarded(host, port, endpoints);
    }
    for (const auto& endpoint : endpoints) {
        addresses.push_back(endpoint.address().to_string());
    }
    co_return error;
}

AIOHTTP_DECL asio::awaitable<Error> failed_dial(Error error) {
    co_return error;
}

// Not coroutines where nothing is waited for: while ten thousand connect, each has its frames.
AIOHTTP_DECL asio::awaitable<Error> TcpDialer::dial(std::string host,
                                                    std::uint16_t port,
                                                    Deadline& deadline,
                                                    std::unique_ptr<Transport>& transport) {
    auto attempt = std::make_unique<Attempt>(*this, std::move(host), port, deadline, transport);
    attempt->endpoints = literal_endpoint(attempt->host, port);
    if (attempt->endpoints.empty()) {
        return dial_by_name(std::move(attempt), {});
    }
    if (auto unusable = choose(attempt->host, port, attempt->endpoints)) {
        return failed_dial(std::move(unusable));
    }
    return connect(std::move(attempt));
}

AIOHTTP_DECL asio::awaitable<Error> TcpDialer::dial_another(std::string host,
                                                            std::uint16_t port,
                                                            std::vector<std::string> but,
                                                            Deadline& deadline,
                                                            std::unique_ptr<Transport>& transport) {
    auto attempt = std::make_unique<Attempt>(*this, std::move(host), port, deadline, transport);
    return dial_by_name(std::move(attempt), std::move(but));
}

AIOHTTP_DECL asio::awaitable<Error> TcpDialer::dial_by_name(std::unique_ptr<Attempt> attempt,
                                                            std::vector<std::string> but) {
    auto& endpoints = attempt->endpoints;
    auto unusable = co_await look_up(attempt->host, attempt->port, attempt->deadline, endpoints);
    if (!unusable) {
        unusable = choose(attempt->host, attempt->port, endpoints);
    }
    std::erase_if(endpoints, [&but](const auto& endpoint) {
        return std::ranges::find(but, to_string(endpoint)) != but.end();
    });
    if (unusable || endpoints.empty()) {
        co_return unusable;
    }
    co_return co_await connect(std::move(attempt));
}

AIOHTTP_DECL Error TcpDialer::refuse(const std::string& host, std::uint16_t port) const {
    auto endpoints = literal_endpoint(host, port);
    if (endpoints.empty()) {
        return Error();  // who connects looks it up
    }
    return refuse_guarded(host, port, endpoints);
}

AIOHTTP_DECL asio::awaitable<Error> TcpDialer::connect(std::unique_ptr<Attempt> attempt) const {
    attempt->deadline.begin(Deadline::Limit::sock_connect);
    const bool races = attempt->endpoints.size() > 1 && policy_.happy_eyeballs_delay;
    return races ? connect_racing(std::move(attempt)) : connect_in_turn(std::move(attempt));
}

}  // namespace aiohttp::detail
