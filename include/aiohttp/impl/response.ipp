#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/decimal.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/response_state.hpp>
#include <aiohttp/detail/protocol/charset.hpp>
#include <aiohttp/detail/protocol/cookie_admission.hpp>
#include <aiohttp/detail/protocol/field_values.hpp>
#include <aiohttp/response.hpp>

namespace aiohttp {

namespace detail {

// How much of an error response's body its exception carries.
inline constexpr std::size_t error_excerpt = 4096;

AIOHTTP_DECL boost::asio::awaitable<std::string> read_whole(std::shared_ptr<ResponseState> state) {
    if (!state->take_kept()) {
        auto whole = co_await read_rest(state, state->whole_buffer());
        state->keep_whole(std::move(whole));
    }
    co_return *state->whole;
}

AIOHTTP_DECL std::string encoding_of(const std::shared_ptr<ResponseState>& state) {
    const auto field = state->head.headers["Content-Type"];
    if (field.find(';') == std::string_view::npos && state->fallback_charset() == nullptr) {
        return "utf-8";  // what most responses are, without taking the field apart
    }
    const auto type = parse_media_type(field);
    auto charset = to_lower_copy(type.parameter("charset"));
    if (!charset.empty() && is_known_charset(charset)) {
        return charset;
    }
    if (is_json_media_type(type.type) || state->fallback_charset() == nullptr) {
        return "utf-8";
    }
    if (!state->whole) {
        throw RuntimeError("the charset depends on the body, which has not been read");
    }
    const ClientResponse response(state);
    return (*state->fallback_charset())(response, *state->whole);
}

AIOHTTP_DECL void check_encoding(const std::string& encoding) {
    if (!is_known_charset(encoding)) {
        throw ValueError("charset " + quote(encoding) + " is not known");
    }
}

AIOHTTP_DECL std::string decode_whole(const ResponseState& state,
                                      const std::string& encoding,
                                      DecodeErrors errors) {
    const std::string& bytes = *state.whole;
    if (is_utf8_name(encoding) && valid_utf8_prefix(bytes) == bytes.size()) {
        return bytes;  // as nearly all text is
    }
    check_encoding(encoding);
    auto decoded = decode_text(bytes, encoding, errors);
    if (decoded.bad_offset) {
        state.raise(make_error(errc::text_invalid, Phase::none,
                               "response body is not " + encoding + " text, at byte " +
                                   std::to_string(*decoded.bad_offset) + " of " +
                                   std::to_string(bytes.size())));
    }
    return std::move(decoded.text);
}

AIOHTTP_DECL boost::asio::awaitable<std::string> read_text(std::shared_ptr<ResponseState> state,
                                                           std::string encoding,
                                                           DecodeErrors errors) {
    if (!encoding.empty()) {
        check_encoding(encoding);
    }
    if (!state->take_kept()) {
        auto whole = co_await read_rest(state, state->whole_buffer());
        state->keep_whole(std::move(whole));
    }
    if (encoding.empty()) {
        encoding = encoding_of(state);
    }
    co_return decode_whole(*state, encoding, errors);
}

AIOHTTP_DECL Error bad_status(ResponseState& state) {
    ErrorDetails details;
    details.kind = errc::bad_status;
    details.phase = Phase::none;
    details.method = state.method;
    details.url = state.url.display();
    details.what = std::to_string(state.head.status) + ' ' + state.head.reason;
    details.status = state.head.status;
    details.reason = state.head.reason;
    details.headers = state.head.headers;
    details.history = state.history;
    details.body =
        std::string_view(state.whole ? *state.whole : state.piece()).substr(0, error_excerpt);
    details.retryable = state.head.status == 429 || state.head.status >= 500;
    return make_error(std::move(details));
}

inline const std::vector<ClientResponse> no_history;

}  // namespace detail

AIOHTTP_DECL const std::vector<ClientResponse>& Error::history() const noexcept {
    const auto& history = detail::details_of(*this).history;
    return history ? *history : detail::no_history;
}

AIOHTTP_DECL ClientResponse::ClientResponse(std::shared_ptr<detail::ResponseState> state) noexcept
    : state_(std::move(state)) {}
AIOHTTP_DECL ClientResponse::ClientResponse(ClientResponse&&) noexcept = default;
AIOHTTP_DECL ClientResponse& ClientResponse::operator=(ClientResponse&& other) noexcept {
    if (this != &other) {
        if (state_) {
            release();
        }
        state_ = std::move(other.state_);
    }
    return *this;
}
AIOHTTP_DECL ClientResponse::~ClientResponse() = default;

AIOHTTP_DECL int ClientResponse::status() const noexcept {
    return state_->head.status;
}
AIOHTTP_DECL const std::string& ClientResponse::reason() const noexcept {
    return state_->head.reason;
}
AIOHTTP_DECL HttpVersion ClientResponse::version() const noexcept {
    return {state_->head.version / 10, state_->head.version % 10};
}
AIOHTTP_DECL bool ClientResponse::ok() const noexcept {
    return status() < 400;
}
AIOHTTP_DECL const std::string& ClientResponse::method() const noexcept {
    return state_->method;
}
AIOHTTP_DECL const Url& ClientResponse::url() const noexcept {
    return state_->url;
}
AIOHTTP_DECL const Url& ClientResponse::real_url() const noexcept {
    return state_->real_url.empty() ? state_->url : state_->real_url;
}
AIOHTTP_DECL const std::vector<ClientResponse>& ClientResponse::history() const noexcept {
    return state_->history ? *state_->history : detail::no_history;
}
AIOHTTP_DECL std::string_view ClientResponse::host() const noexcept {
    return state_->url.host();
}
AIOHTTP_DECL const Headers& ClientResponse::headers() const noexcept {
    return state_->head.headers;
}
AIOHTTP_DECL RequestInfo ClientResponse::request_info() const noexcept {
    return {method(), url(), real_url(), state_->request_headers};
}
AIOHTTP_DECL const std::string& ClientResponse::remote_endpoint() const noexcept {
    return *state_->remote_endpoint;
}
AIOHTTP_DECL std::optional<PeerCertificate> ClientResponse::peer_certificate() const {
    // Of a plain request it would be the certificate of a proxy.
    const bool known = state_->tls_peer && state_->tls_peer->certificate;
    if (!known || state_->url.scheme() != "https") {
        return std::nullopt;
    }
    return detail::describe_certificate(state_->tls_peer->certificate.get());
}
AIOHTTP_DECL std::optional<TlsInfo> ClientResponse::tls() const {
    if (!state_->tls_peer || state_->url.scheme() != "https") {
        return std::nullopt;
    }
    return state_->tls_peer->info;
}
AIOHTTP_DECL bool ClientResponse::upload_complete() const noexcept {
    return state_->upload_complete;
}
AIOHTTP_DECL std::uint64_t ClientResponse::output_size() const noexcept {
    return state_->output_size;
}
AIOHTTP_DECL Timings ClientResponse::timings() const {
    return state_->timings();
}
AIOHTTP_DECL const Headers& ClientResponse::trailers() const noexcept {
    return state_->trailers;
}

AIOHTTP_DECL Cookies ClientResponse::cookies() const {
    const auto now = std::chrono::system_clock::now();
    Cookies cookies;
    for (const auto line : headers().getall("set-cookie")) {
        if (const auto parsed = detail::parse_set_cookie(line)) {
            auto cookie = detail::offered_cookie(*parsed, url().server_name(), url().path(), now);
            auto name = cookie.name;
            cookies.insert_or_assign(std::move(name), std::move(cookie));
        }
    }
    return cookies;
}

AIOHTTP_DECL std::string ClientResponse::content_type() const {
    return detail::parse_media_type(headers()["content-type"]).type;
}

AIOHTTP_DECL std::string ClientResponse::charset() const {
    const auto type = detail::parse_media_type(headers()["content-type"]);
    return detail::to_lower_copy(type.parameter("charset"));
}

AIOHTTP_DECL std::optional<std::uint64_t> ClientResponse::content_length() const {
    return detail::parse_decimal(headers()["content-length"]);
}

AIOHTTP_DECL std::optional<ContentDisposition> ClientResponse::content_disposition() const {
    const auto value = headers().get("content-disposition");
    return value ? detail::parse_content_disposition(*value) : std::nullopt;
}

AIOHTTP_DECL std::vector<Link> ClientResponse::links() const {
    const auto values = headers().getall("link");
    auto links = detail::parse_links(values);
    for (auto& link : links) {
        Url target;
        if (!Url::parse(link.url, target)) {
            link.url = url().join(target).str();
        }
    }
    return links;
}

AIOHTTP_DECL boost::asio::awaitable<std::string> ClientResponse::read() {
    return detail::read_whole(state_);
}

AIOHTTP_DECL boost::asio::awaitable<std::string> ClientResponse::text(std::string encoding,
                                                                      DecodeErrors errors) {
    return detail::read_text(state_, std::move(encoding), errors);
}

AIOHTTP_DECL std::string ClientResponse::get_encoding() const {
    return detail::encoding_of(state_);
}

AIOHTTP_DECL StreamReader ClientResponse::content() const {
    return StreamReader(state_);
}

AIOHTTP_DECL void ClientResponse::raise_for_status() const {
    if (!ok()) {
        detail::bad_status(*state_).raise();
    }
}

AIOHTTP_DECL bool ClientResponse::closed() const noexcept {
    return state_->closed();
}

AIOHTTP_DECL void ClientResponse::release() noexcept {
    state_->release();
}

}  // namespace aiohttp
