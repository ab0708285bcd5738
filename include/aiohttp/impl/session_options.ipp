#pragma once

#include <utility>

#include <aiohttp/detail/client/session_core.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/core/url_syntax.hpp>
#include <aiohttp/detail/message/body_options.hpp>
#include <aiohttp/detail/message/cookie_value.hpp>
#include <aiohttp/session.hpp>

namespace aiohttp {

AIOHTTP_DECL ClientSessionOptions::ClientSessionOptions() = default;

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::base_url(std::string_view url) & {
    Url parsed(url);
    const bool usable = parsed.is_absolute() && detail::is_http_scheme(parsed.scheme()) &&
                        parsed.path().ends_with('/');
    if (!usable) {
        throw ValueError("base_url " + detail::quote(parsed.display()) +
                         " is not an absolute http(s) URL that ends in \"/\"");
    }
    base_url_ = std::move(parsed);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::base_url(std::string_view url) && {
    return std::move(this->base_url(url));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::header(std::string_view name,
                                                                std::string_view value) & {
    headers_.add(name, value);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::header(std::string_view name,
                                                                 std::string_view value) && {
    return std::move(this->header(name, value));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::headers(const Headers& fields) & {
    for (const auto field : fields) {
        headers_.add(field.name, field.value);
    }
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::headers(const Headers& fields) && {
    return std::move(this->headers(fields));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::skip_auto_header(std::string_view name) & {
    skip_auto_headers_.emplace_back(name);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::skip_auto_header(
    std::string_view name) && {
    return std::move(this->skip_auto_header(name));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::timeout(const ClientTimeout& limits) & {
    detail::check_timeout(limits);
    timeout_ = limits;
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::timeout(const ClientTimeout& limits) && {
    return std::move(this->timeout(limits));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::timeout(Duration total) & {
    return timeout(ClientTimeout{.total = total});
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::timeout(Duration total) && {
    return std::move(this->timeout(total));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::raise_for_status(bool on) & {
    raise_for_status_ = on;
    status_check_ = nullptr;
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::raise_for_status(bool on) && {
    return std::move(this->raise_for_status(on));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::check_status(StatusCheck check) {
    raise_for_status_ = false;
    status_check_ = std::move(check);
    return *this;
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::middlewares(Middlewares list) & {
    for (const auto& next : list) {
        detail::check_middleware(next);
    }
    middlewares_ = std::move(list);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::middlewares(Middlewares list) && {
    return std::move(this->middlewares(std::move(list)));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::middleware(Middleware next) & {
    detail::check_middleware(next);
    middlewares_.push_back(std::move(next));
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::middleware(Middleware next) && {
    return std::move(this->middleware(std::move(next)));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::cookie_jar(
    std::shared_ptr<AbstractCookieJar> jar) & {
    cookie_jar_ = std::move(jar);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::cookie_jar(
    std::shared_ptr<AbstractCookieJar> jar) && {
    return std::move(this->cookie_jar(std::move(jar)));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::cookies(const Pairs& pairs) & {
    for (const auto& [name, value] : pairs) {
        detail::encode_cookie_value(name, value, true);  // throws for what no jar takes
        cookies_.emplace_back(name, value);
    }
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::cookies(const Pairs& pairs) && {
    return std::move(this->cookies(pairs));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::auth(const BasicAuth& credentials) & {
    headers_.set("Authorization", credentials.encode());
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::auth(const BasicAuth& credentials) && {
    return std::move(this->auth(credentials));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::auth(const BearerAuth& credentials) & {
    headers_.set("Authorization", credentials.encode());
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::auth(const BearerAuth& credentials) && {
    return std::move(this->auth(credentials));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::ssl(TlsOptions options) & {
    tls_ = std::move(options);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::ssl(TlsOptions options) && {
    return std::move(this->ssl(std::move(options)));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::proxy(Proxy proxy) & {
    proxy_ = std::make_shared<const Proxy>(std::move(proxy));
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::proxy(Proxy proxy) && {
    return std::move(this->proxy(std::move(proxy)));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::proxy_auth(
    const ProxyAuth& credentials) & {
    proxy_auth_ = credentials;
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::proxy_auth(
    const ProxyAuth& credentials) && {
    return std::move(this->proxy_auth(credentials));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::proxy_headers(const Headers& fields) & {
    detail::add_proxy_headers(fields, proxy_headers_);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::proxy_headers(const Headers& fields) && {
    return std::move(this->proxy_headers(fields));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::connector(
    const TCPConnectorOptions& options) & {
    connector_ = std::make_shared<TCPConnector>(options);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::connector(
    const TCPConnectorOptions& options) && {
    return std::move(this->connector(options));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::connector(
    std::shared_ptr<BaseConnector> shared) & {
    connector_ = std::move(shared);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::connector(
    std::shared_ptr<BaseConnector> shared) && {
    return std::move(this->connector(std::move(shared)));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::connector_owner(bool on) & {
    connector_owner_ = on;
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::connector_owner(bool on) && {
    return std::move(this->connector_owner(on));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::version(HttpVersion version) & {
    version_ = detail::checked_version(version);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::version(HttpVersion version) && {
    return std::move(this->version(version));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::json_serialize(
    std::function<std::string(const nlohmann::json&)> serialize) & {
    json_serialize_ = std::move(serialize);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::json_serialize(
    std::function<std::string(const nlohmann::json&)> serialize) && {
    return std::move(this->json_serialize(std::move(serialize)));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::max_line_size(std::size_t bytes) & {
    max_line_size_ = bytes;
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::max_line_size(std::size_t bytes) && {
    return std::move(this->max_line_size(bytes));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::requote_redirect_url(bool on) & {
    requote_redirect_url_ = on;
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::requote_redirect_url(bool on) && {
    return std::move(this->requote_redirect_url(on));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::trust_env(bool on) & {
    trust_env_ = on;
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::trust_env(bool on) && {
    return std::move(this->trust_env(on));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::on_redirect(RedirectHook hook) & {
    redirect_hook_ = std::move(hook);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::on_redirect(RedirectHook hook) && {
    return std::move(this->on_redirect(std::move(hook)));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::trace_config(TraceConfig trace) & {
    trace_configs_.push_back(std::move(trace));
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::trace_config(TraceConfig trace) && {
    return std::move(this->trace_config(std::move(trace)));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::max_field_size(std::size_t bytes) & {
    max_field_size_ = bytes;
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::max_field_size(std::size_t bytes) && {
    return std::move(this->max_field_size(bytes));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::max_headers(std::size_t count) & {
    max_headers_ = count;
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::max_headers(std::size_t count) && {
    return std::move(this->max_headers(count));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::auto_decompress(bool on) & {
    auto_decompress_ = on;
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::auto_decompress(bool on) && {
    return std::move(this->auto_decompress(on));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::max_body_size(std::uint64_t bytes) & {
    max_body_size_ = bytes;
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::max_body_size(std::uint64_t bytes) && {
    return std::move(this->max_body_size(bytes));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::max_decompression_ratio(
    std::uint64_t times) & {
    max_decompression_ratio_ = detail::at_least_one("max_decompression_ratio", times);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::max_decompression_ratio(
    std::uint64_t times) && {
    return std::move(this->max_decompression_ratio(times));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::read_bufsize(std::size_t bytes) & {
    read_bufsize_ = detail::at_least_one("read_bufsize", bytes);
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::read_bufsize(std::size_t bytes) && {
    return std::move(this->read_bufsize(bytes));
}

AIOHTTP_DECL ClientSessionOptions& ClientSessionOptions::fallback_charset_resolver(
    std::function<std::string(const ClientResponse&, std::string_view)> resolve) & {
    fallback_charset_resolver_ =
        resolve ? std::make_shared<const detail::CharsetResolver>(std::move(resolve)) : nullptr;
    return *this;
}
AIOHTTP_DECL ClientSessionOptions&& ClientSessionOptions::fallback_charset_resolver(
    std::function<std::string(const ClientResponse&, std::string_view)> resolve) && {
    return std::move(this->fallback_charset_resolver(std::move(resolve)));
}

}  // namespace aiohttp
