#pragma once

#include <string>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/tls_failure.hpp>

namespace aiohttp {

namespace detail {

AIOHTTP_DECL const char* describe(errc value) noexcept {
    switch (value) {
        case errc::total_timeout:
            return "total timeout";
        case errc::connection_timeout:
            return "connection timeout";
        case errc::socket_timeout:
            return "socket timeout";
        case errc::dns_failed:
            return "host name lookup failed";
        case errc::connect_failed:
            return "connect failed";
        case errc::tls_failed:
            return "TLS handshake failed";
        case errc::certificate_rejected:
            return "certificate rejected";
        case errc::server_disconnected:
            return "server disconnected";
        case errc::connection_reset:
            return "connection reset by peer";
        case errc::io_failed:
            return "socket operation failed";
        case errc::connection_closed:
            return "connection closed";
        case errc::malformed_response:
            return "malformed response";
        case errc::payload_truncated:
            return "response body truncated";
        case errc::payload_malformed:
            return "response body malformed";
        case errc::incomplete_read:
            return "incomplete read";
        case errc::line_too_long:
            return "line too long";
        case errc::payload_too_large:
            return "response body too large";
        case errc::bad_status:
            return "bad response status";
        case errc::content_type:
            return "unexpected content type";
        case errc::json_invalid:
            return "invalid JSON";
        case errc::json_type:
            return "unexpected JSON type";
        case errc::text_invalid:
            return "invalid text";
        case errc::invalid_url:
            return "invalid URL";
        case errc::non_http_url:
            return "not an HTTP URL";
        case errc::too_many_redirects:
            return "too many redirects";
        case errc::body_not_resendable:
            return "request body cannot be sent again";
        case errc::invalid_redirect_url:
            return "invalid redirect URL";
        case errc::non_http_redirect_url:
            return "redirect to a URL that is not HTTP";
        case errc::address_refused:
            return "address refused";
        case errc::unix_connect_failed:
            return "connect to a Unix socket failed";
        case errc::fingerprint_mismatch:
            return "certificate is not a pinned one";
        case errc::proxy_failed:
            return "proxy failed";
        case errc::proxy_refused:
            return "proxy refused to connect";
    }
    return "unknown error";
}

AIOHTTP_DECL condition family_of(errc value) noexcept {
    switch (value) {
        case errc::total_timeout:
        case errc::connection_timeout:
        case errc::socket_timeout:
            return condition::timeout;
        case errc::tls_failed:
        case errc::certificate_rejected:
        case errc::fingerprint_mismatch:
            return condition::tls;
        case errc::dns_failed:
        case errc::connect_failed:
        case errc::address_refused:
        case errc::unix_connect_failed:
        case errc::proxy_failed:
        case errc::server_disconnected:
        case errc::connection_reset:
        case errc::io_failed:
        case errc::connection_closed:
            return condition::connection;
        case errc::payload_truncated:
        case errc::payload_malformed:
        case errc::incomplete_read:
        case errc::line_too_long:
        case errc::payload_too_large:
        case errc::text_invalid:
        case errc::body_not_resendable:
            return condition::payload;
        case errc::malformed_response:
        case errc::bad_status:
        case errc::content_type:
        case errc::json_invalid:
        case errc::json_type:
        case errc::too_many_redirects:
        case errc::proxy_refused:
            return condition::response;
        case errc::invalid_url:
        case errc::non_http_url:
        case errc::invalid_redirect_url:
        case errc::non_http_redirect_url:
            return condition::url;
    }
    return condition::connection;
}

class ErrorCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "aiohttp"; }
    std::string message(int value) const override { return describe(static_cast<errc>(value)); }
    bool equivalent(int value,
                    const boost::system::error_condition& wanted) const noexcept override {
        if (wanted.category() != condition_category()) {
            return default_error_condition(value) == wanted;
        }
        const auto family = family_of(static_cast<errc>(value));
        const auto wanted_family = static_cast<condition>(wanted.value());
        // A connection that TLS refused is a failed connection as well.
        return family == wanted_family ||
               (family == condition::tls && wanted_family == condition::connection);
    }
};

class ConditionCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "aiohttp.condition"; }
    std::string message(int value) const override {
        switch (static_cast<condition>(value)) {
            case condition::timeout:
                return "timeout";
            case condition::connection:
                return "connection failure";
            case condition::tls:
                return "TLS failure";
            case condition::payload:
                return "response body failure";
            case condition::response:
                return "response failure";
            case condition::url:
                return "unusable URL";
        }
        return "unknown condition";
    }
};

AIOHTTP_DECL Error make_error(ErrorDetails details) {
    if (!details.host.empty()) {
        details.peer = details.host + ':' + std::to_string(details.port);
    }
    details.message.clear();
    if (!details.method.empty()) {
        details.message = details.method + (details.url.empty() ? "" : " ") + details.url + ": ";
    }
    details.message += details.what.empty() ? describe(details.kind) : details.what;
    if (details.cause) {
        details.message += ": " + details.cause.message();
    }
    return Error(std::make_shared<const ErrorDetails>(std::move(details)));
}

