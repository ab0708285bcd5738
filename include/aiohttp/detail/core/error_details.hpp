#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <aiohttp/error.hpp>
#include <aiohttp/headers.hpp>

namespace aiohttp::detail {

/// Everything an Error tells. Filled where the failure is seen; the request's identity (method,
/// url) is added at the public edge, in one place.
struct ErrorDetails {
    errc kind{};
    Phase phase = Phase::none;
    std::string what;  ///< the thing that is wrong and its value, without the request's identity
    std::string method;
    std::string url;
    std::string host;
    std::uint16_t port = 0;
    std::string path;     ///< of a Unix socket
    std::string address;  ///< of the host, when the address itself is what is wrong
    boost::system::error_code cause;
    bool retryable = false;
    int status = 0;
    std::string reason;
    Headers headers;
    std::string body;
    std::shared_ptr<const std::vector<ClientResponse>> history;  ///< null: no redirects

    std::shared_ptr<const TlsFailure> tls_failure;  ///< null: it was not TLS

    std::string message;  ///< composed from the above by make_error()
    std::string peer;     ///< host and port
};

/// Composes message and peer, and shares the details.
Error make_error(ErrorDetails details);

/// An error of which only kind, phase, text and cause are known.
Error make_error(errc kind, Phase phase, std::string what, boost::system::error_code cause = {});

/// The same error, with the request's identity.
Error with_request(const Error& error, std::string method, std::string url);

/// The details, for a layer that wants to add to them. There must be an error.
const ErrorDetails& details_of(const Error& error) noexcept;

}  // namespace aiohttp::detail
