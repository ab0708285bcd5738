#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/middleware.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/memory_connector.hpp>

#include "support/catch.hpp"
#include "support/memory.hpp"

// What the tests of the user's middlewares share.
namespace aiohttp::testing {

/// A response as it is on the wire.
inline std::string answer(int status, std::string_view body = "", std::string_view fields = "") {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + std::string(fields) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// A redirect to `location`.
inline std::string found(const std::string& location) {
    return answer(302, "", "Location: " + location + "\r\n");
}

/// A session with one middleware.
inline MemoryRig rig_with(Middleware middleware) {
    return MemoryRig({}, ClientSessionOptions().middleware(std::move(middleware)));
}

/// Notes in `log` when it is entered and left.
inline Middleware logs(std::string* log, std::string name) {
    return
        [log, name](ClientRequest& request, Next next) -> boost::asio::awaitable<ClientResponse> {
            *log += name + "-in ";
            auto response = co_await next(request);
            *log += name + "-out ";
            co_return response;
        };
}

/// Changes nothing.
inline boost::asio::awaitable<ClientResponse> pass(ClientRequest& request, Next next) {
    return next(request);
}

/// Answers without asking anybody.
inline boost::asio::awaitable<ClientResponse> canned(ClientRequest& request, Next) {
    Headers fields;
    fields.set("X-From", "cache");
    co_return make_response(request, 203, "canned", std::move(fields));
}

/// Tries again, at once, while the status is 503.
inline boost::asio::awaitable<ClientResponse> retry_503(ClientRequest& request, Next next) {
    auto response = co_await next(request);
    while (response.status() == 503) {
        response = co_await next(request);
    }
    co_return response;
}

/// Checks that the session's slots are free and that it still works.
inline boost::asio::awaitable<void> expect_clean(MemoryRig* rig) {
    co_await settle();
    CHECK(rig->stats().in_use == 0);
    rig->memory->otherwise(serves("clean"));
    const auto outcome = co_await outcome_of(rig->session.get("http://clean.test/").middlewares());
    CHECK(outcome == "200 clean");
    CHECK(rig->stats().in_use == 0);
}

}  // namespace aiohttp::testing
