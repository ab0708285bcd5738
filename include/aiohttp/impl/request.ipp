#pragma once

#include <algorithm>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include <aiohttp/detail/client/session_core.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/check_header.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/cookie_value.hpp>
#include <aiohttp/detail/message/response_state.hpp>
#include <aiohttp/detail/message/string_body.hpp>
#include <aiohttp/detail/middleware/auth.hpp>
#include <aiohttp/detail/middleware/redirect.hpp>
#include <aiohttp/detail/middleware/stale_retry.hpp>
#include <aiohttp/detail/protocol/form.hpp>
#include <aiohttp/detail/protocol/redirect_policy.hpp>
#include <aiohttp/request.hpp>

namespace aiohttp {

namespace detail {

/// The URL to ask for: the one given, relative to the session's base, with the parameters.
AIOHTTP_DECL Error resolve_url(RequestSpec& spec) {
    if (spec.url_error) {
        return spec.url_error;
    }
    Url& url = spec.request.url;
    if (!url.is_absolute() && !spec.session->base_url().empty()) {
        url = spec.session->base_url().join(url);
    }
    if (!url.is_absolute()) {
        return make_error(
            errc::invalid_url, Phase::none,
            "URL " + quote(url.display()) + " has no host, and the session no base_url");
    }
    if (url.scheme() != "http" && url.scheme() != "https") {
        return make_error(errc::non_http_url, Phase::none,
                          "scheme " + quote(url.scheme()) + " of URL " + quote(url.display()) +
                              " is not http or https");
    }
    if (!spec.params.empty()) {
        url = url.with_params(spec.params);
    }
    return {};
}

/// Validates and completes what the setters wrote.
AIOHTTP_DECL Error prepare(RequestSpec& spec) {
    if (auto error = resolve_url(spec)) {
        return error;
    }
    apply_auth(spec.request, spec.authorization, spec.session->headers());
    return {};
}

AIOHTTP_DECL RequestDefaults defaults_of(const RequestSpec& spec) {
    RequestDefaults defaults;
    defaults.session_headers = &spec.session->headers();
    defaults.cookie_jar = &spec.session->cookie_jar();
    defaults.session_skips = &spec.session->skips();
    defaults.request_skips = &spec.skips;
    defaults.force_close = spec.session->connector().force_close();
    return defaults;
}

/// Throws the error as that of this request, and of the redirects that led to it.
AIOHTTP_DECL void raise_for(const Error& error, const ClientRequest& request, History history) {
    ErrorDetails details = details_of(error);
    details.method = request.method;
    if (details.url.empty() && !request.url.empty()) {
        details.url = request.url.display();
    }
    if (history) {
        // What was redirected has been sent already: sending it all again must be harmless, too.
        details.retryable =
            details.retryable && std::ranges::all_of(*history, [](const ClientResponse& response) {
                return is_idempotent(response.method());
            });
        details.history = std::move(history);
    }
    make_error(std::move(details)).raise();
}

/// The whole life of a request, from the description to the response: the one place where errors
/// become exceptions.
AIOHTTP_DECL boost::asio::awaitable<ClientResponse> perform(std::unique_ptr<RequestSpec> spec) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    SessionCore& session = *spec->session;
    if (session.closed()) {
        throw RuntimeError("Session is closed");
    }
    session.bind(executor);
    if (const auto error = prepare(*spec)) {
        raise_for(error, spec->request, nullptr);
    }
    Exchange exchange{session.shared_connector(),
                      spec->request,
                      defaults_of(*spec),
                      session.connector().deadlines().start(
                          &session, spec->timeout ? *spec->timeout : session.timeout()),
                      std::make_shared<ResponseState>(),
                      Lease()};
    auto error = co_await send_hop(exchange);
    // Asked here, so that whoever is not redirected pays for no coroutine.
    if (!error && spec->redirects.follow && is_redirect(exchange.response->head.status)) {
        error = co_await follow_redirects(exchange, spec->redirects);
    }
    if (error) {
        raise_for(error, spec->request, std::move(exchange.response->history));
    }
    begin_response(exchange);
    ClientResponse response(std::move(exchange.response));
    if (spec->raise_for_status.value_or(session.raises_for_status())) {
        response.raise_for_status();
    }
    co_return response;
}

AIOHTTP_DECL boost::asio::awaitable<std::string> exchange_text(
    boost::asio::awaitable<ClientResponse> request) {
    auto response = co_await std::move(request);
    co_return co_await response.text();
}

AIOHTTP_DECL HttpVersion checked_version(HttpVersion version) {
    if (version.major != 1 || (version.minor != 0 && version.minor != 1)) {
        throw ValueError("HTTP version " + std::to_string(version.major) + '.' +
                         std::to_string(version.minor) + " is not 1.0 or 1.1");
    }
    return version;
}

}  // namespace detail

