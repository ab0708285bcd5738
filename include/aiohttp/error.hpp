#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

// The exceptions of the library, with aiohttp's names:
//
//   boost::system::system_error
//   ├ ClientError
//   │ ├ ClientResponseError               the server's answer is an error or makes no sense
//   │ │ ├ ContentTypeError                json() on another media type
//   │ │ ├ ClientHttpProxyError            the proxy answered CONNECT with a failure
//   │ │ └ TooManyRedirects                more than max_redirects
//   │ ├ ClientConnectionError             the connection failed, or was closed on our side
//   │ │ ├ ClientOSError                   the system refused an operation
//   │ │ │ ├ ClientConnectionResetError    the peer reset the connection
//   │ │ │ └ ClientConnectorError          no connection could be made
//   │ │ │   ├ ClientConnectorDNSError
//   │ │ │   ├ ClientConnectorAddressError  address_guard refused the host's addresses
//   │ │ │   ├ UnixClientConnectorError
//   │ │ │   ├ ClientProxyConnectionError  the proxy cannot be reached, or does not connect us
//   │ │ │   └ ClientSSLError
//   │ │ │     ├ ClientConnectorSSLError
//   │ │ │     └ ClientConnectorCertificateError
//   │ │ └ ServerConnectionError
//   │ │   ├ ServerDisconnectedError       closed before an answer
//   │ │   ├ ServerFingerprintMismatch     not one of the pinned certificates
//   │ │   └ ServerTimeoutError            (also a TimeoutError)
//   │ │     ├ ConnectionTimeoutError      connect, sock_connect, pool, dns, tls
//   │ │     └ SocketTimeoutError          sock_read, sock_write
//   │ ├ ClientPayloadError                the body is truncated or malformed, or cannot be resent
//   │ │ ├ IncompleteReadError             read_exactly() met the end of the body
//   │ │ ├ LineTooLong                     readline() or read_until() passed its limit
//   │ │ └ UnicodeDecodeError              text() met bytes that are no text in its charset
//   │ ├ JSONDecodeError                   the body is not JSON, or not of the wanted type
//   │ ├ InvalidURL
//   │ │ └ InvalidUrlClientError
//   │ │   └ InvalidUrlRedirectClientError (also a RedirectClientError)
//   │ └ NonHttpUrlClientError             a scheme other than http and https
//   │   └ NonHttpUrlRedirectClientError   (also a RedirectClientError)
//   └ TotalTimeoutError                   (a TimeoutError, and as in aiohttp no ClientError)
//
//   std::invalid_argument ─ ValueError    a caller's mistake, thrown before any I/O
//   std::logic_error ─ RuntimeError       a call in the wrong state: closed session, double read
//
// Cancelling is not an error of the library: a cancelled request throws
// boost::system::system_error with boost::asio::error::operation_aborted, as all of Asio does.