AIOHTTP_DECL Error make_error(errc kind,
                              Phase phase,
                              std::string what,
                              boost::system::error_code cause) {
    ErrorDetails details;
    details.kind = kind;
    details.phase = phase;
    details.what = std::move(what);
    details.cause = cause;
    return make_error(std::move(details));
}

AIOHTTP_DECL Error with_request(const Error& error, std::string method, std::string url) {
    ErrorDetails details = details_of(error);
    details.method = std::move(method);
    details.url = std::move(url);
    return make_error(std::move(details));
}

inline const ErrorDetails no_details;

}  // namespace detail

AIOHTTP_DECL const boost::system::error_category& error_category() noexcept {
    static const detail::ErrorCategory category;
    return category;
}

AIOHTTP_DECL const boost::system::error_category& condition_category() noexcept {
    static const detail::ConditionCategory category;
    return category;
}

AIOHTTP_DECL boost::system::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), error_category()};
}

AIOHTTP_DECL boost::system::error_condition make_error_condition(condition value) noexcept {
    return {static_cast<int>(value), condition_category()};
}

AIOHTTP_DECL std::string_view to_string(Phase phase) noexcept {
    switch (phase) {
        case Phase::none:
            return "none";
        case Phase::queue:
            return "queue";
        case Phase::dns:
            return "dns";
        case Phase::connect:
            return "connect";
        case Phase::proxy:
            return "proxy";
        case Phase::tls:
            return "tls";
        case Phase::send:
            return "send";
        case Phase::wait:
            return "wait";
        case Phase::body:
            return "body";
    }
    return "none";
}

AIOHTTP_DECL Error::Error(std::shared_ptr<const detail::ErrorDetails> details) noexcept
    : details_(std::move(details)) {}

namespace detail {

AIOHTTP_DECL const ErrorDetails& details_of(const Error& error) noexcept {
    return error.details() ? *error.details() : no_details;
}

}  // namespace detail

AIOHTTP_DECL boost::system::error_code Error::code() const noexcept {
    return details_ ? make_error_code(details_->kind) : boost::system::error_code();
}
AIOHTTP_DECL errc Error::kind() const noexcept {
    return detail::details_of(*this).kind;
}
AIOHTTP_DECL const std::string& Error::message() const noexcept {
    return detail::details_of(*this).message;
}
AIOHTTP_DECL Phase Error::phase() const noexcept {
    return detail::details_of(*this).phase;
}
AIOHTTP_DECL const std::string& Error::method() const noexcept {
    return detail::details_of(*this).method;
}
AIOHTTP_DECL const std::string& Error::url() const noexcept {
    return detail::details_of(*this).url;
}
AIOHTTP_DECL const std::string& Error::peer() const noexcept {
    return detail::details_of(*this).peer;
}
AIOHTTP_DECL boost::system::error_code Error::cause() const noexcept {
    return detail::details_of(*this).cause;
}
AIOHTTP_DECL bool Error::retryable() const noexcept {
    return detail::details_of(*this).retryable;
}
AIOHTTP_DECL int Error::status() const noexcept {
    return detail::details_of(*this).status;
}
AIOHTTP_DECL const std::string& Error::reason() const noexcept {
    return detail::details_of(*this).reason;
}
AIOHTTP_DECL const Headers& Error::headers() const noexcept {
    return detail::details_of(*this).headers;
}
AIOHTTP_DECL const std::string& Error::body() const noexcept {
    return detail::details_of(*this).body;
}

AIOHTTP_DECL const TlsFailure* Error::tls_failure() const noexcept {
    return detail::details_of(*this).tls_failure.get();
}