AIOHTTP_DECL Request::Request(std::unique_ptr<detail::RequestSpec> spec)
    : Request(boost::asio::awaitable<ClientResponse>(), spec.get()) {
    static_cast<boost::asio::awaitable<ClientResponse>&>(*this) = detail::perform(std::move(spec));
}

AIOHTTP_DECL Request& Request::operator=(Request&& other) noexcept {
    // Swapped, because move assignment of an awaitable in Asio 1.81 leaks the one it replaces.
    using Base = boost::asio::awaitable<ClientResponse>;
    std::swap(static_cast<Base&>(*this), static_cast<Base&>(other));
    std::swap(spec_, other.spec_);
    return *this;
}

AIOHTTP_DECL Request& Request::param(std::string_view name, std::string_view value) & {
    spec_->params.emplace_back(name, value);
    return *this;
}

AIOHTTP_DECL Request& Request::params(const Pairs& pairs) & {
    spec_->params.insert(spec_->params.end(), pairs.begin(), pairs.end());
    return *this;
}

AIOHTTP_DECL Request& Request::header(std::string_view name, std::string_view value) & {
    spec_->request.headers.add(name, value);
    return *this;
}

AIOHTTP_DECL Request& Request::headers(const Headers& fields) & {
    for (const auto field : fields) {
        header(field.name, field.value);
    }
    return *this;
}

AIOHTTP_DECL Request& Request::cookie(std::string_view name, std::string_view value) & {
    const bool quoting = spec_->session->cookie_jar().quote_cookie();
    spec_->request.cookies.emplace_back(name, detail::encode_cookie_value(name, value, quoting));
    return *this;
}

AIOHTTP_DECL Request& Request::cookies(const Pairs& pairs) & {
    for (const auto& [name, value] : pairs) {
        cookie(name, value);
    }
    return *this;
}

AIOHTTP_DECL Request& Request::skip_auto_header(std::string_view name) & {
    spec_->skips.emplace_back(name);
    return *this;
}

AIOHTTP_DECL Request& Request::data(std::unique_ptr<BodySource> source) & {
    if (spec_->request.body) {
        throw ValueError("the request has a body already: json, data and form exclude each other");
    }
    detail::check_header("Content-Type", source->content_type());
    spec_->request.body = std::move(source);
    return *this;
}

AIOHTTP_DECL Request& Request::body(std::string bytes, std::string content_type) {
    return data(std::make_unique<detail::StringBody>(std::move(bytes), std::move(content_type)));
}

AIOHTTP_DECL Request& Request::json_text(std::string text) & {
    return body(std::move(text), "application/json");
}

AIOHTTP_DECL Request& Request::data(std::string text) & {
    return body(std::move(text), "text/plain; charset=utf-8");
}

AIOHTTP_DECL Request& Request::data(std::span<const std::byte> bytes) & {
    return body(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                "application/octet-stream");
}

AIOHTTP_DECL Request& Request::form(const Pairs& fields) & {
    return body(detail::encode_form(fields), "application/x-www-form-urlencoded");
}

AIOHTTP_DECL Request& Request::timeout(const ClientTimeout& limits) & {
    detail::check_timeout(limits);
    spec_->timeout = limits;
    return *this;
}

AIOHTTP_DECL Request& Request::allow_redirects(bool on) & {
    spec_->redirects.follow = on;
    return *this;
}

AIOHTTP_DECL Request& Request::max_redirects(std::size_t count) & {
    spec_->redirects.most = count;
    return *this;
}

AIOHTTP_DECL Request& Request::auth(const BasicAuth& credentials) & {
    spec_->authorization = credentials.encode();
    return *this;
}

AIOHTTP_DECL Request& Request::raise_for_status(bool on) & {
    spec_->raise_for_status = on;
    return *this;
}

AIOHTTP_DECL Request& Request::ssl(TlsOptions options) & {
    spec_->request.tls = std::move(options);
    return *this;
}

AIOHTTP_DECL Request& Request::server_hostname(std::string name) & {
    spec_->request.server_hostname = std::move(name);
    return *this;
}

AIOHTTP_DECL Request& Request::version(HttpVersion version) & {
    spec_->request.version = 10 + detail::checked_version(version).minor;
    return *this;
}

AIOHTTP_DECL Request& Request::read_until_eof(bool on) & {
    spec_->request.read_until_eof = on;
    return *this;
}

AIOHTTP_DECL Request& Request::max_line_size(std::size_t bytes) & {
    spec_->request.limits.line = bytes;
    return *this;
}

AIOHTTP_DECL Request& Request::max_field_size(std::size_t bytes) & {
    spec_->request.limits.field = bytes;
    return *this;
}

AIOHTTP_DECL Request& Request::max_headers(std::size_t count) & {
    spec_->request.limits.fields = count;
    return *this;
}

AIOHTTP_DECL boost::asio::awaitable<std::string> Request::text() && {
    return detail::exchange_text(std::move(*this));
}

AIOHTTP_DECL boost::asio::awaitable<std::string> Request::read() && {
    return detail::exchange_text(std::move(*this));
}

}  // namespace aiohttp
