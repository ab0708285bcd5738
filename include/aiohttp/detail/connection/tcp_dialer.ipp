#pragma once

#include <exception>
#include <utility>

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
    if (endpoints.size() > 1) {
        endpoints = interleave(std::move(endpoints), policy_.interleave,
                               [](const auto& endpoint) { return endpoint.address().is_v6(); });
    }
    return Error();
}

AIOHTTP_DECL asio::awaitable<ConnectOutcome> TcpDialer::connect_in_turn(
    Endpoints endpoints,
    std::string host,
    Deadline& deadline,
    std::unique_ptr<Transport>& transport) const {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    ConnectOutcome last;
    for (const auto& endpoint : endpoints) {
        asio::ip::tcp::socket socket(executor);
        last = open_socket(socket, endpoint, host, policy_.socket);
        if (last) {
            continue;
        }
        auto connecting = std::make_unique<SocketTransport>(std::move(socket), to_string(endpoint));
        deadline.watch(Phase::connect, connecting.get());
        last.error = co_await connecting->connect(endpoint);
        deadline.watch(Phase::connect, nullptr);
        if (!last) {
            transport = std::move(connecting);
            break;
        }
        if (deadline.verdict() || last.error == asio::error::operation_aborted) {
            break;
        }
    }
    co_return last;
}

AIOHTTP_DECL asio::awaitable<ConnectOutcome> TcpDialer::connect_racing(
    Endpoints endpoints,
    std::string host,
    Deadline& deadline,
    std::unique_ptr<Transport>& transport) const {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto race = std::make_shared<ConnectRace>(executor, std::move(endpoints), std::move(host),
                                                    *policy_.happy_eyeballs_delay, policy_.socket);
    const ConnectRace::Guard guard{race};
    deadline.watch(Phase::connect, race.get());
    auto outcome = co_await race->run();
    deadline.watch(Phase::connect, nullptr);
    if (!outcome) {
        auto connected =
            std::make_unique<SocketTransport>(race->take_socket(), to_string(race->winner()));
        outcome.error = connected->use();
        transport = std::move(connected);
    }
    co_return outcome;
}

/// An address needs no look-up.
AIOHTTP_DECL bool TcpDialer::take_literal(const std::string& host,
                                          std::uint16_t port,
                                          Endpoints& endpoints) {
    error_code not_an_address;
    asio::ip::address literal;
    if (host.find(':') == std::string::npos) {
        literal = asio::ip::make_address_v4(host, not_an_address);
    } else {
        literal = asio::ip::make_address_v6(host, not_an_address);
    }
    if (!not_an_address) {
        endpoints.emplace_back(literal, port);
    }
    return !not_an_address;
}

AIOHTTP_DECL asio::awaitable<Error> TcpDialer::look_up(std::string host,
                                                       std::uint16_t port,
                                                       Deadline& deadline,
                                                       Endpoints& endpoints) {
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
    Error error;
    if (!take_literal(host, port, endpoints)) {
        error = co_await look_up(host, port, deadline, endpoints);
    }
    if (!error) {
        error = refuse_guarded(host, port, endpoints);
    }
    for (const auto& endpoint : endpoints) {
        addresses.push_back(endpoint.address().to_string());
    }
    co_return error;
}

AIOHTTP_DECL asio::awaitable<Error> TcpDialer::dial(std::string host,
                                                    std::uint16_t port,
                                                    Deadline& deadline,
                                                    std::unique_ptr<Transport>& transport) {
    return dial_another(std::move(host), port, {}, deadline, transport);
}

AIOHTTP_DECL asio::awaitable<Error> TcpDialer::dial_another(std::string host,
                                                            std::uint16_t port,
                                                            std::vector<std::string> but,
                                                            Deadline& deadline,
                                                            std::unique_ptr<Transport>& transport) {
    Endpoints endpoints;
    Error unusable;
    if (!take_literal(host, port, endpoints)) {
        unusable = co_await look_up(host, port, deadline, endpoints);
    }
    if (!unusable) {
        unusable = choose(host, port, endpoints);
    }
    if (!but.empty()) {
        std::erase_if(endpoints, [&but](const auto& endpoint) {
            return std::ranges::find(but, to_string(endpoint)) != but.end();
        });
    }
    if (unusable || endpoints.empty()) {
        co_return unusable;
    }
    const auto tried = endpoints.size();
    deadline.begin(Deadline::Limit::sock_connect);
    ConnectOutcome outcome;
    if (tried > 1 && policy_.happy_eyeballs_delay) {
        outcome = co_await connect_racing(std::move(endpoints), host, deadline, transport);
    } else {
        outcome = co_await connect_in_turn(std::move(endpoints), host, deadline, transport);
    }
    if (!outcome && !deadline.verdict()) {
        co_return Error();
    }
    transport.reset();
    co_return explain(outcome, host, port, tried, deadline);
}

AIOHTTP_DECL Error TcpDialer::refuse(const std::string& host, std::uint16_t port) const {
    Endpoints endpoints;
    if (!take_literal(host, port, endpoints)) {
        return Error();  // who connects looks it up
    }
    return refuse_guarded(host, port, endpoints);
}

/// Why there is no connection.
AIOHTTP_DECL Error TcpDialer::explain(const ConnectOutcome& outcome,
                                      const std::string& host,
                                      std::uint16_t port,
                                      std::size_t tried,
                                      const Deadline& deadline) const {
    if (deadline.verdict()) {
        return deadline.verdict();
    }
    throw_if_cancelled(outcome.error);
    auto text = connect_failed(host, port);
    if (tried > 1) {
        text.append(" (").append(std::to_string(tried)).append(" addresses tried)");
    }
    if (!outcome.text.empty()) {
        text.append(": ").append(outcome.text);
    }
    return make_error(
        dial_failure(errc::connect_failed, std::move(text), host, port, outcome.error));
}

}  // namespace aiohttp::detail
