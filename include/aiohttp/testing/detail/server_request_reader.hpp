#pragma once

#include <cstddef>
#include <memory>

#include <aiohttp/testing/detail/server_input.hpp>
#include <aiohttp/testing/detail/server_routes.hpp>
#include <aiohttp/testing/server.hpp>

namespace aiohttp::detail {

/// Turns the bytes of a connection into requests, one after the other, without any I/O.
class ServerRequestReader {
public:
    enum class Event { need_more, head, complete, malformed };

    /// With `record` false, fixed replies are served without looking at the headers.
    ServerRequestReader(const ServerRoutes& routes, std::size_t body_limit, bool record);
    ServerRequestReader(const ServerRequestReader&) = delete;
    ServerRequestReader& operator=(const ServerRequestReader&) = delete;
    ~ServerRequestReader();

    /// Consumes input up to the next event: `head` and then `complete` once a request. It
    /// begins a request by itself when there is input.
    Event advance(ServerInput& input);

    /// Whether a request has begun and is not complete.
    bool active() const;

    /// The request being read, or the last one.
    const std::shared_ptr<testing::ServerRequest>& request() const;

    /// The route of the request, or null. Known from `head` on, as are the next three.
    const std::shared_ptr<const ServerRoute>& route() const;
    bool keep_alive() const;
    bool expects_continue() const;
    bool is_head_request() const;

    /// Moves what has come of the body and the trailers to the request.
    void store_body(bool complete);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace aiohttp::detail
