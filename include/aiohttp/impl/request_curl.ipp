#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <aiohttp/detail/client/session_core.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/percent.hpp>
#include <aiohttp/detail/middleware/auth.hpp>
#include <aiohttp/detail/middleware/cookies.hpp>
#include <aiohttp/detail/middleware/user_chain.hpp>
#include <aiohttp/detail/protocol/charset.hpp>
#include <aiohttp/detail/protocol/secrets.hpp>
#include <aiohttp/request.hpp>

namespace aiohttp {

namespace detail {

/// A word for sh: as it is when nothing in it is special, else in single quotes.
AIOHTTP_DECL std::string shell_word(std::string_view text) {
    static constexpr CharSet plain{"-._/:=@%+,", true};
    if (!text.empty() && count_leading(text, plain) == text.size()) {
        return std::string(text);
    }
    std::string word = "'";
    for (const char c : text) {
        if (c == '\'') {
            word.append("'\\''");
        } else {
            word += c;
        }
    }
    return word + '\'';
}

/// Composes the command.
class CurlCommand {
public:
    CurlCommand(const RequestSpec& spec, Secrets secrets);
    std::string text() const { return command_ + comment_; }

private:
    bool masks() const noexcept { return secrets_ == Secrets::masked; }
    void option(std::string_view name) { command_.append(" ").append(name); }
    void option(std::string_view name, std::string_view value) {
        command_.append(" ").append(name).append(" ").append(shell_word(value));
    }
    void field(std::string_view name, std::string_view value);
    void add_method();
    void add_fields();
    void add_cookies();
    void add_body();
    void add_limits();

    const RequestSpec& spec_;
    Secrets secrets_;
    ClientRequest request_;
    std::string command_ = "curl";
    std::string comment_;
};

AIOHTTP_DECL CurlCommand::CurlCommand(const RequestSpec& spec, Secrets secrets)
    : spec_(spec), secrets_(secrets) {
    static_cast<RequestFields&>(request_) = spec.request;
    if (const auto error = complete_url(spec, request_.url)) {
        raise_for(error, spec.request, nullptr);
    }
    apply_auth(request_, spec.wishes->authorization, spec.session->headers());
    const auto url = request_.url.without_fragment().str();
    add_method();
    add_fields();
    add_cookies();
    add_body();
    add_limits();
    if (url.find_first_of("[]{}") != std::string::npos) {
        option("--globoff");
    }
    command_.append(" ").append(shell_word(masks() ? masked_url(url) : url));
}

AIOHTTP_DECL void CurlCommand::field(std::string_view name, std::string_view value) {
    // curl leaves a field out that ends in ":", and sends it empty when it ends in ";".
    option("-H", value.empty() ? std::string(name) + ";"
                               : std::string(name) + ": " +
                                     (masks() ? masked_field(name, value) : std::string(value)));
}

AIOHTTP_DECL void CurlCommand::add_method() {
    const auto& method = request_.method;
    const std::string_view default_method = spec_.request.body ? "POST" : "GET";
    if (method == "HEAD") {
        option("--head");
    } else if (method != default_method) {
        option("-X", method);
    }
}

AIOHTTP_DECL void CurlCommand::add_fields() {
    RequestDefaults defaults;
    defaults.session_headers = &spec_.session->headers();
    const auto fields = fields_of(request_, defaults);
    for (const auto given : fields) {
        if (!iequals(given.name, "cookie") && !iequals(given.name, "content-length")) {
            field(given.name, given.value);
        }
    }
    if (spec_.request.body && !fields.contains("content-type")) {
        field("Content-Type", spec_.request.body->content_type());
    }
    if (spec_.request.options->wants_chunks) {
        field("Transfer-Encoding", "chunked");
    }
    if (spec_.request.options->expect_wait) {
        field("Expect", "100-continue");
    }
    if (request_.options->response_body.decompress && !fields.contains("accept-encoding")) {
        option("--compressed");
    }
}

AIOHTTP_DECL void CurlCommand::add_cookies() {
    ClientRequest cookies;
    cookies.url = request_.url;
    cookies.cookies = request_.cookies;
    RequestDefaults defaults;
    defaults.session_headers = &spec_.session->headers();
    const auto given = fields_of(request_, defaults);  // getall() gives views into it
    Headers fields;
    for (const auto value : given.getall("cookie")) {
        fields.add("Cookie", value);
    }
    add_cookie_field(cookies, spec_.session->cookie_jar(), fields);
    for (const auto value : fields.getall("cookie")) {
        // -b would take a value without "=" for the name of a file.
        field("Cookie", value);
    }
}

AIOHTTP_DECL void CurlCommand::add_body() {
    const BodySource* const body = spec_.request.body.get();
    if (body == nullptr) {
        return;
    }
    const auto memory = body->in_memory();
    const bool is_text = memory && valid_utf8_prefix(*memory) == memory->size() &&
                         memory->find('\0') == std::string_view::npos;
    if (is_text) {
        const auto type = body->content_type();
        std::string text(*memory);
        if (masks() && type.starts_with("application/x-www-form-urlencoded")) {
            text = masked_form(text);
        } else if (masks() && type.find("json") != std::string::npos) {
            text = masked_json(text);
        }
        option("--data-raw", text);
    } else {
        option("--data-binary", "@-");
        const auto size = body->size();
        comment_ = "  # the body, " +
                   (size ? std::to_string(*size) + " bytes" : "of unknown size") +
                   ", comes from standard input";
    }
    if (spec_.wishes->compress) {
        comment_.append(comment_.empty() ? "  # " : "; ").append("not compressed by curl");
    }
}

AIOHTTP_DECL void CurlCommand::add_limits() {
    const auto seconds = [](Duration duration) {
        const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
        auto digits = std::to_string(count % 1000);
        digits.insert(0, 3 - digits.size(), '0');
        return std::to_string(count / 1000) + (count % 1000 == 0 ? "" : "." + digits);
    };
    if (spec_.follows_redirects) {
        option("-L");
        if (spec_.wishes->max_redirects != RequestWishes().max_redirects) {
            // -1 is no limit.
            const auto most = spec_.wishes->max_redirects;
            option("--max-redirs", most == 0 ? "-1" : std::to_string(most - 1));
        }
    }
    if (request_.version == 10) {
        option("--http1.0");
    }
    const auto& timeout =
        spec_.wishes->timeout ? *spec_.wishes->timeout : *spec_.session->timeout();
    if (timeout.total) {
        option("--max-time", seconds(*timeout.total));
    }
    if (request_.options->tls && !request_.options->tls->verifies() &&
        request_.url.scheme() == "https") {
        option("-k");
    }
}

}  // namespace detail

AIOHTTP_DECL std::string Request::to_curl(Secrets secrets) const {
    return detail::CurlCommand(spec(), secrets).text();
}

}  // namespace aiohttp
