#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include <aiohttp/detail/client/netrc_file.hpp>
#include <aiohttp/detail/client/session_core.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/session.hpp>

namespace aiohttp {

namespace detail {

AIOHTTP_DECL RequestOptions SessionCore::options_of_requests(const ClientSessionOptions& session) {
    RequestOptions options;
    options.tls = session.tls_;
    options.limits.line = session.max_line_size_;
    options.limits.field = session.max_field_size_;
    options.limits.fields = session.max_headers_;
    auto& body = options.response_body;
    body.decompress = session.auto_decompress_;
    body.max_size = session.max_body_size_.value_or(body.max_size);
    body.max_ratio = session.max_decompression_ratio_.value_or(body.max_ratio);
    body.fallback_charset = session.fallback_charset_resolver_;
    body.read_size = session.read_bufsize_.value_or(body.read_size);
    return options;
}

AIOHTTP_DECL SessionCore::SessionCore(ClientSessionOptions options)
    : options_(std::move(options)),
      timeout_(options_.timeout_),
      request_options_(options_of_requests(options_)) {
    if (!options_.connector_) {
        options_.connector_ = std::make_shared<TCPConnector>();
    }
    if (!options_.cookie_jar_) {
        options_.cookie_jar_ = std::make_shared<CookieJar>();
    }
    if (!options_.cookies_.empty()) {
        cookie_jar().update_cookies(options_.cookies_);
    }
    if (!options_.trace_configs_.empty()) {
        traces_ = std::make_shared<const TraceConfigs>(std::move(options_.trace_configs_));
    }
    if (options_.trust_env_) {
        netrc_ = netrc_of_environment();
    }
    if (options_.proxy_ || options_.trust_env_) {
        const auto variables =
            options_.trust_env_ ? ProxyVariables([](const char* name) { return std::getenv(name); })
                                : ProxyVariables();
        ProxyExtras extras{options_.proxy_auth_, options_.proxy_headers_};
        proxies_ = std::make_unique<const ProxySource>(options_.proxy_, extras, variables, netrc());
    }
}

AIOHTTP_DECL void SessionCore::close(bool spare_bodies) noexcept {
    closed_ = true;
    if (std::exchange(ended_, true)) {
        return;
    }
    connector().interrupt(this, spare_bodies);
    if (options_.connector_owner_) {
        connector().close(spare_bodies);
    }
}

AIOHTTP_DECL void RequestSpec::operator delete(RequestSpec* spec,
                                               std::destroying_delete_t) noexcept {
    const auto session = std::move(spec->session);
    spec->~RequestSpec();
    session->give_back_room(spec);
}

/// The method in capitals. Throws ValueError when it is no token.
AIOHTTP_DECL std::string checked_method(std::string_view method) {
    if (!is_token(method)) {
        throw ValueError("method " + quote(method) + " is not a token");
    }
    std::string capitals(method);
    std::ranges::transform(capitals, capitals.begin(), to_upper);
    return capitals;
}

AIOHTTP_DECL std::unique_ptr<RequestSpec> new_spec(const std::shared_ptr<SessionCore>& session,
                                                   std::string&& method) {
    std::unique_ptr<RequestSpec> spec(new (*session) RequestSpec(session));
    spec->request.method = std::move(method);
    spec->request.options = session->request_options();
    spec->request.version = 10 + session->version().minor;
    return spec;
}

AIOHTTP_DECL Request new_request(const std::shared_ptr<SessionCore>& session,
                                 std::string method,
                                 std::string_view url) {
    auto spec = new_spec(session, std::move(method));
    spec->url_error = session->parse(url, spec->request.url);
    return Request(std::move(spec));
}

AIOHTTP_DECL Request new_request(const std::shared_ptr<SessionCore>& session,
                                 std::string method,
                                 const Url& url) {
    auto spec = new_spec(session, std::move(method));
    spec->request.url = url;
    return Request(std::move(spec));
}

AIOHTTP_DECL boost::asio::awaitable<void> close_session(std::shared_ptr<SessionCore> session,
                                                        Duration grace) {
    const void* const owner = session->owns_connector() ? nullptr : session.get();
    if (grace >= Duration::zero()) {
        session->begin_close();
    }
    co_await close_gracefully(session->shared_connector(), owner, grace);
    session->close(false);
}

/// A session that its request owns: it ends with the request, and what the response still needs of
/// it stays with the response.
AIOHTTP_DECL std::shared_ptr<SessionCore> one_shot_session() {
    return std::make_shared<SessionCore>(
        ClientSessionOptions().connector(TCPConnectorOptions().force_close(true)));
}

}  // namespace detail

AIOHTTP_DECL Request request(std::string_view method, std::string_view url) {
    return detail::new_request(detail::one_shot_session(), detail::checked_method(method), url);
}
AIOHTTP_DECL Request request(std::string_view method, const Url& url) {
    return detail::new_request(detail::one_shot_session(), detail::checked_method(method), url);
}

AIOHTTP_DECL ClientSession::ClientSession() : ClientSession(ClientSessionOptions()) {}
AIOHTTP_DECL ClientSession::ClientSession(ClientSessionOptions options)
    : core_(std::make_shared<detail::SessionCore>(std::move(options))) {}
AIOHTTP_DECL ClientSession::ClientSession(boost::asio::any_io_executor executor,
                                          ClientSessionOptions options)
    : ClientSession(std::move(options)) {
    core_->bind(executor);
}
AIOHTTP_DECL ClientSession::ClientSession(ClientSession&&) noexcept = default;
AIOHTTP_DECL ClientSession& ClientSession::operator=(ClientSession&& other) noexcept {
    std::swap(core_, other.core_);
    return *this;
}
AIOHTTP_DECL ClientSession::~ClientSession() {
    if (core_) {
        core_->close(true);
    }
}

AIOHTTP_DECL Request ClientSession::request(std::string_view method, std::string_view url) {
    return detail::new_request(core_, detail::checked_method(method), url);
}
AIOHTTP_DECL Request ClientSession::request(std::string_view method, const Url& url) {
    return detail::new_request(core_, detail::checked_method(method), url);
}
AIOHTTP_DECL Request ClientSession::get(std::string_view url) {
    return detail::new_request(core_, "GET", url);
}
AIOHTTP_DECL Request ClientSession::get(const Url& url) {
    return detail::new_request(core_, "GET", url);
}
AIOHTTP_DECL Request ClientSession::post(std::string_view url) {
    return detail::new_request(core_, "POST", url);
}
AIOHTTP_DECL Request ClientSession::post(const Url& url) {
    return detail::new_request(core_, "POST", url);
}
AIOHTTP_DECL Request ClientSession::put(std::string_view url) {
    return detail::new_request(core_, "PUT", url);
}
AIOHTTP_DECL Request ClientSession::put(const Url& url) {
    return detail::new_request(core_, "PUT", url);
}
AIOHTTP_DECL Request ClientSession::patch(std::string_view url) {
    return detail::new_request(core_, "PATCH", url);
}
AIOHTTP_DECL Request ClientSession::patch(const Url& url) {
    return detail::new_request(core_, "PATCH", url);
}
AIOHTTP_DECL Request ClientSession::delete_(std::string_view url) {
    return detail::new_request(core_, "DELETE", url);
}
AIOHTTP_DECL Request ClientSession::delete_(const Url& url) {
    return detail::new_request(core_, "DELETE", url);
}
AIOHTTP_DECL Request ClientSession::head(std::string_view url) {
    return detail::new_request(core_, "HEAD", url).allow_redirects(false);
}
AIOHTTP_DECL Request ClientSession::head(const Url& url) {
    return detail::new_request(core_, "HEAD", url).allow_redirects(false);
}
AIOHTTP_DECL Request ClientSession::options(std::string_view url) {
    return detail::new_request(core_, "OPTIONS", url);
}
AIOHTTP_DECL Request ClientSession::options(const Url& url) {
    return detail::new_request(core_, "OPTIONS", url);
}

AIOHTTP_DECL boost::asio::awaitable<void> ClientSession::close() {
    core_->close(false);
    co_return;
}
AIOHTTP_DECL boost::asio::awaitable<void> ClientSession::close(Duration grace) {
    return detail::close_session(core_, grace);
}
AIOHTTP_DECL bool ClientSession::closed() const noexcept {
    return core_->closed();
}
AIOHTTP_DECL Headers& ClientSession::headers() noexcept {
    return core_->headers();
}
AIOHTTP_DECL const Headers& ClientSession::headers() const noexcept {
    return core_->headers();
}
AIOHTTP_DECL const Url& ClientSession::base_url() const noexcept {
    return core_->base_url();
}
AIOHTTP_DECL const ClientTimeout& ClientSession::timeout() const noexcept {
    return *core_->timeout();
}
AIOHTTP_DECL HttpVersion ClientSession::version() const noexcept {
    return core_->version();
}
AIOHTTP_DECL bool ClientSession::raise_for_status() const noexcept {
    return core_->raises_for_status() || core_->status_check();
}
AIOHTTP_DECL const std::vector<std::string>& ClientSession::skip_auto_headers() const noexcept {
    return core_->skips();
}
AIOHTTP_DECL bool ClientSession::auto_decompress() const noexcept {
    return core_->decompresses();
}
AIOHTTP_DECL bool ClientSession::connector_owner() const noexcept {
    return core_->owns_connector();
}
AIOHTTP_DECL bool ClientSession::requote_redirect_url() const noexcept {
    return core_->requotes_redirects();
}
AIOHTTP_DECL bool ClientSession::trust_env() const noexcept {
    return core_->trusts_env();
}
AIOHTTP_DECL AbstractCookieJar& ClientSession::cookie_jar() const noexcept {
    return core_->cookie_jar();
}
AIOHTTP_DECL BaseConnector& ClientSession::connector() const noexcept {
    return core_->public_connector();
}

}  // namespace aiohttp
