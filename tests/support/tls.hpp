#pragma once

#include <string>
#include <string_view>

#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/tcp_connector.hpp>
#include <aiohttp/testing/server.hpp>
#include <aiohttp/tls.hpp>

#include "support/client.hpp"
#include "support/text.hpp"

namespace aiohttp::testing {

/// A session whose connections are made with these options.
inline ClientSessionOptions session_with(TlsOptions options) {
    return ClientSessionOptions().connector(TCPConnectorOptions().ssl(std::move(options)));
}

/// Options that trust the server's authority, and nothing else.
inline TlsOptions trust(const Server& server) {
    return TlsOptions().ca_pem(server.ca_pem());
}

/// A session that does.
inline ClientSessionOptions trusting(const Server& server) {
    return session_with(trust(server));
}

/// By address rather than by name.
inline std::string ip_url(const Server& server) {
    return "https://127.0.0.1:" + std::to_string(server.port()) + '/';
}

/// The error that a request to the server ends with, for a session of these options.
template <class Exception>
Error refusal(Server& server, TlsOptions options, const std::string& url = {}) {
    Error kept;
    run_client_with(
        session_with(std::move(options)), server,
        [](ClientSession& session, Server& target, const std::string& other, Error& out) -> Async {
            const std::string address = other.empty() ? target.url() : other;
            const auto error = co_await failure<Exception>(session.get(address));
            out = error.error();
        },
        url, kept);
    return kept;
}

}  // namespace aiohttp::testing
