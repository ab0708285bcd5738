#include <aiohttp/error.hpp>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/system/result.hpp>

#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/headers.hpp>

#include "support/catch.hpp"

using namespace aiohttp;

namespace {

constexpr errc every_kind[] = {errc::total_timeout,        errc::connection_timeout,
                               errc::socket_timeout,       errc::dns_failed,
                               errc::connect_failed,       errc::tls_failed,
                               errc::certificate_rejected, errc::server_disconnected,
                               errc::connection_reset,     errc::io_failed,
                               errc::connection_closed,    errc::malformed_response,
                               errc::payload_truncated,    errc::payload_malformed,
                               errc::incomplete_read,      errc::line_too_long,
                               errc::bad_status,           errc::content_type,
                               errc::json_invalid,         errc::json_type,
                               errc::invalid_url,          errc::non_http_url,
                               errc::too_many_redirects,   errc::body_not_resendable,
                               errc::invalid_redirect_url, errc::non_http_redirect_url,
                               errc::fingerprint_mismatch};

constexpr condition every_condition[] = {condition::timeout, condition::connection, condition::tls,
                                         condition::payload, condition::response,   condition::url};

Error error_of(errc kind) {
    return detail::make_error(kind, Phase::wait, "what went wrong");
}

/// Whether the exception of `kind` is caught as a T, with its message and kind intact.
template <class T>
bool caught_as(errc kind) {
    try {
        error_of(kind).raise();
    } catch (const T& caught) {
        CHECK(std::string(caught.what()) == "what went wrong");
        if constexpr (requires { caught.error(); }) {
            CHECK(caught.error().kind() == kind);
        }
        return true;
    } catch (...) {
        return false;
    }
}

/// The kinds that are caught as a T.
template <class T>
std::vector<errc> kinds_caught_as() {
    std::vector<errc> kinds;
    for (const auto kind : every_kind) {
        if (caught_as<T>(kind)) {
            kinds.push_back(kind);
        }
    }
    return kinds;
}

using Kinds = std::vector<errc>;

}  // namespace

TEST_CASE("every kind of error is an exception of the standard and of Boost", "[core][errors]") {
    const Kinds all(std::begin(every_kind), std::end(every_kind));
    CHECK(kinds_caught_as<std::exception>() == all);
    CHECK(kinds_caught_as<std::runtime_error>() == all);
    CHECK(kinds_caught_as<boost::system::system_error>() == all);
}

TEST_CASE("every kind but the total timeout is a ClientError", "[core][errors]") {
    CHECK(kinds_caught_as<ClientError>() ==
          Kinds(std::begin(every_kind) + 1, std::end(every_kind)));
}

