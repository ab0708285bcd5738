#pragma once

#include <utility>

#include <aiohttp/auth.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/core/url_syntax.hpp>
#include <aiohttp/detail/message/response_state.hpp>
#include <aiohttp/detail/message/string_body.hpp>
#include <aiohttp/detail/middleware/send.hpp>
#include <aiohttp/detail/middleware/user_chain.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/middleware.hpp>

namespace aiohttp {

AIOHTTP_DECL const std::string& ClientRequest::method() const noexcept {
    return hop_->request.method;
}

AIOHTTP_DECL void ClientRequest::set_method(std::string_view method) {
    if (!detail::is_token(method)) {
        throw ValueError("method " + detail::quote(method) + " is not a token");
    }
    hop_->request.method = method;
}

AIOHTTP_DECL const Url& ClientRequest::url() const noexcept {
    return hop_->request.url;
}

AIOHTTP_DECL void ClientRequest::set_url(const Url& url) {
    if (!url.is_absolute() || !detail::is_http_scheme(url.scheme())) {
        throw ValueError("URL " + detail::quote(url.display()) + " is not an absolute http(s) URL");
    }
    if (url.has_user_info()) {
        headers().set("Authorization", BasicAuth(url.user(), url.password()).encode());
    }
    auto& request = hop_->request;
    if (url.host() != request.url.host()) {
        request.forget_server_hostname();
    }
    request.url = url.without_user_info();
}

AIOHTTP_DECL HttpVersion ClientRequest::version() const noexcept {
    return {hop_->request.version / 10, hop_->request.version % 10};
}

AIOHTTP_DECL Headers& ClientRequest::headers() noexcept {
    return hop_->request.headers;
}

AIOHTTP_DECL const Headers& ClientRequest::headers() const noexcept {
    return hop_->request.headers;
}

AIOHTTP_DECL BodySource* ClientRequest::body() const noexcept {
    return hop_->request.body.get();
}

AIOHTTP_DECL void ClientRequest::update_body(std::unique_ptr<BodySource> body) {
    auto& request = hop_->request;
    request.body.swap(body);
    if (!std::exchange(hop_->replaced, true)) {
        hop_->callers_body = std::move(body);
    }
    hop_->body_used = false;
    request.chunked = false;
    request.observed_body = false;
    request.headers.erase("content-length");
    request.headers.erase("transfer-encoding");
    request.headers.erase("content-encoding");
    request.expects_continue = false;
}

AIOHTTP_DECL void ClientRequest::update_body(std::string bytes, std::string content_type) {
    update_body(std::make_unique<detail::StringBody>(std::move(bytes), std::move(content_type)));
}

AIOHTTP_DECL Next::Next(std::shared_ptr<detail::UserHop> hop, std::size_t index) noexcept
    : hop_(std::move(hop)), index_(index) {}

AIOHTTP_DECL boost::asio::awaitable<ClientResponse> Next::operator()(ClientRequest& request) const {
    if (hop_->exchange == nullptr || request.hop_ != hop_.get()) {
        throw RuntimeError("next() was called for a request whose middlewares have ended");
    }
    const auto& middlewares = *hop_->exchange->users->middlewares;
    if (index_ == middlewares.size()) {
        return detail::send_user_hop(hop_);
    }
    auto response = middlewares[index_](request, Next(hop_, index_ + 1));
    if (!response.valid()) {
        throw RuntimeError("a middleware returned an empty awaitable");
    }
    return response;
}

AIOHTTP_DECL ClientResponse make_response(const ClientRequest& request,
                                          int status,
                                          std::string body,
                                          Headers headers) {
    static const auto nowhere = std::make_shared<const std::string>();
    auto state = detail::make_response_state();
    state->head.status = status;
    state->head.headers = std::move(headers);
    state->remote_endpoint = nowhere;
    state->keep(body, false);
    state->request_headers = request.headers();
    detail::identify(*state, std::string(request.method()), Url(request.url()));
    return ClientResponse(std::move(state));
}

}  // namespace aiohttp
