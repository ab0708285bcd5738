#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/detail/server_reply.hpp>
#include <aiohttp/testing/detail/server_request_reader.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL void split_request_target(testing::ServerRequest& request) {
    std::string_view path = request.target;
    const auto question = path.find('?');
    if (question != std::string_view::npos) {
        request.query = path.substr(question + 1);
        path = path.substr(0, question);
    }
    if (const auto scheme = path.find("://");
        !path.starts_with('/') && scheme != std::string_view::npos) {
        const auto slash = path.find('/', scheme + 3);
        path = slash == std::string_view::npos ? std::string_view("/") : path.substr(slash);
    }
    request.path = path;
}

/// Collects what basic_parser finds: headers in wire order, which beast::http::fields loses.
class ServerRequestParser final : public boost::beast::http::basic_parser<true> {
public:
    using ErrorCode = boost::beast::error_code;
    using StringView = boost::beast::string_view;

    ServerRequestParser(testing::ServerRequest& request,
                        const ServerRoutes& routes,
                        std::size_t kept_body,
                        bool record)
        : request_(request), routes_(routes), kept_body_(kept_body), record_(record) {
        body_limit(boost::none);
        header_limit(1U << 20U);
    }

    std::shared_ptr<const ServerRoute> route;
    bool expects_continue = false;
    bool is_head_request = false;
    bool collects = true;
    std::string body;
    std::uint64_t body_size = 0;
    ScriptHeaders trailers;

private:
    void on_request_impl(boost::beast::http::verb verb,
                         StringView method,
                         StringView target,
                         int version,
                         ErrorCode& error) override {
        error = {};
        is_head_request = verb == boost::beast::http::verb::head;
        request_.method = method;
        request_.target = target;
        request_.version = version;
        split_request_target(request_);
        route = routes_.find(request_.method, request_.path);
        collects = record_ || route == nullptr || !route->reply;
    }

    void on_response_impl(int, StringView, int, ErrorCode& error) override { error = {}; }

    void on_field_impl(boost::beast::http::field field,
                       StringView name,
                       StringView value,
                       ErrorCode& error) override {
        error = {};
        if (in_trailer_) {
            trailers.emplace_back(name, value);
            return;
        }
        if (field == boost::beast::http::field::expect) {
            expects_continue = same_reply_header(value, "100-continue");
        }
        if (collects) {
            request_.headers.emplace_back(name, value);
        }
    }

    void on_header_impl(ErrorCode& error) override {
        error = {};
        in_trailer_ = true;
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                           ErrorCode& error) override {
        error = {};
    }

    std::size_t on_body_impl(StringView piece, ErrorCode& error) override {
        error = {};
        body_size += piece.size();
        const auto room = kept_body_ - body.size();
        body.append(piece.data(), std::min(piece.size(), room));
        return piece.size();
    }

    void on_chunk_header_impl(std::uint64_t, StringView, ErrorCode& error) override { error = {}; }

    std::size_t on_chunk_body_impl(std::uint64_t, StringView piece, ErrorCode& error) override {
        return on_body_impl(piece, error);
    }

    void on_finish_impl(ErrorCode& error) override { error = {}; }

    testing::ServerRequest& request_;
    const ServerRoutes& routes_;
    std::size_t kept_body_;
    bool record_;
    bool in_trailer_ = false;
};

struct ServerRequestReader::Impl {
    Impl(const ServerRoutes& known_routes, std::size_t limit, bool record_requests)
        : routes(known_routes), body_limit(limit), record(record_requests) {}

    void begin() {
        // A request nobody else keeps is reused, to spare an allocation.
        if (request == nullptr || request.use_count() > 1) {
            request = std::make_shared<testing::ServerRequest>();
        } else {
            *request = testing::ServerRequest();
        }
        parser.emplace(*request, routes, body_limit, record);
        told_head = false;
        active = true;
    }

    const ServerRoutes& routes;
    std::size_t body_limit;
    bool record;
    bool active = false;
    bool told_head = false;
    std::shared_ptr<testing::ServerRequest> request;
    std::optional<ServerRequestParser> parser;
};

AIOHTTP_DECL ServerRequestReader::ServerRequestReader(const ServerRoutes& routes,
                                                      std::size_t body_limit,
                                                      bool record)
    : impl_(std::make_unique<Impl>(routes, body_limit, record)) {}

AIOHTTP_DECL ServerRequestReader::~ServerRequestReader() = default;

AIOHTTP_DECL void skip_empty_lines(ServerInput& input) {
    // RFC 9112, 2.2: a server should ignore an empty line before the request line.
    while (input.view().starts_with("\r\n")) {
        input.consume(2);
    }
}

AIOHTTP_DECL ServerRequestReader::Event ServerRequestReader::advance(ServerInput& input) {
    auto& impl = *impl_;
    if (!impl.active) {
        skip_empty_lines(input);
        if (input.empty()) {
            return Event::need_more;
        }
        impl.begin();
    }
    auto& parser = *impl.parser;
    while (!parser.is_done() && !input.empty()) {
        const auto bytes = input.view();
        boost::beast::error_code error;
        const auto used = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
        if (!impl.told_head && parser.is_header_done() && parser.collects) {
            impl.request->raw_head = bytes.substr(0, used);
        }
        input.consume(used);
        if (error == boost::beast::http::error::need_more) {
            break;
        }
        if (error) {
            return Event::malformed;
        }
        if (!impl.told_head && parser.is_header_done()) {
            impl.told_head = true;
            return Event::head;
        }
    }
    if (!parser.is_done()) {
        return Event::need_more;
    }
    impl.active = false;
    return Event::complete;
}

AIOHTTP_DECL bool ServerRequestReader::active() const {
    return impl_->active;
}

AIOHTTP_DECL const std::shared_ptr<testing::ServerRequest>& ServerRequestReader::request() const {
    return impl_->request;
}

AIOHTTP_DECL const std::shared_ptr<const ServerRoute>& ServerRequestReader::route() const {
    return impl_->parser->route;
}

AIOHTTP_DECL bool ServerRequestReader::keep_alive() const {
    return impl_->parser->keep_alive();
}

AIOHTTP_DECL bool ServerRequestReader::expects_continue() const {
    return impl_->parser->expects_continue;
}

AIOHTTP_DECL bool ServerRequestReader::is_head_request() const {
    return impl_->parser->is_head_request;
}

AIOHTTP_DECL void ServerRequestReader::store_body(bool complete) {
    auto& request = *impl_->request;
    auto& parser = *impl_->parser;
    request.body = std::move(parser.body);
    request.body_size = parser.body_size;
    request.trailers = std::move(parser.trailers);
    request.complete = complete;
}

}  // namespace aiohttp::detail

namespace aiohttp::testing {

AIOHTTP_DECL std::string_view ServerRequest::header(std::string_view name) const {
    for (const auto& field : headers) {
        if (aiohttp::detail::same_reply_header(field.first, name)) {
            return field.second;
        }
    }
    return {};
}

AIOHTTP_DECL std::size_t ServerRequest::header_count(std::string_view name) const {
    std::size_t count = 0;
    for (const auto& field : headers) {
        if (aiohttp::detail::same_reply_header(field.first, name)) {
            ++count;
        }
    }
    return count;
}

}  // namespace aiohttp::testing