TEST_CASE("every class of the tree catches what is below it", "[core][errors]") {
    using enum errc;
    CHECK(kinds_caught_as<TotalTimeoutError>() == Kinds{total_timeout});
    CHECK(kinds_caught_as<TimeoutError>() ==
          Kinds{total_timeout, connection_timeout, socket_timeout});
    CHECK(kinds_caught_as<ServerTimeoutError>() == Kinds{connection_timeout, socket_timeout});
    CHECK(kinds_caught_as<ConnectionTimeoutError>() == Kinds{connection_timeout});
    CHECK(kinds_caught_as<SocketTimeoutError>() == Kinds{socket_timeout});
    CHECK(kinds_caught_as<ServerDisconnectedError>() == Kinds{server_disconnected});
    CHECK(kinds_caught_as<ServerConnectionError>() ==
          Kinds{connection_timeout, socket_timeout, server_disconnected, fingerprint_mismatch});
    CHECK(kinds_caught_as<ServerFingerprintMismatch>() == Kinds{fingerprint_mismatch});
    CHECK(kinds_caught_as<ClientConnectorDNSError>() == Kinds{dns_failed});
    CHECK(kinds_caught_as<ClientConnectorSSLError>() == Kinds{tls_failed});
    CHECK(kinds_caught_as<ClientConnectorCertificateError>() == Kinds{certificate_rejected});
    CHECK(kinds_caught_as<ClientSSLError>() == Kinds{tls_failed, certificate_rejected});
    CHECK(kinds_caught_as<ClientConnectorError>() ==
          Kinds{dns_failed, connect_failed, tls_failed, certificate_rejected});
    CHECK(kinds_caught_as<ClientConnectionResetError>() == Kinds{connection_reset});
    CHECK(kinds_caught_as<ClientOSError>() == Kinds{dns_failed, connect_failed, tls_failed,
                                                    certificate_rejected, connection_reset,
                                                    io_failed});
    CHECK(kinds_caught_as<ClientConnectionError>() ==
          Kinds{connection_timeout, socket_timeout, dns_failed, connect_failed, tls_failed,
                certificate_rejected, server_disconnected, connection_reset, io_failed,
                connection_closed, fingerprint_mismatch});
    CHECK(kinds_caught_as<ContentTypeError>() == Kinds{content_type});
    CHECK(kinds_caught_as<ClientResponseError>() ==
          Kinds{malformed_response, bad_status, content_type, too_many_redirects});
    CHECK(kinds_caught_as<TooManyRedirects>() == Kinds{too_many_redirects});
    CHECK(kinds_caught_as<IncompleteReadError>() == Kinds{incomplete_read});
    CHECK(kinds_caught_as<LineTooLong>() == Kinds{line_too_long});
    CHECK(kinds_caught_as<ClientPayloadError>() == Kinds{payload_truncated, payload_malformed,
                                                         incomplete_read, line_too_long,
                                                         body_not_resendable});
    CHECK(kinds_caught_as<JSONDecodeError>() == Kinds{json_invalid, json_type});
    CHECK(kinds_caught_as<InvalidUrlClientError>() == Kinds{invalid_url, invalid_redirect_url});
    CHECK(kinds_caught_as<InvalidURL>() == Kinds{invalid_url, invalid_redirect_url});
    CHECK(kinds_caught_as<NonHttpUrlClientError>() == Kinds{non_http_url, non_http_redirect_url});
    CHECK(kinds_caught_as<InvalidUrlRedirectClientError>() == Kinds{invalid_redirect_url});
    CHECK(kinds_caught_as<NonHttpUrlRedirectClientError>() == Kinds{non_http_redirect_url});
    CHECK(kinds_caught_as<RedirectClientError>() ==
          Kinds{invalid_redirect_url, non_http_redirect_url});
}

TEST_CASE("the bases that a user may catch are unambiguous", "[core][errors]") {
    STATIC_REQUIRE_FALSE(std::is_base_of_v<ClientError, TotalTimeoutError>);
    STATIC_REQUIRE_FALSE(std::is_base_of_v<std::exception, TimeoutError>);
    STATIC_REQUIRE_FALSE(std::is_base_of_v<std::exception, RedirectClientError>);
    STATIC_REQUIRE(std::is_convertible_v<SocketTimeoutError*, TimeoutError*>);
    STATIC_REQUIRE(std::is_convertible_v<SocketTimeoutError*, ClientError*>);
    STATIC_REQUIRE(std::is_convertible_v<SocketTimeoutError*, std::exception*>);
    STATIC_REQUIRE(std::is_convertible_v<TotalTimeoutError*, std::exception*>);
    STATIC_REQUIRE(std::is_base_of_v<std::invalid_argument, ValueError>);
    STATIC_REQUIRE(std::is_base_of_v<std::logic_error, RuntimeError>);
    STATIC_REQUIRE_FALSE(std::is_base_of_v<ClientError, ValueError>);
}

