#pragma once

#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/secure.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/net/cancelled.hpp>
#include <aiohttp/detail/net/tls_transport.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL Error tls_error(const TlsHandshake& outcome,
                             const std::string& host,
                             std::uint16_t port) {
    ErrorDetails details;
    details.kind = outcome.kind;
    details.phase = Phase::tls;
    details.what =
        outcome.text.empty() ? "TLS handshake with " + quote(host) + " failed" : outcome.text;
    details.host = host;
    details.port = port;
    details.cause = outcome.text.empty() ? outcome.error : error_code();
    details.tls_failure = outcome.failure;
    return make_error(std::move(details));
}

AIOHTTP_DECL Error unusable_tls(const TlsContext& context,
                                const std::string& host,
                                std::uint16_t port) {
    TlsHandshake unusable;
    unusable.text = context.error;
    return tls_error(unusable, host, port);
}

AIOHTTP_DECL asio::awaitable<Error> secure(std::unique_ptr<Transport>& transport,
                                           std::shared_ptr<const TlsContext> context,
                                           std::string name,
                                           std::string host,
                                           std::uint16_t port,
                                           Deadline& deadline) {
    // Whose sessions may be resumed: those of the same server under the same name.
    auto server = host + ':' + std::to_string(port) + '/' + name;
    auto tls = std::make_unique<TlsTransport>(std::move(transport), std::move(context), name,
                                              std::move(server));
    deadline.watch(Phase::tls, tls.get());
    deadline.begin(Deadline::Limit::tls);
    deadline.tell(ConnectionEvent::tls_start, name);
    const auto outcome = co_await tls->handshake();
    deadline.end(Deadline::Limit::tls);
    deadline.watch(Phase::tls, nullptr);
    if (deadline.verdict()) {
        co_return deadline.verdict();
    }
    throw_if_cancelled(outcome.error);
    if (outcome.error || !outcome.text.empty()) {
        co_return tls_error(outcome, host, port);
    }
    deadline.tell(ConnectionEvent::tls_end, name);
    transport = std::move(tls);
    co_return Error();
}

}  // namespace aiohttp::detail