namespace aiohttp {

/// What went wrong; the values of error_category(). Compare `error.code() == errc::...`, or with
/// a `condition` for a whole family.
enum class errc {
    total_timeout = 1,      ///< ClientTimeout::total has passed
    connection_timeout,     ///< connect, sock_connect, pool, dns or tls has passed
    socket_timeout,         ///< sock_read or sock_write has passed
    dns_failed,             ///< the name has no address
    connect_failed,         ///< no address accepted a connection
    tls_failed,             ///< the TLS handshake failed
    certificate_rejected,   ///< the server's certificate did not verify
    server_disconnected,    ///< the peer closed before a complete response head
    connection_reset,       ///< the peer reset the connection
    io_failed,              ///< the system refused a read or a write
    connection_closed,      ///< closed on our side: response, session or connector closed
    malformed_response,     ///< the response head or framing violates RFC 9112
    payload_truncated,      ///< the body ended early
    payload_malformed,      ///< the body's framing is wrong
    incomplete_read,        ///< fewer bytes left than asked for
    line_too_long,          ///< a line passed its limit
    payload_too_large,      ///< the body passed max_body_size or max_decompression_ratio
    bad_status,             ///< raise_for_status met a status of 400 or more
    content_type,           ///< not the media type that was asked for
    json_invalid,           ///< not JSON (RFC 8259)
    json_type,              ///< JSON of another type than wanted
    text_invalid,           ///< not text in its charset
    invalid_url,            ///< the URL cannot be parsed or has no host
    non_http_url,           ///< the URL's scheme is not http or https
    too_many_redirects,     ///< max_redirects has been reached
    body_not_resendable,    ///< a redirect wants the body again, which cannot be rewound
    invalid_redirect_url,   ///< a redirect's Location cannot be parsed or has no host
    non_http_redirect_url,  ///< the scheme of a redirect's Location is not http or https
    address_refused,        ///< the connector's address_guard vetoed every address of the host
    unix_connect_failed,    ///< a Unix socket could not be connected to
    fingerprint_mismatch,   ///< the server's certificate is not a pinned one
    proxy_failed,           ///< the proxy cannot be reached, or does not connect us
    proxy_refused           ///< an HTTP proxy answered CONNECT with a status other than 2xx
};

/// Families of errors, for code that handles them alike: `if (e.code() == condition::timeout)`.
enum class condition {
    timeout = 1,  ///< any timeout
    connection,   ///< no connection, or it broke: DNS, connecting, TLS, reset, disconnect
    tls,          ///< TLS handshake or certificate
    payload,      ///< the body of a response, or of a request that cannot be sent again
    response,     ///< the response's status, framing or type, or too many redirects
    url,          ///< the URL
};

/// The category of errc.
const boost::system::error_category& error_category() noexcept;
/// The category of condition.
const boost::system::error_category& condition_category() noexcept;
boost::system::error_code make_error_code(errc value) noexcept;
boost::system::error_condition make_error_condition(condition value) noexcept;

/// What an exchange was doing when it failed.
enum class Phase : std::uint8_t {
    none,     ///< not under way: arguments, or after the exchange
    queue,    ///< waiting for a free slot of the pool
    dns,      ///< resolving the host name
    connect,  ///< connecting a socket
    proxy,    ///< asking the proxy for a connection
    tls,      ///< TLS handshake
    send,     ///< sending the request
    wait,     ///< waiting for the response head
    body,     ///< reading the response body
};

/// The name of a phase, e.g. "connect".
std::string_view to_string(Phase phase) noexcept;

class ClientResponse;
class Headers;
struct TlsFailure;

namespace detail {
struct ErrorDetails;
}

/// An error as a value: what as_result() gives instead of throwing, and what every exception of
/// the library carries. Cheap to copy; holds no secrets (URLs come without credentials).
class Error {
public:
    /// No error; code() is false.
    Error() noexcept = default;
    explicit Error(std::shared_ptr<const detail::ErrorDetails> details) noexcept;

    /// What went wrong, in error_category(); false when there is no error.
    boost::system::error_code code() const noexcept;
    /// The same as an enumerator, for a switch.
    errc kind() const noexcept;
    /// The whole message, in the order a user debugs: what, where, value, cause.
    const std::string& message() const noexcept;
    /// What the exchange was doing.
    Phase phase() const noexcept;
    /// The request's method, or empty.
    const std::string& method() const noexcept;
    /// The request's URL without credentials, or empty.
    const std::string& url() const noexcept;
    /// Host and port that the connection was for or with, e.g. "127.0.0.1:80", or empty.
    const std::string& peer() const noexcept;
    /// The low-level cause from the system, the resolver or OpenSSL; may be no error.
    boost::system::error_code cause() const noexcept;
    /// Whether the same request may succeed when sent again and can do no harm twice: nothing of
    /// it was sent, or its method is idempotent (RFC 9110 9.2.2) and the failure passing.
    bool retryable() const noexcept;
    /// The response's status (bad_status, content_type, malformed_response: 400), or 0.
    int status() const noexcept;
    /// The response's reason phrase, or empty.
    const std::string& reason() const noexcept;
    /// The response's headers, or none.
    const Headers& headers() const noexcept;
    /// The first bytes (at most 4 KiB) of an error response's body, as far as they had arrived.
    const std::string& body() const noexcept;
    /// The responses that redirected to the one the error is about (too_many_redirects: all that
    /// redirected), the first one first, as ClientResponse::history(). Include
    /// <aiohttp/response.hpp>.
    const std::vector<ClientResponse>& history() const noexcept;
    /// Which check of TLS failed, where, and for whom; null when it was not TLS, or the connection
    /// just ended. Include <aiohttp/tls_failure.hpp>.
    const TlsFailure* tls_failure() const noexcept;
    /// True when there is an error.
    explicit operator bool() const noexcept { return details_ != nullptr; }
    /// Throws the exception of the tree above that belongs to kind(). There must be an error.
    [[noreturn]] void raise() const;