TEST_CASE("every kind belongs to its condition", "[core][errors]") {
    using enum errc;
    const auto kinds_of = [](condition family) {
        Kinds kinds;
        for (const auto kind : every_kind) {
            if (make_error_code(kind) == family) {
                kinds.push_back(kind);
            }
        }
        return kinds;
    };
    CHECK(kinds_of(condition::timeout) == Kinds{total_timeout, connection_timeout, socket_timeout});
    CHECK(kinds_of(condition::connection) ==
          Kinds{dns_failed, connect_failed, tls_failed, certificate_rejected, server_disconnected,
                connection_reset, io_failed, connection_closed, fingerprint_mismatch});
    CHECK(kinds_of(condition::tls) ==
          Kinds{tls_failed, certificate_rejected, fingerprint_mismatch});
    CHECK(kinds_of(condition::payload) == Kinds{payload_truncated, payload_malformed,
                                                incomplete_read, line_too_long,
                                                body_not_resendable});
    CHECK(kinds_of(condition::response) == Kinds{malformed_response, bad_status, content_type,
                                                 json_invalid, json_type, too_many_redirects});
    CHECK(kinds_of(condition::url) ==
          Kinds{invalid_url, non_http_url, invalid_redirect_url, non_http_redirect_url});
}

TEST_CASE("codes compare with kinds and not with foreign conditions", "[core][errors]") {
    const auto code = error_of(errc::dns_failed).code();
    CHECK(code == errc::dns_failed);
    CHECK(code != errc::connect_failed);
    CHECK(code == condition::connection);
    CHECK(code != boost::system::errc::timed_out);
    CHECK(boost::system::error_code(boost::asio::error::eof) != condition::connection);
    CHECK(code.category() == error_category());
    CHECK(make_error_condition(condition::tls).category() == condition_category());
    CHECK(std::string(error_category().name()) == "aiohttp");
    CHECK(std::string(condition_category().name()) == "aiohttp.condition");
}

TEST_CASE("every kind, condition and phase has a text of its own", "[core][errors]") {
    std::vector<std::string> texts;
    for (const auto kind : every_kind) {
        texts.push_back(make_error_code(kind).message());
    }
    for (const auto family : every_condition) {
        texts.push_back(make_error_condition(family).message());
    }
    for (const auto phase : {Phase::none, Phase::queue, Phase::dns, Phase::connect, Phase::tls,
                             Phase::send, Phase::wait, Phase::body}) {
        texts.push_back("phase " + std::string(to_string(phase)));
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
        CHECK_FALSE(texts[i].empty());
        CHECK(std::find(texts.begin() + static_cast<std::ptrdiff_t>(i) + 1, texts.end(),
                        texts[i]) == texts.end());
    }
    CHECK(error_category().message(9999) == "unknown error");
}

TEST_CASE("no error is false and empty", "[core][errors]") {
    const Error none;
    CHECK_FALSE(none);
    CHECK_FALSE(none.code());
    CHECK(none.message().empty());
    CHECK(none.phase() == Phase::none);
    CHECK(none.headers().empty());
    CHECK_FALSE(none.retryable());
}

TEST_CASE("an error carries what is known of it", "[core][errors]") {
    detail::ErrorDetails details;
    details.kind = errc::connect_failed;
    details.phase = Phase::connect;
    details.what = "connect to example.com:443 failed";
    details.method = "GET";
    details.url = "https://example.com/";
    details.host = "example.com";
    details.port = 443;
    details.cause = boost::asio::error::connection_refused;
    details.retryable = true;
    details.status = 503;
    details.reason = "Busy";
    details.headers = Headers{{"A", "b"}};
    details.body = "excerpt";
    const auto error = detail::make_error(details);
    REQUIRE(error);
    CHECK(error.code() == errc::connect_failed);
    CHECK(error.kind() == errc::connect_failed);
    CHECK(error.phase() == Phase::connect);
    CHECK(error.method() == "GET");
    CHECK(error.url() == "https://example.com/");
    CHECK(error.peer() == "example.com:443");
    CHECK(error.cause() == boost::asio::error::connection_refused);
    CHECK(error.retryable());
    CHECK(error.status() == 503);
    CHECK(error.reason() == "Busy");
    CHECK(error.headers()["a"] == "b");
    CHECK(error.body() == "excerpt");
    CHECK(error.message() == "GET https://example.com/: connect to example.com:443 failed: " +
                                 details.cause.message());
}

