#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/body.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/response.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp {

namespace detail {
struct UserHop;
}

/// A request as a middleware sees it: one hop, which is the request itself or one that a redirect
/// asks for. What is changed here counts for this hop; the next one begins with what the caller
/// gave, and runs the middlewares again. Valid until the chain of middlewares has ended.
class ClientRequest {
public:
    /// Middlewares get theirs from the chain.
    explicit ClientRequest(detail::UserHop& hop) noexcept : hop_(&hop) {}
    ClientRequest(const ClientRequest&) = delete;
    ClientRequest& operator=(const ClientRequest&) = delete;

    const std::string& method() const noexcept;
    /// Throws ValueError unless it is a token (RFC 9110 9.1). It is not upper-cased.
    void set_method(std::string_view method);
    /// Without credentials.
    const Url& url() const noexcept;
    /// Sends the request somewhere else; a redirect that is answered is seen from there.
    /// Credentials in the URL are sent as Basic ones, over an Authorization field. Throws
    /// ValueError unless it is an absolute http(s) URL.
    void set_url(const Url& url);
    HttpVersion version() const noexcept;

    /// The session's and the request's fields, Authorization included. What is added, replaced or
    /// erased here is so on the wire. Host, Cookie, Accept, User-Agent and the body's fields come
    /// behind the middlewares, where they are not here already.
    Headers& headers() noexcept;
    const Headers& headers() const noexcept;

    /// What is sent, or null: its size, its bytes when they are in memory. Who takes pieces with
    /// next() has to rewind() it.
    BodySource* body() const noexcept;
    /// Sends another body on this hop, with null none. Takes back the fields Content-Length,
    /// Transfer-Encoding and Content-Encoding (also that of Request::compress(), which is not
    /// applied to it); a Content-Type field stays.
    void update_body(std::unique_ptr<BodySource> body);
    /// The same with bytes in memory.
    void update_body(std::string bytes, std::string content_type = "application/octet-stream");

private:
    friend class Next;
    detail::UserHop* hop_;
};

/// The rest of the chain: the middlewares that come after this one, and behind them what sends the
/// request: cookies, default headers, the replay after a stale connection. Copyable.
class Next {
public:
    Next(std::shared_ptr<detail::UserHop> hop, std::size_t index) noexcept;

    /// Sends the request and gives the response, its body unread; `request` is the one the
    /// middleware got. It may be called never, or again for another try: then the response of the
    /// try before is released, and a body that BodySource::rewind() cannot bring back throws
    /// ClientPayloadError. One call at a time, else RuntimeError; also after the chain has ended,
    /// which ends a call that is still under way.
    /// Throws what awaiting a request throws.
    boost::asio::awaitable<ClientResponse> operator()(ClientRequest& request) const;

private:
    std::shared_ptr<detail::UserHop> hop_;
    std::size_t index_;
};

/// Something around every hop of a request: it may change the request, send it with
/// `co_await next(request)` once, more often or not at all, and look at the response or return
/// another one. What it throws reaches the caller as it is.
///
///     awaitable<ClientResponse> with_id(ClientRequest& request, Next next) {
///         request.headers().set("X-Request-Id", new_id());
///         co_return co_await next(request);
///     }
///
/// It may be a coroutine function, a function object whose operator() is a coroutine, or a
/// function that returns what such a one gives. `request` and the function object stay alive until
/// the whole chain has ended, so a coroutine may use them after any co_await; `next` is taken by
/// value. The total timeout and cancelling cover the chain: whatever it awaits throws then.
using Middleware = std::function<boost::asio::awaitable<ClientResponse>(ClientRequest&, Next)>;

/// The middlewares of a session or a request; the first one is the outermost.
using Middlewares = std::vector<Middleware>;

/// A response that no server has sent, for a middleware to return: to `request`, with these header
/// fields and this body. A redirect among them is followed.
ClientResponse make_response(const ClientRequest& request,
                             int status,
                             std::string body = {},
                             Headers headers = {});

}  // namespace aiohttp
