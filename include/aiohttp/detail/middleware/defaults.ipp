#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/decimal.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/middleware/cookies.hpp>
#include <aiohttp/detail/middleware/defaults.hpp>
#include <aiohttp/detail/protocol/redirect_policy.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/version.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL bool RequestDefaults::leaves_behind(std::string_view name) const noexcept {
    return (left_origin && is_bound_to_origin(name)) || (dropped_body && is_about_body(name));
}

/// Gives the caller's fields for this hop, one after the other; see fields_of().
template <class Take>
void for_each_given(const ClientRequest& request, const RequestDefaults& defaults, Take take) {
    for (const auto field : *defaults.session_headers) {
        if (!defaults.leaves_behind(field.name) && !request.headers.contains(field.name)) {
            take(field);
        }
    }
    for (const auto field : request.headers) {
        take(field);
    }
}

AIOHTTP_DECL Headers fields_of(const ClientRequest& request, const RequestDefaults& defaults) {
    Headers fields;
    for_each_given(request, defaults,
                   [&fields](const auto& field) { fields.add_unchecked(field.name, field.value); });
    return fields;
}

/// Collects the final block and knows which automatic fields are not wanted.
class DefaultFields {
public:
    DefaultFields(const ClientRequest& request, const RequestDefaults& defaults)
        : request_(request), defaults_(defaults) {}

    /// Whether the caller gave any field at all.
    bool any_given() const {
        return !request_.headers.empty() || !defaults_.session_headers->empty();
    }
    /// The caller's value of a field, in the first of fields_of() that has this name.
    std::optional<std::string_view> find(std::string_view name) const {
        const auto own = request_.headers.get(name);
        return own || defaults_.leaves_behind(name) ? own : defaults_.session_headers->get(name);
    }
    bool given(std::string_view name) const {
        return any_given() && find(name).has_value();  // most requests have none
    }
    bool skipped(std::string_view name) const {
        const auto is_name = [name](const std::string& skip) { return iequals(skip, name); };
        return std::ranges::any_of(*defaults_.session_skips, is_name) ||
               std::ranges::any_of(*defaults_.request_skips, is_name);
    }
    /// Whether everything automatic is sent as it is.
    bool untouched() const {
        return !any_given() && defaults_.session_skips->empty() && defaults_.request_skips->empty();
    }
    void add_automatic(Headers& fields, std::string_view name, std::string_view value) const {
        if (!given(name) && !skipped(name)) {
            fields.add_unchecked(name, value);
        }
    }

private:
    const ClientRequest& request_;
    const RequestDefaults& defaults_;
};

AIOHTTP_DECL std::uint64_t checked_content_length(std::string_view given, const BodySource* body) {
    const auto length = parse_decimal(given);
    if (!length) {
        throw ValueError("Content-Length " + quote(given) + " is not a number");
    }
    const auto size = body != nullptr ? body->size() : std::optional<std::uint64_t>(0);
    if (size && *size != *length) {
        throw ValueError("Content-Length " + quote(given) + " does not fit the body of " +
                         std::to_string(*size) + " bytes");
    }
    return *length;
}

/// RFC 9110 8.6: a request without body says so where its method usually has one.
AIOHTTP_DECL bool announces_empty_body(std::string_view method) {
    return method != "GET" && method != "HEAD" && method != "OPTIONS" && method != "TRACE" &&
           method != "CONNECT";
}

AIOHTTP_DECL void add_transfer_encoding(ClientRequest& request, Headers& fields) {
    if (request.version == 10) {
        throw ValueError("a body of unknown length cannot be sent with HTTP/1.0");
    }
    request.chunked = true;
    fields.add_unchecked("Transfer-Encoding", "chunked");
}

/// A multipart body could not be taken apart under a Content-Type that lacks its boundary.
AIOHTTP_DECL void check_boundary(std::string_view given, const BodySource& body) {
    if (given.empty()) {
        return;
    }
    constexpr std::string_view marker = "; boundary=";
    const auto type = body.content_type();
    const auto at = type.find(marker);
    if (at == std::string::npos || !istarts_with(type, "multipart/")) {
        return;
    }
    std::string_view boundary = std::string_view(type).substr(at + marker.size());
    if (boundary.starts_with('"')) {
        boundary = boundary.substr(1, boundary.size() - 2);
    }
    if (given.find(boundary) == std::string_view::npos) {
        throw ValueError("Content-Type " + quote(given) + " lacks the boundary of the body, " +
                         quote(boundary) + "; leave it to the body");
    }
}

/// RFC 9110 10.1.1: only a request with content may ask.
AIOHTTP_DECL void add_expectation(ClientRequest& request, Headers& fields) {
    const bool given = iequals(fields["expect"], "100-continue");
    request.expects_continue = (given || request.options->expect_wait) && request.body->size() != 0;
    if (!request.expects_continue) {
        return;
    }
    if (request.version == 10) {
        throw ValueError("HTTP/1.0 does not know Expect: 100-continue");
    }
    if (!given) {
        fields.add_unchecked("Expect", "100-continue");
    }
}

