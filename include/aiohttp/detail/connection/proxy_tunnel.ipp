#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/error.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/connection/input_buffer.hpp>
#include <aiohttp/detail/connection/proxy_tunnel.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/net/cancelled.hpp>
#include <aiohttp/detail/net/prefixed_transport.hpp>
#include <aiohttp/detail/protocol/http1_body.hpp>
#include <aiohttp/detail/protocol/http_connect.hpp>
#include <aiohttp/detail/protocol/ip_network.hpp>
#include <aiohttp/detail/protocol/message_digest.hpp>

namespace aiohttp::detail {

// What of a refusal's body is read so that the connection can be used again.
inline constexpr std::size_t most_refusal_body = std::size_t{64} << 10U;
// What of it an error keeps.
inline constexpr std::size_t refusal_excerpt = 4096;
inline constexpr std::size_t proxy_read_size = 4096;
// Asking with a nonce that turns out to be stale counts, too.
inline constexpr int most_digest_tries = 3;

AIOHTTP_DECL ErrorDetails proxy_details(const ProxyRoute& route, errc kind, std::string what) {
    ErrorDetails details;
    details.kind = kind;
    details.phase = Phase::proxy;
    details.what = route.name + ": " + std::move(what);
    details.host = route.proxy.host();
    details.port = route.proxy.port();
    return details;
}

AIOHTTP_DECL Error proxy_error(const ProxyRoute& route, std::string what, error_code cause = {}) {
    auto details = proxy_details(route, errc::proxy_failed, std::move(what));
    details.cause = cause;
    return make_error(std::move(details));
}

AIOHTTP_DECL Error explain_proxy(const ProxyRoute& route,
                                 const error_code& error,
                                 const Deadline& deadline,
                                 std::string_view doing) {
    if (deadline.verdict()) {
        return deadline.verdict();
    }
    throw_if_cancelled(error);
    const bool eof = error == asio::error::eof;
    return proxy_error(
        route, (eof ? "it closed the connection " : "the connection broke ") + std::string(doing),
        eof ? error_code() : error);
}

AIOHTTP_DECL asio::awaitable<error_code> tell_proxy(Transport& transport,
                                                    std::string bytes,
                                                    Deadline& deadline) {
    deadline.begin(Deadline::Limit::sock_write);
    const auto written = co_await transport.write(asio::buffer(bytes), asio::const_buffer());
    deadline.end(Deadline::Limit::sock_write);
    co_return written.error;
}

AIOHTTP_DECL asio::awaitable<IoResult> hear_proxy(Transport& transport,
                                                  asio::mutable_buffer into,
                                                  Deadline& deadline) {
    deadline.begin(Deadline::Limit::sock_read);
    const auto received = co_await transport.read_some(into);
    deadline.end(Deadline::Limit::sock_read);
    co_return received;
}

AIOHTTP_DECL std::string preferred_address(const std::vector<std::string>& addresses, bool v4) {
    const auto found = std::ranges::find_if(addresses, [v4](const std::string& text) {
        const auto address = parse_ip_address(text);
        return !v4 || (address && address->is_v4());
    });
    return found == addresses.end() ? addresses.front() : *found;
}

AIOHTTP_DECL asio::awaitable<Error> open_socks(std::shared_ptr<const ProxyRoute> route,
                                               SocksRequest request,
                                               ConnectionKey key,
                                               Deadline& deadline,
                                               std::unique_ptr<Transport>& transport) {
    constexpr std::string_view doing = "in the middle of the SOCKS handshake";
    SocksHandshake handshake(std::move(request));
    deadline.watch(Phase::proxy, transport.get());
    while (!handshake.done() && !handshake.failed()) {
        error_code error;
        if (!handshake.output().empty()) {
            std::string output(handshake.output());
            error = co_await tell_proxy(*transport, std::move(output), deadline);
            handshake.sent();
        } else {
            std::array<char, 512> bytes;  // more than any step needs
            const auto wanted = std::min(handshake.wanted(), bytes.size());
            const auto received =
                co_await hear_proxy(*transport, asio::buffer(bytes.data(), wanted), deadline);
            error = received.error;
            handshake.feed(std::string_view(bytes.data(), received.bytes));
        }
        if (deadline.verdict() || (error && !handshake.done() && !handshake.failed())) {
            co_return explain_proxy(*route, error, deadline, doing);
        }
    }
    if (handshake.failed()) {
        co_return proxy_error(*route, "no connection to " + connect_target(key.host, key.port) +
                                          ": " + handshake.error());
    }
    co_return Error();
}

/// The proxy's answer to CONNECT, and what came behind it.
struct ConnectAnswer {
    ConnectDecoder decoder;
    ConnectStatus status = ConnectStatus::need_more;
    InputBuffer input{std::make_shared<SpareBuffers>()};
};

AIOHTTP_DECL asio::awaitable<Error> ask_for_tunnel(std::shared_ptr<const ProxyRoute> route,
                                                   std::string request,
                                                   Deadline& deadline,
                                                   Transport& transport,
                                                   ConnectAnswer& answer) {
    auto error = co_await tell_proxy(transport, std::move(request), deadline);
    // A proxy that hung up may have said why.
    while (!deadline.verdict() && answer.status == ConnectStatus::need_more) {
        const auto received =
            co_await hear_proxy(transport, answer.input.prepare(proxy_read_size), deadline);
        answer.input.commit(received.bytes);
        answer.status = answer.decoder.decode(answer.input.view());
        if (received.error && answer.status == ConnectStatus::need_more) {
            co_return explain_proxy(*route, error ? error : received.error, deadline,
                                    "before it answered CONNECT");
        }
    }
    if (deadline.verdict()) {
        co_return deadline.verdict();
    }
    if (answer.status == ConnectStatus::failed) {
        co_return proxy_error(*route,
                              "its answer to CONNECT is malformed: " + answer.decoder.error());
    }
    answer.input.consume(answer.decoder.consumed());
    co_return Error();
}

AIOHTTP_DECL Error refused_tunnel(const ProxyRoute& route,
                                  const std::string& target,
                                  ConnectAnswer& answer) {
    ResponseHead& head = answer.decoder.head();
    auto details =
        proxy_details(route, errc::proxy_refused,
                      "CONNECT " + target + " was answered with " + std::to_string(head.status) +
                          (head.reason.empty() ? "" : " " + printable(head.reason)));
    details.status = head.status;
    details.reason = std::move(head.reason);
    details.headers = std::move(head.headers);
    details.body = answer.input.view().substr(0, refusal_excerpt);
    return make_error(std::move(details));
}

/// Reads the body of a refusal; false when the connection cannot be used again.
AIOHTTP_DECL asio::awaitable<bool> skip_refusal(ConnectAnswer& answer,
                                                Deadline& deadline,
                                                Transport& transport) {
    Framing framing;
    std::string problem;
    // As the answer to a GET: that to CONNECT has no body only when it is a success.
    if (!decide_framing("GET", answer.decoder.head(), false, framing, problem) ||
        !framing.keep_alive || framing.length > most_refusal_body) {
        co_return false;
    }
    BodyDecoder body;
    body.start(framing, HeadLimits());
    std::size_t size = 0;
    while (!body.done()) {
        const auto step = body.step(answer.input.view());
        answer.input.consume(step.consumed);
        size += step.consumed;
        if (step.status == BodyStatus::failed || size > most_refusal_body) {
            co_return false;
        }
        if (step.status == BodyStatus::need_more) {
            const auto received =
                co_await hear_proxy(transport, answer.input.prepare(proxy_read_size), deadline);
            answer.input.commit(received.bytes);
            if (received.error || deadline.verdict()) {
                throw_if_cancelled(deadline.verdict() ? error_code() : received.error);
                co_return false;
            }
        }
    }
    const bool nothing_more = answer.input.empty();
    co_return nothing_more;
}

AIOHTTP_DECL std::string connect_request(const ProxyRoute& route, const std::string& target) {
    Headers fields = route.proxy.headers();
    std::string body_hash;
    if (route.digest) {
        if (const auto hash = route.digest->body_hash()) {
            body_hash = hash_hex(*hash, {});
        }
    }
    const auto authorization = route.authorization("CONNECT", target, body_hash);
    fields.erase("proxy-authorization");
    if (!authorization.empty()) {
        fields.add_unchecked("Proxy-Authorization", authorization);
    }
    std::string request;
    encode_connect(request, target, fields);
    return request;
}

/// Whether asking once more may help.
AIOHTTP_DECL bool take_challenge(const ProxyRoute& route, const ResponseHead& head, int tries) {
    if (head.status != 407 || !route.digest || tries >= most_digest_tries) {
        return false;
    }
    const auto fields = head.headers.getall("proxy-authenticate");
    return route.digest->take(fields) && (tries == 1 || route.digest->stale());
}

AIOHTTP_DECL asio::awaitable<Error> open_tunnel(std::shared_ptr<const ProxyRoute> route,
                                                ConnectionKey key,
                                                Deadline& deadline,
                                                std::unique_ptr<Transport>& transport,
                                                int& tries,
                                                bool& again) {
    const auto target = connect_target(key.host, key.port);
    deadline.watch(Phase::proxy, transport.get());
    for (;; ++tries) {
        ConnectAnswer answer;
        auto request = connect_request(*route, target);
        const auto error =
            co_await ask_for_tunnel(route, std::move(request), deadline, *transport, answer);
        if (error) {
            co_return error;
        }
        if (answer.status == ConnectStatus::connected) {
            if (!answer.input.empty()) {  // the server's first words, already
                transport = std::make_unique<PrefixedTransport>(std::move(transport),
                                                                std::string(answer.input.view()));
            }
            co_return Error();
        }
        if (!take_challenge(*route, answer.decoder.head(), tries)) {
            co_return refused_tunnel(*route, target, answer);
        }
        const bool usable = co_await skip_refusal(answer, deadline, *transport);
        if (deadline.verdict()) {
            co_return deadline.verdict();
        }
        if (!usable) {
            again = true;
            co_return Error();
        }
    }
}

}  // namespace aiohttp::detail
