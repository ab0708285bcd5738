#pragma once

#include <utility>

#include <aiohttp/detail/client/session_core.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/check_header.hpp>
#include <aiohttp/detail/message/cookie_value.hpp>
#include <aiohttp/detail/message/string_body.hpp>
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

}  // namespace detail

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

AIOHTTP_DECL Request& Request::chunked(bool on) & {
    spec_->request.wants_chunks = on;
    return *this;
}

AIOHTTP_DECL Request& Request::expect100(bool on) & {
    spec_->request.expect_wait =
        on ? std::optional<Duration>(detail::default_expect_wait) : std::nullopt;
    return *this;
}

AIOHTTP_DECL Request& Request::expect100(Duration wait) & {
    if (wait <= Duration::zero()) {
        throw ValueError("the wait for 100 Continue must be positive");
    }
    spec_->request.expect_wait = wait;
    return *this;
}

AIOHTTP_DECL Request& Request::upload_progress(const Progress& progress) & {
    spec_->request.progress = progress.report();
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

}  // namespace aiohttp