AIOHTTP_DECL void add_body_fields(ClientRequest& request,
                                  const DefaultFields& automatic,
                                  Headers& fields) {
    const bool search = automatic.any_given();  // none of the automatic fields is about framing
    if (!search && !request.body && request.method == "GET") {
        return;  // it has nothing to say of a body
    }
    const auto coding = search ? fields["transfer-encoding"] : std::string_view();
    const auto length = search ? fields.get("content-length") : std::nullopt;
    if ((length || !coding.empty()) &&
        fields.getall("content-length").size() + fields.getall("transfer-encoding").size() > 1) {
        throw ValueError("more than one Content-Length or Transfer-Encoding field");
    }
    if (!coding.empty()) {
        if (!iequals(coding, "chunked") || length) {
            throw ValueError("Transfer-Encoding " + quote(coding) +
                             (length ? " together with Content-Length" : " is not supported"));
        }
        fields.erase("transfer-encoding");
    }
    if (request.options->wants_chunks && (length || !coding.empty())) {
        throw ValueError(std::string("chunked(true) together with the caller's ") +
                         (length ? "Content-Length" : "Transfer-Encoding"));
    }
    const bool sends_type =
        request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (request.body) {
        const auto size = request.body->size();
        request.length = size;
        if (length) {
            // For a body of unknown length it replaces the chunks.
            request.length = checked_content_length(*length, request.body.get());
            request.chunked = false;
        } else if (!size || !coding.empty() || request.options->wants_chunks) {
            add_transfer_encoding(request, fields);
        } else {
            request.chunked = false;
            fields.add_unchecked("Content-Length", std::to_string(*size));
        }
        check_boundary(fields["content-type"], *request.body);
        automatic.add_automatic(fields, "Content-Type", request.body->content_type());
        add_expectation(request, fields);
        return;
    }
    if (length) {
        checked_content_length(*length, nullptr);
    } else if (announces_empty_body(request.method)) {
        fields.add_unchecked("Content-Length", "0");
    }
    if (sends_type) {
        automatic.add_automatic(fields, "Content-Type", "application/octet-stream");
    }
}

AIOHTTP_DECL void add_netrc_field(const ClientRequest& request,
                                  const RequestDefaults& defaults,
                                  Headers& fields) {
    if (defaults.netrc != nullptr && !fields.contains("authorization")) {
        if (const auto auth = defaults.netrc->find(request.url.server_name())) {
            fields.add_unchecked("Authorization", auth->encode());
        }
    }
}

/// What every request says of itself unless the caller says something else.
AIOHTTP_DECL const Headers& usual_fields() {
    static const Headers fields{{"Accept", "*/*"},
                                {"Accept-Encoding", "gzip, deflate, br, zstd"},
                                {"User-Agent", std::string("aiohttp-cpp/") + aiohttp::version}};
    return fields;
}

/// Host, and what the caller and the library say whatever the rest of the request is.
AIOHTTP_DECL void set_first_fields(const ClientRequest& request,
                                   const RequestDefaults& defaults,
                                   const DefaultFields& automatic,
                                   Headers& fields) {
    fields.clear();
    // What most requests send fits, and nothing more: many may wait for their answers at once.
    const auto given = defaults.session_headers->size() + request.headers.size();
    const bool bare = given == 0 && !request.body;
    const std::size_t text = bare ? 86 : given == 0 ? 144 : 512;
    fields.reserve(given + (bare ? 4 : 6), request.url.authority().size() + text);

    // RFC 9112 3.2: Host should be the first field.
    if (const auto host = automatic.find("host")) {
        fields.add_unchecked("Host", *host);
    } else {
        std::string name;
        request.url.append_host_field(name);
        fields.add_unchecked("Host", name);
    }
    for_each_given(request, defaults, [&fields](const auto& field) {
        if (!iequals(field.name, "host")) {
            fields.add_unchecked(field.name, field.value);
        }
    });
    add_netrc_field(request, defaults, fields);
    if (automatic.untouched()) {
        fields.append(usual_fields());
    } else {
        for (const auto field : usual_fields()) {
            automatic.add_automatic(fields, field.name, field.value);
        }
    }
}

AIOHTTP_DECL void apply_defaults(ClientRequest& request, const RequestDefaults& defaults) {
    const DefaultFields automatic(request, defaults);
    Headers& fields = request.wire;
    // Requests without fields of their own begin alike, but for Host: to the server that was asked
    // last, with those of the last one, the first of which is Host.
    const bool usual = automatic.untouched() && defaults.netrc == nullptr;
    const bool known = std::exchange(request.usual_wire, false);  // not while it is being made
    const bool same =
        usual && known && !fields.empty() && (*fields.begin()).value == request.url.authority();
    if (!same) {
        set_first_fields(request, defaults, automatic, fields);
    }
    const auto first = fields.size();
    add_cookie_field(request, *defaults.cookie_jar, fields);
    add_body_fields(request, automatic, fields);
    request.closes = defaults.force_close;
    if (automatic.given("connection")) {
        request.closes = fields.has_token("connection", "close");
    } else {
        if (defaults.force_close) {
            fields.add_unchecked("Connection", "close");
        } else if (request.version == 10) {
            fields.add_unchecked("Connection", "keep-alive");
        }
    }
    request.usual_wire = usual && fields.size() == first;
}

}  // namespace aiohttp::detail
