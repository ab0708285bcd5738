#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <aiohttp/detail/client/prepare.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/core/url_syntax.hpp>
#include <aiohttp/detail/message/compressed_body.hpp>
#include <aiohttp/detail/message/observed_body.hpp>
#include <aiohttp/detail/middleware/auth.hpp>
#include <aiohttp/detail/middleware/request_trace.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL Error complete_url(const RequestSpec& spec, Url& url) {
    if (spec.url_error) {
        return spec.url_error;
    }
    if (!url.is_absolute() && !spec.session->base_url().empty()) {
        url = spec.session->base_url().join(url);
    }
    if (!url.is_absolute()) {
        return make_error(
            errc::invalid_url, Phase::none,
            "URL " + quote(url.display()) + " has no host, and the session no base_url");
    }
    if (!is_http_scheme(url.scheme())) {
        return make_error(errc::non_http_url, Phase::none,
                          "scheme " + quote(url.scheme()) + " of URL " + quote(url.display()) +
                              " is not http or https");
    }
    if (!spec.wishes->params.empty()) {
        url = url.with_params(spec.wishes->params);
    }
    return {};
}

/// Puts the body into a content coding, unless it is empty. Throws ValueError when the fields say
/// otherwise.
AIOHTTP_DECL void compress_body(RequestSpec& spec, ContentCoding coding) {
    ClientRequest& request = spec.request;
    const Headers& session_headers = spec.session->headers();
    for (const std::string_view name : {"Content-Encoding", "Content-Length"}) {
        if (request.headers.contains(name) || session_headers.contains(name)) {
            throw ValueError("compress(" + std::string(to_string(coding)) + ") together with " +
                             std::string(name));
        }
    }
    if (request.body && request.body->size() != std::optional<std::uint64_t>(0)) {
        if (spec.trace) {
            const auto tell = [trace = spec.trace](std::string_view piece) {
                trace->on_chunk_sent(piece);
            };
            request.body = std::make_unique<ObservedBody>(std::move(request.body), tell);
            request.observed_body = true;
        }
        request.body = std::make_unique<CompressedBody>(std::move(request.body), coding);
        request.headers.add("Content-Encoding", to_string(coding));
    }
}

AIOHTTP_DECL Error prepare(RequestSpec& spec) {
    if (auto error = complete_url(spec, spec.request.url)) {
        return error;
    }
    if (spec.session->connector().closed()) {
        return closed_connector();
    }
    const RequestWishes& wishes = *spec.wishes;
    apply_auth(spec.request, wishes.authorization, spec.session->headers());
    if (wishes.compress) {
        compress_body(spec, *wishes.compress);
    }
    return {};
}

}  // namespace aiohttp::detail