TEST_CASE("an error without a text is told by its kind", "[core][errors]") {
    CHECK(detail::make_error(errc::server_disconnected, Phase::wait, "").message() ==
          "server disconnected");
}

TEST_CASE("the request's identity is added once, whatever was known before", "[core][errors]") {
    const auto error = detail::with_request(error_of(errc::socket_timeout), "POST", "http://a/");
    CHECK(error.message() == "POST http://a/: what went wrong");
    CHECK(detail::with_request(error, "POST", "http://a/").message() == error.message());
    CHECK(error.kind() == errc::socket_timeout);
    CHECK(error.phase() == Phase::wait);
}

TEST_CASE("exceptions give the details of their error", "[core][errors]") {
    detail::ErrorDetails details;
    details.kind = errc::bad_status;
    details.phase = Phase::body;
    details.method = "GET";
    details.url = "http://a/";
    details.status = 404;
    details.reason = "Not Found";
    details.headers = Headers{{"A", "b"}};
    details.body = "gone";
    details.host = "::1";
    details.port = 8080;
    details.cause = boost::asio::error::connection_refused;
    details.retryable = true;
    try {
        detail::make_error(details).raise();
        FAIL("nothing was thrown");
    } catch (const ClientResponseError& caught) {
        CHECK(caught.status() == 404);
        CHECK(caught.message() == "Not Found");
        CHECK(caught.headers()["A"] == "b");
        CHECK(caught.body() == "gone");
        CHECK(caught.kind() == errc::bad_status);
        CHECK(caught.code() == condition::response);
        CHECK(caught.phase() == Phase::body);
        CHECK(caught.method() == "GET");
        CHECK(caught.url() == "http://a/");
        CHECK(caught.peer() == caught.error().peer());
        CHECK(caught.cause() == boost::asio::error::connection_refused);
        CHECK(caught.retryable());
    }
}

TEST_CASE("a connector error names the host and port that were dialled", "[core][errors]") {
    const auto host = GENERATE(as<std::string>{}, "example.com", "127.0.0.1");
    detail::ErrorDetails details;
    details.kind = errc::dns_failed;
    details.host = host;
    details.port = 8080;
    details.cause = boost::asio::error::host_not_found;
    try {
        detail::make_error(details).raise();
        FAIL("nothing was thrown");
    } catch (const ClientConnectorError& caught) {
        CHECK(caught.host() == host);
        CHECK(caught.port() == 8080);
        CHECK(caught.os_error() == boost::asio::error::host_not_found);
    }
}

TEST_CASE("a connector error without a peer has neither host nor port", "[core][errors]") {
    try {
        error_of(errc::connect_failed).raise();
        FAIL("nothing was thrown");
    } catch (const ClientConnectorError& caught) {
        CHECK(caught.host().empty());
        CHECK(caught.port() == 0);
    }
}

TEST_CASE("the value of a failed result throws the typed exception", "[core][errors]") {
    const boost::system::result<int, Error> failed(error_of(errc::socket_timeout));
    CHECK_THROWS_AS(failed.value(), SocketTimeoutError);
    CHECK_THROWS_AS(failed.value(), TimeoutError);
}

TEST_CASE("exceptions can be kept, copied and thrown again", "[core][errors]") {
    std::exception_ptr kept;
    try {
        error_of(errc::socket_timeout).raise();
    } catch (...) {
        kept = std::current_exception();
    }
    CHECK_THROWS_AS(std::rethrow_exception(kept), ServerTimeoutError);
    CHECK_THROWS_AS(std::rethrow_exception(kept), TimeoutError);
    const SocketTimeoutError original(error_of(errc::socket_timeout));
    const SocketTimeoutError copy = original;
    CHECK(std::string(copy.what()) == original.what());
}