// The one place where an error value becomes an exception.
AIOHTTP_DECL void Error::raise() const {
    switch (kind()) {
        case errc::total_timeout:
            throw TotalTimeoutError(*this);
        case errc::connection_timeout:
            throw ConnectionTimeoutError(*this);
        case errc::socket_timeout:
            throw SocketTimeoutError(*this);
        case errc::dns_failed:
            throw ClientConnectorDNSError(*this);
        case errc::connect_failed:
            throw ClientConnectorError(*this);
        case errc::tls_failed:
            throw ClientConnectorSSLError(*this);
        case errc::certificate_rejected:
            throw ClientConnectorCertificateError(*this);
        case errc::server_disconnected:
            throw ServerDisconnectedError(*this);
        case errc::connection_reset:
            throw ClientConnectionResetError(*this);
        case errc::io_failed:
            throw ClientOSError(*this);
        case errc::connection_closed:
            throw ClientConnectionError(*this);
        case errc::malformed_response:
        case errc::bad_status:
            throw ClientResponseError(*this);
        case errc::payload_truncated:
        case errc::payload_malformed:
        case errc::payload_too_large:
        case errc::body_not_resendable:
            throw ClientPayloadError(*this);
        case errc::incomplete_read:
            throw IncompleteReadError(*this);
        case errc::line_too_long:
            throw LineTooLong(*this);
        case errc::text_invalid:
            throw UnicodeDecodeError(*this);
        case errc::content_type:
            throw ContentTypeError(*this);
        case errc::json_invalid:
        case errc::json_type:
            throw JSONDecodeError(*this);
        case errc::invalid_url:
            throw InvalidUrlClientError(*this);
        case errc::non_http_url:
            throw NonHttpUrlClientError(*this);
        case errc::too_many_redirects:
            throw TooManyRedirects(*this);
        case errc::invalid_redirect_url:
            throw InvalidUrlRedirectClientError(*this);
        case errc::non_http_redirect_url:
            throw NonHttpUrlRedirectClientError(*this);
        case errc::address_refused:
            throw ClientConnectorAddressError(*this);
        case errc::unix_connect_failed:
            throw UnixClientConnectorError(*this);
        case errc::fingerprint_mismatch:
            throw ServerFingerprintMismatch(*this);
        case errc::proxy_failed:
            throw ClientProxyConnectionError(*this);
        case errc::proxy_refused:
            throw ClientHttpProxyError(*this);
    }
    throw ClientError(*this);
}

AIOHTTP_DECL void throw_exception_from_error(const Error& error,
                                             const boost::source_location& /*where*/) {
    error.raise();
}

AIOHTTP_DECL ClientError::ClientError(Error error)
    : boost::system::system_error(error.code()), error_(std::move(error)) {}
AIOHTTP_DECL ClientError::~ClientError() = default;
AIOHTTP_DECL const char* ClientError::what() const noexcept {
    return error_.message().c_str();
}

AIOHTTP_DECL TimeoutError::~TimeoutError() = default;

AIOHTTP_DECL TotalTimeoutError::TotalTimeoutError(Error error)
    : boost::system::system_error(error.code()), error_(std::move(error)) {}
AIOHTTP_DECL TotalTimeoutError::~TotalTimeoutError() = default;
AIOHTTP_DECL const char* TotalTimeoutError::what() const noexcept {
    return error_.message().c_str();
}

AIOHTTP_DECL ServerTimeoutError::ServerTimeoutError(Error error)
    : ServerConnectionError(std::move(error)) {}
AIOHTTP_DECL ServerTimeoutError::~ServerTimeoutError() = default;

AIOHTTP_DECL RedirectClientError::~RedirectClientError() = default;

AIOHTTP_DECL InvalidUrlRedirectClientError::InvalidUrlRedirectClientError(Error error)
    : InvalidUrlClientError(std::move(error)) {}
AIOHTTP_DECL InvalidUrlRedirectClientError::~InvalidUrlRedirectClientError() = default;

AIOHTTP_DECL NonHttpUrlRedirectClientError::NonHttpUrlRedirectClientError(Error error)
    : NonHttpUrlClientError(std::move(error)) {}
AIOHTTP_DECL NonHttpUrlRedirectClientError::~NonHttpUrlRedirectClientError() = default;

namespace detail {

AIOHTTP_DECL std::string_view host_of_peer(const Error& error) noexcept {
    const std::string_view peer = error.peer();
    return peer.substr(0, peer.rfind(':'));
}

AIOHTTP_DECL std::uint16_t port_of_peer(const Error& error) noexcept {
    const std::string& peer = error.peer();
    const auto colon = peer.rfind(':');
    return colon == std::string::npos
               ? std::uint16_t{0}
               : static_cast<std::uint16_t>(std::stoi(peer.substr(colon + 1)));
}

inline const std::vector<std::string> no_pins;

}  // namespace detail

AIOHTTP_DECL std::string_view ClientConnectorError::host() const noexcept {
    return detail::host_of_peer(error());
}
AIOHTTP_DECL std::uint16_t ClientConnectorError::port() const noexcept {
    return detail::port_of_peer(error());
}

AIOHTTP_DECL const std::string& ClientConnectorAddressError::address() const noexcept {
    return detail::details_of(error()).address;
}
AIOHTTP_DECL const std::string& UnixClientConnectorError::path() const noexcept {
    return detail::details_of(error()).path;
}

AIOHTTP_DECL const std::vector<std::string>& ServerFingerprintMismatch::expected() const noexcept {
    const auto* const failure = error().tls_failure();
    return failure == nullptr ? detail::no_pins : failure->expected;
}
AIOHTTP_DECL const std::vector<std::string>& ServerFingerprintMismatch::got() const noexcept {
    const auto* const failure = error().tls_failure();
    return failure == nullptr ? detail::no_pins : failure->got;
}
AIOHTTP_DECL std::string_view ServerFingerprintMismatch::host() const noexcept {
    return detail::host_of_peer(error());
}
AIOHTTP_DECL std::uint16_t ServerFingerprintMismatch::port() const noexcept {
    return detail::port_of_peer(error());
}

}  // namespace aiohttp