    /// For the layers that add what they know to an error on its way up.
    const std::shared_ptr<const detail::ErrorDetails>& details() const noexcept { return details_; }

private:
    std::shared_ptr<const detail::ErrorDetails> details_;
};

/// So that boost::system::result<T, Error>::value() throws the typed exception.
[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

/// A caller's mistake, found before any I/O: a header value with a line break, both json and
/// data, a method that is no token. The message names the value.
class ValueError : public std::invalid_argument {
public:
    using std::invalid_argument::invalid_argument;
};

/// A call in the wrong state: a request on a closed session, two reads of one body at a time.
class RuntimeError : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

/// The root of what a request throws. Every subclass carries the whole Error.
class ClientError : public boost::system::system_error {
public:
    explicit ClientError(Error error);
    ~ClientError() override;
    /// The message of the Error.
    const char* what() const noexcept override;
    /// The error as a value, with all its details.
    const Error& error() const noexcept { return error_; }
    /// As Error::kind().
    errc kind() const noexcept { return error_.kind(); }
    /// As Error::phase().
    Phase phase() const noexcept { return error_.phase(); }
    /// As Error::method().
    const std::string& method() const noexcept { return error_.method(); }
    /// As Error::url().
    const std::string& url() const noexcept { return error_.url(); }
    /// As Error::peer().
    const std::string& peer() const noexcept { return error_.peer(); }
    /// As Error::cause().
    boost::system::error_code cause() const noexcept { return error_.cause(); }
    /// As Error::retryable().
    bool retryable() const noexcept { return error_.retryable(); }
    /// As Error::tls_failure().
    const TlsFailure* tls_failure() const noexcept { return error_.tls_failure(); }

private:
    Error error_;
};

/// What all timeouts have in common: catch this to catch every one of them. It is a mix-in and
/// not an std::exception, so that a class that is also a ClientError stays catchable as both.
class TimeoutError {
public:
    virtual ~TimeoutError();
    /// The message.
    virtual const char* what() const noexcept = 0;
    /// The error as a value.
    virtual const Error& error() const noexcept = 0;

protected:
    TimeoutError() = default;
    TimeoutError(const TimeoutError&) = default;
    TimeoutError& operator=(const TimeoutError&) = default;
};

/// ClientTimeout::total has passed. As in aiohttp it is a TimeoutError but no ClientError.
class TotalTimeoutError : public boost::system::system_error, public TimeoutError {
public:
    explicit TotalTimeoutError(Error error);
    ~TotalTimeoutError() override;
    const char* what() const noexcept override;
    const Error& error() const noexcept override { return error_; }

private:
    Error error_;
};

/// The server's answer is an error (raise_for_status) or violates RFC 9112 (status 400).
class ClientResponseError : public ClientError {
public:
    using ClientError::ClientError;
    /// The response's status; 400 for a response that is malformed.
    int status() const noexcept { return error().status(); }
    /// The reason phrase, or what is malformed.
    const std::string& message() const noexcept { return error().reason(); }
    /// The response's headers.
    const Headers& headers() const noexcept { return error().headers(); }
    /// The first bytes of the body, at most 4 KiB.
    const std::string& body() const noexcept { return error().body(); }
    /// The responses that redirected, as Error::history().
    const std::vector<ClientResponse>& history() const noexcept { return error().history(); }
};

/// json() met a media type that is not JSON.
class ContentTypeError : public ClientResponseError {
public:
    using ClientResponseError::ClientResponseError;
};

/// An HTTP proxy answered CONNECT with another status than 2xx; status(), message() and headers()
/// are those of its answer.
class ClientHttpProxyError : public ClientResponseError {
public:
    using ClientResponseError::ClientResponseError;
};

/// The response number max_redirects redirected again. status() is 0, history() has them all.
class TooManyRedirects : public ClientResponseError {
public:
    using ClientResponseError::ClientResponseError;
};

/// The connection failed, or was closed on our side.
class ClientConnectionError : public ClientError {
public:
    using ClientError::ClientError;
};

/// The system refused an operation on the socket.
class ClientOSError : public ClientConnectionError {
public:
    using ClientConnectionError::ClientConnectionError;
};

/// The peer reset the connection.
class ClientConnectionResetError : public ClientOSError {
public:
    using ClientOSError::ClientOSError;
};

/// No connection could be made; cause() is the system's last word.
class ClientConnectorError : public ClientOSError {
public:
    using ClientOSError::ClientOSError;
    /// The host that was dialled.
    std::string_view host() const noexcept;
    /// The port that was dialled.
    std::uint16_t port() const noexcept;
    /// As cause(); aiohttp's name.
    boost::system::error_code os_error() const noexcept { return cause(); }
};

/// The host name has no address.
class ClientConnectorDNSError : public ClientConnectorError {
public:
    using ClientConnectorError::ClientConnectorError;
};

/// The connector's address_guard has vetoed every address of the host.
class ClientConnectorAddressError : public ClientConnectorError {
public:
    using ClientConnectorError::ClientConnectorError;
    /// The address that was refused; the first one when there were several.
    const std::string& address() const noexcept;
};

/// No connection to a Unix socket could be made: there is no such path, it is too long, or nobody
/// listens there. host() and port() are those of the URL.
class UnixClientConnectorError : public ClientConnectorError {
public:
    using ClientConnectorError::ClientConnectorError;
    /// The socket's path; the NUL before the name of an abstract one is shown as "@".
    const std::string& path() const noexcept;
};

/// The proxy cannot be reached, breaks off, answers with what is not its protocol, or, for SOCKS,
/// says that it cannot connect us; the message names it, without credentials, and says why. host()
/// and port() are the proxy's.
class ClientProxyConnectionError : public ClientConnectorError {
public:
    using ClientConnectorError::ClientConnectorError;
};

/// TLS failed; one of the two below.
class ClientSSLError : public ClientConnectorError {
public:
    using ClientConnectorError::ClientConnectorError;
};

/// The TLS handshake failed.
class ClientConnectorSSLError : public ClientSSLError {
public:
    using ClientSSLError::ClientSSLError;
};

/// The server's certificate did not verify; the message says which check, for which name.
class ClientConnectorCertificateError : public ClientSSLError {
public:
    using ClientSSLError::ClientSSLError;
};

/// The server broke the connection, or was too slow.
class ServerConnectionError : public ClientConnectionError {
public:
    using ClientConnectionError::ClientConnectionError;
};

/// The server closed the connection before a complete response head.
class ServerDisconnectedError : public ServerConnectionError {
public:
    using ServerConnectionError::ServerConnectionError;
};

/// The server's certificate and key are none of those that TlsOptions pins.
class ServerFingerprintMismatch : public ServerConnectionError {
public:
    using ServerConnectionError::ServerConnectionError;
    /// The pins that were asked for: hexadecimal digits for certificates, "sha256/" and base64
    /// for keys.
    const std::vector<std::string>& expected() const noexcept;
    /// What the server has instead, in the same forms.
    const std::vector<std::string>& got() const noexcept;
    /// The host that was dialled.
    std::string_view host() const noexcept;
    /// The port that was dialled.
    std::uint16_t port() const noexcept;
};

/// A timeout other than total.
class ServerTimeoutError : public ServerConnectionError, public TimeoutError {
public:
    explicit ServerTimeoutError(Error error);
    ~ServerTimeoutError() override;
    const char* what() const noexcept override { return ClientError::what(); }
    const Error& error() const noexcept override { return ClientError::error(); }
};

/// connect, sock_connect, pool, dns or tls has passed; phase() tells where.
class ConnectionTimeoutError : public ServerTimeoutError {
public:
    using ServerTimeoutError::ServerTimeoutError;
};

/// sock_read or sock_write has passed.
class SocketTimeoutError : public ServerTimeoutError {
public:
    using ServerTimeoutError::ServerTimeoutError;
};

/// The response's body is truncated, malformed or larger than max_body_size or
/// max_decompression_ratio allow; or a redirect (301, 302, 307, 308) wants the
/// request's body once more, and BodySource::rewind() refused.
class ClientPayloadError : public ClientError {
public:
    using ClientError::ClientError;
};

/// read_exactly(n) met the end of the body; what was there is in error().body().
class IncompleteReadError : public ClientPayloadError {
public:
    using ClientPayloadError::ClientPayloadError;
};

/// readline() or read_until() found no separator within its limit.
class LineTooLong : public ClientPayloadError {
public:
    using ClientPayloadError::ClientPayloadError;
};

/// text() met bytes that are no text in the body's charset; the message names the charset and
/// the offset of the first of them.
class UnicodeDecodeError : public ClientPayloadError {
public:
    using ClientPayloadError::ClientPayloadError;
};

/// The body is not JSON (errc::json_invalid, the message has the byte) or is JSON of another
/// type than the one wanted (errc::json_type).
class JSONDecodeError : public ClientError {
public:
    using ClientError::ClientError;
};

/// The URL cannot be used; url() has it, without credentials.
class InvalidURL : public ClientError {
public:
    using ClientError::ClientError;
};

/// The URL cannot be parsed, or has no host.
class InvalidUrlClientError : public InvalidURL {
public:
    using InvalidURL::InvalidURL;
};

/// The URL's scheme is not http or https.
class NonHttpUrlClientError : public ClientError {
public:
    using ClientError::ClientError;
};

/// What the errors of a redirect's target have in common: catch this to catch both of them. A
/// mix-in like TimeoutError, and for the same reason.
class RedirectClientError {
public:
    virtual ~RedirectClientError();
    /// The message.
    virtual const char* what() const noexcept = 0;
    /// The error as a value; its url() is the target.
    virtual const Error& error() const noexcept = 0;

protected:
    RedirectClientError() = default;
    RedirectClientError(const RedirectClientError&) = default;
    RedirectClientError& operator=(const RedirectClientError&) = default;
};

/// A redirect leads to what is no URL, or has no host.
class InvalidUrlRedirectClientError : public InvalidUrlClientError, public RedirectClientError {
public:
    explicit InvalidUrlRedirectClientError(Error error);
    ~InvalidUrlRedirectClientError() override;
    const char* what() const noexcept override { return ClientError::what(); }
    const Error& error() const noexcept override { return ClientError::error(); }
};

/// A redirect leads to a scheme other than http and https.
class NonHttpUrlRedirectClientError : public NonHttpUrlClientError, public RedirectClientError {
public:
    explicit NonHttpUrlRedirectClientError(Error error);
    ~NonHttpUrlRedirectClientError() override;
    const char* what() const noexcept override { return ClientError::what(); }
    const Error& error() const noexcept override { return ClientError::error(); }
};

}  // namespace aiohttp

template <>
struct boost::system::is_error_code_enum<aiohttp::errc> : std::true_type {};
template <>
struct boost::system::is_error_condition_enum<aiohttp::condition> : std::true_type {};
