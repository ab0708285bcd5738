#pragma once

#include <utility>

#include <aiohttp/detail/client/session_core.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/check_header.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/cookie_value.hpp>
#include <aiohttp/detail/message/string_body.hpp>
#include <aiohttp/detail/protocol/content_coding.hpp>
#include <aiohttp/detail/protocol/form.hpp>
#include <aiohttp/form_data.hpp>
#include <aiohttp/multipart_writer.hpp>
#include <aiohttp/progress.hpp>
#include <aiohttp/request.hpp>

namespace aiohttp {

namespace detail {

AIOHTTP_DECL HttpVersion checked_version(HttpVersion version) {
    if (version.major != 1 || (version.minor != 0 && version.minor != 1)) {
        throw ValueError("HTTP version " + std::to_string(version.major) + '.' +
                         std::to_string(version.minor) + " is not 1.0 or 1.1");
    }
    return version;
}

AIOHTTP_DECL void check_middleware(const Middleware& middleware) {
    if (!middleware) {
        throw ValueError("a middleware is a null function");
    }
}

AIOHTTP_DECL std::uint64_t at_least_one(std::string_view name, std::uint64_t value) {
    if (value == 0) {
        throw ValueError(std::string(name) + " 0 is not positive");
    }
    return value;
}

AIOHTTP_DECL ProxyExtras& extras_of(RequestSpec& spec) {
    auto& extras = spec.wishes.edit().proxy_extras;
    return extras ? *extras : extras.emplace();
}

}  // namespace detail

AIOHTTP_DECL Request& Request::param(std::string_view name, std::string_view value) & {
    spec().wishes.edit().params.emplace_back(name, value);
    return *this;
}

AIOHTTP_DECL Request& Request::params(const Pairs& pairs) & {
    auto& params = spec().wishes.edit().params;
    params.insert(params.end(), pairs.begin(), pairs.end());
    return *this;
}

AIOHTTP_DECL Request& Request::header(std::string_view name, std::string_view value) & {
    spec().request.headers.add(name, value);
    return *this;
}

AIOHTTP_DECL Request& Request::headers(const Headers& fields) & {
    for (const auto field : fields) {
        header(field.name, field.value);
    }
    return *this;
}

AIOHTTP_DECL Request& Request::cookie(std::string_view name, std::string_view value) & {
    const bool quoting = spec().session->cookie_jar().quote_cookie();
    spec().request.cookies.emplace_back(name, detail::encode_cookie_value(name, value, quoting));
    return *this;
}

AIOHTTP_DECL Request& Request::cookies(const Pairs& pairs) & {
    for (const auto& [name, value] : pairs) {
        cookie(name, value);
    }
    return *this;
}

AIOHTTP_DECL Request& Request::skip_auto_header(std::string_view name) & {
    spec().wishes.edit().skips.emplace_back(name);
    return *this;
}

AIOHTTP_DECL Request& Request::data(std::unique_ptr<BodySource> source) & {
    if (spec().request.body) {
        throw ValueError("the request has a body already: json, data and form exclude each other");
    }
    detail::check_header("Content-Type", source->content_type());
    spec().request.body = std::move(source);
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

AIOHTTP_DECL Request& Request::chunked(bool on) & {
    spec().request.options.edit().wants_chunks = on;
    return *this;
}

AIOHTTP_DECL Request& Request::expect100(bool on) & {
    spec().request.options.edit().expect_wait =
        on ? std::optional<Duration>(detail::default_expect_wait) : std::nullopt;
    return *this;
}

AIOHTTP_DECL Request& Request::expect100(Duration wait) & {
    if (wait <= Duration::zero()) {
        throw ValueError("the wait for 100 Continue must be positive");
    }
    spec().request.options.edit().expect_wait = wait;
    return *this;
}

AIOHTTP_DECL Request& Request::upload_progress(const Progress& progress) & {
    spec().request.options.edit().progress = progress.report();
    return *this;
}

AIOHTTP_DECL Request& Request::data(FormData&& form) & {
    return data(std::move(form).body());
}

AIOHTTP_DECL Request&& Request::data(FormData&& form) && {
    return std::move(this->data(std::move(form)));
}

AIOHTTP_DECL Request& Request::data(MultipartWriter&& writer) & {
    return data(std::move(writer).body());
}

AIOHTTP_DECL Request&& Request::data(MultipartWriter&& writer) && {
    return std::move(this->data(std::move(writer)));
}

AIOHTTP_DECL Request& Request::timeout(const ClientTimeout& limits) & {
    detail::check_timeout(limits);
    spec().wishes.edit().timeout = limits;
    return *this;
}

AIOHTTP_DECL Request& Request::allow_redirects(bool on) & {
    spec().follows_redirects = on;
    return *this;
}

AIOHTTP_DECL Request& Request::max_redirects(std::size_t count) & {
    spec().wishes.edit().max_redirects = count;
    return *this;
}

AIOHTTP_DECL Request& Request::on_redirect(RedirectHook hook) & {
    spec().wishes.edit().redirect_hook = std::move(hook);
    return *this;
}

AIOHTTP_DECL Request& Request::auth(const BasicAuth& credentials) & {
    spec().wishes.edit().authorization = credentials.encode();
    return *this;
}

AIOHTTP_DECL Request& Request::auth(const BearerAuth& credentials) & {
    spec().wishes.edit().authorization = credentials.encode();
    return *this;
}

AIOHTTP_DECL Request& Request::raise_for_status(bool on) & {
    auto& wishes = spec().wishes.edit();
    wishes.raise_for_status = on;
    wishes.status_check = nullptr;
    return *this;
}

AIOHTTP_DECL Request& Request::check_status(StatusCheck check) {
    auto& wishes = spec().wishes.edit();
    wishes.raise_for_status = false;
    wishes.status_check = std::move(check);
    return *this;
}

AIOHTTP_DECL Request& Request::middlewares(Middlewares list) & {
    for (const auto& middleware : list) {
        detail::check_middleware(middleware);
    }
    spec().wishes.edit().middlewares = std::move(list);
    return *this;
}

AIOHTTP_DECL Request& Request::ssl(TlsOptions options) & {
    spec().request.options.edit().tls = std::move(options);
    return *this;
}

AIOHTTP_DECL Request& Request::server_hostname(std::string name) & {
    spec().request.options.edit().server_hostname = std::move(name);
    return *this;
}

AIOHTTP_DECL Request& Request::proxy(Proxy proxy) & {
    spec().request.options.edit().proxy = std::make_shared<const Proxy>(std::move(proxy));
    return *this;
}

AIOHTTP_DECL Request& Request::proxy_auth(const ProxyAuth& credentials) & {
    detail::extras_of(spec()).auth = credentials;
    return *this;
}

AIOHTTP_DECL Request& Request::proxy_headers(const Headers& fields) & {
    detail::add_proxy_headers(fields, detail::extras_of(spec()).headers);
    return *this;
}

AIOHTTP_DECL Request& Request::version(HttpVersion version) & {
    spec().request.version = 10 + detail::checked_version(version).minor;
    return *this;
}

AIOHTTP_DECL Request& Request::read_until_eof(bool on) & {
    spec().request.options.edit().read_until_eof = on;
    return *this;
}

AIOHTTP_DECL Request& Request::max_line_size(std::size_t bytes) & {
    spec().request.options.edit().limits.line = bytes;
    return *this;
}

AIOHTTP_DECL Request& Request::max_field_size(std::size_t bytes) & {
    spec().request.options.edit().limits.field = bytes;
    return *this;
}

AIOHTTP_DECL Request& Request::max_headers(std::size_t count) & {
    spec().request.options.edit().limits.fields = count;
    return *this;
}

AIOHTTP_DECL Request& Request::compress(ContentCoding coding) & {
    spec().wishes.edit().compress = coding;
    return *this;
}

AIOHTTP_DECL Request& Request::compress(std::string_view coding) & {
    const auto known = detail::parse_content_coding(coding);
    if (!known) {
        throw ValueError("content coding " + detail::quote(coding) +
                         " is not gzip, deflate, br or zstd");
    }
    return compress(*known);
}

AIOHTTP_DECL Request& Request::auto_decompress(bool on) & {
    spec().request.options.edit().response_body.decompress = on;
    return *this;
}

AIOHTTP_DECL Request& Request::max_body_size(std::uint64_t bytes) & {
    spec().request.options.edit().response_body.max_size = bytes;
    return *this;
}

AIOHTTP_DECL Request& Request::max_decompression_ratio(std::uint64_t times) & {
    spec().request.options.edit().response_body.max_ratio =
        detail::at_least_one("max_decompression_ratio", times);
    return *this;
}

AIOHTTP_DECL Request& Request::read_bufsize(std::size_t bytes) & {
    spec().request.options.edit().response_body.read_size =
        detail::at_least_one("read_bufsize", bytes);
    return *this;
}

AIOHTTP_DECL Request& Request::trace_request_ctx(std::any value) & {
    spec().wishes.edit().trace_request_ctx = std::move(value);
    return *this;
}

}  // namespace aiohttp
